"""Runs, counts and labels from the bench: what the command line makes of them, seen by an apheresis technician.

Facts of apheresis-and-identifiers.md and instruments.md. Every person, device and number is invented.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Graftline = Callable[..., Any]
Row = dict[str, Any]

SUMMARY = """PROCEDURE SUMMARY;CMNC;SN G1-0042;SW 1.4
DIN;A999924000123;GRID;9999TEST00000000118;START;2026-11-20 08:41;END;2026-11-20 12:03
WHOLE BLOOD PROCESSED;11110;mL
INLET PROCESSED;12120;mL
AC USED;1010;mL  | AC IN COLLECT BAG;38;mL
COLLECT BAG;303;mL | TBV PROCESSED;2.1;x | INLET:AC;12.0;:1
"""
PROFILE = """
format = "separator_log"
title = "Invented"
verified = "invented samples"
encoding = "ENCODING"
[stream]
begins = '^BERICHT;'
ends = '^ENDE$'
completed = '^ENDE$'
[cells]
delimiter = ";"
[identity]
"BERICHT" = "device"
"DIN" = "sample"
"START" = "started"
[items.INLET_AC_RATIO]
labels = ["Verhältnis", "соотношение"]
[items.INLET_VOL_ML]
labels = ["Einlass"]
volume_basis = "inlet"
unit = "mL"
"""
GROUPS = {
    "O negative": "95 91 92 93 94 96 97 98",
    "O positive": "51 47 48 49 50 52 53 54",
    "A negative": "06 02 03 04 05 07 08 09",
    "A positive": "62 58 59 60 61 63 64 65",
    "B negative": "17 13 14 15 16 18 19 20",
    "B positive": "73 69 70 71 72 74 75 76",
    "AB negative": "28 24 25 26 27 29 30 31",
    "AB positive": "84 80 81 82 83 85 86 87",
}
USES = (
    "",
    "directed use only",
    "emergency use only",
    "directed, biohazard",
    "directed, crossover possible",
    "autologous, crossover possible",
    "autologous use only",
    "autologous use only, biohazard",
)
FLAGS = ("00", "01", "07", "09", "10", "82")  # of a bag, of tubes; and the check of the number
DINS = {
    "G123417654321": ("A", 70),
    "A999921123456": ("3", 63),
    "A999917123654": ("Y", 94),
    "A999917345628": ("*", 96),
    "A999917345658": ("O", 84),
    "W000009123456": ("G", 76),
}


def summary(*changes: tuple[str, str]) -> str:
    """The summary of a run, with some of it written otherwise."""
    text = SUMMARY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def astm(*records: str, header: str = "H|\\^&|||XN^1|||||||P|1|20261120120000") -> str:
    """A whole message of an analyser."""
    return "\r".join((header, *records, "L|1|N")) + "\r"


def count(test: str, value: str, unit: str = "10*3/uL", status: str = "F") -> str:
    """A result record."""
    return f"R|1|^^^{test}|{value}|{unit}||N||{status}||||20261120115900"


@pytest.fixture
def bench(graftline: Graftline) -> Callable[..., list[Row]]:
    """Take inputs in, one after the other, in a data folder of their own, and give back a table of the store."""

    def run(table: str, *inputs: str, name: str = "input.txt", code: int = 0) -> list[Row]:
        for place, text in enumerate(inputs):
            path = Path(f"{place}-{name}")
            path.write_bytes(text.encode())
            assert graftline("--home", "bench", "ingest", path).code == code
        rows: list[Row] = graftline("--home", "bench", "--json", "dump", table).rows()
        return rows

    return run


def test_every_code_of_a_blood_group_names_group_and_use(graftline: Graftline) -> None:
    wanted = [
        (code, f"{group}, {use}".removesuffix(", "))
        for group, codes in GROUPS.items()
        for code, use in zip(codes.split(), USES, strict=True)
    ]
    rows = graftline("--json", "identify", *(f"=%{code}00" for code, _ in wanted)).rows()
    assert [(row["parts"][0]["value"], row["parts"][0]["meaning"]) for row in rows] == wanted


def test_a_scanned_number_checks_itself_by_its_flags(graftline: Graftline) -> None:
    right = graftline("--json", "identify", *(f"={din}{flags}" for din, (_, flags) in DINS.items())).rows()
    assert [(row["valid"], row["value"], row["parts"][-1]["value"]) for row in right] == [
        (True, din, check) for din, (check, _) in DINS.items()
    ]
    wrong = [f"={din}{each}" for din, (_, flags) in DINS.items() for each in range(60, 97) if each != flags]
    assert not any(row["valid"] for row in graftline("--json", "identify", *wrong).rows())


def test_tube_and_bag_join_on_the_thirteen_characters(bench: Callable[..., list[Row]]) -> None:
    tubes = [f"O|{i}|=A999924000123{flags}||^^^CBC|R\r{count('WBC', '5.4')}" for i, flags in enumerate(FLAGS, 1)]
    rows = bench("reports", summary(("A999924000123", "=A99992400012300")), astm("P|1", *tubes))
    assert [row["sample"] for row in rows] == ["A999924000123"] * (1 + len(FLAGS))


def test_a_donation_has_one_spelling_in_the_store(bench: Callable[..., list[Row]]) -> None:
    spellings = ["A9999 24 000123 M", "=A99992400012300", "A999924000123M"]
    grid = ("9999TEST00000000118", "9999 TEST 0000 0000 118")
    rows = bench("procedures", "".join(summary(("A999924000123", each), grid) for each in spellings))
    assert [(row["sample"], row["subject"]) for row in rows] == [("A999924000123", grid[0])] * 3


def test_two_donors_in_one_file_keep_what_is_theirs(bench: Callable[..., list[Row]]) -> None:
    other = summary(("A999924000123", "A999924000001"), ("00000000118", "00000000216"), ("11110", "11100"))
    runs = bench("procedures", SUMMARY + other)
    assert [(run["sample"], run["subject"], run["finals"][0]["value"]) for run in runs] == [
        ("A999924000123", "9999TEST00000000118", "11110"),
        ("A999924000001", "9999TEST00000000216", "11100"),
    ]


@pytest.mark.parametrize(
    ("change", "value", "number", "code"),
    [
        ((";11110;", ";;"), "", None, "unreadable_number"),
        ((";11110;", ";---;"), "---", None, "no_value"),
        ((";11110;", ";11,110;"), "11,110", None, "ambiguous_number"),
        ((";11110;", ";11 110;"), "11 110", None, "unreadable_number"),
        (("11110;mL", "11.11;L"), "11.11", 11.11, "unit_differs"),
    ],
)
def test_a_volume_that_cannot_be_counted_on_stays_as_printed(
    graftline: Graftline, change: tuple[str, str], value: str, number: float | None, code: str
) -> None:
    Path("run.txt").write_text(summary(change))
    graftline("--home", "bench", "ingest", "run.txt")
    row = graftline("--home", "bench", "--json", "dump", "observations").rows()[0]
    assert (row["code"], row["volume_basis"]) == ("WB_PROCESSED_ML", "whole_blood")
    assert (row["value"], row["number"], [flag["code"] for flag in row["flags"]]) == (value, number, [code])


def test_the_length_of_a_run_is_told_across_time_zones(bench: Callable[..., list[Row]]) -> None:
    (run,) = bench("procedures", summary(("20 08:41", "20T08:41:00+03:00"), ("20 12:03", "20T06:03:00Z")))
    told = [(flag["code"], flag["token"]) for flag in run["flags"]]
    assert ("out_of_range", "22 min from start to end") in told


@pytest.mark.parametrize("encoding", ["cp850", "cp1251", "utf-16"])
def test_a_layout_of_the_site_in_the_encoding_of_its_device(graftline: Graftline, encoding: str) -> None:
    label = "соотношение" if encoding == "cp1251" else "Verhältnis"
    folder = Path("bench/profiles")
    folder.mkdir(parents=True)
    (folder / "ours.toml").write_text(PROFILE.replace("ENCODING", encoding), encoding="utf-8")
    lines = (
        "BERICHT;X",
        "DIN;=A99992400012300;START;2026-11-20 08:41",
        f"{label};12:1",
        "Einlass;12120",
        "NEU;7",
        "ENDE",
    )
    Path("run.txt").write_bytes("\r\n".join((*lines, "")).encode(encoding))
    answer = graftline("--home", "bench", "--json", "profile", "test", "ours", "run.txt")
    assert (answer.code, [row["label"] for row in answer.rows() if not row["mapped"]]) == (1, ["NEU"])
    graftline("--home", "bench", "ingest", "run.txt")
    rows = graftline("--home", "bench", "--json", "dump", "observations").rows()
    assert {(row["code"], row["number"], row["unit"]) for row in rows} == {
        ("INLET_AC_RATIO", 12, "{ratio}"),
        ("INLET_VOL_ML", 12120, "mL"),
    }


def test_the_results_of_one_tube_in_several_messages_all_stand(bench: Callable[..., list[Row]]) -> None:
    messages = [astm("P|1", "O|1|S1||^^^CBC|R", count(test, "5.4")) for test in ("WBC", "NEUT#", "LYMPH#")]
    assert [row["current"] for row in bench("observations", *messages, name="x.astm")] == [True] * 3


def test_a_corrected_result_stands_beside_the_first_as_its_next_version(bench: Callable[..., list[Row]]) -> None:
    first, then = (astm("P|1", "O|1|S1||^^^CBC|R", count("WBC", *each)) for each in [("5.4",), ("5.9", "10*3/uL", "C")])
    rows = bench("observations", first, then, name="x.astm")
    assert [(row["value"], row["version"], row["current"]) for row in rows] == [("5.4", 1, False), ("5.9", 2, True)]


def test_control_material_is_no_donor(bench: Callable[..., list[Row]]) -> None:
    orders = [("S1", "Q", "P"), ("QC-1234", "N", "P"), ("BACKGROUND", "N", "P"), ("S2", "N", "Q")]
    messages = [
        astm(
            "P|1",
            f"O|1|{specimen}||^^^CBC|R||||||{action}",
            count("WBC", "5.4"),
            header=f"H|\\^&|||XN^1|||||||{kind}|1|20261120120000",
        )
        for specimen, action, kind in orders
    ]
    assert [row["quality_control"] for row in bench("observations", *messages, name="x.astm")] == [True] * 4
    assert bench("donors") == []


def test_a_thousand_per_microlitre_is_1e9_per_litre(bench: Callable[..., list[Row]]) -> None:
    units = ["10*3/uL", "K/uL", "1000/µL", "x10E3/uL", "10^9/L", "G/L"]
    message = astm("P|1", "O|1|S1||^^^CBC|R", *(count("WBC", "5.4", unit) for unit in units))
    rows = bench("observations", message, name="x.astm")
    assert [(row["code"], row["number"], row["unit"]) for row in rows] == [("6690-2", 5.4, "10*9/L")] * 6


def test_a_limit_means_the_same_as_number_and_as_structure(bench: Callable[..., list[Row]]) -> None:
    values = [("NM", "<0.1"), ("SN", "<^0.1"), ("SN", ">=^200")]
    obx = [f"OBX|{i}|{kind}|6690-2^WBC^LN|{i}|{value}|10*9/L|||||F" for i, (kind, value) in enumerate(values, 1)]
    head = "MSH|^~\\&|LIS|LAB|||20261120120000||ORU^R01|77|P|2.5.1\rPID|1||G1\rOBR|1||S1|X^CBC^L|||20261120115900"
    rows = bench("observations", "\r".join((head, *obx, "")), name="x.hl7")
    assert [(row["comparator"], row["number"]) for row in rows] == [("<", 0.1), ("<", 0.1), (">=", 200)]


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_columns_of_a_cd34_table_may_stand_in_any_order(bench: Callable[..., list[Row]], order: slice) -> None:
    names = ["Cytometer", "Sample Name", "Sample ID", "Date Analyzed", "Panel Name", "(Average) CD34+ Abs Cnt"]
    cells = ["Invented", "Invented Donor", "=A99992400012307", "2026-11-20 16:20", "CD34", "41,3"]
    table = "\n".join("\t".join(each[order]) for each in (names, cells)) + "\n"
    (row,) = bench("observations", table, name="x.tsv")
    assert (row["specimen"], row["code"], row["value"], row["number"]) == ("A999924000123", "74838-4", "41,3", 41.3)
    assert "Invented Donor" not in json.dumps(bench("reports")), "nobody's name is in a record"
