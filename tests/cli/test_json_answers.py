"""The keys of every --json answer: programs rely on them, so one that goes or comes must be seen here first."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FLAG = {"code", "token", "message", "severity"}
DUMPS = {
    "receipts": "receipt seq source name format sha256 bytes received whole note state reason",
    "typings": "receipt source format sample subject locus state reported glstring release resolution expression "
    "method date stated_release version current flags",
    "observations": "receipt source format specimen subject quality_control part label code system sub_id value "
    "number comparator unit volume_basis time status reference_range analyser_flags comments report_comments version "
    "current flags",
    "procedures": "receipt source format sample subject procedure device device_serial software started ended alarms "
    "finals readings version current flags",
    "donors": "donor scheme samples sources receipts kinds loci flagged",
    "messages": "receipt source ordinal sample version current message",
    "reports": "receipt source format ordinal kind sample subject version current printed normalised flags",
    "ignored": "receipt source format path count",
}


@pytest.mark.parametrize("what", DUMPS)
def test_dump(graftline: Callable[..., Any], what: str) -> None:
    graftline("ingest", "exports")
    rows = graftline("dump", what).rows()
    assert rows
    for row in rows:
        assert row.keys() == set(DUMPS[what].split())


def test_dump_is_json_lines_with_and_without_json(graftline: Callable[..., Any]) -> None:
    assert graftline("dump", "typings").out == graftline("--json", "dump", "typings").out


def test_dump_typings_in_full(graftline: Callable[..., Any], loaded: str) -> None:
    row = graftline("dump", "typings").rows()[0]
    assert {key: row[key] for key in ("receipt", "source", "format", "sample", "locus", "state")} == {
        "receipt": loaded,
        "source": "ingest",
        "format": "hml",
        "sample": "9999TEST00000000118",
        "locus": "A",
        "state": "two_copies",
    }
    assert row["reported"] == row["glstring"] == "HLA-A*01:01:01:01+HLA-A*03:01:01:01"
    assert row["release"] == "0.1.0"
    assert row["flags"] == []


def test_the_states_of_receipts(graftline: Callable[..., Any]) -> None:
    graftline("ingest", "report.hml")
    assert [row["state"] for row in graftline("dump", "receipts").rows()] == [
        "loaded",
        "quarantined",
        "loaded",
        "duplicate",
    ]


def test_ingest(graftline: Callable[..., Any]) -> None:
    answer = graftline("--json", "ingest", "exports", "broken.hml")
    counts = {"receipts", "loaded", "duplicates", "quarantined", "refused", "flagged", "unread"}
    assert answer.row().keys() == {*counts, "files"}
    assert {key: value for key, value in answer.row().items() if key != "files"} == {
        "receipts": 3,
        "loaded": 2,
        "duplicates": 1,
        "quarantined": 0,
        "refused": 0,
        "flagged": 0,
        "unread": 1,
    }
    for file in answer.row()["files"]:
        assert file.keys() == {"path", "state", "format", "reason", "receipt", "flagged", "unread"}


def test_parse(graftline: Callable[..., Any]) -> None:
    row = graftline("--json", "parse", "report.hml").row()
    assert {"format": "hml", "kind": "typing", "sample": "9999TEST00000000118"}.items() <= row.items()
    for locus in row["loci"]:
        assert {"locus", "state", "reported", "glstring", "release", "flags"} <= locus.keys()


def test_check(graftline: Callable[..., Any]) -> None:
    doubts = graftline("--json", "check", "broken.hml", "run.log").rows()
    assert [(doubt["code"], doubt["severity"]) for doubt in doubts] == [
        ("unreadable", "error"),
        ("no_check_character", "info"),
    ]
    for doubt in doubts:
        assert doubt.keys() == FLAG | {"path", "format", "sample"}


def test_hl7(graftline: Callable[..., Any], loaded: str) -> None:
    of_file = graftline("--json", "hl7", "report.hml").row()
    of_receipt = graftline("--json", "hl7", loaded).row()
    assert of_file.keys() == of_receipt.keys() == {"message"}
    assert of_file["message"].split("\r")[1:] == of_receipt["message"].split("\r")[1:]


def test_show(graftline: Callable[..., Any], loaded: str) -> None:
    shown = graftline("--json", "show", loaded).row()
    assert shown.keys() == {*DUMPS["receipts"].split(), "reports", "ignored", "history", "evidence", "raw"}
    assert shown["raw"].startswith("<?xml")
    assert shown["reports"][0].keys() == {*DUMPS["reports"].split(), "message"}


def test_quarantine(graftline: Callable[..., Any], quarantined: str) -> None:
    listed = graftline("--json", "quarantine", "list").row()
    assert listed.keys() == set(DUMPS["receipts"].split())
    assert graftline("--json", "quarantine", "show", quarantined).row()["state"] == "quarantined"
    after = graftline("--json", "quarantine", "resubmit", quarantined).row()
    assert after.keys() == set(DUMPS["receipts"].split())


def test_rebuild_and_verify(graftline: Callable[..., Any]) -> None:
    rebuilt = graftline("--json", "rebuild").row()
    assert rebuilt.keys() == {"frames", "content", "equal", "faults", "kept"}
    assert rebuilt["equal"] is True
    assert graftline("--json", "verify").row() == {"messages": 3, "parts": 0, "receipts": 3, "faults": []}


def test_nomenclature(graftline: Callable[..., Any], here: Path) -> None:
    installed = graftline("--json", "nomenclature", "install", "release").row()
    assert installed.keys() == {"version", "title", "folder", "fresh"}
    assert installed["fresh"] is False
    assert graftline("--json", "nomenclature", "list").row().keys() == {"release", "title", "folder"}


def test_reduce_gives_as_many_lines_as_it_takes_in_the_same_order(graftline: Callable[..., Any]) -> None:
    lines = b"HLA-A*03:01:01:01+HLA-A*01:01:01:01\nno typing\n\nA*01:01\xff\nA*01:01\n"
    plain, rows = graftline("reduce", stdin=lines), graftline("--json", "reduce", stdin=lines)
    assert plain.out.splitlines() == ["HLA-A*01:01+HLA-A*03:01", "", "", "", "HLA-A*01:01"]
    assert [row["output"] for row in rows.rows()] == plain.out.splitlines()
    for row in rows.rows():
        assert row.keys() == {"input", "output", "flags"}
        assert bool(row["flags"]) is not bool(row["output"])
        assert all(flag.keys() == FLAG | {"position"} for flag in row["flags"])
    assert plain.code == rows.code == 1
    assert "line 2: " in plain.err


def test_identify(graftline: Callable[..., Any]) -> None:
    row = graftline("--json", "identify", "9999TEST00000000118").row()
    assert row.keys() == {"scheme", "value", "parts", "valid", "message"}
    assert row["parts"][0].keys() == {"label", "value", "meaning"}


def test_identify_says_what_a_code_means(graftline: Callable[..., Any]) -> None:
    assert graftline("--json", "identify", "=%6200").row()["parts"][0]["meaning"] == "A positive"
    plain = graftline("identify", "=A99992412345607", "=%ZZ00")
    assert "    flags: 07 (test tube)" in plain.out.splitlines()
    assert plain.code == 1


def test_identify_tells_a_patient_only_to_whoever_asks(graftline: Callable[..., Any]) -> None:
    for code in ("&#0106CANARY", "&#0109CANARY", "=#0119CANARY"):
        found = graftline("identify", code)
        assert "CANARY" in found.out
        assert "CANARY" not in found.err


def test_profile_test(graftline: Callable[..., Any]) -> None:
    rows = graftline("--json", "profile", "test", "graftsep_summary", "run.log").rows()
    assert {"label": "INLET PROCESSED", "mapped": True} in rows


def test_feed(graftline: Callable[..., Any], here: Path) -> None:
    manifest = graftline("--json", "feed", "publish", "--to", "snapshots").row()
    assert manifest.keys() == {"cursor", "files"}
    assert json.loads((here / "snapshots" / "manifest.json").read_text()) == manifest
    *donors, last = graftline("feed", "changes").rows()
    assert {key for donor in donors for key in donor} == {"source", "donor", "loci", "flagged"}
    assert last == {"cursor": manifest["cursor"]}
    assert graftline("feed", "changes", "--since", str(last["cursor"])).rows() == [last]
    refused = graftline("feed", "changes", "--since", str(last["cursor"] + 1))
    assert (refused.code, refused.out) == (2, "")
    assert "was not given out by this store" in refused.err


def test_search(graftline: Callable[..., Any]) -> None:
    row = graftline("--json", "search", "--patient", "report.hml").row()
    assert row.keys() == {"source", "donor", "matched", "least", "most", "loci"}
    assert list(row["loci"]) == ["A", "B", "C", "DRB1", "DQB1"]
    assert all(locus.keys() == {"least", "most", "level", "direction", "flags"} for locus in row["loci"].values())


def test_search_by_a_rule_that_counts_dpb1_tells_the_epitope_groups(graftline: Callable[..., Any], here: Path) -> None:
    common = "HLA-A*01:01+HLA-A*02:01^HLA-B*07:02+HLA-B*08:01^HLA-DRB1*03:01+HLA-DRB1*15:01^"
    donor, patient = "HLA-DPB1*04:01+HLA-DPB1*04:02", "HLA-DPB1*04:01+HLA-DPB1*02:01"
    (here / "donor.glstring.csv").write_text(f"id,glstring\n9999TEST00000000126,{common}{donor}\n")
    graftline("ingest", "donor.glstring.csv")
    search = ("search", "--rule", "7/12", "--patient", common + patient)
    found = {row["donor"]: row["loci"]["DPB1"] for row in graftline("--json", *search).rows()}
    assert found["9999TEST00000000126"]["tce"] == ["hvg_non_permissive"]
    assert "1-1 mismatch, hvg non permissive" in graftline(*search).out


def test_doctor_formats_instruments(graftline: Callable[..., Any]) -> None:
    assert {key for row in graftline("--json", "doctor").rows() for key in row} <= {"area", "level", "message", "fix"}
    assert all(
        row.keys() == {"format", "title", "verified", "ignores"} for row in graftline("--json", "formats").rows()
    )
    models = graftline("--json", "instruments").rows()
    assert all(row.keys() == {"model", "title", "vendor", "link", "format", "state"} for row in models)


def test_json_and_home_and_config_may_stand_anywhere(graftline: Callable[..., Any]) -> None:
    place = ["--home", "graftline-data", "--config", "site.toml", "--json"]
    expected = graftline(*place, "quarantine", "list")
    assert expected.rows()
    assert graftline("quarantine", *place, "list") == graftline("quarantine", "list", *place) == expected


def test_an_answer_is_made_of_the_same_bytes_whatever_the_bytes_of_a_file_name(
    graftline: Callable[..., Any], here: Path
) -> None:
    odd = here / b"donor-\xff.csv".decode("utf-8", "surrogateescape")
    odd.write_text("nothing that can be read\n")
    (file,) = graftline("--json", "ingest", odd).row()["files"]
    assert file["path"].endswith(r"/donor-\xff.csv")
    assert graftline("dump", "receipts").rows()[-1]["name"] == r"donor-\xff.csv"
    assert graftline("ingest", odd).code == 1
    assert graftline("show", odd.name).code == 2
