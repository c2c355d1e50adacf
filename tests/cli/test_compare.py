"""Two sides held against each other at the prompt: by file and by receipt, with and without an id map."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
GRID, OTHER_GRID = "9999TEST00000000118", "9999TEST00000000216"
HEAD = "Specimen,HLA-A_1,HLA-A_2,HLA-B_1,HLA-B_2\n"


@pytest.fixture
def profile(here: Path) -> None:
    """A layout of an invented laboratory's table."""
    folder = here / "graftline-data" / "profiles"
    folder.mkdir(exist_ok=True)
    (folder / "invented.toml").write_text(
        'format = "lab_table"\ntitle = "invented"\nverified = "invented samples"\n'
        'signature = ["Specimen", "HLA-A_1", "HLA-B_1"]\n[columns]\nsample = "Specimen"\n'
        '[loci]\nnames = ["A", "B"]\nfirst = "HLA-{locus}_1"\nsecond = "HLA-{locus}_2"\n'
    )


def told(answer: Any) -> dict[tuple[str, str, str], str]:
    rows = [json.loads(line) for line in answer.out.splitlines()]
    return {(row["sample_a"], row["sample_b"], row["locus"]): row["verdict"] for row in rows}


def test_the_listed_typing_and_its_verification(graftline: Run, here: Path, profile: None) -> None:
    (here / "listed.csv").write_text(HEAD + "S1,01:01,02:01,07:02,08:01\nS2,01:01,02:01,,\n")
    (here / "verified.csv").write_text(HEAD + "S1,01:01:01:01,02:01,07:02,15:01\nS3,01:01,02:01,07:02,08:01\n")
    answer = graftline("--json", "compare", "listed.csv", "verified.csv")
    assert told(answer) == {
        ("S1", "S1", "A"): "compatible",
        ("S1", "S1", "B"): "contradicts",
        ("S2", "", ""): "only_a",
        ("", "S3", ""): "only_b",
    }
    assert (answer.code, answer.err) == (1, "1 compatible, 1 contradicts, 1 only_a, 1 only_b\n")


def test_an_id_map_says_who_is_who(graftline: Run, here: Path, profile: None) -> None:
    (here / "one.csv").write_text(HEAD + "S1,01:01,02:01,07:02,08:01\n")
    (here / "other.csv").write_text(HEAD + "X-9,01:01,02:01,07:02,\nS1,03:01,03:01,15:01,15:01\n")
    (here / "ids.csv").write_text("S1,X-9\n")
    answer = graftline("--json", "compare", "one.csv", "other.csv", "--ids", "ids.csv")
    assert told(answer) == {
        ("S1", "X-9", "A"): "same",
        ("S1", "X-9", "B"): "compatible",
        ("", "S1", ""): "only_b",
    }
    assert answer.code == 0


def test_a_number_that_the_id_map_gives_to_somebody_is_nobody_elses(graftline: Run, here: Path, profile: None) -> None:
    """Two laboratories may have given one number to two persons."""
    (here / "one.csv").write_text(HEAD + "S1,01:01,02:01,07:02,08:01\nX-9,03:01,03:01,15:01,15:01\n")
    (here / "other.csv").write_text(HEAD + "X-9,01:01,02:01,07:02,08:01\n")
    (here / "ids.csv").write_text("S1,X-9\n")
    answer = graftline("--json", "compare", "one.csv", "other.csv", "--ids", "ids.csv")
    assert told(answer) == {("S1", "X-9", "A"): "same", ("S1", "X-9", "B"): "same", ("X-9", "", ""): "only_a"}


@pytest.mark.parametrize("raw", [b"S1;X-9\r\n", b"S1\tX-9\r", b"\xef\xbb\xbfS1,X-9\n", "S1,X-9\n".encode("utf-16")])
def test_an_id_map_is_a_table_as_others_are(graftline: Run, here: Path, profile: None, raw: bytes) -> None:
    (here / "one.csv").write_text(HEAD + "S1,01:01,02:01,07:02,08:01\n")
    (here / "other.csv").write_text(HEAD + "X-9,01:01,02:01,07:02,08:01\n")
    (here / "ids.csv").write_bytes(raw)
    answer = graftline("--json", "compare", "one.csv", "other.csv", "--ids", "ids.csv")
    assert told(answer) == {("S1", "X-9", "A"): "same", ("S1", "X-9", "B"): "same"}


def test_a_line_of_the_id_map_that_meets_nobody_is_told(graftline: Run, here: Path, profile: None) -> None:
    (here / "one.csv").write_text(HEAD + "S1,01:01,02:01,07:02,08:01\n")
    (here / "ids.csv").write_text("S1,X-9\n")
    answer = graftline("compare", "one.csv", "one.csv", "--ids", "ids.csv")
    assert "1 of the 1 lines of the id map name somebody who is not on both sides" in answer.err


def test_an_id_map_in_another_encoding_is_refused(graftline: Run, here: Path, profile: None) -> None:
    (here / "one.csv").write_text(HEAD + "S1,01:01,02:01,07:02,08:01\n")
    (here / "ids.csv").write_bytes(b"S1,X-\xe9\n")
    answer = graftline("compare", "one.csv", "one.csv", "--ids", "ids.csv")
    assert (answer.code, "the id map, byte 5" in answer.err) == (2, True)


@pytest.mark.parametrize("line", ["S1", "S1,X,Y", "S1,\n", "S1,X\nS1,Y"])
def test_an_id_map_that_is_none_is_refused_with_its_line(graftline: Run, here: Path, profile: None, line: str) -> None:
    (here / "one.csv").write_text(HEAD + "S1,01:01,02:01,07:02,08:01\n")
    (here / "ids.csv").write_text(line)
    answer = graftline("compare", "one.csv", "one.csv", "--ids", "ids.csv")
    assert answer.code == 2
    assert f"the id map, line {1 + line.strip().count(chr(10))}" in answer.err


def test_the_id_map_knows_a_grid_in_groups(graftline: Run, here: Path, profile: None) -> None:
    (here / "one.csv").write_text(HEAD + "S1,01:01,02:01,07:02,08:01\n")
    (here / "other.csv").write_text(HEAD + f"{GRID},01:01,02:01,07:02,08:01\n")
    (here / "ids.csv").write_text("S1,9999-TEST-0000-0000-118\n")
    answer = graftline("--json", "compare", "one.csv", "other.csv", "--ids", "ids.csv")
    assert told(answer) == {("S1", GRID, "A"): "same", ("S1", GRID, "B"): "same"}


def inventory(*donors: tuple[str, str]) -> str:
    """A registry's list of these donors, by ID and GRID, who are all typed alike."""
    dna = "<DNA><FIELD1>01:01</FIELD1><FIELD2>02:01</FIELD2></DNA>"
    listed = "".join(
        f"<DONOR><ID>{name}</ID><GRID>{grid}</GRID><HLA><A>{dna}</A></HLA></DONOR>" for name, grid in donors
    )
    return f"<INVENTORIES><INVENTORY>{listed}</INVENTORY></INVENTORIES>"


def test_two_grids_are_two_persons_whatever_their_numbers(graftline: Run, here: Path) -> None:
    (here / "one.xml").write_text(inventory(("I1", GRID), ("I2", OTHER_GRID)))
    (here / "other.xml").write_text(inventory(("I2", GRID), ("I1", OTHER_GRID)))
    answer = graftline("--json", "compare", "one.xml", "other.xml")
    assert told(answer) == {("I1", "I2", "A"): "same", ("I2", "I1", "A"): "same"}
    (here / "other.xml").write_text(inventory(("I1", OTHER_GRID)))
    (here / "one.xml").write_text(inventory(("I1", GRID)))
    answer = graftline("--json", "compare", "one.xml", "other.xml")
    assert told(answer) == {("I1", "", ""): "only_a", ("", "I1", ""): "only_b"}


def test_two_numbers_of_the_person_are_two_persons_unless_the_id_map_joins_them(graftline: Run, here: Path) -> None:
    for name in ("D17", "D18"):
        (here / f"{name}.hl7").write_text(
            "MSH|^~\\&|LIS|LAB|||20261120||ORU^R01^ORU_R01|M1|P|2.5.1\r"
            f"PID|1||{name}^^^LAB^MR\rOBR|1||F1|51969-4^HLA^LN|||20261120\rSPM|1|S1\r"
            "OBX|1|TX|57290-9^HLA-A^LN|1|A*01:01+A*02:01||||||F\r"
        )
    answer = graftline("--json", "compare", "D17.hl7", "D18.hl7")
    assert told(answer) == {("S1", "", ""): "only_a", ("", "S1", ""): "only_b"}
    (here / "ids.csv").write_text("D17,D18\n")
    answer = graftline("--json", "compare", "D17.hl7", "D18.hl7", "--ids", "ids.csv")
    assert told(answer) == {("S1", "S1", "A"): "same"}


def test_a_side_may_state_its_loci_in_typings_of_their_own(graftline: Run, here: Path) -> None:
    (here / "one.csv").write_text("id,glstring\nD1,A*01:01+A*02:01^B*07:02+B*08:01\n")
    (here / "two.csv").write_text("id,glstring\nD1,A*01:01+A*02:01\nD1,B*07:02+B*08:01\nD1,C*07:01+C*07:02\n")
    both = {("D1", "D1", "A"): "same", ("D1", "D1", "B"): "same"}
    assert told(graftline("--json", "compare", "one.csv", "two.csv")) == {**both, ("D1", "D1", "C"): "only_b"}
    assert told(graftline("--json", "compare", "two.csv", "one.csv")) == {**both, ("D1", "D1", "C"): "only_a"}


def test_haplotypes_are_compared_gene_by_gene_and_with_haplotypes_in_phase(graftline: Run, here: Path) -> None:
    (here / "genes.csv").write_text("id,glstring\nD1,A*03:01+A*11:01^B*07:02+B*08:01\n")
    (here / "phase.csv").write_text("id,glstring\nD1,A*01:01~B*08:01+A*02:01~B*07:02^C*07:01~DRB1*03:01\n")
    (here / "other.csv").write_text("id,glstring\nD1,A*01:01~B*07:02+A*02:01~B*08:01^C*07:01\n")
    answer = graftline("--json", "compare", "genes.csv", "phase.csv")
    assert told(answer) == {
        ("D1", "D1", "A"): "contradicts",
        ("D1", "D1", "B"): "same",
        ("D1", "D1", "C~DRB1"): "only_b",
    }
    [row] = (row for row in map(json.loads, answer.out.splitlines()) if row["locus"] == "A")
    assert (row["a"], row["b"]) == ("HLA-A*03:01+HLA-A*11:01", "HLA-A*01:01+HLA-A*02:01")
    assert answer.code == 1
    answer = graftline("--json", "compare", "phase.csv", "other.csv")
    assert told(answer) == {
        ("D1", "D1", "A"): "same",
        ("D1", "D1", "B"): "same",
        ("D1", "D1", "A~B"): "contradicts",
        ("D1", "D1", "C"): "same",
        ("D1", "D1", "DRB1"): "only_a",
    }
    assert answer.code == 1


def test_antigens_are_held_against_alleles(graftline: Run, here: Path) -> None:
    (here / "listed.csv").write_text("id,glstring\nD1,A1+A9^B7+B8\n")
    (here / "verified.csv").write_text("id,glstring\nD1,A*01:01+A*24:02^B*07:02+B*35:01\n")
    answer = graftline("--json", "compare", "listed.csv", "verified.csv")
    assert told(answer) == {("D1", "D1", "A"): "compatible", ("D1", "D1", "B"): "contradicts"}
    assert {json.loads(line)["fields"] for line in answer.out.splitlines()} == {None}
    assert answer.code == 1


def test_a_receipt_is_the_same_as_the_file_it_came_from(graftline: Run, loaded: str) -> None:
    assert set(told(graftline("--json", "compare", "report.hml", loaded)).values()) == {"same"}


def test_what_is_neither_file_nor_receipt_is_said(graftline: Run) -> None:
    answer = graftline("compare", "report.hml", "nothing")
    assert answer.code == 2
    assert '"nothing" is neither a file nor a receipt' in answer.err
