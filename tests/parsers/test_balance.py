"""Answers of balances: a stable value is a weight, nothing else is."""

import pytest

from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats.balance import looks_like, parse
from parsers.records import Observation, ObservationReport
from pipeline.normalise.observations import normalise_observations


def report_of(*lines: str) -> ObservationReport:
    (report,) = parse(Document("".join(f"{line}\r\n" for line in lines).encode())).reports
    assert isinstance(report, ObservationReport)
    return report


def reading_of(line: str) -> Observation:
    (reading,) = report_of(line).observations
    return reading


@pytest.mark.parametrize(
    ("line", "value", "unit"),
    [
        ("S S     100.00 g", "100.00", "g"),
        ("S S      -0.50 kg", "-0.50", "kg"),
        ("+   123.56 g  ", "+123.56", "g"),
        ("-     0.50 kg ", "-0.50", "kg"),
        ("    123.56 g  ", "123.56", "g"),
        ("+111.25507 mg ", "+111.25507", "mg"),
        ("N     +   123.56 g  ", "+123.56", "g"),
        ("+   123.56 g", "+123.56", "g"),  # the blanks at its end were cut off on the way
    ],
)
def test_a_stable_value_is_a_weight_in_ucum(line: str, value: str, unit: str) -> None:
    weight = reading_of(line)
    assert (weight.label, weight.value, weight.unit) == ("weight", value, unit)
    (normal,) = normalise_observations(report_of(line)).observations
    assert (normal.number, normal.unit) == (float(value), unit)


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("S D     100.02 g", "unstable_weight"),
        ("+   123.58    ", "unstable_weight"),
        ("+   123.58", "unstable_weight"),
        ("N     +   123.58    ", "unstable_weight"),
        ("S I", "not_measured"),
        ("S +", "not_measured"),
        ("S -", "not_measured"),
        ("      High    ", "not_measured"),
        ("       L      ", "not_measured"),
        ("Stat          C     ", "not_measured"),
    ],
)
def test_what_is_not_at_rest_never_passes_for_a_weight(line: str, doubt: str) -> None:
    report = report_of(line)
    assert [each.label for each in report.observations] == ["reading"]
    assert [each.code for each in report.findings] == [doubt, "no_specimen"]


@pytest.mark.parametrize(
    "line", ["Qnt   +       12 pcs", "+       12 pcs", "S S         12 PCS", "T1    +    35.40 g  "]
)
def test_pieces_and_tares_are_no_weights(line: str) -> None:
    assert reading_of(line).label == "reading"
    assert [each.code for each in report_of(line).findings] == ["no_specimen"]


def test_the_balance_s_own_mark_is_a_flag() -> None:
    assert [reading_of(line).flags for line in ("S S     1.0 g", "S D     1.0 g", "+  123.5[6]g  ")] == [
        ("S",),
        ("D",),
        ("[6]",),
    ]


def test_a_unit_that_is_not_known_is_kept_and_flagged() -> None:
    (normal,) = normalise_observations(report_of("S S      14.55 oz")).observations
    assert (normal.value, normal.unit) == ("14.55", None)
    assert ("unknown_unit", "oz") in {(each.code, each.token) for each in normal.flags}


@pytest.mark.parametrize(("printed", "number"), [("123,56", 123.56), (" 1,234", None)])
def test_a_comma_is_read_only_where_it_can_be_nothing_but_a_decimal_one(printed: str, number: float | None) -> None:
    (normal,) = normalise_observations(report_of(f"+   {printed} g  ")).observations
    assert (normal.value, normal.number) == (f"+{printed.strip()}", number)
    assert ("ambiguous_number" in {each.code for each in normal.flags}) == (number is None)


def test_a_serial_number_is_no_weighing() -> None:
    report = report_of('I4 A "0012345678"')
    assert (report.device, report.observations) == ("0012345678", ())
    assert [each.code for each in report.findings] == ["no_results"]
    assert report_of('I4 A "0012345678"', "S S     1.0 g").device == "0012345678"


@pytest.mark.parametrize(
    "line", ["ES", "ET", "EL", "S L", "Stat     ERR  54    ", "     Err 54", "S S Error 1b", "1.0"]
)
def test_an_error_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(ParseError) as refusal:
        report_of("S S     1.0 g", line)
    assert (refusal.value.where, refusal.value.found) == ("line 2", line.strip())


@pytest.mark.parametrize("head", [b"", b"1234.5\r\n", b"S\r\n", b"SAMPLE;A\r\n", b" 5\n", b"      High    \r\n"])
def test_what_might_be_anything_is_not_claimed(head: bytes) -> None:
    assert not looks_like(head)
