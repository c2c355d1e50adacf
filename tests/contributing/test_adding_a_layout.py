"""A log or table layout is one TOML file, with the program or in the data folder."""

import json

import pytest

SEPARATOR = """# Invented: no such cell separator exists.
format = "separator_log"
title = "BOREALIS SEP (invented)"
verified = "invented samples"

[stream]
begins = '^BOREALIS RUN,'
ends = '^STOP,'

[cells]
delimiter = ","

[identity]
"BOREALIS RUN" = "device"
"DONATION" = "sample"
"STOP" = "ended"

[items.WB_PROCESSED_ML]
labels = ["BLOOD THROUGH"]
volume_basis = "whole_blood"
"""
LOG = """BOREALIS RUN,B-1
DONATION,INV-7
BLOOD THROUGH,10432,mL
MOOD,7,jolly
STOP,2026-01-02 11:40
"""
TABLE = """# Invented.
format = "lab_table"
title = "Borealis laboratory table (invented)"
verified = "invented samples"
signature = ["Probe", "A eins", "A zwei"]

[columns]
sample = "Probe"

[loci]
names = ["A", "B"]
first = "{locus} eins"
second = "{locus} zwei"
"""
CELLS = "Probe;A eins;A zwei;B eins;B zwei;Bemerkung\nINV-8;01:01;02:01;07:02;;spät\n"


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(params=["config/profiles", "profiles"])
def describe(request, checkout, home):
    """Puts a layout where the program keeps its own, or where a site keeps its own."""

    def put(name, text):
        if request.param == "profiles":
            folder = home / "profiles"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        else:
            checkout.add(f"config/profiles/{name}.toml", text)

    yield put
    assert all(path.startswith("config/profiles/borealis") for path in checkout.changed())


def test_a_separators_log(describe, graftline, tmp_path):
    describe("borealis_sep", SEPARATOR)
    log = tmp_path / "run.log"
    log.write_text(LOG, encoding="utf-8")
    labels = {row["label"]: row["mapped"] for row in answers(graftline("profile", "test", "borealis_sep", log))}
    assert [label for label, mapped in labels.items() if not mapped] == ["MOOD"]
    assert answers(graftline("ingest", log))[0]["loaded"] == 1
    (run,) = answers(graftline("dump", "procedures"))
    assert (run["sample"], run["ended"], run["finals"][0]["value"]) == ("INV-7", "2026-01-02T11:40:00", "10432")
    (printed,) = answers(graftline("parse", log))
    assert [(each["label"], each["text"]) for each in printed["unmapped"]] == [("MOOD", "7,jolly")]


def test_a_laboratorys_table(describe, graftline, tmp_path):
    describe("borealis_table", TABLE)
    table = tmp_path / "table.csv"
    table.write_text(CELLS, encoding="utf-8")
    labels = {row["label"]: row["mapped"] for row in answers(graftline("profile", "test", "borealis_table", table))}
    assert [label for label, mapped in labels.items() if not mapped] == ["Bemerkung"]
    assert answers(graftline("ingest", table))[0]["loaded"] == 1
    typings = answers(graftline("dump", "typings"))
    assert [(each["sample"], each["locus"], each["state"], each["reported"]) for each in typings] == [
        ("INV-8", "A", "two_copies", "01:01+02:01"),
        ("INV-8", "B", "one_stated", "07:02"),
    ]


def test_a_mistyped_format_in_a_layout_is_told_before_anything_is_taken_in(graftline, home, tmp_path):
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "borealis_sep.toml").write_text(SEPARATOR.replace("or_log", "er_log"), encoding="utf-8")
    log = tmp_path / "run.log"
    log.write_text(LOG, encoding="utf-8")
    refused = graftline("ingest", log)
    assert refused.returncode == 2
    assert 'borealis_sep.toml: the profile is for a format that is not installed: "separater_log"' in refused.stderr
