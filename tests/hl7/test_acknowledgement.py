"""The acknowledgement: who asked for what, and what stored or not stored means to the sender."""

from itertools import product

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


def only(raw, refused=None):
    """The one answer to a message."""
    (answer,) = acknowledge(raw, refused=refused, now=NOW)
    return answer


def codes(raw, refused=None):
    return [parse_message(each).segments[1].value(1) for each in acknowledge(raw, refused=refused, now=NOW)]


WISHES = ("", "AL", "NE", "ER", "SU")
ANSWERS = {
    # accept, application: what is answered if the message was stored, and if it was not
    ("", ""): (["AA"], ["AE"]),
    ("", "AL"): (["AA"], ["AE"]),
    ("", "NE"): ([], []),
    ("", "ER"): ([], ["AE"]),
    ("", "SU"): (["AA"], []),
    ("AL", ""): (["CA"], ["CE"]),
    ("AL", "AL"): (["CA", "AA"], ["CE"]),
    ("AL", "NE"): (["CA"], ["CE"]),
    ("AL", "ER"): (["CA"], ["CE"]),
    ("AL", "SU"): (["CA", "AA"], ["CE"]),
    ("NE", ""): ([], []),
    ("NE", "AL"): (["AA"], ["AE"]),
    ("NE", "NE"): ([], []),
    ("NE", "ER"): ([], ["AE"]),
    ("NE", "SU"): (["AA"], []),
    ("ER", ""): ([], ["CE"]),
    ("ER", "AL"): (["AA"], ["CE"]),
    ("ER", "NE"): ([], ["CE"]),
    ("ER", "ER"): ([], ["CE"]),
    ("ER", "SU"): (["AA"], ["CE"]),
    ("SU", ""): (["CA"], []),
    ("SU", "AL"): (["CA", "AA"], ["AE"]),
    ("SU", "NE"): (["CA"], []),
    ("SU", "ER"): (["CA"], ["AE"]),
    ("SU", "SU"): (["CA", "AA"], []),
}


@pytest.mark.parametrize(("accept", "application"), list(product(WISHES, WISHES)))
def test_the_answers_follow_what_the_sender_asks_for(accept, application):
    stored, refused = ANSWERS[accept, application]
    raw = payload(accept, application)
    assert codes(raw) == stored
    assert codes(raw, FULL) == refused
    assert codes(raw, WRONG) == [each.replace("E", "R") for each in refused]


@pytest.mark.parametrize(("accept", "application"), [("", "2"), ("X", ""), ("0", "3")])
def test_what_a_maker_writes_there_asks_for_nothing(accept, application):
    """Mindray BC has the kind of message in MSH-16."""
    assert codes(payload(accept, application)) == ["AA"]


def test_two_answers_have_two_ids_and_are_the_same_every_time():
    both = acknowledge(payload("AL", "AL"), refused=None, now=NOW)
    assert both == acknowledge(payload("AL", "AL"), refused=None, now=NOW)
    assert len({parse_message(each).header.value(10) for each in both}) == 2
    assert {parse_message(each).segments[1].value(2) for each in both} == {"C^17"}


ORDERS = {
    "OML^O21^OML_O21": "ORL^O22^ORL_O22",
    "OML^O33^OML_O33": "ORL^O34^ORL_O34",
    "OML^O33": "ORL^O34^ORL_O34",
    "OML^O35^OML_O35": "ORL^O36^ORL_O36",
    "ORM^O01": "ORR^O02^ORR_O02",
    "OUL^R22^OUL_R22": "ACK^R22^ACK",
}


@pytest.mark.parametrize(("kind", "response"), ORDERS.items())
def test_an_order_gets_the_response_that_belongs_to_it(kind, response):
    raw = payload("AL", "AL").replace(b"ORU^R01^ORU_R01", kind.encode())
    commit, application = acknowledge(raw, refused=None, now=NOW)
    event = kind.split("^")[1]
    assert (parse_message(commit).header.field(9), parse_message(application).header.field(9)) == (
        f"ACK^{event}^ACK",
        response,
    )
    assert problems(application.decode()) == []
    refusal = parse_message(only(payload().replace(b"ORU^R01^ORU_R01", kind.encode()), FULL))
    assert (refusal.header.field(9), refusal.segments[1].value(1)) == (response, "AE")


def test_the_answer_names_the_message_and_swaps_the_ends():
    header, verdict = parse_message(only(payload())).segments
    assert [header.value(number) for number in range(3, 7)] == ["LIS", "LAB", "ANALYSER", "WARD"]
    assert (header.field(7), header.field(9), header.field(12)) == ("20261120084100+0000", "ACK^R01^ACK", "2.5.1")
    assert (verdict.field(2), verdict.value(2)) == (r"C\S\17", "C^17")


def test_the_same_message_gets_the_same_answer_under_an_id_of_its_own():
    first, again = (only(payload()) for _ in range(2))
    other = only(payload(body=b"OBX|1|ST|a||2\r"))
    assert first == again
    identifiers = [parse_message(each).header.value(10) for each in (first, other)]
    assert identifiers[0] != identifiers[1]
    assert all(0 < len(each) <= 20 for each in identifiers)


@pytest.mark.parametrize(("version", "segments"), [("2.5.1", 3), ("2.8", 3), ("2.3.1", 2), ("", 2), ("two", 2)])
def test_a_refusal_carries_the_reason_in_versions_that_can_say_it(version, segments):
    refusal = parse_message(only(payload(version=version), FULL))
    assert len(refusal.segments) == segments
    assert segments == 2 or refusal.segments[2].value(3) == "207"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"PID|1\r", b"MSH", b"MSH|^^^^|A\r", b"BHS|^~\\&\rBTS|0\r"])
def test_what_has_no_readable_header_is_rejected(raw):
    answer = parse_message(only(raw, FULL))
    assert [segment.name for segment in answer.segments] == ["MSH", "MSA", "ERR"]
    assert answer.segments[1].value(1) == "AR"


def test_the_answer_speaks_the_delimiters_and_the_character_set_of_the_sender():
    raw = b"MSH#*@!%#ANAL\xdcSER#WARD#LIS#LAB#2026##ORU*R01#7#P#2.4######8859/1\r"
    assert only(raw) == (
        b"MSH#*@!%#LIS#LAB#ANAL\xdcSER#WARD#20261120084100+0000##ACK*R01*ACK#"
        + parse_message(only(raw)).header.value(10).encode()
        + b"#P#2.4######8859/1\rMSA#AA#7\r"
    )


@pytest.mark.parametrize("refused", [None, FULL, WRONG])
def test_the_authority_finds_no_fault(refused):
    assert problems(only(payload(), refused).decode()) == []


def test_what_is_of_no_use_to_send_again_is_rejected_with_its_own_condition():
    rejection = parse_message(only(payload(), WRONG))
    assert rejection.segments[1].value(1) == "AR"
    assert rejection.segments[2].components(3) == ["200", "Unsupported message type", "HL70357"]
    assert rejection.segments[2].value(8) == "a message of type A B; sending it again is of no use"


def test_no_value_of_a_result_is_in_the_answer():
    for refused in (None, FULL):
        assert b"SECRET" not in only(payload(body=b"PID|1||SECRET\rOBX|1|ST|a||SECRET\r"), refused)
