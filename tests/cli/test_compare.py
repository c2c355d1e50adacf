"""Two sides held against each other at the prompt: by file and by receipt, with and without an id map."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
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


def test_a_receipt_is_the_same_as_the_file_it_came_from(graftline: Run, loaded: str) -> None:
    assert set(told(graftline("--json", "compare", "report.hml", loaded)).values()) == {"same"}


def test_what_is_neither_file_nor_receipt_is_said(graftline: Run) -> None:
    answer = graftline("compare", "report.hml", "nothing")
    assert answer.code == 2
    assert '"nothing" is neither a file nor a receipt' in answer.err
