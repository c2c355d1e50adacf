"""What ends in the store and the feed, told from outside: bounds of a match, whose donor it is, versions, file modes.

The facts are those of matcher-and-store.md (section 2), reliability.md (sections 3 and 5) and COMMANDS.md. The people
and laboratories here are invented, and so is the nomenclature: the mini-release that the demo runs on.
"""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Answer, by_state, graftline, here, laboratory, loaded, quarantined

__all__ = ["by_state", "graftline", "here", "laboratory", "loaded", "quarantined"]

Graftline = Callable[..., Answer]
Run = Callable[..., Answer]
Take = Callable[..., str]

LOCI = {
    "A": "HLA-A*01:01+HLA-A*02:01",
    "B": "HLA-B*07:02+HLA-B*08:01",
    "C": "HLA-C*07:01+HLA-C*07:02",
    "DRB1": "HLA-DRB1*03:01+HLA-DRB1*15:01",
    "DQB1": "HLA-DQB1*02:01+HLA-DQB1*06:02",
}
GRID = "9999TEST00000000118"


def typing(**changed: str) -> str:
    """Five invented loci as one GL String, some of them changed."""
    return "^".join((LOCI | changed).values())


def sample(name: str, **changed: str) -> str:
    """A sample of an invented HML report; a locus changed to nothing is left out."""
    loci = "".join(
        '<typing gene-family="HLA" date="2026-11-16"><allele-assignment date="2026-11-16" allele-db="IMGT/HLA" '
        f'allele-version="0.1.0"><glstring>{text}</glstring></allele-assignment><typing-method>'
        f'<sbt-ngs locus="HLA-{locus}" test-id="INVENTED" test-id-source="INVENTED"/></typing-method></typing>'
        for locus, text in (LOCI | changed).items()
        if text
    )
    return f'<sample id="{name}" center-code="999"><collection-method>swab</collection-method>{loci}</sample>'


def hml(run: str, *samples: str) -> bytes:
    """An invented HML report."""
    return (
        '<hml xmlns="http://schemas.nmdp.org/spec/hml/1.0.1" version="1.0.1" project-name="LAB">'
        f'<hmlid root="2.16.840.1.113883.19.3.9999" extension="{run}"/><reporting-center reporting-center-id="999"/>'
        f"{''.join(samples)}</hml>"
    ).encode()


def each(alleles: Iterable[str]) -> list[str]:
    """Donors D-0, D-1 and so on, with these alleles at HLA-A."""
    return [sample(f"D-{number}", A=text) for number, text in enumerate(alleles)]


@pytest.fixture
def run(here: Path, graftline: Graftline) -> Run:
    """Run a command in a data folder of its own that holds the mini-release and nothing else, with `--json`."""
    shutil.copytree(here / "graftline-data" / "nomenclature", here / "own" / "nomenclature")
    return lambda *words: graftline("--home", "own", "--json", *words)


@pytest.fixture
def take(here: Path, run: Run) -> Take:
    """Ingest one report from a source; the state that it ends in."""

    def ingest(content: bytes, source: str = "lab", name: str = "report.hml") -> str:
        (here / name).write_bytes(content)
        state: str = run("ingest", name, "--source", source).row()["files"][0]["state"]
        return state

    return ingest


def fed(run: Run) -> dict[str, dict[str, str]]:
    """What the matcher is told, by donor."""
    return {row["donor"]: row["loci"] for row in run("dump", "donors").rows()}


BOUNDS = [
    # patient, donor: least, most, level
    ("HLA-A*02:01+HLA-A*02:01", "HLA-A*01:01:01:02N+HLA-A*02:01", 2, 2, "definite"),
    ("HLA-A*02:01+HLA-A*02:01", "HLA-A*01:01N+HLA-A*02:01", 2, 2, "definite"),
    ("HLA-A*01:01+HLA-A*02:01", "HLA-A*01:01:01:02N+HLA-A*02:01", 1, 1, "mismatch"),
    ("HLA-A*02:01+HLA-A*24:09N", "HLA-A*02:01+HLA-A*24:02", 1, 1, "mismatch"),
    ("HLA-A*02:01+HLA-A*24:09N", "HLA-A*02:01+HLA-A*24:11N", 2, 2, "definite"),
    ("HLA-A*02:01+HLA-A*02:01", "HLA-A*02:01+HLA-A*24:XX", 1, 2, "potential"),
    ("HLA-A*02:01+HLA-A*24:02", "HLA-A*02:01+HLA-A*24:02/HLA-A*24:09N", 1, 2, "potential"),
    ("HLA-A*02:01+HLA-A*02:01", "HLA-A*24:09N", 0, 2, "potential"),
    ("HLA-A*02:01+HLA-A*02:01", "HLA-A*24:09N+HLA-A*24:11N", 0, 0, "null"),
    ("HLA-A*24:09N+HLA-A*24:11N", "HLA-A*24:09N+HLA-A*24:11N", 0, 0, "null"),
    ("HLA-A*02:01+HLA-A*24:02", "HLA-A*02:01+HLA-A*24:02P", 2, 2, "definite"),
    ("HLA-A*02:01+HLA-A*24:02", "HLA-A*02:09+HLA-A*24:02:01:01", 2, 2, "definite"),
    ("HLA-A*02:01+HLA-A*24:02", "HLA-A*02:01+HLA-A*23:17Q", 1, 1, "mismatch"),
    ("HLA-A*01:01+HLA-A*02:01", "HLA-A*01:01+HLA-A*02:01|HLA-A*01:02+HLA-A*02:05", 0, 2, "potential"),
]


def test_the_bounds_of_a_match_are_those_of_what_is_expressed(here: Path, run: Run) -> None:
    donors = sorted({donor for _, donor, *_ in BOUNDS})
    rows = [f"D{number},{typing(A=text)}" for number, text in enumerate(donors)]
    (here / "donors.csv").write_text("\n".join(["id,glstring", *rows, ""]))
    assert run("ingest", "donors.csv").code == 0
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for patient in {patient for patient, *_ in BOUNDS}:
        for row in run("search", "--patient", typing(A=patient), "--rule", "0/10", "--limit", "99").rows():
            found[patient, donors[int(row["donor"][1:])]] = row["loci"]["A"]
            assert row["least"] == 8 + row["loci"]["A"]["least"]
            assert row["most"] == 8 + row["loci"]["A"]["most"]
    told = [(*each[:2], *(found[each[:2]][key] for key in ("least", "most", "level"))) for each in BOUNDS]
    assert told == BOUNDS


def test_a_number_of_two_laboratories_is_published_as_two_donors(here: Path, run: Run, take: Take) -> None:
    take(hml("1", sample("D-1")), "lab-a")
    take(hml("2", sample("D-1", A="HLA-A*03:01+HLA-A*11:01")), "lab-b")
    assert run("feed", "publish", "--to", "out", "--as", "atlas").code == 0
    donors = json.loads((here / "out" / "feed.atlas.json").read_text())["donors"]
    assert {row["recordId"]: row["hla"]["a"]["dna"]["field1"] for row in donors} == {
        "lab-a/999/D-1": "*01:01",
        "lab-b/999/D-1": "*03:01",
    }


def test_a_grid_written_in_groups_is_the_same_donor(run: Run, take: Take) -> None:
    for number, name in enumerate((GRID, "9999 TEST 0000 0000 118", "9999-TEST-0000-0000-118")):
        assert take(hml(str(number), sample(name)), f"lab-{number}") == "loaded"
    assert list(fed(run)) == [GRID]


CONTRADICTORY = [
    ("HLA-A*02:01+HLA-A*02:01", "HLA-A*02:01+HLA-A*24:09N"),
    ("HLA-A*02:01+HLA-A*24:02", "HLA-A*02:01+HLA-A*24:09N"),
    ("HLA-A*02:01+HLA-A*24:02:01G", "HLA-A*02:01+HLA-A*24:09N"),
    ("HLA-A*01:01+HLA-A*02:01", "HLA-A*01:01:01:02N+HLA-A*02:01"),
    ("HLA-A*01:01+HLA-A*02:01", "HLA-A*03:01"),
]


def test_of_two_reports_that_cannot_both_be_right_the_matcher_is_told_neither(run: Run, take: Take) -> None:
    take(hml("1", *each(earlier for earlier, _ in CONTRADICTORY)))
    cursor = run("feed", "changes", "--since", 0).rows()[-1]["cursor"]
    take(hml("2", *each(later for _, later in CONTRADICTORY)))
    assert [sorted(loci) for loci in fed(run).values()] == [["B", "C", "DQB1", "DRB1"]] * len(CONTRADICTORY)
    *changed, _ = run("feed", "changes", "--since", cursor).rows()
    assert [(row["donor"], "A" in row["loci"]) for row in changed] == [
        (f"D-{number}", False) for number in range(len(CONTRADICTORY))
    ]
    assert [row["state"] for row in run("quarantine", "list").rows()] == ["contradicts"] * len(CONTRADICTORY)


def test_a_typing_that_could_not_be_made_contradicts_none_and_does_not_replace_it(run: Run, take: Take) -> None:
    others = ["HLA-A*XXXX", "HLA-A*UUUU", "HLA-A*NEW", "HLA-A*01:01+HLA-A*02:99"]
    take(hml("1", *each([LOCI["A"]] * len(others))))
    take(hml("2", *each(others)))
    assert run("rebuild").row()["equal"]
    assert run("quarantine", "list").rows() == []
    assert [loci["A"] for loci in fed(run).values()] == [LOCI["A"]] * len(others)


def test_a_correction_that_calls_nothing_takes_the_call_back(run: Run, take: Take) -> None:
    corrected = ["HLA-A*XXXX", "HLA-A*NEW", "HLA-A*01:01+HLA-A*02:99"]
    take(hml("1", *each([LOCI["A"]] * len(corrected))))
    assert take(hml("1", *each(corrected))) == "loaded"
    assert [sorted(loci) for loci in fed(run).values()] == [["B", "C", "DQB1", "DRB1"]] * len(corrected)
    told = run("search", "--patient", typing(), "--rule", "0/10")
    assert told.rows() == []
    assert "3 could not be searched" in told.err


def test_what_the_latest_export_of_a_run_leaves_out_stands_and_is_named(run: Run, take: Take) -> None:
    take(hml("1", sample("D-1")))
    take(hml("1", sample("D-1", C="")))
    assert fed(run)["D-1"]["C"] == LOCI["C"]
    flags = [flag for row in run("dump", "reports").rows() for flag in row["flags"] or ()]
    assert {(flag["code"], flag["token"]) for flag in flags} == {("left_out_of_reexport", "C")}


def test_names_that_would_steer_a_terminal_are_taken_in_and_shown_by_their_escapes(here: Path, run: Run) -> None:
    (here / "odd").mkdir()
    names = [b"new\nline.hml", b"\xff\xfe.hml", "turned\u202e.hml".encode(), b"[g]*.hml"]
    for number, name in enumerate(names):
        Path(os.fsdecode(bytes(here / "odd") + b"/" + name)).write_bytes(hml(str(number), sample(f"D-{number}")))
    assert run("ingest", "odd").row()["loaded"] == len(names)
    assert len(fed(run)) == len(names)
    shown = {row["name"] for row in run("dump", "receipts").rows()}
    assert shown == {"new\\nline.hml", "\\xff\\xfe.hml", "turned\\u202e.hml", "[g]*.hml"}


def test_nothing_that_is_kept_or_published_is_open_to_others(here: Path, run: Run, take: Take) -> None:
    take(hml("1", sample(GRID)))
    take(b"no typing at all", name="broken.hml")
    run("feed", "publish", "--to", "out")
    run("rebuild")
    made = [*(here / "own").rglob("*"), *(here / "out").iterdir()]
    open_to_others = {
        path.name
        for path in made
        if path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and "nomenclature" not in path.parts
    }
    assert open_to_others == set()


def test_a_store_that_is_no_database_is_set_aside_and_made_again(here: Path, run: Run, take: Take) -> None:
    take(hml("1", sample(GRID)))
    (here / "own" / "store.duckdb").write_bytes(b"no database")
    assert fed(run) == {GRID: LOCI}
    assert run("verify").code == 0
    assert (here / "own" / "store.duckdb.damaged-1").read_bytes() == b"no database"
