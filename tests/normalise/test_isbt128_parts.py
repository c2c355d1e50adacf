"""Every part of a structure is held against its kind: refused where it cannot be, noted where it may be newer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise.isbt128 import Part, identify, structures
from pipeline.normalise.isbt128_parts import CALENDARS, kinds, meanings, read_part

SEC = "SEC: PL001499A999924123456 A00T041600320171231"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("=]202613", 'month: "202613" is no month'),
        ("=#0120001332", 'date of birth: "20001332" is no date'),
        ("=(1101202613320830", 'reserved: "1" is no zero'),
        ("=(1001202613320830", 'time: "202613320830" is no date and time'),
        ("=(1001202612312460", 'time: "202612312460" is no date and time'),
        ("=(3001202612312359", 'zone: "3" is no time zone'),
        ("&,4PL001499Z549917123456A00T041600320180231", 'expiry: "20180231" is no date'),
        (SEC.replace("1231", "1332"), 'expiry: "20171332" is no date'),
        (SEC.replace("PL", "11"), 'country: "11" is no country'),
        (SEC.replace("PL", "ZQ"), 'country: "ZQ" is no country'),
        (SEC.replace(" A", " X"), 'platform: "X" is no coding platform'),
        (SEC.replace("A9999", "A99O9"), 'donation number: "A99O924123456" is no donation number'),
        (SEC.replace("00T0416", "01T0416"), 'product: "01T0416" is no product code behind two zeros'),
        ("=%ZZ00", 'group: "ZZ" is no code of a blood group'),
        ("=%6Ra0", 'group: "6R" is no code of a blood group'),
        ("=%62a0", 'phenotype: "a" is no code of a phenotype'),
        ("=%6201", 'reserved: "1" is no zero'),
        ("=<1384V000", 'product: "1384V" is no product code'),
        ("=<S1384Va0", 'division: "a0" is no division'),
        ("=<T041600A", 'division: "00A" is no division of three digits'),
        ("=<X1234001", 'reserved: "001" is no zero'),
        ("=>024366!", None),
        ("&>0183652460", 'time: "0183652460" is no date and time'),
        ("&>0183650060", 'time: "0183650060" is no date and time'),
        ("=>524001", 'date: "524001" is no date'),
        ("=>024000", 'date: "024000" is no date'),
        ("=>O24001", 'date: "O24001" is no date'),
        ("&(N000a", 'code: "N000a" is no string of capital letters and digits'),
        ("=;A99O90000000000000042", 'facility: "A99O9" is no facility number'),
        ("=;A999900000000000000X2", 'number: "00000000000000X2" is no string of digits'),
        ('&"900000000000000000', 'markers: "900000000000000000" is no string of digits from 0 to 8'),
        ("=$A99992412345A102", 'container: "A1" is no string of digits'),
        ("&$0101000100300600", 'decimal places: "6" is no number of decimal places'),
        ("&/XHA999924000123", 'mark: "XH" is no mark of a chain of identity'),
        ("&:0999TEST00000000118", 'issuer: "0999" is no issuer'),
        ("&:9999TEST000000001XX", 'check: "XX" is no string of digits'),
        ("&:9999TEST00000000119", "the check digits do not fit"),
        ("=A99992412345614", 'flags: "14" is no flag in use'),
        ("=A99992412345697", 'flags: "97" is no flag in use'),
        ("=A999924123456A1", 'flags: "A1" is no flag in use'),
        ("=A999924123456", '"=A" begins no donation number'),
        ("&$xx01000100300000", "holds no count of what follows in dimensions"),
        ("&$0201000100300000", "dimensions has 30 characters, 16 are left"),
        ("&#0105ABC", "patient number has 9 characters, 7 are left"),
    ],
)
def test_what_cannot_be_is_refused_with_the_part_that_is_wrong(code: str, message: str | None) -> None:
    found = identify(code)
    assert not found.valid
    assert (message or "no structure begins") in found.message


def test_in_a_message_the_structure_is_named_too() -> None:
    found = identify("=A99992412345600=]202613")
    assert (found.valid, found.message[:33]) == (False, 'supply expiry month: month: "2026')


@pytest.mark.parametrize(
    ("code", "label", "value", "meaning"),
    [
        ("=%6200", "group", "62", "A positive"),
        ("=%9100", "group", "91", "O negative, directed use only"),
        ("=%Mq00", "group", "Mq", "in quarantine"),
        ("=%95A0", "phenotype", "A", "C- c+ E- e+, K-"),
        ("=A99992412345600", "flags", "00", "not used"),
        ("=A99992412345607", "flags", "07", "test tube"),
        ("=A99992412345642", "flags", "42", "known to the facility alone"),
        ("=A99992412345686", "flags", "86", "check of the number"),
        ("=<S1384V00", "product", "S1384", "cellular therapy"),
        ("=<S1384V99", "division", "99", "see the product division (032)"),
        ("=<S1384V00", "collection type", "V", "volunteer, allogeneic"),
        ("=<T0416003", "division", "003", ""),
        ("&>0183652359", "time", "2018-12-31T23:59", "the end of the day, or no time is stated"),
        ("=>998365", "date", "1998-12-31", ""),
        ("=]202612", "month", "202612", "2026-12"),
        ("=(2001202612310830", "time", "202612310830", "2026-12-31T08:30"),
        (SEC, "expiry", "20171231", "2017-12-31"),
        (SEC.replace("20171231", "00000000"), "expiry", "00000000", "no expiry"),
        (SEC.replace("PL", "EL"), "country", "EL", "no ISO 3166-1 code, but written by the European Union"),
        ("&$0101000100300000", "dimension", "0001", "volume with anticoagulant, mL"),
        ("&#0105ABCDE", "number", "ABCDE", ""),
    ],
)
def test_a_code_comes_with_its_meaning(code: str, label: str, value: str, meaning: str) -> None:
    found = identify(code)
    assert (found.valid, found.message) == (True, "")
    assert Part(label, value, meaning) in found.parts


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("=<G1384V00", 'product: nobody here knows what "G1384" means'),
        ("=<S1384Z00", 'collection type: nobody here knows what "Z" means'),
        ("=<S1384P00", "collection type: the donor was paid, and donations to a registry are unpaid"),
        ("=<S1384d00", "collection type: the donor was paid"),
        ("&$0100000100300000", 'relation: nobody here knows what "00" means'),
        ("&$0101999900300000", 'dimension: nobody here knows what "9999" means'),
        ("=(1099202612310830", 'kind: nobody here knows what "99" means'),
        ("={000000000000000000", "retired"),
        ("&,39999TEST0000000001X", "retired"),
        ("&z1234", "each country says by itself what it holds"),
        ("&;1234", "each country says by itself what it holds"),
        ("=A99992412345600&z1234", "national structure: each country says"),
    ],
)
def test_what_may_be_newer_or_older_than_the_tables_is_valid_and_noted(code: str, message: str) -> None:
    found = identify(code)
    assert found.valid
    assert message in found.message


def test_what_is_repeated_is_decoded_each_time() -> None:
    found = identify("&$020100010030000001000800350000")
    assert found.valid
    assert [part.value for part in found.parts if part.label == "value"] == ["00300", "00350"]


@pytest.mark.parametrize("code", ["A9999 24 123456 00 Q", "A99992412345600Q", "A99992412345686Q", "A999924123456Q"])
def test_a_typed_din_may_have_flags_before_its_check_character(code: str) -> None:
    found = identify(code)
    assert (found.scheme, found.value, found.valid, found.message) == ("DIN", "A999924123456", True, "")


@pytest.mark.parametrize("code", ["A99992412345600R", "A99992412345687Q", "A99992412345686R", "A99992412345697Q"])
def test_a_typed_din_whose_check_or_flags_are_wrong_is_refused(code: str) -> None:
    assert not identify(code).valid


def test_the_numbers_of_the_standard_are_all_there_and_every_kind_is_used() -> None:
    assert {each.number for each in structures()} == set(range(2, 41))
    used = {field.kind for each in structures() for field in (*each.parts, *each.repeated)} | {"donation flags"}
    assert used == set(kinds())
    assert all(kind.pattern or kind.codes or name in CALENDARS for name, kind in kinds().items())


def test_rows_of_one_identifier_are_of_one_length_and_the_last_holds_for_every_content() -> None:
    for identifier in {each.identifier for each in structures()}:
        rows = [each for each in structures() if each.identifier == identifier]
        assert len({sum(field.length for field in each.parts) for each in rows}) == 1
        assert re.fullmatch(rows[-1].when, "")


def test_no_code_stands_in_a_table_twice() -> None:
    assert len(meanings("country")) == 249 + 3
    assert len(meanings("blood group")) == 8 * 24 + 12 + 8 + 6
    assert len(meanings("phenotype")) == 11 * 3 + 3
    assert len(meanings("donation flags")) == 97 - 1


@given(st.sampled_from(structures()), st.text(min_size=1, max_size=40))
def test_any_content_gets_an_answer(structure: object, content: str) -> None:
    code = getattr(structure, "identifier", "") + content
    found = identify(code)
    assert found.valid or found.message


@given(st.sampled_from(sorted(kinds())), st.text(max_size=12))
def test_a_part_is_wrong_noted_or_fine_and_what_is_wrong_is_quoted(kind: str, text: str) -> None:
    reading = read_part("part", text, kind)
    assert not (reading.wrong and reading.note)
    assert not reading.wrong or reading.wrong.startswith(f'part: "{text}" is no ')
