"""Separator logs by profile: what is mapped, what is kept unmapped, and what is refused."""

import csv
import re
from pathlib import Path

import pytest

import parsers
from parsers.errors import ParseError
from parsers.format import Document, Profile, load_profiles
from parsers.formats.separator_log import NAME, from_profiles, labels

BEGIN, END = "RUN BEGIN;GRAFTSEP 1 (INVENTED);SN G1-0042;SW 1.4;PROGRAM CMNC", "RUN END;OK"


@pytest.fixture(scope="module")
def config():
    return Path(parsers.__file__).resolve().parent.parent / "config"


@pytest.fixture(scope="module")
def profiles(config):
    return {each.name: each for each in load_profiles([config / "profiles"]) if each.format == NAME}


@pytest.fixture(scope="module")
def read(profiles):
    reader = from_profiles(tuple(profiles.values()))

    def read_lines(*lines, end="\r\n"):
        return reader.parse(Document((end.join(lines) + end).encode()))

    return read_lines


def custom(**changes):
    settings = {
        "format": NAME,
        "title": "invented",
        "stream": {"begins": "^BEGIN", "ends": "^END"},
        "identity": {"BEGIN": "device"},
        "items": {"COLLECT_VOL_ML": {"labels": ["Volumen"]}},
    }
    return Profile("custom", NAME, "0" * 64, settings | changes)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_run_is_one_report(read, profiles, end):
    (run,) = read(
        BEGIN,
        "DIN;A999924000123;GRID;9999TEST00000000118;START;2026-11-20 08:41",
        "08:51;INLET FLOW;60.0;mL/min;INLET;610;mL",
        "09:12;ALARM;A-17;Inlet pressure low",
        "WHOLE BLOOD PROCESSED;11110;mL",
        "END;2026-11-20 12:26",
        END,
        end=end,
    ).reports
    assert (run.sample, run.subject) == ("A999924000123", "9999TEST00000000118")
    assert (run.device, run.device_serial, run.software) == ("GRAFTSEP 1 (INVENTED)", "G1-0042", "1.4")
    assert (run.procedure, run.started, run.ended) == ("CMNC", "2026-11-20 08:41", "2026-11-20 12:26")
    assert (run.profile, run.profile_sha256) == ("graftsep", profiles["graftsep"].sha256)
    assert [(each.time, [(v.item, v.value, v.unit, v.volume_basis) for v in each.values]) for each in run.readings] == [
        ("08:51", [("INLET_FLOW_ML_MIN", "60.0", "mL/min", None), ("INLET_VOL_ML", "610", "mL", "inlet")])
    ]
    assert [(each.item, each.volume_basis) for each in run.finals] == [("WB_PROCESSED_ML", "whole_blood")]
    assert [(each.time, each.code, each.text) for each in run.alarms] == [("09:12", "A-17", "Inlet pressure low")]
    assert {each.provenance for each in run.finals} == {"device_stream"}
    assert (run.unmapped, run.findings) == ((), ())


def test_unknown_labels_are_kept_wherever_they_stand(read):
    (run,) = read(BEGIN, "LID TEMPERATURE;31.5;Cel", "08:51;INLET FLOW;60;mL/min;GAIN;7;x", "A;1;;B", END).reports
    kept = [(each.label, each.text, each.where) for each in run.unmapped]
    assert kept == [("LID TEMPERATURE", "31.5;Cel", "line 2"), ("GAIN", "7;x", "line 3"), ("A", "1;;B", "line 4")]


def test_groups_of_a_line_are_parted(read):
    (run,) = read(
        "PROCEDURE SUMMARY;CMNC;SN G1-0042;SW 1.4",
        "DIN;=A99992412345600;START;2024-05-07 08:41;END;2024-05-07 12:26",
        "AC USED;1010;mL  | AC IN COLLECT BAG;38;mL",
        "COLLECT BAG;302;mL | TBV PROCESSED;2.1;x | INLET:AC;12.0;:1",
    ).reports
    assert (run.profile, run.sample, run.procedure) == ("graftsep_summary", "=A99992412345600", "CMNC")
    assert [(each.item, each.value, each.unit) for each in run.finals] == [
        ("AC_USED_ML", "1010", "mL"),
        ("AC_TO_PRODUCT_ML", "38", "mL"),
        ("PRODUCT_VOL_DEVICE_ML", "302", "mL"),
        ("TBV_MULTIPLES", "2.1", "x"),
        ("INLET_AC_RATIO", "12.0", ":1"),
    ]
    assert {each.provenance for each in run.finals} == {"device_file"}


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ([BEGIN, "AC USED;1;mL"], "line 2"),
        ([BEGIN, BEGIN, END], "line 2"),
        ([BEGIN, END, BEGIN], "line 3"),
        (["PROCEDURE SUMMARY;CMNC", "COLLECT BAG;302;mL | INLET:AC;1"], "line 2"),
    ],
)
def test_a_run_without_its_end_is_refused(read, lines, where):
    with pytest.raises(ParseError, match="incomplete") as refusal:
        read(*lines)
    assert refusal.value.where == where


def test_several_runs_are_several_reports_and_lines_between_them_are_counted(read):
    parsed = read(BEGIN, END, "SELF TEST;OK", BEGIN, END)
    assert len(parsed.reports) == 2
    assert [(each.path, each.count) for each in parsed.ignored] == [("outside a run", 1)]


def test_a_run_that_did_not_end_well_is_loaded_with_a_finding(read):
    (run,) = read(BEGIN, "RUN END;ABORTED").reports
    assert [(each.code, each.where) for each in run.findings] == [("run_not_completed", "line 2")]


@pytest.mark.parametrize("other", ["A9999 24 000123 07", "=A99992400012300", "A999924000123M"])
def test_spellings_of_the_donation_that_its_label_names_are_one(read, other):
    (run,) = read(BEGIN, "DIN;A999924000123", f"DIN;{other}", END).reports
    assert (run.sample, run.findings) == ("A999924000123", ())


TWO = [
    (["DIN;A999924000123", "DIN;A999924000001"], ("", ""), "donation"),
    (["DIN;A999924000123M", "DIN;A999924000123N"], ("", ""), "donation"),
    (["DIN;S-1", "GRID;9999TEST00000000118;GRID;9999TEST00000000216"], ("S-1", ""), "donor"),
    (["DIN;S-1;GRID;N/A", "GRID;9999TEST00000000118;GRID;D-1"], ("S-1", ""), "donor"),
]


@pytest.mark.parametrize(("lines", "taken", "whose"), TWO)
def test_of_two_donors_or_donations_none_is_taken_and_all_are_kept(read, lines, taken, whose):
    (run,) = read(BEGIN, *lines, END).reports
    assert (run.sample, run.subject) == taken
    printed = [value for line in lines for value in line.split(";")[1::2] if value not in taken]
    assert [each.text for each in run.differing] == printed
    (finding,) = run.findings
    assert finding.code == "identifiers_differ"
    assert f"more than one {whose}, and none is taken" in finding.message
    assert finding.where.startswith("line ")
    assert not any(value in finding.message for value in printed)


SPELLINGS = [
    (["GRID;9999TEST00000000118", "GRID;9999-TEST-0000-0000-118"], ("", "9999TEST00000000118")),
    (["DIN;A999924000123", "DIN;=A99992400012300", "DIN;A9999 24 000123 M"], ("A999924000123", "")),
    (["DIN;N/A", "DIN;n/a"], ("N/A", "")),
    (["DIN;", "DIN;S-1"], ("S-1", "")),
]


@pytest.mark.parametrize(("lines", "taken"), SPELLINGS)
def test_one_identifier_in_two_spellings_is_one(read, lines, taken):
    (run,) = read(BEGIN, *lines, END).reports
    assert (run.sample, run.subject) == taken
    assert (run.findings, run.differing) == ((), ())


@pytest.mark.parametrize(
    ("lines", "taken", "kept"),
    [
        (["GRID;N/A", "GRID;9999TEST00000000118"], {"subject": "9999TEST00000000118"}, [("GRID", "N/A", "line 2")]),
        (["START;08:41", "START;08:42"], {"started": "08:41"}, [("START", "08:42", "line 3")]),
        (["SN G1-0043"], {"device_serial": "G1-0042"}, [("SN", "G1-0043", "line 2")]),
    ],
)
def test_a_field_that_contradicts_itself_has_one_value_and_the_other_is_kept(read, lines, taken, kept):
    (run,) = read(BEGIN, *lines, END).reports
    assert {field: getattr(run, field) for field in taken} == taken
    assert [(each.label, each.text, each.where) for each in run.differing] == kept
    assert [(each.code, each.where) for each in run.findings] == [("contradiction", kept[0][2])]


def test_a_final_value_that_is_stated_twice_differently_is_taken_once_with_a_finding(read):
    (run,) = read(
        BEGIN, "COLLECT BAG;302;mL", "AC USED;1010;mL", "COLLECT BAG;202;mL", "COLLECT BAG;0.3;L", END
    ).reports
    assert [(each.item, each.value) for each in run.finals] == [
        ("PRODUCT_VOL_DEVICE_ML", "302"),
        ("AC_USED_ML", "1010"),
    ]
    assert run.unmapped == ()
    kept = [(each.label, each.text, each.where) for each in run.differing]
    assert kept == [("COLLECT BAG", "202 mL", "line 4"), ("COLLECT BAG", "0.3 L", "line 5")]
    found = [(each.code, each.where, each.locus) for each in run.findings]
    assert found == [("contradiction", "line 4", "PRODUCT_VOL_DEVICE_ML")]
    assert "COLLECT BAG; the first is taken" in run.findings[0].message


def test_a_final_value_that_is_stated_twice_alike_is_no_contradiction_and_readings_may_differ(read):
    (run,) = read(
        BEGIN, "08:51;INLET;610;mL", "09:51;INLET;4010;mL", "TBV PROCESSED;2.1;x", "TBV PROCESSED;2.10;x", END
    ).reports
    assert [each.value for each in run.finals] == ["2.1", "2.10"]
    assert (run.findings, run.differing) == ((), ())


def test_labels_may_be_in_any_language_and_decimals_after_a_comma():
    items = {"COLLECT_VOL_ML": {"labels": ["Volumen", "Объём"]}, "PLASMA_VOL_ML": {"labels": ["Plasma"]}}
    reader = from_profiles((custom(cells={"decimal": ","}, items=items, encoding="cp1251"),))
    (run,) = reader.parse(Document("BEGIN;X\r\nобъём;302,5;mL\r\nPLASMA;1,2,3;mL\r\nEND\r\n".encode("cp1251"))).reports
    assert [(each.label, each.value, each.decimal) for each in run.finals] == [
        ("объём", "302,5", ","),
        ("PLASMA", "1,2,3", ","),
    ]


def test_one_amount_in_two_spellings_of_the_layout_is_no_contradiction():
    reader = from_profiles((custom(cells={"decimal": ","}),))
    (run,) = reader.parse(Document(b"BEGIN;X\nVolumen;1.010;mL\nVolumen;1010,0;mL\nEND\n")).reports
    assert [each.value for each in run.finals] == ["1.010", "1010,0"]
    assert run.findings == ()


def test_bytes_that_are_not_text_by_the_profile_are_refused_with_their_place():
    with pytest.raises(ParseError) as refusal:
        from_profiles((custom(),)).parse(Document(b"BEGIN;\xff\r\nEND\r\n"))
    assert (refusal.value.where, refusal.value.found) == ("byte 6", "ff 0d 0a 45 4e 44 0d 0a")


def test_a_log_that_two_profiles_claim_or_none_is_refused():
    double = from_profiles((custom(), Profile("other", NAME, "1" * 64, custom().settings)))
    for reader, raw, reason in (
        (double, b"BEGIN\nEND\n", "more than one"),
        (double, b"HELLO\n", "no profile"),
        (double, b"", "no profile"),
    ):
        with pytest.raises(ParseError, match=reason):
            reader.parse(Document(raw))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stream": {"begins": "("}}, "ends"),
        ({"stream": {"begins": "(", "ends": "^END"}}, "regular expression"),
        ({"colour": "red"}, "colour"),
        ({"identity": {"DIN": "donor"}}, "donor"),
        ({"items": {"X": {"labels": ["X"], "volume_basis": "blood"}}}, "blood"),
        ({"items": {"A": {"labels": ["X"]}, "B": {"labels": ["Y", "x "]}}}, 'label "x " stands for A and for B'),
        ({"items": {"A": {"labels": ["begin"]}}}, 'label "begin" stands for device and for A'),
        ({"identity": {"DIN": "sample", "din": "subject"}}, 'label "din" stands for sample and for subject'),
        ({"prefixes": {"SN": "device_serial"}, "items": {"A": {"labels": ["SN 1"]}}}, 'begins with the prefix "SN"'),
        (
            {"items": {"WB_PROCESSED_ML": {"labels": ["X"], "volume_basis": "inlet"}}},
            'WB_PROCESSED_ML counts "whole_blood" and not "inlet"',
        ),
        ({"items": {"INLET_VOL_ML": {"labels": ["X"], "volume_basis": "unknown"}}}, "INLET_VOL_ML"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(changes, reason):
    with pytest.raises(ParseError, match=reason) as refusal:
        from_profiles((custom(**changes),))
    assert refusal.value.where == "custom.toml"


def test_a_label_may_be_named_twice_with_one_meaning():
    items = {"INLET_VOL_ML": {"labels": ["INLET", "Inlet"], "volume_basis": "inlet"}}
    from_profiles((custom(items=items, identity={"DIN": "sample", "din": "sample"}),))


def test_a_log_in_which_no_run_begins_is_of_another_layout(profiles):
    with pytest.raises(ParseError, match="no line of this log begins a run") as refusal:
        labels(Document(b"PROCEDURE SUMMARY;CMNC\nCOLLECT BAG;302;mL\n"), profiles["graftsep"])
    assert (refusal.value.where, refusal.value.found) == ("line 1", "PROCEDURE SUMMARY;CMNC")
    assert refusal.value.expected == "a line that matches ^RUN BEGIN;"
    assert "graftsep" in refusal.value.advice


def test_a_technician_sees_which_labels_a_profile_maps(profiles):
    log = "\n".join([BEGIN, "DIN;A999924000123", "08:51;INLET FLOW;60;mL/min;GAIN;7;x", "AC USED;1;mL", "LID;1", END])
    mapped, unmapped = labels(Document(log.encode()), profiles["graftsep"])
    assert mapped == ("RUN BEGIN", "SN", "SW", "PROGRAM", "DIN", "INLET FLOW", "AC USED")
    assert unmapped == ("GAIN", "LID")


def test_every_item_of_the_shipped_profiles_is_a_canonical_item(config, profiles):
    with (config / "codes" / "aph_items.csv").open(encoding="utf-8") as table:
        known = {row["item"]: row for row in csv.DictReader(table)}
    for profile in profiles.values():
        for item, settings in profile.settings["items"].items():
            assert known[item]["volume_basis"] in ("", settings.get("volume_basis", "")), item


def test_the_shipped_profiles_say_that_they_are_invented(config, profiles):
    for name in ("graftsep", "graftsep_summary"):
        assert "nvented" in (config / "profiles" / f"{name}.toml").read_text(encoding="utf-8").splitlines()[0]
        assert re.search("invented", profiles[name].settings["title"])


def test_a_unit_of_the_profile_stands_in_for_one_that_is_not_printed():
    reader = from_profiles((custom(items={"COLLECT_VOL_ML": {"labels": ["Volumen"], "unit": "mL"}}),))
    for line, unit in (("Volumen;250", "mL"), ("Volumen;250;", "mL"), ("Volumen;0.25;L", "L")):
        (run,) = reader.parse(Document(f"BEGIN;device\n{line}\nEND\n".encode())).reports
        assert run.finals[0].unit == unit
