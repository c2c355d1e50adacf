"""Measured values: strict numbers and times, codes, units, plausible ranges."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.records import DecimalSign, Finding, Observation, ObservationReport, Printed
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.numbers import read_number
from pipeline.normalise.records import NormalObservation, NormalObservations
from pipeline.normalise.specimens import specimen_of
from pipeline.normalise.times import after, read_time

NUMBERS = [
    ("5.2", 5.2, "", []), ("-0.3", -0.3, "", []), ("+12", 12, "", []), (" 7 ", 7, "", []), ("<0.1", 0.1, "<", []),
    (">= 500", 500, ">=", []), ("≤3", 3, "<=", []), ("5,2", 5.2, "", []), ("<13,55", 13.55, "<", []),
    ("12,3456", None, "", ["ambiguous_number"]), ("1.234,5", None, "", ["ambiguous_number"]),
    ("1,234", None, "", ["ambiguous_number"]), ("1,234.5", None, "", ["ambiguous_number"]),
    ("-----", None, "", ["no_value"]), ("****", None, "", ["no_value"]), ("-", None, "", []),
    ("2.45E6", 2_450_000, "", []), ("<1.2E-3", 0.0012, "<", []), ("9.9E999", None, "", ["unreadable_number"]),
    ("24.5E6", None, "", ["unreadable_number"]),
    ("POSITIVE", None, "", []), ("", None, "", []), ("1e5", None, "", ["unreadable_number"]), ("nan", None, "", []),
    (".5", None, "", ["unreadable_number"]), ("5.", None, "", ["unreadable_number"]),
    ("1.2.3", None, "", ["unreadable_number"]), ("٣", None, "", []), ('""', None, "", ["no_value"]),
    ("5.4^^1", None, "", ["unreadable_number"]), (r"5.4\5.6", None, "", ["unreadable_number"]),
    ("5.4~5.6", None, "", ["unreadable_number"]), ("98.7 %", None, "", ["unreadable_number"]),
    ("10828004^Positive^SCT", None, "", []), ("1:160", None, "", []), ("^", None, "", []),
    ("2,45E6", 2_450_000, "", []), ("24,5E6", None, "", ["unreadable_number"]),
    ("2,456E6", None, "", ["ambiguous_number"]), ("274 000", None, "", ["unreadable_number"]),
    ("12\u2009345", None, "", ["unreadable_number"]), ("1\u00a0274\u202f000,5", None, "", ["unreadable_number"]),
    ("5.4*", None, "", ["unreadable_number"]), ("5.4 H", None, "", ["unreadable_number"]),
    ("5,4%", None, "", ["unreadable_number"]), ("2+", None, "", []), ("19 Nov", None, "", []), ("H", None, "", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number", "comparator", "codes"), NUMBERS)
def test_numbers(text: str, number: float | None, comparator: str, codes: list[str]) -> None:
    found = read_number(text)
    assert (found.number, found.comparator, [flag.code for flag in found.flags]) == (number, comparator, codes)


DECLARED = [
    (",", "1.010", 1010, []), (",", "12.120.000", 12_120_000, []), (",", "303,0", 303, []),
    (",", "1.012,5", 1012.5, []), (",", "<1,25", 1.25, []), (",", "-1.010", -1010, []), (",", "2,45E6", 2_450_000, []),
    (",", "1,234", 1.234, []), (",", "302", 302, []), (",", "1.5", None, ["unreadable_number"]),
    (",", "12.12", None, ["unreadable_number"]), (",", "0.123", None, ["unreadable_number"]),
    (",", "1010.120", None, ["unreadable_number"]), (",", "1,2,3", None, ["unreadable_number"]),
    (",", "1,010.5", None, ["unreadable_number"]), (",", "", None, []), (",", "see p. 3", None, []),
    (",", "....", None, ["no_value"]), (".", "12,120", 12120, []), (".", "1,012.5", 1012.5, []),
    (".", "1.010", 1.01, []), (".", "302", 302, []), (".", "5,2", None, ["unreadable_number"]),
    (".", "12,12", None, ["unreadable_number"]), (".", "1.012,5", None, ["unreadable_number"]),
    (".", ".5", None, ["unreadable_number"]),
]  # fmt: skip


@pytest.mark.parametrize(("decimal", "text", "number", "codes"), DECLARED)
def test_numbers_of_a_layout_that_declares_its_decimals(
    decimal: DecimalSign, text: str, number: float | None, codes: list[str]
) -> None:
    found = read_number(text, decimal)
    assert (found.number, [flag.code for flag in found.flags]) == (number, codes)


TIMES = [
    ("20261120084105", "2026-11-20T08:41:05"), ("202611200841", "2026-11-20T08:41:00"), ("20261120", "2026-11-20"),
    ("2026112008", "2026-11-20T08:00:00"), ("2026112008-0500", "2026-11-20T08:00:00-05:00"),
    ("2026-11-20 08:41", "2026-11-20T08:41:00"), ("2026-11-20T08:41:05", "2026-11-20T08:41:05"),
    ("20261120084105+0300", "2026-11-20T08:41:05+03:00"), ("2026-11-20T08:41:05Z", "2026-11-20T08:41:05Z"),
    ("", None), ("14-JAN-2026", "2026-01-14"), ("02-Nov-2017 09:42:05:509", "2017-11-02T09:42:05"),
    ("28-jun-2019 17:29:39.51", "2019-06-28T17:29:39"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "iso"), TIMES)
def test_times(text: str, iso: str | None) -> None:
    assert read_time(text) == (iso, ())


@pytest.mark.parametrize(
    "text",
    [
        "20261320",
        "20260230",
        "11/20/2026",
        "14-ENE-2026",
        "14-JAN-2026.5",
        "31-FEB-2026",
        "4-JAN-2026",
        "202611202541",
        "2026112025",
        "2026-11-2008",
        "2026-11-20 8:41",
        "08:41",
        "2026",
        "202611200841+9900",
        "٢٠٢٦١١٢٠",
    ],
)
def test_what_is_no_time_is_flagged(text: str) -> None:
    iso, (flag,) = read_time(text)
    assert (iso, flag.code, flag.token) == (None, "unreadable_time", text)


def test_a_clock_runs_past_midnight() -> None:
    assert after("23:50", "2026-11-20T23:41:00") == ("2026-11-20T23:50:00", ())
    assert after("00:05", "2026-11-20T23:50:00") == ("2026-11-21T00:05:00", ())
    assert after("08:41", "2026-11-20T08:41:30")[0] == "2026-11-20T08:41:00"
    assert after("08:51:30", "2026-11-20T08:41:00Z") == ("2026-11-20T08:51:30Z", ())
    assert after("08:41", None)[1][0].code == "time_without_date"
    assert after("2026-11-20 08:41", None)[0] == "2026-11-20T08:41:00"
    assert after("25:00", "2026-11-20T23:50:00")[1][0].code == "unreadable_time"


@given(st.text(alphabet="0123456789-:T Z+.", max_size=24), st.text(alphabet="0123456789:", max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_time_gets_an_answer(text: str, clock: str) -> None:
    iso, flags = read_time(text)
    assert (iso is None) == bool(flags or not text.strip())
    moment, doubts = after(clock, iso)
    assert moment is None or [flag.code for flag in doubts] in ([], ["time_goes_back"])


def test_a_clock_that_is_put_back_makes_no_new_day() -> None:
    """An hour at the end of summer time, a minute by a time service: the run does not last a day longer."""
    for earlier, clock, moment in (
        ("2026-10-25T02:59:00", "02:00", "2026-10-25T02:00:00"),
        ("2026-11-20T08:51:00", "08:50", "2026-11-20T08:50:00"),
    ):
        found, (doubt,) = after(clock, earlier)
        assert (found, doubt.code, doubt.severity) == (moment, "time_goes_back", "warning")
    assert after("08:49", "2026-11-20T20:51:00") == ("2026-11-21T08:49:00", ())


def test_the_last_day_of_the_calendar_has_no_next() -> None:
    assert after("00:05", "9999-12-31T23:50:00")[1][0].code == "unreadable_time"


def read(report: ObservationReport) -> tuple[NormalObservation, ...]:
    found = Normaliser(None).normalise(report)
    assert isinstance(found, NormalObservations)
    return found.observations


def observed(control: bool = False, **fields: Any) -> NormalObservation:
    report = ObservationReport(
        format="astm_records", sample="S1", quality_control=control, observations=(Observation(**fields),)
    )
    return read(report)[0]


def test_a_count() -> None:
    found = observed(
        label="WBC", value="7.21", unit="10^3/uL", time="20261120084105", status="F", reference_range="4-10"
    )
    assert found == NormalObservation(
        label="WBC", code="6690-2", system="LN", value="7.21", number=7.21, unit="10*9/L", time="2026-11-20T08:41:05",
        status="F", hl7_status="F", reference_range="4-10",
    )  # fmt: skip


def test_what_tells_it_apart_and_the_senders_comments_stay_with_it() -> None:
    printed = Observation(label="WBC", value="7.21", unit="10^3/uL", sub_id="(Average)", comments=("clotted", "rerun"))
    found = read(ObservationReport(format="bd_cd34", sample="S1", observations=(printed,)))
    assert [(each.sub_id, each.comments) for each in found] == [("(Average)", ("clotted", "rerun"))]


def test_every_doubt_is_a_flag_and_the_text_stays() -> None:
    found = observed(label="Odd", value="5,234", unit="blobs", time="yesterday")
    assert [flag.code for flag in found.flags] == [
        "unknown_code",
        "unknown_unit",
        "ambiguous_number",
        "unreadable_time",
    ]
    assert (found.code, found.value, found.number, found.unit, found.time) == ("Odd", "5,234", None, None, None)


def test_an_impossible_haematocrit_is_flagged_but_not_in_control_material() -> None:
    assert [(flag.code, flag.severity) for flag in observed(label="HCT", value="85.7", unit="%").flags] == [
        ("out_of_range", "error")
    ]
    assert observed(label="HCT", value="85.7", unit="%", control=True).flags == ()
    assert [flag.code for flag in observed(label="HCT", value="0.857", unit="L/L").flags] == ["out_of_range"]
    assert "out_of_range" not in [flag.code for flag in observed(label="HCT", value="0.857", unit="blobs").flags]
    assert observed(label="HCT", value="<85.7", unit="%").flags == (), "a bound is no value"


@pytest.mark.parametrize(
    ("code", "value", "unit", "severities"),
    [
        ("80698-4", "98", "%", []),
        ("80698-4", "80", "%", ["warning"]),
        ("80698-4", "120", "%", ["error"]),
        ("33023-3", "-1", "%", ["error"]),
        ("74838-4", "2014", "/uL", []),
        ("74838-4", "-5", "/uL", ["error"]),
        ("74838-4", "2000000", "/uL", ["error"]),
        ("74838-4", "2000000", "/mL", []),
        ("74838-4", "2000000000", "/mL", ["error"]),
        ("74838-4", "501", "10*9/L", ["error"]),
    ],
)
def test_shares_and_counts_of_cells_that_cannot_be(code: str, value: str, unit: str, severities: list[str]) -> None:
    found = observed(label="invented", code=code, system="LN", value=value, unit=unit)
    assert [flag.severity for flag in found.flags] == severities


OTHER_UNITS = [
    ("CD34", "", "0.45", "%", "CD34", ["warning"]),
    ("CD34", "", "82", "10*6", "CD34", ["warning"]),
    ("CD34", "", "1.2", "10*6/kg", "78002-3", []),
    ("LYMPH#", "", "33", "%", "LYMPH#", ["warning"]),
    ("PLT", "", "186", "fL", "PLT", ["warning"]),
    ("WBC", "", "5.4", "10*6/kg", "WBC", ["warning"]),
    ("CD34", "33023-3", "40", "/uL", "33023-3", ["error"]),
    ("CD34", "74838-4", "0.45", "%", "74838-4", ["error"]),
    ("CD34", "74838-4", "0.45", "10*9/L", "74838-4", []),
    ("CD34", "26464-8", "0.45", "%", "26464-8", []),
]


@pytest.mark.parametrize(("label", "stated", "value", "unit", "code", "severities"), OTHER_UNITS)
def test_a_value_in_a_unit_of_another_kind_than_its_code_never_passes_for_one_of_that_code(
    label: str, stated: str, value: str, unit: str, code: str, severities: list[str]
) -> None:
    system = "LN" if stated else ""
    found = observed(label=label, code=stated, system=system, value=value, unit=unit)
    assert (found.code, found.number) == (code, float(value))
    assert found.system == ("L" if code == label else "LN")
    assert [(flag.code, flag.token, flag.severity) for flag in found.flags] == [
        ("unit_differs", unit, severity) for severity in severities
    ]


IMPOSSIBLE = [
    ("CD34 DOSE", "5", "10*8/kg", "error"), ("CD34 DOSE", "50", "10*7/kg", "error"),
    ("CD34 DOSE", "5", "10*6/kg", None),
    ("TNC DOSE", "600", "10*8/kg", "error"), ("TNC DOSE", "600", "10*6/kg", None), ("HGB", "-3", "g/dL", "error"),
    ("HGB", "14", "g/L", "warning"), ("HGB", "14", "g/dL", None), ("HGB", "140", "g/L", None),
    ("HGB", "8.7", "mmol/L", None), ("HGB", "87", "mmol/L", "error"), ("RET%", "-5", "%", "error"),
    ("NEUT%", "140", "%", "error"), ("EO%", "101", "%", "error"), ("BASO%", "-1", "%", "error"),
    ("IG%", "140", "%", "error"), ("NRBC%", "140", "/100 WBC", None), ("NEUT#", "900", "10*9/L", "error"),
    ("RBC", "-4.5", "10*12/L", "error"), ("MCV", "-90", "fL", "error"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "value", "unit", "severity"), IMPOSSIBLE)
def test_no_quantity_is_less_than_none_and_no_share_more_than_the_whole(
    label: str, value: str, unit: str, severity: str | None
) -> None:
    found = observed(label=label, value=value, unit=unit)
    assert [(flag.code, flag.severity) for flag in found.flags] == ([("out_of_range", severity)] if severity else [])


NOTATIONS = [
    ("41,3", "1.234", None), ("41,3", "<12.345", None), ("1.234,5", "1.234", None), ("0,125", "1.234", None),
    ("2,45E6", "1.234", None), ("96,9%", "1.234", None), ("41,3", "1.23", 1.23), ("41,3", "0.123", 0.123),
    ("41,3", "1234", 1234), ("41.3", "1.234", 1.234), ("1,234", "1.234", 1.234), ("A,B", "1.234", 1.234),
]  # fmt: skip


@pytest.mark.parametrize(("shown", "printed", "number"), NOTATIONS)
def test_values_printed_together_are_in_one_notation(shown: str, printed: str, number: float | None) -> None:
    """Beside a decimal comma a point before three digits may part thousands."""
    values = tuple(Observation(label=label, value=value) for label, value in (("one", shown), ("other", printed)))
    _, found = read(ObservationReport(format="bd_cd34", sample="S1", observations=values))
    assert (found.value, found.number) == (printed, number)
    assert ("ambiguous_number" in [flag.code for flag in found.flags]) == (number is None)


WITHOUT_NUMBER = [
    ({"label": "WBC", "value": ""}, ["no_value"]),
    ({"label": "WBC", "value": "", "flags": ("A",)}, ["no_value"]),
    ({"label": "WBC", "value": "-", "unit": "10*9/L"}, ["unreadable_number"]),
    ({"label": "WBC", "value": "clotted"}, ["unreadable_number"]),
    ({"label": "WBC", "value": "-----"}, ["no_value"]),
    ({"label": "WBC", "value": "not done", "status": "X"}, ["not_measured"]),
    ({"label": "WBC", "value": "", "status": "X"}, ["not_measured"]),
    ({"label": "WBC", "value": "5.4"}, ["no_unit"]),
    ({"label": "WBC", "value": "5.4", "unit": "10*9/L"}, []),
    ({"label": "WBC", "value": "5400"}, ["no_unit"]),
    ({"label": "CD34+ Viability", "value": "123"}, ["no_unit", "out_of_range"]),
    ({"label": "own", "value": ""}, ["unknown_code", "no_value"]),
    ({"label": "own", "value": "", "flags": ("A",)}, ["unknown_code"]),
    ({"label": "own", "value": "clotted"}, ["unknown_code"]),
    ({"label": "own", "value": "5.4"}, ["unknown_code"]),
    ({"label": "own", "value": "274 000"}, ["unknown_code", "unreadable_number"]),
    ({"label": "own", "value": "5.4 H"}, ["unknown_code", "unreadable_number"]),
    ({"label": "INR", "code": "6301-6", "value": "1.1"}, []),
]


@pytest.mark.parametrize(("printed", "codes"), WITHOUT_NUMBER)
def test_a_count_without_number_or_unit_says_so(printed: dict[str, Any], codes: list[str]) -> None:
    assert [flag.code for flag in observed(**printed).flags] == codes


REPEATED = [
    ([{"value": "5.4"}, {"value": "9.9"}], True),
    ([{"value": "5.4"}, {"value": "5.40"}], False),
    ([{"value": "5.4"}, {"value": ">5.4"}], True),
    ([{"value": "5.4", "sub_id": "(Average)"}, {"value": "9.9", "sub_id": "tube 1"}], False),
    ([{"value": "5.4", "sub_id": "1"}, {"value": "9.9", "sub_id": "1"}], True),
    ([{"value": "5.4"}, {"value": "9.9", "label": "LEUCO"}], True),
    ([{"value": "5.4"}, {"value": "9.9", "label": "PLT"}], False),
    ([{"value": "1", "label": "own"}, {"value": "2", "label": "own"}], True),
    ([{"value": "1", "code": "7", "label": "one"}, {"value": "2", "code": "7", "label": "other"}], False),
    ([{"value": "positive", "label": "own"}, {"value": "negative", "label": "own"}], True),
    ([{"value": "-----"}, {"value": "9.9"}], False),
    ([{"value": ""}, {"value": "9.9"}], False),
    ([{"value": "5.4", "status": "X"}, {"value": "9.9"}], False),
]


@pytest.mark.parametrize(("values", "repeated"), REPEATED)
def test_a_report_that_states_the_same_thing_twice_and_not_alike_is_flagged_at_both(
    values: list[dict[str, str]], repeated: bool
) -> None:
    printed = tuple(Observation(**{"label": "WBC", "unit": "10*9/L"} | each) for each in values)
    assert [
        any(flag.code == "repeated_in_receipt" for flag in each.flags)
        for each in read(ObservationReport(format="astm_records", sample="S1", observations=printed))
    ] == [repeated, repeated]


def test_a_balance_may_weigh_many_things() -> None:
    printed = tuple(Observation(label="weight", value=value, unit="g") for value in ("412.5", "398.1"))
    for each in read(ObservationReport(format="balance", sample="", observations=printed)):
        assert "repeated_in_receipt" not in [flag.code for flag in each.flags]


BLOOD, PRODUCT, UNSAID = "BLD^Blood^HL70487", "BPU^Blood product unit^HL70487", ""
SPECIMENS = [
    (BLOOD, "HCT", "42", "%", None),
    (BLOOD, "HCT", "4.0", "%", "error"),
    (BLOOD, "HCT", "0.04", "L/L", "error"),
    (PRODUCT, "HCT", "4.0", "%", None),
    (PRODUCT, "HCT", "0.04", "L/L", None),
    (PRODUCT, "HCT", "42", "%", "warning"),
    (PRODUCT, "HCT", "85.7", "%", "error"),
    (UNSAID, "HCT", "42", "%", None),
    (UNSAID, "HCT", "4.0", "%", "warning"),
    (UNSAID, "HCT", "85.7", "%", "error"),
    (BLOOD, "WBC", "250", "10*9/L", "error"),
    (PRODUCT, "WBC", "250", "10*9/L", None),
    (PRODUCT, "WBC", "5400", "10*9/L", "error"),
    (UNSAID, "WBC", "250", "10*9/L", "warning"),
    (UNSAID, "WBC", "5400", "10*9/L", "error"),
    ("SER^Serum^HL70487", "WBC", "250", "10*9/L", "warning"),
    ("BLD~BPU", "WBC", "250", "10*9/L", "warning"),
    (PRODUCT, "PLT", "2500", "10*9/L", None),
    (PRODUCT, "PLT", "-1", "10*9/L", "error"),
    (PRODUCT, "LYMPH%", "101", "%", "error"),
]


@pytest.mark.parametrize(("specimen", "label", "value", "unit", "severity"), SPECIMENS)
def test_a_product_is_not_held_against_what_is_possible_in_blood(
    specimen: str, label: str, value: str, unit: str, severity: str | None
) -> None:
    for place in ("SPM-4", "OBR-15", "O-16", "Specimen Type"):
        printed = (Observation(label=label, value=value, unit=unit),)
        stated = (Printed(place, specimen),) if specimen else ()
        (found,) = read(ObservationReport(format="x", sample="S1", observations=printed, properties=stated))
        assert [flag.severity for flag in found.flags] == ([severity] if severity else [])


@pytest.mark.parametrize("specimen", ["Peripheral blood", "whole blood", "BLDV&Venous&HL70070", "HPC, Apheresis"])
def test_a_specimen_is_known_by_a_code_or_a_word_in_any_case(specimen: str) -> None:
    assert specimen_of((Printed("SPM-5", "BPU"), Printed("SPM-4", specimen))) != "unknown"


def test_the_report_keeps_what_it_says_of_itself() -> None:
    report = ObservationReport(
        format="astm_records", sample="A999924000123M", subject="9999TEST00000000118", report_id="7", device="XN",
        date="20261120", quality_control=True, comments=("haemolysed",),
    )  # fmt: skip
    found = Normaliser(None).normalise(report)
    assert isinstance(found, NormalObservations)
    assert (found.sample.scheme, found.subject and found.subject.scheme) == ("DIN", "GRID")
    assert (found.report_id, found.device, found.date, found.quality_control) == ("7", "XN", "2026-11-20", True)
    assert found.comments == ("haemolysed",)


def test_what_the_reader_found_odd_is_a_flag_of_the_report() -> None:
    report = ObservationReport(format="astm_records", sample="1", findings=(Finding("not_production", "T", "line 1"),))
    found = Normaliser(None).normalise(report)
    assert [(flag.code, flag.token, flag.severity) for flag in found.flags] == [("not_production", "line 1", "error")]
