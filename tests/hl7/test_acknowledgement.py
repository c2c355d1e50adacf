"""The acknowledgement: who asked for what, and what stored or not stored means to the sender."""

import pytest

from instruments.errors import Refused
from parsers.er7 import parse_message
from pipeline.hl7.acknowledgement import acknowledge
from pipeline.hl7.authority import problems

FULL = Refused("the disk is full")
WRONG = Refused("a message of type A^B", code="200", for_good=True)
NOW = "2026-11-20T08:41:00+00:00"


def payload(accept="", application="", version="2.5.1", body=b"OBX|1|ST|a||1\r"):
    header = (
        rf"MSH|^~\&|ANALYSER|WARD|LIS|LAB|20261120||ORU^R01^ORU_R01|C\S\17|P|{version}|||{accept}|{application}||8859/1"
    )
    return header.encode() + b"\r" + body


@pytest.mark.parametrize(
    ("accept", "application", "stored", "refused"),
    [
        ("", "", "AA", "AE"),
        ("AL", "NE", "CA", "CE"),
        ("AL", "AL", "CA", "CE"),
        ("SU", "", "CA", "AE"),
        ("ER", "", "AA", "CE"),
        ("NE", "AL", "AA", "AE"),
        ("", "2", "AA", "AE"),
    ],
)
def test_the_code_follows_the_mode_that_the_sender_asks_for(accept, application, stored, refused):
    answers = [acknowledge(payload(accept, application), refused=why, now=NOW) for why in (None, FULL)]
    assert [parse_message(each).segments[1].value(1) for each in answers] == [stored, refused]


def test_the_answer_names_the_message_and_swaps_the_ends():
    header, verdict = parse_message(acknowledge(payload(), refused=None, now=NOW)).segments
    assert [header.value(number) for number in range(3, 7)] == ["LIS", "LAB", "ANALYSER", "WARD"]
    assert (header.field(7), header.field(9), header.field(12)) == ("20261120084100+0000", "ACK^R01^ACK", "2.5.1")
    assert (verdict.field(2), verdict.value(2)) == (r"C\S\17", "C^17")


def test_the_same_message_gets_the_same_answer_under_an_id_of_its_own():
    first, again = (acknowledge(payload(), refused=None, now=NOW) for _ in range(2))
    other = acknowledge(payload(body=b"OBX|1|ST|a||2\r"), refused=None, now=NOW)
    assert first == again
    identifiers = [parse_message(each).header.value(10) for each in (first, other)]
    assert identifiers[0] != identifiers[1]
    assert all(0 < len(each) <= 20 for each in identifiers)


@pytest.mark.parametrize(("version", "segments"), [("2.5.1", 3), ("2.8", 3), ("2.3.1", 2), ("", 2), ("two", 2)])
def test_a_refusal_carries_the_reason_in_versions_that_can_say_it(version, segments):
    refusal = parse_message(acknowledge(payload(version=version), refused=FULL, now=NOW))
    assert len(refusal.segments) == segments
    assert segments == 2 or refusal.segments[2].value(3) == "207"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"PID|1\r", b"MSH", b"MSH|^^^^|A\r", b"BHS|^~\\&\rBTS|0\r"])
def test_what_has_no_readable_header_is_rejected(raw):
    answer = parse_message(acknowledge(raw, refused=FULL, now=NOW))
    assert [segment.name for segment in answer.segments] == ["MSH", "MSA", "ERR"]
    assert answer.segments[1].value(1) == "AR"


def test_the_answer_speaks_the_delimiters_and_the_character_set_of_the_sender():
    raw = b"MSH#*@!%#ANAL\xdcSER#WARD#LIS#LAB#2026##ORU*R01#7#P#2.4######8859/1\r"
    assert acknowledge(raw, refused=None, now=NOW) == (
        b"MSH#*@!%#LIS#LAB#ANAL\xdcSER#WARD#20261120084100+0000##ACK*R01*ACK#"
        + parse_message(acknowledge(raw, refused=None, now=NOW)).header.value(10).encode()
        + b"#P#2.4######8859/1\rMSA#AA#7\r"
    )


@pytest.mark.parametrize("refused", [None, FULL, WRONG])
def test_the_authority_finds_no_fault(refused):
    assert problems(acknowledge(payload(), refused=refused, now=NOW).decode()) == []


def test_what_is_of_no_use_to_send_again_is_rejected_with_its_own_condition():
    rejection = parse_message(acknowledge(payload(), refused=WRONG, now=NOW))
    assert rejection.segments[1].value(1) == "AR"
    assert rejection.segments[2].components(3) == ["200", "Unsupported message type", "HL70357"]
    assert rejection.segments[2].value(8) == "a message of type A B; sending it again is of no use"


def test_no_value_of_a_result_is_in_the_answer():
    for refused in (None, FULL):
        assert b"SECRET" not in acknowledge(
            payload(body=b"PID|1||SECRET\rOBX|1|ST|a||SECRET\r"), refused=refused, now=NOW
        )
