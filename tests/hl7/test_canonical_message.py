"""The house's own ORU^R01: what goes in comes out, HL7's authority agrees, and no name is ever in it."""

from typing import get_args

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from parsers.er7 import parse_message
from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats.hl7_oru import FORMAT
from parsers.records import State
from pipeline.hl7.authority import problems
from pipeline.hl7.message import read, render
from pipeline.hl7.timestamps import exact, to_iso, to_ts
from pipeline.normalise.records import (
    Flag,
    Identifier,
    NormalCollection,
    NormalObservations,
)
from tests.hl7.canonical_reports import DONOR, DOUBT, ENVELOPE, SAMPLE, envelopes, locus, observation, reports, typing


@settings(max_examples=250, deadline=None)
@given(reports, envelopes)
def test_a_report_comes_back_as_it_was(report, envelope):
    assert read(render(report, envelope)) == (report, envelope)


@pytest.mark.parametrize("state", get_args(State))
def test_a_locus_typed_twice_is_received_in_the_states_that_the_message_states(state):
    twice = typing(
        locus("A", state, "HLA-A*01:01", test_id="K1"), locus("A", "one_stated", "HLA-A*01:01", test_id="K2")
    )
    (received,) = FORMAT.parse(Document(render(twice, ENVELOPE).encode())).reports
    assert [(each.test_id, each.state) for each in received.loci] == [("K1", state), ("K2", "one_stated")]


WITHDRAWN, PRELIMINARY = Flag("withdrawn_result", "", "taken back", "error"), Flag("preliminary_result", "", "to come")


@pytest.mark.parametrize(
    ("state", "doubts", "status"),
    [
        ("two_copies", (), "F"),
        ("failed", (), "X"),
        ("not_tested", (), "N"),
        ("candidates", (), "P"),
        ("two_copies", (PRELIMINARY,), "P"),
        ("not_tested", (PRELIMINARY,), "I"),
        ("failed", (WITHDRAWN,), "W"),
        ("two_copies", (WITHDRAWN,), "F"),  # what replaces the result that was taken back
    ],
)
def test_a_result_is_as_final_as_the_report_says(state, doubts, status):
    report = typing(locus("A", state, "HLA-A*01:01+HLA-A*02:01" if state == "two_copies" else None, doubts=doubts))
    message = parse_message(render(report, ENVELOPE))
    (result,) = (each for each in message.named("OBX") if each.value(3, 3) == "LN")
    assert result.value(11) == status
    assert next(message.named("OBR")).value(25) == ("P" if PRELIMINARY in doubts or state == "candidates" else "F")


TEST_MESSAGE = Flag("not_production", "MSH-11", "MSH-11 marks this message T, not production", "error")


FROM_NAME = Flag("sample_from_name", "", "no specimen and no person is named; the file's name is taken", "error")


@pytest.mark.parametrize("doubt", [TEST_MESSAGE, FROM_NAME, PRELIMINARY, WITHDRAWN], ids=lambda doubt: doubt.code)
def test_what_may_not_be_used_is_not_received_as_what_may(doubt):
    called = locus("A", glstring="HLA-A*01:01+HLA-A*02:01")
    (received,) = FORMAT.parse(Document(render(typing(called, flags=(doubt,)), ENVELOPE).encode())).reports
    assert doubt.code in {each.code for each in received.findings}


def test_a_recipient_is_received_as_a_recipient():
    report = typing(locus("A", glstring="HLA-A*01:01+HLA-A*02:01"), project="INVENTED_RECIPIENT")
    (received,) = FORMAT.parse(Document(render(report, ENVELOPE).encode())).reports
    assert received.project == "INVENTED_RECIPIENT"


@settings(max_examples=60, deadline=None)
@given(reports)
def test_no_value_can_add_a_segment_a_field_or_a_block_end(report):
    message = render(report, ENVELOPE)
    assert message == render(report, ENVELOPE)
    lines = message.removesuffix("\r").split("\r")
    assert {line[:4] for line in lines} <= {"MSH|", "PID|", "NTE|", "OBR|", "OBX|", "SPM|"}
    assert not set(message) & set("\n\x0b\x1c")


def test_locus_c_is_named_by_the_code_that_the_receiver_knows_and_read_back_the_same():
    report = typing(locus("C", glstring="HLA-C*07:01+HLA-C*07:02", resolution="high"))
    older = render(report, replace(ENVELOPE, hla_c_code="57297-4"))
    assert "|57297-4^HLA-C typing, high resolution^LN|" in older
    assert older.replace("57297-4", "77636-9") == render(report, ENVELOPE)
    assert read(older)[0] == report


SHAPES = [
    typing(),
    typing(
        locus(
            "A",
            glstring="HLA-A*01:01+HLA-A*02:01|HLA-A*01:02+HLA-A*02:03",
            resolution="high",
            method="NGS",
            test_id="K",
        ),
        locus("DRB4", "absent"),
        locus("DPB1", "not_tested", date="2026-11-18"),
        locus("DPA1", "failed", flags=(DOUBT, DOUBT)),
        locus("MICA", "one_stated", "MICA*008:01"),
        locus("B", "candidates", "HLA-B*07:02" + "/HLA-B*07:02" * 300),
        centre="999",
        software="Invented 1.0",
        flags=(DOUBT,),
    ),
    NormalObservations(
        sample=Identifier(scheme="LOCAL", value="S1", printed="S1", flags=(DOUBT,)), quality_control=True
    ),
    NormalObservations(
        sample=SAMPLE,
        subject=DONOR,
        device="CELL-7",
        date="2026-11-20",
        comments=("slightly haemolysed",),
        observations=(
            observation("8.5", 8.5, status="V", hl7_status="F", time="2026-11-20T08:41", analyser_flags=("H", "A")),
            observation("<0.1", 0.1, comparator="<", reference_range="4-10", flags=(DOUBT,)),
            observation("-----", status="X", hl7_status="X", time="noon"),
            observation("5.4", 5.4, sub_id="(Average)", comments=("sample clotted", "do not report"), flags=(DOUBT,)),
        ),
    ),
    NormalCollection(
        sample=SAMPLE,
        subject=DONOR,
        procedure="CMNC",
        started="2026-11-20T08:41",
        ended="2026-11-20T12:26",
        readings=(observation("60", 60.0, time="2026-11-20T08:51", unit="mL/min", volume_basis="inlet"),) * 2,
        finals=(observation("302", 302.0, unit="mL"),),
        alarms=("09:12 A-17 Inlet pressure low",),
    ),
]


@pytest.mark.parametrize("report", SHAPES, ids=lambda report: f"{type(report).__name__}")
def test_the_authority_finds_no_fault_in_any_shape(report):
    assert problems(render(report, ENVELOPE)) == []


def test_the_authority_would_find_a_fault():
    message = render(SHAPES[0], ENVELOPE)
    assert problems(message.replace("OBR|", "ZBR|")) != []
    assert problems(message.replace("|2.5.1|", "||")) != []
    assert problems(message + "ZZZ|1|O\r") == ["1 ZZZ stand where the standard has no place for them"]


def test_a_typing_message_line_by_line():
    message = render(
        typing(locus("A", glstring="HLA-A*01:01+HLA-A*02:01", resolution="high", flags=(DOUBT,))), ENVELOPE
    )
    assert message.split("\r") == [
        r"MSH|^~\&|GRAFTLINE|Invented laboratory|||20261120084100.123+0000||ORU^R01^ORU_R01|R1-abcdef.0|P|2.5.1"
        "||||||UNICODE UTF-8",
        "PID|1||9999TEST00000000118^^^GRID^DR||^^^^^^S",
        "OBR|1||F1|51969-4^HLA typing report^LN|||20261118|||||||||||||||20261118|||F",
        "OBX|1|TX|SAMPLE_PRINTED^Sample identifier as printed^99GRAFT|0|=A99992400012300||||||F",
        "OBX|2|CWE|57290-9^HLA-A typing, high resolution^LN|1|hla#0.1.0#HLA-A*01:01+HLA-A*02:01"
        "^HLA-A*01:01+HLA-A*02:01^http://glstring.org^^^^^^as printed||||||F",
        r"NTE|1|L|the release does not hold \F\ this \S\ name|unknown_allele^HLA-A*99:99^99GRAFT^error@9^^99GRAFT",
        "OBX|3|CWE|STATE^State of the typing^99GRAFT|1|two_copies^two copies^99GRAFT||||||F",
        "SPM|1|A999924000123&DIN||U^Unknown^HL70353|||||||P^Patient^HL70369",
        "",
    ]


def test_a_typing_met_before_is_written_as_its_own_report_has_it():
    """Typings are remembered as they were written; place, test, date and doubts belong to what is remembered."""
    again = [
        locus("A", glstring="HLA-A*01:01", **own)
        for own in ({"test_id": "T1"}, {"test_id": "T2"}, {"date": "2026-11-19"}, {"flags": (DOUBT,)}, {})
    ]
    for order in (again, again[::-1], again):
        assert read(render(typing(*order), ENVELOPE))[0] == typing(*order)


@pytest.mark.parametrize(
    ("value", "obx"),
    [
        (
            observation("8.5", 8.5, unit="10*9/L", status="F", hl7_status="F"),
            "|NM|6690-2^WBC^LN|1|8.5|10*9/L^^UCUM|||||F",
        ),
        (observation("<0.1", 0.1, comparator="<"), "|SN|6690-2^WBC^LN|1|<^0.1||||||R"),
        (observation("1,5", 1.5), "|TX|6690-2^WBC^LN|1|1,5||||||R"),
        (observation("-----"), "|TX|6690-2^WBC^LN|1|-----||||||R"),
    ],
)
def test_a_value_is_numeric_only_if_its_printed_text_is(value, obx):
    message = render(NormalObservations(sample=SAMPLE, observations=(value,)), ENVELOPE)
    assert obx in [line.removeprefix("OBX|2") for line in message.split("\r")]


def test_what_a_sender_says_of_a_value_and_what_tells_it_apart_goes_with_it():
    mean = observation("5.4", 5.4, sub_id="(Average)", comments=("clotted; do | not report", ""), flags=(DOUBT,))
    report = NormalObservations(
        sample=SAMPLE, observations=(mean, observation("5.6", 5.6)), comments=("haemolysed",), flags=(DOUBT,)
    )
    lines = render(report, ENVELOPE).split("\r")
    assert lines[3] == "NTE|2|L|haemolysed"
    assert [line for line in lines[5:] if line[:3] in ("OBX", "NTE")] == [
        "OBX|2|NM|6690-2^WBC^LN|1|5.4||||||R",
        r"NTE|1|L|the release does not hold \F\ this \S\ name|unknown_allele^HLA-A*99:99^99GRAFT^error@9^^99GRAFT",
        r"NTE|2|L|clotted; do \F\ not report",
        "NTE|3|L|",
        "OBX|3|TX|SUB_ID^Sub-ID as printed^99GRAFT|1|(Average)||||||F",
        "OBX|4|NM|6690-2^WBC^LN|2|5.6||||||R",
    ]


def test_the_reader_of_any_oru_reads_our_values_as_they_were_printed():
    values = (
        observation("5.4", 5.4, unit="10*9/L", sub_id="(Average)", status="F", hl7_status="F", comments=("clotted",)),
        observation("1,5", 1.5, status="verified", time="20 Nov, 8 h 41", analyser_flags=("H",)),
        observation("5.6", 5.6, volume_basis="inlet"),
    )
    message = render(NormalObservations(sample=SAMPLE, device="Counter 7", observations=values), ENVELOPE)
    (report,) = FORMAT.parse(Document(message.encode())).reports
    assert report.device == "Counter 7"
    assert [
        (each.value, each.unit, each.sub_id, each.status, each.time, each.flags, each.comments)
        for each in report.observations
    ] == [
        ("5.4", "10*9/L", "(Average)", "F", "", (), ("clotted",)),
        ("1,5", "", "", "", "20 Nov, 8 h 41", ("H",), ("NUMBER: 1.5", "STATUS: verified")),
        ("5.6", "", "", "", "", (), ("VOLUME_BASIS: inlet",)),
    ]


def test_what_was_read_at_one_moment_shares_a_group():
    early, late = (observation("1", 1.0, time=f"2026-11-20T08:{minute}") for minute in (51, 59))
    message = render(NormalCollection(sample=SAMPLE, readings=(early, early, late), finals=(late,)), ENVELOPE)
    groups = [line.split("|")[4] for line in message.split("\r") if line.startswith("OBX") and "|NM|" in line]
    assert groups == ["1.1.1", "1.1.2", "1.2.1", "2.1"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("51969-4", "13303-3"), "OBR-4"),
        (("two_copies", "both"), "state"),
        (("SPM|", "ZPM|"), "SPM"),
        (("DIN", "D"), "id"),
    ],
)
def test_messages_of_others_are_refused(change, reason):
    message = render(typing(locus("A")), ENVELOPE)
    with pytest.raises(ParseError, match="not written by this program"):
        read(message.replace(*change))


def test_another_house_reads_the_message_as_a_format_with_states_and_doubts():
    report = typing(
        locus("A", "one_stated", "HLA-A*01:01", method="NGS", test_id="KIT", date="2026-11-18", resolution="high"),
        locus("DRB4", "absent"),
        locus("MICA", "homozygous_stated", "MICA*008+MICA*008", flags=(DOUBT,)),
        centre="999",
        software="Invented 1.0",
    )
    parsed = FORMAT.parse(Document(render(report, ENVELOPE).encode()))
    (found,) = parsed.reports
    assert (found.sample, found.subject, found.report_id) == ("A999924000123", "9999TEST00000000118", "F1")
    assert (found.centre, found.software, found.date) == ("999", "Invented 1.0", "20261118")
    assert [(each.locus, each.state, each.reported) for each in found.loci] == [
        ("A", "one_stated", "as printed"),
        ("DRB4", "absent", "as printed"),
        ("MICA", "homozygous_stated", "as printed"),
    ]
    first, _, last = found.loci
    assert (first.expression, first.stated_release, first.method) == ("HLA-A*01:01", "0.1.0", "NGS")
    assert (first.test_id, first.date) == ("KIT", "20261118")
    assert [(each.label.split("^")[0], each.text) for each in last.quality][-1] == (DOUBT.code, DOUBT.message)
    assert ("SAMPLE_PRINTED", "=A99992400012300") in [(each.label, each.text) for each in found.properties]


def test_another_house_reads_a_collection_as_observations_with_every_value():
    (found,) = FORMAT.parse(Document(render(SHAPES[-1], ENVELOPE).encode())).reports
    values = [(each.code, each.value, each.sub_id, each.comments) for each in found.observations]
    assert {("6690-2", "60", "1.1.1", ("VOLUME_BASIS: inlet",)), ("6690-2", "302", "2.1", ())} <= set(values)
    assert ("ALARM", "09:12 A-17 Inlet pressure low", "3.1", ()) in values
    assert ("PROCEDURE", "CMNC") in [(each.label, each.text) for each in found.properties]


@pytest.mark.parametrize(
    ("stated", "expression", "release"),
    [
        ("A*01:AB+A*02:01", "A*01:AB+A*02:01", ""),
        ("hla#3.23#A*01:11|A*01:01~B*08:01", "A*01:11|A*01:01~B*08:01", "3.23"),
        ("hla#3.23##HLA-A*01:01", "#HLA-A*01:01", "3.23"),
    ],
)
@pytest.mark.parametrize("state", ["two_copies", "one_stated", "candidates", "novel"])
def test_another_house_reads_what_was_stated_of_a_locus_without_a_gl_string(state, stated, expression, release):
    message = render(typing(locus("A", state, expression=stated), locus("B", state)), ENVELOPE)
    (report,) = FORMAT.parse(Document(message.encode())).reports
    assert [(each.state, each.reported, each.expression, each.stated_release) for each in report.loci] == [
        (state, "as printed", expression, release),
        (state, "as printed", "", "0.1.0"),
    ]
    assert not [each for each in report.loci[0].quality if each.label == "EXPRESSION"]


def test_what_a_report_does_not_name_is_not_the_program_that_passed_it_on():
    sent = (typing(locus("A", glstring="HLA-A*01:01")), NormalObservations(sample=SAMPLE))
    typed, measured = (FORMAT.parse(Document(render(each, ENVELOPE).encode())).reports[0] for each in sent)
    assert (typed.centre, typed.software, measured.device) == ("", "", "")
    others = render(sent[0], ENVELOPE).replace("|GRAFTLINE|", "|LIS|")
    (foreign,) = FORMAT.parse(Document(others.encode())).reports
    assert (foreign.centre, foreign.software) == ("Invented laboratory", "LIS")


@pytest.mark.parametrize(
    ("iso", "stamp"),
    [
        ("2026-11-20", "20261120"),
        ("2026-11-20T08:41", "202611200841"),
        ("2026-11-20T08:41:05.25-05:30", "20261120084105.25-0530"),
        ("2026-11-20T08:41:05Z", "20261120084105+0000"),
    ],
)
def test_times_are_exact_both_ways(iso, stamp):
    assert (to_ts(iso), exact(iso), to_iso(stamp)) == (stamp, stamp, iso)


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-13-01", "20261120", "2026-11-20 08:41", "2026-11-20T08:41:05.123456Z"]
)
def test_times_that_would_not_come_back_are_not_exact(text):
    assert exact(text) == ""
