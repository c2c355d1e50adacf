"""The receiving side of ASTM E1381 / LIS01-A2, rule by rule. Every message here is invented."""

import pytest

from instruments.links import astm_reception as astm
from instruments.links.astm import AstmLink
from instruments.links.astm_frame import checksum
from instruments.links.astm_table import ANY_BYTE, TRANSITIONS, AstmSettings, Occurrence, State
from instruments.links.link import Message, Noise, Part, Send

ENQ, EOT, ACK, NAK = b"\x05", b"\x04", Send(b"\x06"), Send(b"\x15")
HEADER, RESULT, LAST = b"H|\\^&|||INVENTED\r", b"R|1|^^^WBC|5.61\r", b"L|1|N\r"


def frame(number: int, text: bytes, end: bytes = b"\x03", tail: bytes = b"\r\n") -> bytes:
    body = b"%d" % number + text + end
    return b"\x02" + body + checksum(body) + tail


@pytest.fixture
def session(driven):
    """A receiver in a session whose first frame is yet to come."""
    line = driven(AstmLink())
    assert line.feed(ENQ) == [ACK]
    return line


def test_the_frame_of_a_published_checksum_is_accepted(session):
    # Worked by hand: "1" 31 + "A" 41 + CR 0D + ETX 03 = 82
    assert session.feed(b"\x021A\r\x0382\r\n") == [Part(b"A\r"), ACK]


def test_neutral_discards_everything_but_enq(driven):
    line = driven(AstmLink())
    assert line.feed(b"\x06noise\x02" + EOT) == [Noise(b"\x06noise\x02\x04", "bytes outside a session")]
    assert line.feed(frame(1, HEADER))[0] == Noise(frame(1, HEADER), "bytes outside a session")
    assert line.patience is None


def test_enq_is_refused_while_nothing_can_be_kept(driven):
    ready = False
    line = driven(AstmLink(ready=lambda: ready))
    assert line.feed(ENQ) == [NAK]
    assert line.link.state is State.NEUTRAL
    ready = True
    assert line.feed(ENQ) == [ACK]


def test_every_accepted_frame_is_kept_before_its_acknowledgement(session):
    assert session.feed(frame(1, HEADER)) == [Part(HEADER), ACK]
    assert session.feed(frame(2, RESULT)) == [Part(RESULT), ACK]
    assert session.feed(frame(3, LAST)) == [Message(HEADER + RESULT + LAST), ACK]
    assert session.feed(EOT) == []
    assert session.link.state is State.NEUTRAL


def test_frame_numbers_begin_at_one_and_go_round_at_eight(session):
    assert session.feed(frame(0, HEADER))[-1] == NAK
    for number in (1, 2, 3, 4, 5, 6, 7, 0, 1, 2):
        assert session.feed(frame(number, b"C|%d\r" % number))[-1] == ACK


def test_a_repeat_after_a_lost_acknowledgement_is_acknowledged_and_not_kept(session):
    session.feed(frame(1, HEADER))
    assert session.feed(frame(1, HEADER)) == [ACK]
    session.feed(frame(2, LAST))
    assert session.feed(frame(2, LAST)) == [ACK]
    assert session.messages == [Message(HEADER + LAST)]


def test_the_same_number_with_another_text_is_refused(session):
    session.feed(frame(1, HEADER))
    assert session.feed(frame(1, RESULT)) == [Noise(frame(1, RESULT)[:-1], "the frame number is 1, expected 2"), NAK]
    assert session.feed(frame(1, HEADER, b"\x17"))[-1] == NAK


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (b"\x021A\r\x0383\r", "the checksum is 83, the bytes sum to 82"),
        (b"\x021A\r\x03zz\r", "the checksum is ZZ, the bytes sum to 82"),
        (b"\x028A\r\x0389\r", "the frame number is not a digit from 0 to 7"),
        (b"\x023A\r\x0384\r", "the frame number is 3, expected 1"),
        (b"x1A\r\x0382\r", "a frame without its beginning"),
        (b"\x02\x0303\r", "a frame without its beginning"),
    ],
)
def test_a_bad_frame_is_refused_once_and_its_repeat_accepted(session, damaged, reason):
    assert session.feed(damaged + b"\n") == [Noise(damaged, reason), NAK]
    assert session.feed(frame(1, HEADER)) == [Part(HEADER), ACK]


def test_checksum_digits_may_be_lower_case(session):
    assert checksum(b"1A8\r\x03") == b"BA"
    assert session.feed(b"\x021A8\r\x03ba\r\n") == [Part(b"A8\r"), ACK]


def test_thirty_seconds_of_silence_end_the_session(session):
    session.feed(frame(1, HEADER))
    assert session.patience == 30.0
    assert session.expire() == [Message(HEADER, whole=False, note=astm.FELL_SILENT)]
    assert session.link.state is State.NEUTRAL


def test_enq_in_a_session_aborts_it_and_expects_frame_one(session):
    session.feed(frame(1, HEADER), frame(2, RESULT))
    assert session.feed(ENQ) == [Message(HEADER + RESULT, whole=False, note=astm.SESSION_RESTARTED), ACK]
    assert session.feed(frame(1, HEADER)) == [Part(HEADER), ACK]


def test_eot_before_the_last_record_keeps_the_message_as_cut_off(session):
    session.feed(frame(1, HEADER))
    assert session.feed(EOT) == [Message(HEADER, whole=False, note=astm.SESSION_ENDED)]


def test_eot_right_after_enq_is_a_keep_alive(session):
    assert session.feed(EOT, ENQ, EOT) == [ACK]


def test_a_session_may_hold_several_messages(session):
    session.feed(frame(1, HEADER + LAST), frame(2, HEADER), frame(3, LAST), EOT)
    assert session.messages == [Message(HEADER + LAST), Message(HEADER + LAST)]


def test_frames_cut_anywhere_are_joined_before_the_end_is_sought(session):
    cut = HEADER + RESULT[:-3], RESULT[-3:] + LAST[:2], LAST[2:]
    assert session.feed(frame(1, cut[0], b"\x17")) == [Part(cut[0]), ACK]
    assert session.feed(frame(2, cut[1], b"\x17")) == [Part(cut[1]), ACK]
    assert session.feed(frame(3, cut[2])) == [Message(HEADER + RESULT + LAST), ACK]


def test_etb_promises_more_even_behind_the_last_record(session):
    assert session.feed(frame(1, HEADER + LAST, b"\x17")) == [Part(HEADER + LAST), ACK]
    assert session.feed(EOT) == [Message(HEADER + LAST, whole=False, note=astm.SESSION_ENDED)]


@pytest.mark.parametrize("record", [b"L|1|N", b"L|1|N\r", b"L|1|N\r\n", b"L!1\r", b"L\r", b"L|1\r\r\n"])
def test_the_last_record_ends_the_message_however_it_is_ended(session, record):
    assert session.feed(frame(1, HEADER + record)) == [Message(HEADER + record), ACK]


@pytest.mark.parametrize("record", [b"C|1|I|x\nLow count|G\r", b"M|L|1\r", b"LX|1\r", b"l|1\r"])
def test_nothing_else_ends_it(session, record):
    assert session.feed(frame(1, HEADER + record)) == [Part(HEADER + record), ACK]


@pytest.mark.parametrize(
    "sloppy",
    [
        frame(1, b"H|\\^&\r\nL|1\r\n"),
        frame(1, b"H|\\^&|a\nb\rL|1\r"),
        frame(1, b"H|\\^&\rL|1\r", tail=b"\r"),
        b"\n\r\n\0" + frame(1, b"H|\\^&\rL|1\r") + b"\n\n",
    ],
    ids=["CR LF between records", "LF in a field", "no LF behind the frame", "LF and nulls between frames"],
)
def test_sloppy_senders_are_understood_and_their_text_kept_as_it_came(session, sloppy):
    assert session.feed(sloppy)[-1] == ACK
    assert session.messages[0].payload == sloppy[sloppy.index(b"1H") + 1 : sloppy.index(b"\x03")]


def test_a_frame_without_an_end_is_refused_after_ten_seconds(session):
    session.feed(frame(1, HEADER)[:-6])
    assert session.patience == 10.0
    assert session.expire()[-1] == NAK
    assert session.feed(frame(1, HEADER)) == [Part(HEADER), ACK]


def test_stray_bytes_before_a_frame_are_set_aside(session):
    assert session.feed(b"x!" + frame(1, HEADER)) == [Noise(b"x!", "bytes between frames"), Part(HEADER), ACK]


def test_enq_inside_a_frame_counts_only_when_silence_follows(session):
    session.feed(frame(1, HEADER))
    assert session.feed(b"\x022R|1" + ENQ) == []
    assert session.patience == 0.5
    events = session.expire()
    assert [type(event) for event in events] == [Noise, Message, Send]
    assert events[1:] == [Message(HEADER, whole=False, note=astm.SESSION_RESTARTED), ACK]
    assert session.feed(frame(1, HEADER)) == [Part(HEADER), ACK]


def test_enq_inside_a_frame_that_goes_on_is_damage(session):
    damaged = frame(1, b"H|\\^&|||INV\x45NTED\r").replace(b"\x45", ENQ)
    assert session.feed(damaged)[-1] == NAK
    assert session.feed(frame(1, HEADER)) == [Part(HEADER), ACK]


def test_eot_inside_a_frame_ends_the_session_when_silence_follows(session):
    session.feed(frame(1, HEADER), b"\x022R|1" + EOT)
    assert session.expire()[-1] == Message(HEADER, whole=False, note=astm.SESSION_ENDED)
    assert session.link.state is State.NEUTRAL


def test_a_frame_over_the_cap_is_refused_once_and_never_held_whole(driven):
    line = driven(AstmLink(settings=AstmSettings(largest_frame=100)))
    line.feed(ENQ)
    events = line.feed(frame(1, b"M|1|" + b"x" * 1000 + b"\r"))
    assert [event for event in events if isinstance(event, Send)] == [NAK]
    assert max(len(event.payload) for event in events if isinstance(event, Noise)) <= 101
    assert line.feed(frame(1, HEADER)) == [Part(HEADER), ACK]


def test_a_frame_of_64000_bytes_is_accepted(session):
    text = b"M|1|" + b"x" * 63_988 + b"\r"
    assert session.feed(frame(1, text))[-1] == ACK


def test_a_message_over_the_cap_is_refused(driven):
    line = driven(AstmLink(settings=AstmSettings(largest_message=30)))
    line.feed(ENQ, frame(1, HEADER))
    assert line.feed(frame(2, RESULT)) == [Noise(frame(2, RESULT)[:-1], "the message is larger than 30 bytes"), NAK]


def test_a_lost_connection_keeps_what_there_is(session):
    session.feed(frame(1, HEADER), b"\x022R|")
    assert session.close() == [
        Noise(b"\x022R|", "the connection ended in the middle of a frame"),
        Message(HEADER, whole=False, note=astm.CONNECTION_ENDED),
    ]
    assert session.feed(ENQ) == [ACK]


def test_parts_of_an_earlier_run_are_set_aside(driven):
    line = driven(AstmLink())
    assert line.resume([HEADER, RESULT]) == [Message(HEADER + RESULT, whole=False, note=astm.CONNECTION_ENDED)]
    assert line.feed(ENQ, frame(1, HEADER + LAST), EOT) == [ACK, Message(HEADER + LAST), ACK]


@pytest.mark.parametrize("refused", [0, 1, 2])
def test_a_refused_payload_is_answered_with_nak_and_kept_once_when_it_is_sent_again(driven, refused):
    refusals = iter([False] * refused + [True] + [False] * 3)
    line = driven(AstmLink(), refuses=lambda _event: next(refusals))
    line.feed(ENQ)
    for position, body in enumerate([frame(1, HEADER), frame(2, RESULT), frame(3, LAST)]):
        if position == refused:
            assert line.feed(body)[-1] == NAK
        assert line.feed(body)[-1] == ACK
    assert line.messages == [Message(HEADER + RESULT + LAST)]


def test_a_cut_off_message_that_is_refused_is_offered_again_before_the_next_session(driven):
    full = True
    line = driven(AstmLink(), refuses=lambda event: full and isinstance(event, Message))
    line.feed(ENQ, frame(1, HEADER), EOT)
    assert line.messages == []
    assert line.feed(ENQ)[-1] == NAK
    full = False
    assert line.feed(ENQ) == [Message(HEADER, whole=False, note=astm.SESSION_RESTARTED), ACK]


def test_the_table_has_an_answer_to_every_byte_in_every_state_between_bytes():
    resting = (State.NEUTRAL, State.WAITING, State.FRAME, State.STRAY)
    line = (Occurrence.SILENCE, Occurrence.CLOSED)
    missing = [(s, o) for s in resting for o in (*ANY_BYTE, *line) if (s, o) not in TRANSITIONS]
    assert missing == []
