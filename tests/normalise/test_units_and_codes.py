"""Units are mapped exactly or not at all; every code in the tables is well formed."""

import re

import pytest

from parsers.loinc import is_loinc
from pipeline.normalise.codes import Meaning, collection_items, labels, observation_code
from pipeline.normalise.ranges import limits
from pipeline.normalise.specimens import Specimen
from pipeline.normalise.tables import rows
from pipeline.normalise.units import kinds, read_unit, scale, ucum, units_of_the_kind

UNITS = [
    ("10^9/L", "10*9/L"), ("10*9/L", "10*9/L"), ("x10^9/L", "10*9/L"), ("K/uL", "10*9/L"), ("10^3/uL", "10*9/L"),
    ("10^3/\u00b5L", "10*9/L"), ("10^3/\u03bcL", "10*9/L"), ("10*3/uL", "10*9/L"), ("M/uL", "10*12/L"),
    ("10^6/uL", "10*12/L"), ("%", "%"), ("g/dL", "g/dL"), ("fL", "fL"), ("pg", "pg"), ("/uL", "/uL"),
    ("cells/uL", "/uL"), ("cells/\u00b5L", "/uL"), ("10*6/mL", "10*6/mL"), ("x10^6/mL", "10*6/mL"), ("mL", "mL"),
    ("mL/min", "mL/min"), ("mL/min/L TBV", "mL/min/L"),
    ("1000/\u00b5L", "10*9/L"), ("1000/\u03bcL", "10*9/L"), ("x10e9/L", "10*9/L"),
    ("10e3/uL", "10*9/L"), ("10^3/mm3", "10*9/L"), ("thou/mm3", "10*9/L"), ("Giga/L", "10*9/L"), ("GI/L", "10*9/L"),
    ("\u00b5l", "uL"), ("\u03bcL", "uL"), ("L/L", "L/L"), ("10e6/mL", "10*6/mL"), ("gi/l", None),
    ("x10^6/kg", "10*6/kg"), (" mL ", "mL"),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "expected"), UNITS)
def test_printed_units(printed: str, expected: str | None) -> None:
    assert ucum(printed) == expected


def test_a_spelling_may_mean_a_unit_for_one_item_only() -> None:
    assert ucum("x") is None
    assert ucum("x", "TBV_MULTIPLES") == "{TBV}"
    assert ucum(":1", "INLET_AC_RATIO") == "{ratio}"


def test_an_unknown_unit_is_flagged_not_guessed() -> None:
    unit, (flag,) = read_unit("furlongs")
    assert (unit, flag.code, flag.token) == (None, "unknown_unit", "furlongs")
    assert read_unit("") == (None, ())


SCALE = {
    "": 0,
    "1000": 3,
    "thou": 3,
    "Thou": 3,
    "Giga": 9,
    "GI": 9,
    "K": 3,
    "k": 3,
    "Thsd": 3,
    "Tsd": 3,
    "M": 6,
    "Mio": 6,
    "Mill": 6,
    "G": 9,
    "T": 12,
}
VOLUME = {"L": 0, "l": 0, "uL": -6, "ul": -6, "mm3": -6, "mm^3": -6, "mm³": -6, "cumm": -6, "mL": -3, "ml": -3}


def exponent(text: str) -> int | None:
    """Cells per litre as a power of ten, worked out from the spelling itself."""
    count, slash, volume = text.replace("\u00b5", "u").replace("\u03bc", "u").partition("/")
    plain = count.translate(str.maketrans("⁰¹²³⁶⁹", "012369")).lstrip("x×")
    power = re.fullmatch(r"10(?:\^|\*|E|e)?(\d+)", plain)
    scale = SCALE[plain] if plain in SCALE else int(power[1]) if power else None
    return None if not slash or scale is None or volume not in VOLUME else scale - VOLUME[volume]


def test_no_spelling_of_a_concentration_changes_its_number() -> None:
    checked = 0
    for row in rows("ucum.csv"):
        if (stated := exponent(row["printed"])) is not None and row["ucum"] != "/mL" and row["printed"] != "M/mL":
            assert exponent(row["ucum"]) == stated, row
            checked += 1
    assert checked > 200


def test_every_ucum_unit_is_its_own_spelling() -> None:
    for row in rows("ucum.csv"):
        assert ucum(row["ucum"], row["item"]) == row["ucum"]


def test_every_code_of_the_tables_is_well_formed() -> None:
    known = {row["ucum"] for row in rows("ucum.csv")}
    assert all(is_loinc(each.loinc) and each.unit in known for each in meanings())
    assert all(row["ucum"] in known | {""} for row in collection_items().values())
    assert all(is_loinc(code) or code in collection_items() for code in limits())
    assert all(limit.unit in known for limit in limits().values())
    assert set(kinds()) <= known


def meanings() -> list[Meaning]:
    return [each for found in labels().values() for each in found]


def test_every_code_of_a_label_has_one_unit_and_a_range_in_one_of_its_kind() -> None:
    for each in meanings():
        assert {other.unit for other in meanings() if other.loinc == each.loinc} == {each.unit}
        assert scale(limits()[each.loinc].unit, each.unit) is not None
        assert limits()[each.loinc].hard[0] >= 0


def test_units_of_a_kind_are_each_so_many_of_another() -> None:
    for unit in ("10*9/L", "/uL"):
        for other in units_of_the_kind(unit):
            (times, of_other, of_unit) = (scale(other, unit), exponent(other), exponent(unit))
            assert of_other is not None and of_unit is not None
            assert times == pytest.approx(10.0 ** (of_other - of_unit))
    assert [scale("10*8/kg", "10*6/kg"), scale("10*7/kg", "10*8/kg"), scale("/kg", "10*6/kg")] == [100, 0.1, 1e-6]
    assert [scale("h", "min"), scale("L", "mL"), scale("L/L", "%"), scale("{TBV}", "{TBV}")] == [60, 1000, 100, 1]
    for unlike in (("%", "/uL"), ("10*6", "10*6/kg"), ("g/dL", "mmol/L"), ("{TBV}", "{ratio}")):
        assert scale(*unlike) is None


@pytest.mark.parametrize(
    ("label", "unit", "specimen", "code"),
    [
        ("CD34", "/uL", "unknown", "74838-4"),
        ("CD34", "10*9/L", "unknown", "74838-4"),
        ("CD34", None, "unknown", "74838-4"),
        ("CD34", "10*6/kg", "unknown", "78002-3"),
        ("CD34+", "%", "product", "33023-3"),
        ("CD34", "%", "blood", "CD34"),
        ("CD34", "10*6", "product", "CD34"),
        ("HGB", "mmol/L", "blood", "59260-0"),
        ("LYMPH#", "%", "blood", "LYMPH#"),
    ],
)
def test_of_the_codes_of_a_label_one_is_taken_that_is_counted_in_such_a_unit(
    label: str, unit: str | None, specimen: Specimen, code: str
) -> None:
    assert observation_code(label, unit=unit, specimen=specimen).code == code


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("weight", "weight"),
        ("Body weight", "29463-7"),
        ("CD34+ Viability", "80698-4"),
        ("Viability", "Viability"),
    ],
)
def test_a_label_has_the_code_of_what_it_can_only_mean(label: str, code: str) -> None:
    """A balance's weight is that of a bag, a counter's viability that of all cells."""
    assert observation_code(label).code == code


@pytest.mark.parametrize(
    ("code", "right"), [("57290-9", True), ("57290-1", False), ("777-3", True), ("777-4", False), ("WBC", False)]
)
def test_the_check_digit_of_loinc(code: str, right: bool) -> None:
    assert is_loinc(code) == right


def test_a_printed_loinc_wins_over_the_label() -> None:
    assert observation_code("WBC", "26464-8", "LN").code == "26464-8"
    assert observation_code(" wbc ").code == "6690-2"


def test_a_false_loinc_is_flagged_and_the_label_decides() -> None:
    found = observation_code("WBC", "6690-3", "LN")
    assert (found.code, found.system, [flag.code for flag in found.flags]) == ("6690-2", "LN", ["bad_loinc"])


def test_an_analyser_s_own_code_decides_where_its_label_is_not_known() -> None:
    assert observation_code("White blood cells", "WBC", "99MRC").code == "6690-2"
    assert observation_code("Test 413", "413").system == "L"


def test_an_unknown_label_is_kept_as_printed() -> None:
    found = observation_code("Blast Flag")
    assert (found.code, found.system, [flag.severity for flag in found.flags]) == ("Blast Flag", "L", ["info"])
    assert observation_code("Inlet", "INLET_VOL_ML", "99APH").system == "99APH"
