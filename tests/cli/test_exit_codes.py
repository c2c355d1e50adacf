"""What an exit code means, wrong input of every kind, and that nobody ever sees a traceback."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.cli import records
from pipeline.store.store import Store

REPOSITORY = Path(__file__).parents[2]

WRONG = {
    "no file": (["parse"], "requires an argument"),
    "a file that is not there": (["parse", "nothing.hml"], "nothing.hml: No such file"),
    "a folder as a file": (["check", "exports"], "exports: not a file"),
    "a receipt that is not there": (["show", "R9-000000"], 'there is no receipt "R9-000000"'),
    "neither file nor receipt": (["hl7", "R9-000000"], "neither a file nor a receipt"),
    "a format that is not there": (["parse", "report.hml", "--format", "zork"], 'there is no format "zork"; expected'),
    "the same for ingest": (["ingest", "report.hml", "--format", "zork"], 'there is no format "zork"; expected'),
    "a table that is not there": (["dump", "zork"], 'there is no table "zork"; expected one of: receipts'),
    "a profile that is not there": (["profile", "test", "zork", "run.log"], 'there is no profile "zork"; expected'),
    "a log that is not there": (["profile", "test", "graftsep", "zork"], "zork: No such file"),
    "an ingest of nothing": (["ingest", "zork"], "zork is not there"),
    "a mode that is not there": (["reduce", "--mode", "zork"], 'Invalid value "zork" for --mode'),
    "a patient who is not there": (["search", "--patient", "zork.hml"], '"zork.hml" is neither a file nor a GL String'),
    "a rule that is none": (["search", "--patient", "report.hml", "--rule", "zork"], "zork"),
    "a limit below one": (["search", "--patient", "report.hml", "--limit", "0"], "Must be >= 1"),
    "a cursor below zero": (["feed", "changes", "--since=-1"], "Must be >= 0"),
    "a feed form that is not there": (["feed", "publish", "--as", "zork"], "zork"),
    "a site file that is not there": (
        ["--config", "zork.toml", "dump", "receipts"],
        "zork.toml: cannot read this file",
    ),
    "a site file that is none": (["--config", "report.hml", "run"], "report.hml:1: this is not TOML"),
    "a file as data folder": (["--home", "report.hml", "dump", "receipts"], "report.hml is not a folder"),
    "a data folder without a name": (["--home", "", "dump", "receipts"], "empty name"),
    "the root folder as data folder": (["--home", "/", "dump", "receipts"], "cannot be a data folder"),
    "a loaded receipt put back": (["quarantine", "resubmit", "LOADED"], "is not in quarantine; it is loaded"),
    "the demo in a folder that is in use": (["--home", "exports", "demo"], "exports is not an empty folder"),
    "the demo in a file": (["--home", "report.hml", "demo"], "report.hml is not an empty folder"),
    "no release in that folder": (["nomenclature", "install", "exports"], "Allelelist.txt is missing"),
}


@pytest.mark.parametrize("case", WRONG)
def test_2_wrong_usage(graftline: Callable[..., Any], loaded: str, case: str) -> None:
    words, reason = WRONG[case]
    answer = graftline("--json", *(word.replace("LOADED", loaded) for word in words))
    assert answer.code == 2
    assert answer.out == ""
    assert reason in answer.err


def test_0_all_done(graftline: Callable[..., Any]) -> None:
    assert graftline("ingest", "exports").code == 0
    assert graftline("check", "report.hml").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("parse", "report.hml", "broken.hml"),
        ("check", "broken.hml"),
        ("identify", "9999TEST00000000118", "9999TEST00000000119"),
        ("ingest", "broken.hml", "--source", "elsewhere"),
        ("quarantine", "resubmit", "QUARANTINED"),
        ("hl7", "QUARANTINED"),
    ],
)
def test_1_done_and_something_was_refused(
    graftline: Callable[..., Any], quarantined: str, words: tuple[str, ...]
) -> None:
    answer = graftline(*(word.replace("QUARANTINED", quarantined) for word in words))
    assert answer.code == 1
    assert answer.out + answer.err


@pytest.fixture
def grave(here: Path) -> str:
    """The name of a report with an allele that no release knows."""
    report = (here / "report.hml").read_text()
    (here / "grave.hml").write_text(re.sub(r"HLA-B\*[0-9:]+", "HLA-B*99:99", report))
    return "grave.hml"


@pytest.mark.parametrize(
    "words",
    [
        ("parse", "GRAVE"),
        ("check", "GRAVE"),
        ("hl7", "GRAVE"),
        ("ingest", "GRAVE"),
        ("ingest", "exports", "GRAVE"),
        ("write", "fhir", "GRAVE"),
        ("compare", "GRAVE", "GRAVE"),
        ("parse", "report.hml", "GRAVE"),
    ],
)
def test_1_done_and_something_is_flagged_as_an_error(
    graftline: Callable[..., Any], grave: str, words: tuple[str, ...]
) -> None:
    assert graftline(*(word.replace("GRAVE", grave) for word in words)).code == 1
    assert graftline(*(word.replace("GRAVE", "report.hml") for word in words)).code == 0


NO_SPECIMEN = """{"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]},
    "valueCodeableConcept": {"coding": [{"code": "hla#0.1.0#HLA-A*01:01+HLA-A*03:01"}]}}"""
NO_RESULT = "MSH|^~\\&|LIS|LAB|||20240507||ORU^R01|1|P|2.5.1\rOBR|1||17|A\rOBX|1|NM|26464-8^^LN||7.1|10*9/L|||||X\r"


@pytest.mark.parametrize(("content", "code"), [(NO_SPECIMEN, "no_identifier"), (NO_RESULT, "value_without_result")])
def test_parse_shows_the_error_for_which_it_ends_with_1(
    graftline: Callable[..., Any], here: Path, content: str, code: str
) -> None:
    (here / "report.txt").write_text(content, newline="")
    answer = graftline("parse", "report.txt")
    assert answer.code == 1
    assert code in [flag["code"] for flag in answer.row()["flags"] if flag["severity"] == "error"]


def test_ingest_says_in_which_file_something_is_flagged_as_an_error(graftline: Callable[..., Any], grave: str) -> None:
    told = graftline("ingest", grave)
    assert told.out.endswith("1 receipt: 1 loaded, 0 duplicates, 0 quarantined; 1 receipt flagged as an error\n")
    assert "grave.hml" in told.out.splitlines()[-2]
    row = graftline("--json", "ingest", "exports", grave, "--source", "again").row()
    assert row["flagged"] == 1
    assert [Path(each["path"]).name for each in row["files"] if each["flagged"]] == ["grave.hml"]
    receipt = next(each["receipt"] for each in row["files"] if each["flagged"])
    assert graftline("hl7", receipt).code == 1


def test_3_a_release_that_is_not_installed(graftline: Callable[..., Any]) -> None:
    for words in (["check", "report.hml", "--release", "9.99.9"], ["reduce", "--release", "9.99.9"]):
        answer = graftline(*words)
        assert answer.code == 3
        assert "9.99.9 is not installed (installed: 0.1.0). Install one: graftline nomenclature install" in answer.err


def test_3_a_release_that_cannot_be_fetched(graftline: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFTLINE_IMGT_URL", "http://127.0.0.1:9")
    answer = graftline("nomenclature", "install", "9.99.0")
    assert answer.code == 3
    assert "cannot be reached" in answer.err


@pytest.mark.parametrize(
    ("words", "remark"),
    [
        (("--config", "wanting.toml"), "nomenclature release 9.9.9 is not installed (installed: 0.1.0)"),
        (("--home", "fresh"), "no nomenclature release is installed"),
    ],
)
def test_ingest_without_the_release_says_so_once(
    graftline: Callable[..., Any], here: Path, words: tuple[str, ...], remark: str
) -> None:
    (here / "wanting.toml").write_text('[nomenclature]\nrelease = "9.9.9"\n')
    answer = graftline(*words, "ingest", "exports")
    assert answer.code == 0
    assert answer.err.count(f"{remark}. Install one: graftline nomenclature install ") == 1
    assert "typings are kept as printed and flagged" in answer.err


def test_1_the_same_bytes_are_in_quarantine_until_they_have_been_read(
    graftline: Callable[..., Any], here: Path
) -> None:
    table = ("--format", "lab_table")
    assert graftline("ingest", "report.hml", "--source", "twice", *table).code == 1
    again = graftline("ingest", "report.hml", "--source", "twice", *table)
    assert again.code == 1
    assert again.out.endswith("0 loaded, 1 duplicate, 0 quarantined; 1 duplicate of what is in quarantine\n")
    first = next(row for row in graftline("--json", "quarantine", "list").rows() if row["source"] == "twice")
    assert graftline("quarantine", "resubmit", first["receipt"], "--format", "hml").code == 0
    assert graftline("ingest", "report.hml", "--source", "twice", *table).code == 0


def test_3_the_store_is_in_use(graftline: Callable[..., Any], here: Path) -> None:
    with Store(here / "graftline-data" / "store.duckdb"):
        answer = graftline("dump", "receipts")
    assert answer.code == 3
    assert f"the store is in use by process {os.getpid()}" in answer.err


def test_3_a_data_folder_that_cannot_be_made(graftline: Callable[..., Any]) -> None:
    answer = graftline("--home", "report.hml/data", "dump", "receipts")
    assert answer.code == 3
    assert "the data folder report.hml/data cannot be used: Not a directory" in answer.err


def test_4_the_store_lacks_what_the_spool_has(graftline: Callable[..., Any], here: Path, quarantined: str) -> None:
    with duckdb.connect(str(here / "graftline-data" / "store.duckdb")) as store:
        store.execute("delete from receipt where state = 'quarantined'")
    answer = graftline("--json", "verify")
    assert answer.code == 4
    assert answer.row()["faults"] == [f"store: the receipt {quarantined} is missing; run: graftline rebuild"]


def test_70_a_mistake_of_ours_is_told_by_its_place_and_without_the_values(
    graftline: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, loaded: str
) -> None:
    def fail(*_: object) -> str:
        raise ValueError("HLA-A*01:01 of DOE^JANE")

    monkeypatch.setattr(records, "raw_of", fail)
    answer = graftline("show", loaded)
    assert answer.code == 70
    assert "a mistake of Graftline's own (ValueError in records.py:" in answer.err
    assert "Traceback" not in answer.err
    assert "DOE" not in answer.err


def test_names_are_checked_against_the_release_that_was_named(graftline: Callable[..., Any]) -> None:
    named = graftline("check", "report.hml", "--release", "0.1.0")
    assert named.code == 0
    assert "names held against 0.1.0" in named.out


def test_check_tells_each_doubt_once_and_as_grave_as_it_is(graftline: Callable[..., Any], here: Path) -> None:
    run = (here / "run.log").read_text()
    (here / "twice.log").write_text(run.replace("AC USED", "COLLECT BAG;202;mL\nDIN;A999924000001\nAC USED", 1))
    (here / "nobody.astm").write_text("H|\\^&|||XN\rP|1\rO|1|||^^^WBC\rR|1|^^^^WBC|5.6|10*3/uL||N||F\rL|1|N\r")
    report = (here / "report.hml").read_text()
    (here / "two.hml").write_text(report.replace('allele-version="0.1.0"', 'allele-version="0.0.9"', 1))
    for name, code, severity in (
        ("twice.log", "contradiction", "warning"),
        ("nobody.astm", "no_specimen", "error"),
        ("two.hml", "releases_differ", "info"),
    ):
        rows = graftline("--json", "check", name).rows()
        doubts = [(each["token"], each["message"]) for each in rows if each.get("code") == code]
        assert doubts and len(doubts) == len(set(doubts)), name
        assert {each["severity"] for each in rows if each.get("code") == code} == {severity}


def test_a_site_file_that_is_not_there_is_told_once(graftline: Callable[..., Any]) -> None:
    answer = graftline("--config", "zork.toml", "ingest", "report.hml")
    assert answer.code == 2
    assert answer.err.count("zork.toml: cannot read this file") == 1
    assert ".." not in answer.err


def test_check_asks_the_hl7_authority(graftline: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("pipeline.hl7.authority.problems", lambda message: asked.append(message) or ["no MSH-7"])
    answer = graftline("--json", "check", "report.hml")
    assert answer.code == 1
    errors = [(doubt["code"], doubt["message"]) for doubt in answer.rows() if doubt["severity"] == "error"]
    assert errors == [("hl7", "no MSH-7")]
    assert asked[0].startswith("MSH|^~\\&|GRAFTLINE|")


def test_check_tells_what_an_installed_schema_and_miring_say(graftline: Callable[..., Any], here: Path) -> None:
    schema = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="invented"/></xs:schema>"""
    folder = here / "graftline-data" / "schemas"
    folder.mkdir(exist_ok=True)
    (folder / "hml-1.0.1.xsd").write_text(schema, encoding="utf-8")
    answer = graftline("--json", "check", "report.hml")
    assert answer.code == 0
    assert {doubt["code"] for doubt in answer.rows() if doubt["severity"] == "info"} >= {"schema", "miring"}
    (folder / "hml-1.0.1.xsd").write_text("no schema", encoding="utf-8")
    assert graftline("check", "report.hml").code == 2


@pytest.fixture
def shell(here: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """A line of shell in the laboratory, where $G is the command."""
    if os.name == "nt":
        pytest.skip("streams are redirected by a POSIX shell here")

    def run(line: str) -> subprocess.CompletedProcess[str]:
        command = f"{sys.executable} -m pipeline.cli.app"
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "G": command, "PYTHONIOENCODING": "ascii"}
        return subprocess.run(
            ["sh", "-c", line], cwd=here, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    return run


def test_answers_go_to_stdout_and_remarks_to_stderr(graftline: Callable[..., Any]) -> None:
    answer = graftline("ingest", "exports")
    assert answer.out == "2 receipts: 2 loaded, 0 duplicates, 0 quarantined\n"
    assert "on disk" in answer.err
    assert graftline("--json", "quarantine", "list").err == "1 matter to look at\n"


def test_a_reader_that_has_seen_enough(shell: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    done = shell("$G dump typings | head -c 20")
    assert (done.stdout, done.stderr) == ('{"receipt":"R1-981fb'[:20], "")


def test_no_stdout_at_all(shell: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    done = shell("$G dump receipts >&-")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout(shell: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    done = shell("$G dump typings > /dev/full")
    assert (done.returncode, done.stderr) == (3, "graftline: No space left on device\n")


def test_answers_are_utf_8_whatever_the_terminal_claims(
    shell: Callable[[str], subprocess.CompletedProcess[str]], here: Path
) -> None:
    (here / "ärzte.csv").write_text("no results\n", encoding="utf-8")
    done = shell("$G ingest ärzte.csv")
    assert "ärzte.csv" in done.stdout
