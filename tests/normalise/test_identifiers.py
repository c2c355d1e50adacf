"""GRID and DIN are used only when their check is right; every other code is decoded or says where it ends."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.identifier_forms import ALPHABET, check_value, number_in, one_spelling
from pipeline.normalise.identifiers import read_identifier, read_subject
from pipeline.normalise.isbt128 import identify

GRIDS = ["3553000000000000128", "8486000001234567807", "9999TEST00000000118"]
DINS = [("A999924000001", "5", "65"), ("A999924000123", "M", "82"), ("A999924123456", "Q", "86")]
"""Synthetic, of the ranges that the standards use for examples."""
DIGIT_FIRST = "6ZN1262029724"
"""Synthetic; its check character is L."""


def test_published_identifiers(shared: Path) -> None:
    with (shared / "samples" / "apheresis" / "published_identifiers.csv").open(newline="") as handle:
        published = list(csv.DictReader(handle))
    assert len(published) == 20
    for row in published:
        value = check_value(row["body"])
        assert value == int(row["check_value_computed"])
        if row["kind"] == "grid":
            found = read_identifier(row["body"] + row["check_as_published"])
            assert (found.scheme == "GRID") == (row["verifies"] == "True")
        if row["kind"] == "din":
            assert ALPHABET[value] == row["check_as_published"]
            assert read_identifier(row["body"] + row["check_as_published"]).scheme == "DIN"
            assert read_identifier("=" + row["body"] + row["type3_flag"]).value == row["body"]


@pytest.mark.parametrize("grid", GRIDS)
def test_a_grid_in_all_its_forms(grid: str) -> None:
    grouped = " ".join(grid[start : start + 4] for start in range(0, 19, 4))
    for printed in (grid, grouped, grouped.replace(" ", "-"), f"&:{grid}", f"]C1&:{grid}\r\n"):
        found = read_identifier(printed)
        assert (found.scheme, found.value, found.printed, found.flags) == ("GRID", grid, printed, ())


@pytest.mark.parametrize(("din", "check", "flags"), DINS)
def test_a_din_in_all_its_forms(din: str, check: str, flags: str) -> None:
    for printed in (
        f"{din}{check}",
        f"{din[:5]} {din[5:7]} {din[7:]} {check}",
        f"{din}07{check}",
        f"{din}{flags}{check}",
        f"={din}{flags}",
        f"]C1={din}{flags}\r",
        f"={din}00",
        f"={din}07",
    ):
        found = read_identifier(printed)
        assert (found.scheme, found.value, found.flags) == ("DIN", din, ())
    for found in (read_identifier(din), read_identifier(f"{din}07", labelled=True)):
        assert (found.scheme, found.value, [flag.code for flag in found.flags]) == ("DIN", din, ["no_check_character"])


@pytest.mark.parametrize(
    "printed", ["L20261120000101", "L20261120000191", "N20261120-0001-01", "A9999 24 000123 07", "A99992400012382"]
)
def test_nothing_is_cut_off_a_number_that_no_check_character_shows_to_be_a_din(printed: str) -> None:
    """The last two digits of a laboratory's counter tell two people apart."""
    found = read_identifier(printed)
    assert (found.scheme, found.value, found.flags) == ("LOCAL", printed, ())
    assert one_spelling(printed) == printed
    assert not identify(printed).valid
    assert "if this is a DIN, scan it, or type it" in identify(printed).message


def test_flags_before_a_wrong_check_character_are_not_cut_off() -> None:
    found = read_identifier("A99992400012307N")
    assert (found.scheme, found.value) == ("LOCAL", "A99992400012307N")
    assert [flag.code for flag in found.flags] == ["bad_check_characters"]


@pytest.mark.parametrize("printed", ["{}L", "6ZN12 62 029724 L", "{}07L", "={}00", "={}81"])
def test_a_din_that_begins_with_a_digit_is_known_by_its_check(printed: str) -> None:
    found = read_identifier(printed.format(DIGIT_FIRST))
    assert (found.scheme, found.value, found.flags) == ("DIN", DIGIT_FIRST, ())
    assert (identify(found.printed).valid, identify(found.printed).message) == (True, "")


@pytest.mark.parametrize(
    ("printed", "codes"),
    [(DIGIT_FIRST, []), (f"{DIGIT_FIRST}M", ["bad_check_characters"]), (f"{DIGIT_FIRST}07", [])],
)
def test_a_din_that_begins_with_a_digit_is_none_without_its_check(printed: str, codes: list[str]) -> None:
    found = read_identifier(printed)
    assert (found.scheme, found.value, [flag.code for flag in found.flags]) == ("LOCAL", printed, codes)


def test_digits_alone_are_a_din_with_the_right_check_character_and_never_a_misread_one() -> None:
    """A day and a counter have that form as well."""
    din = "7004203123456"
    for place, each in enumerate(ALPHABET):
        found = read_identifier(din + each)
        right = place == check_value(din)
        assert (found.scheme, found.value) == (("DIN", din) if right else ("LOCAL", din + each))
        assert found.flags == ()


def test_of_digits_that_count_up_no_two_are_one_donation() -> None:
    numbers = [f"2026112000{number:06}" for number in range(2000)]
    assert len({read_identifier(each).value for each in numbers}) == len(numbers)


def test_a_labelled_din_shows_its_container() -> None:
    assert number_in("A9999 24 000123 07") is None
    labelled = number_in("A9999 24 000123 07", labelled=True)
    assert labelled is not None
    assert (labelled.value, labelled.flags) == ("A999924000123", "07")


def changed(text: str) -> list[str]:
    return [
        text[:place] + other + text[place + 1 :] for place, own in enumerate(text) for other in ALPHABET if other != own
    ]


@pytest.mark.parametrize("grid", GRIDS)
def test_every_single_wrong_character_of_a_grid_is_noticed(grid: str) -> None:
    assert all(read_identifier(each).scheme == "LOCAL" for each in changed(grid))
    assert not any(identify(each).valid for each in changed(grid))


@pytest.mark.parametrize(("din", "check", "flags"), DINS)
def test_every_single_wrong_character_of_a_din_is_noticed(din: str, check: str, flags: str) -> None:
    assert all(read_identifier(each).scheme == "LOCAL" for each in changed(din + check))
    assert not any(identify(each).valid for each in changed(din + check))
    for each in changed(din):
        assert read_identifier(f"={each}{flags}").scheme == "LOCAL"


def test_a_wrong_check_is_flagged_and_kept_as_printed() -> None:
    found = read_identifier("9991012070433202000")
    assert (found.scheme, found.value) == ("LOCAL", "9991012070433202000")
    assert [(flag.code, flag.severity) for flag in found.flags] == [("bad_check_characters", "warning")]
    assert "9991012070433202000" not in found.flags[0].message


@pytest.mark.parametrize(
    "printed",
    [
        "S-0042",
        "22-03848-HLA",
        "1234567890123",
        "AAAA1111111",
        "9999test00000000119",
        "a999924000123",
        "6zn1262029724m",
    ],
)
def test_other_numbers_are_local(printed: str) -> None:
    found = read_identifier(printed)
    assert (found.scheme, found.value, found.flags) == ("LOCAL", printed, ())


@pytest.mark.parametrize(
    "printed", ["9999test00000000118", "9999 Test 0000 0000 118", "a999924000123M", "a999924000123m", "6zn1262029724l"]
)
def test_small_letters_are_not_corrected_and_not_passed_over(printed: str) -> None:
    """In capitals it is a donor's number; as it stands it is somebody else's."""
    found = read_identifier(printed)
    assert (found.scheme, found.value) == ("LOCAL", printed)
    assert [(flag.code, flag.severity) for flag in found.flags] == [("small_letters", "warning")]
    told = identify(printed)
    assert not told.valid
    assert "in capitals this would be a GRID or DIN" in told.message


def test_no_identifier_at_all_is_an_error() -> None:
    assert [flag.code for flag in read_identifier(" ").flags] == ["no_identifier"]


@pytest.mark.parametrize(
    "printed",
    ["N/A", "n/a", "NA", "N.A.", "unknown", "UNK", "None", "NULL", "not available", "-", "- -", "?", "XXX", '""'],
)
def test_what_people_write_instead_of_an_identifier_names_nobody(printed: str) -> None:
    found = read_identifier(printed)
    assert (found.scheme, found.value, found.printed) == ("LOCAL", "", printed)
    assert [(flag.code, flag.severity) for flag in found.flags] == [("no_identifier", "error")]


@pytest.mark.parametrize("printed", ["NA12878", "UNKNOWN-7", "X1", "XX", "0", "N-1", "NONES", "NILS"])
def test_an_identifier_that_begins_as_such_a_word_is_one(printed: str) -> None:
    assert (read_identifier(printed).value, read_identifier(printed).flags) == (printed, ())


def test_grid_and_din_that_are_exchanged_are_told_and_kept_as_printed() -> None:
    found = read_subject("=A99992400012300", sample="9999TEST00000000118")
    assert found is not None
    assert (found.scheme, found.value) == ("DIN", "A999924000123")
    assert [(flag.code, flag.severity) for flag in found.flags] == [("identifiers_exchanged", "warning")]
    for subject, sample in (("9999TEST00000000118", "=A99992400012300"), ("=A99992400012300", "=A99992400012300")):
        assert not getattr(read_subject(subject, sample), "flags", None)
    assert read_subject("", "9999TEST00000000118") is None


def test_a_sample_that_bears_the_grid_of_another_donor_is_nobody_s() -> None:
    found = read_subject(GRIDS[0], GRIDS[1])
    assert found
    assert [(flag.code, flag.severity) for flag in found.flags] == [("identifiers_differ", "error")]
    same = read_subject(GRIDS[0], f"&:{GRIDS[0]}")
    assert same
    assert same.flags == ()


SPELLINGS = [
    ("9999TEST00000000118", "9999-TEST-0000-0000-118", True), ("9999TEST00000000118", "&:9999TEST00000000118", True),
    ("A999924000123", "=A99992400012307", True), ("A999924000123", "A9999 24 000123 M", True), (" S-1", "S-1 ", True),
    ("N/A", "unknown", True), ("9999TEST00000000118", "9999TEST00000000216", False), ("S-1", "S1", False),
    ("A999924000123M", "A999924000123N", False),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "same"), SPELLINGS)
def test_spellings_of_one_identifier(one: str, other: str, same: bool) -> None:
    assert (one_spelling(one) == one_spelling(other)) is same


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    assert read_identifier(text).printed == text
    assert one_spelling(one_spelling(text)) == one_spelling(text)
    assert identify(text).valid in (True, False)


def parts(code: str) -> dict[str, str]:
    return {part.label: part.value for part in identify(code).parts}


def test_a_wrong_check_character_is_shown_as_it_is_printed() -> None:
    right = parts(DINS[0][0])["check character"]
    wrong = "A" if right != "A" else "B"
    assert parts(DINS[0][0] + right)["check character"] == right
    assert parts(DINS[0][0] + wrong)["check character"] == wrong


def test_identify_decodes_each_scheme() -> None:
    assert identify("9999TEST00000000118").scheme == "GRID"
    assert identify("A9999 24 000123 M").scheme == "DIN"
    assert parts("=A99992400012307")["flags"] == "07"
    assert parts("=<S1384V00") == {"product": "S1384", "collection type": "V", "division": "00"}
    assert parts("&>0183652359") == {"time": "2018-12-31T23:59"}
    assert parts("=>024366") == {"date": "2024-12-31"}


@pytest.mark.parametrize("code", ["A999924000123", "A9999 24 000123"])
def test_a_din_typed_without_its_check_character_says_what_the_label_must_show(code: str) -> None:
    found = identify(code)
    assert found.valid
    assert found.message == "typed without its check character: compare the label, it must show M"


@pytest.mark.parametrize("code", ["A999924000123M", "A99992400012307M", "A99992400012382M", "=A99992400012300"])
def test_a_din_with_its_check_or_from_a_barcode_has_nothing_to_compare(code: str) -> None:
    assert (identify(code).valid, identify(code).message) == (True, "")


def test_a_compound_message() -> None:
    """The example of ST-001, over a donation number of the range for examples."""
    message = "=+05000=A99992400012300=%T300=<T0416003&>0183652359&,4PL001499A999924000123A00T041600320181231"
    found = identify(message)
    assert (found.valid, found.scheme, found.message) == (True, "ISBT 128 message", "")
    said = {part.label: part.value for part in found.parts}
    assert said["DIN: number"] == "000123"
    assert said["product code: product"] == "T0416"
    assert said["expiry date and time: time"] == "2018-12-31T23:59"
    assert said["Single European Code: donation number"] == "A999924000123"
    short = identify(message.replace("=+05", "=+06"))
    assert (short.valid, short.message) == (False, "6 structures are announced, 5 follow")


def test_a_single_european_code_as_text() -> None:
    found = identify("SEC: PL001499A999924000123 A00T041600320171231")
    assert (found.valid, found.scheme) == (True, "Single European Code")
    assert {part.label: part.value for part in found.parts}["expiry"] == "20171231"
    assert identify("SEC: PL0014").message == "found 6 characters, expected 40"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("=~1234", 'character 1: no structure begins with "=~"'),
        ("=<S1384V0", "character 1: product code has 8 characters, 7 are left"),
        ("=A99992400012300=~1", 'character 17: no structure begins with "=~"'),
        ("=>023366", '"023366" is no date'),
        ("/>0183652359", "another keyboard layout"),
        ("hello", "neither GRID, DIN"),
        ("A999924000123N", "the check does not fit"),
    ],
)
def test_what_cannot_be_decoded_says_where_and_why(code: str, message: str) -> None:
    found = identify(code)
    assert not found.valid
    assert message in found.message
