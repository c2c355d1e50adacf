"""Scans: symbols are cut by their lengths and decoded; what is none is kept as text and flagged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.format import Document
from parsers.formats.barcode_scan import looks_like, parse
from parsers.isbt128_symbols import LENGTHS, cut
from parsers.records import ObservationReport
from pipeline.hl7.message import Envelope, render
from pipeline.normalise.observations import normalise_observations
from pipeline.normalise.records import NormalObservation

DIN = "=A99992400012300"


def report_of(scan: str) -> ObservationReport:
    (report,) = parse(Document(scan.encode())).reports
    assert isinstance(report, ObservationReport)
    return report


def symbols_of(scan: str) -> list[tuple[str, str]]:
    return [(each.label, each.value) for each in report_of(scan).observations]


def doubts_of(scan: str) -> list[str]:
    return [each.code for each in report_of(scan).findings]


def meaning_of(scan: str) -> NormalObservation:
    (symbol,) = normalise_observations(report_of(scan)).observations
    return symbol


@pytest.mark.parametrize("end", ["", "\r", "\n", "\r\n", "\t", "\r\n\r\n"])
@pytest.mark.parametrize("prefix", ["", "]C0", "]C1", "]d2", "]Q1"])
def test_prefix_and_suffix_are_no_part_of_the_code(prefix: str, end: str) -> None:
    report = report_of(prefix + DIN + end)
    assert (report.sample, [each.value for each in report.observations]) == (DIN, [DIN[1:]])
    assert [each.text for each in report.properties] == ([prefix] if prefix else [])


def test_symbols_without_a_separator_are_cut_by_their_lengths() -> None:
    assert symbols_of(f"{DIN}=%5100=<S1384V00&>0270452359&,1ABCDEFGHIJKLMNOPQR") == [
        ("=", "A99992400012300"),
        ("=%", "5100"),
        ("=<", "S1384V00"),
        ("&>", "0270452359"),
        ("&,1", "ABCDEFGHIJKLMNOPQR"),
    ]


@pytest.mark.parametrize(
    ("scan", "left"),
    [(f"{DIN}@1", "@1"), (f"{DIN}=%51", "=%51"), ("=?x", "=?x"), ("&$x1", "&$x1"), ("&a", "&a"), ("=", "=")],
)
def test_what_is_no_known_structure_is_kept_with_its_place(scan: str, left: str) -> None:
    assert symbols_of(scan)[-1] == ("text", left)
    finding = next(each for each in report_of(scan).findings if each.code == "unknown_scan")
    assert finding.where == f"character {scan.index(left) + 1}"


def test_structures_that_count_their_content_are_cut_by_it() -> None:
    assert symbols_of(f"{DIN}&$020100010030000006000800350000=%6200")[1:] == [
        ("&$", "020100010030000006000800350000"),
        ("=%", "6200"),
    ]
    assert symbols_of(f"{DIN}&%0010100010101=%6200")[1:] == [("&%", "0010100010101"), ("=%", "6200")]


def test_a_national_structure_goes_to_the_end_for_nobody_here_knows_its_length() -> None:
    assert symbols_of(f"{DIN}&z1234=%6200")[1:] == [("&z", "1234=%6200")]
    assert [each.code for each in meaning_of("&z1234").flags] == ["doubtful_scan"]
    assert meaning_of("&z1234").value == "1234"


def test_a_number_of_a_patient_is_counted_and_left_out() -> None:
    parsed = parse(Document(f"{DIN}&#0105ABCDE=%6200".encode()))
    assert [(each.path, each.count) for each in parsed.ignored] == [("&#", 1)]
    assert "ABCDE" not in repr(parsed)


@pytest.mark.parametrize("scan", ["´A99992400012300", "/Ö9999TEST00000000118", "ß%5100"])
def test_a_code_typed_over_another_keyboard_layout_is_called_so(scan: str) -> None:
    assert symbols_of(scan) == [("text", scan)]
    assert doubts_of(scan) == ["keyboard_layout", "no_specimen"]


def test_the_flags_behind_a_donation_number_are_no_part_of_it() -> None:
    assert doubts_of("=A99992400012300=A99992400012307") == []
    assert doubts_of("=A99992400012300=A99992400000100") == ["identifiers_differ", "no_specimen"]


@pytest.mark.parametrize("scan", ["&:9999TEST00000000118", "9999TEST00000000118"])
def test_a_grid_names_the_donor_and_no_specimen(scan: str) -> None:
    normal = normalise_observations(report_of(scan))
    assert normal.subject is not None
    assert (normal.subject.scheme, normal.subject.value) == ("GRID", "9999TEST00000000118")
    assert doubts_of(scan) == ["no_specimen"]


@pytest.mark.parametrize(
    ("scan", "label", "code", "value"),
    [
        (DIN, "DIN", "=", "A99992400012300"),
        ("&>0270452359", "expiry date and time", "&>", "2027-02-14T23:59"),
        ("=>024366", "expiry date", "=>", "2024-12-31"),
        ("=<S1384V00", "product code", "=<", "S1384V00"),
        ("=%5100", "blood group", "=%", "5100"),
        ("&)0000012345", "bag set lot", "&)", "0000012345"),
        ("9999TEST00000000118", "GRID", "GRID", "9999TEST00000000118"),
        ("ZORK", "text", "text", "ZORK"),
    ],
)
def test_a_symbol_is_decoded_and_is_never_a_number(scan: str, label: str, code: str, value: str) -> None:
    symbol = meaning_of(scan)
    assert (symbol.label, symbol.code, symbol.value, symbol.number) == (label, code, value, None)
    assert symbol.flags == ()


@pytest.mark.parametrize(
    "scan",
    [
        "=A99992400012383",
        "=A99992400012397",
        "&>0243672359",
        "9999TEST00000000119",
        "=]202613",
        "=%ZZ00",
        "=(1001202613320830",
    ],
)
def test_a_symbol_that_cannot_be_right_is_flagged(scan: str) -> None:
    symbol = meaning_of(scan)
    assert [(each.code, each.severity) for each in symbol.flags] == [("unreadable_scan", "error")]
    assert symbol.value == scan.lstrip("=&>]%(")


def test_every_symbol_of_a_joined_scan_that_cannot_be_right_is_flagged() -> None:
    scan = "=A99992412345600=]202613&,4PL001499A999924123456A00T041600320171332"
    symbols = normalise_observations(report_of(scan)).observations
    assert [[each.code for each in symbol.flags] for symbol in symbols] == [
        [],
        ["unreadable_scan"],
        ["unreadable_scan"],
    ]


def test_a_compound_message_holds_what_it_announces() -> None:
    assert doubts_of("=+02000=A99992400012300=%5100") == []
    assert doubts_of("=+03000=A99992400012300=%5100") == ["contradiction"]


def test_the_message_of_a_scan_escapes_its_identifiers() -> None:
    envelope = Envelope(control_id="1", sent_at="2026-11-26T12:00:00Z", facility="Invented")
    message = render(normalise_observations(report_of(f"{DIN}&>0270452359")), envelope)
    assert "|\\T\\>^expiry date and time^L|" in message


@given(st.text())
def test_nothing_of_a_scan_is_lost(text: str) -> None:
    symbols, rest = cut(text)
    assert "".join(each.identifier + each.content for each in symbols) + rest == text
    assert all(each.identifier in LENGTHS or each.identifier == "=" for each in symbols)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"INV-1\r\n",
        b"=?\r\n",
        b"=A99992400012300@\r\n",
        b"9999TEST\r\n",
        b"&\r\n",
        b"&nbsp;\r\n",
        b'="1","2","3","4","5"\r\n',
    ],
)
def test_what_might_be_anything_is_not_claimed(head: bytes) -> None:
    assert not looks_like(head)


@pytest.mark.parametrize(
    "head", [b"=A99992412345600&$0101000100300000\r\n", b"=A99992412345600&z12\r\n", b"=%6200\r\n"]
)
def test_structures_behind_a_donation_number_are_claimed_with_it(head: bytes) -> None:
    assert looks_like(head) is (b"&z" not in head)
