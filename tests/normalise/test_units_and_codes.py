"""Units are mapped exactly or not at all; every code in the tables is well formed."""

import re

import pytest

from parsers.loinc import is_loinc
from pipeline.normalise.codes import collection_items, labels, observation_code
from pipeline.normalise.ranges import limits, scales
from pipeline.normalise.tables import rows
from pipeline.normalise.units import read_unit, ucum

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
    assert all(is_loinc(code) for code in labels().values())
    known = {row["ucum"] for row in rows("ucum.csv")}
    assert all(row["ucum"] in known | {""} for row in collection_items().values())
    assert all(is_loinc(code) or code in collection_items() for code in limits())
    assert all(limit.unit in known for limit in limits().values())
    assert all({unit, *others} <= known for unit, others in scales().items())


def test_a_scale_of_a_range_is_the_quotient_of_its_units() -> None:
    for unit in ("10*9/L", "/uL"):
        for other, scale in scales()[unit].items():
            (of_other, of_unit) = (exponent(other), exponent(unit))
            assert of_other is not None and of_unit is not None
            assert scale == pytest.approx(10.0 ** (of_other - of_unit))


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
