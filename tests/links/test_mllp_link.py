"""MLLP: a block is complete at FS CR; what is acknowledged is on disk. Every message here is invented."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.links.link import Message, Noise, Send
from instruments.links.mllp import MllpReceiver, frame

PAYLOAD = b"MSH|^~\\&|INVENTED\rOBX|1\r"


def text(payload, refused):
    return (b"refused " if refused else b"kept ") + b"%d" % len(payload)


def answer(payload, refused):
    return [text(payload, refused)]


def kept(payload):
    return [Message(payload), Send(frame(text(payload, False)))]


KEPT = Send(frame(text(PAYLOAD, False)))


@pytest.fixture
def line(driven):
    return driven(MllpReceiver(answer))


def test_a_block_is_kept_and_then_answered(line):
    assert line.feed(frame(PAYLOAD)) == [Message(PAYLOAD), KEPT]


def test_several_blocks_in_one_read_are_answered_in_order(line):
    other = b"MSH|second"
    assert line.feed(frame(PAYLOAD) + frame(other)) == [
        Message(PAYLOAD),
        KEPT,
        Message(other),
        Send(frame(text(other, False))),
    ]


def test_a_block_may_come_byte_by_byte(line):
    events = line.feed(*(bytes([byte]) for byte in frame(PAYLOAD)))
    assert events == [Message(PAYLOAD), KEPT]


def test_fs_without_cr_is_content(line):
    payload = b"MSH|a\x1cb\x1c\x1c"
    assert line.feed(frame(payload))[0] == Message(payload)


@pytest.mark.parametrize("blanks", [b"\0\0\0", b"\r\n", b"\n\0\r"])
def test_nulls_and_line_ends_between_blocks_mean_nothing(line, blanks):
    assert line.feed(blanks + frame(PAYLOAD) + blanks + frame(PAYLOAD)) == [Message(PAYLOAD), KEPT] * 2


def test_other_bytes_between_blocks_are_set_aside(line):
    assert line.feed(b"junk" + frame(PAYLOAD))[0] == Noise(b"junk", "bytes between blocks")


def test_a_refused_block_is_answered_as_refused(driven):
    line = driven(MllpReceiver(answer), refuses=lambda _event: True)
    assert line.feed(frame(PAYLOAD)) == [Message(PAYLOAD), Send(frame(text(PAYLOAD, True)))]
    line.refuses = lambda _event: False
    assert line.feed(frame(PAYLOAD)) == [Message(PAYLOAD), KEPT]


def test_a_sender_that_wants_no_answer_gets_none(driven):
    assert driven(MllpReceiver(lambda _payload, _refused: [])).feed(frame(PAYLOAD)) == [Message(PAYLOAD)]


def test_a_sender_that_wants_two_answers_gets_two_blocks(driven):
    line = driven(MllpReceiver(lambda _payload, _refused: [b"CA", b"AA"]))
    assert line.feed(frame(PAYLOAD)) == [Message(PAYLOAD), Send(frame(b"CA")), Send(frame(b"AA"))]


@pytest.mark.parametrize("end", ["close", "expire"])
def test_a_block_that_was_cut_off_is_evidence_and_never_acknowledged(line, end):
    for length in range(2, len(frame(PAYLOAD)) - 1):
        line.feed(frame(PAYLOAD)[:length])
        assert line.patience == 60.0
        (event,) = getattr(line, end)()
        assert event.payload == frame(PAYLOAD)[1:length]
        assert (event.whole, bool(event.note)) == (False, True)
        assert line.patience is None


def test_a_connection_that_ends_between_blocks_leaves_nothing(line):
    line.feed(frame(PAYLOAD))
    assert line.close() == []


def test_a_sender_that_begins_again_does_not_join_two_messages(line):
    note = "the sender began again in the middle of a block"
    assert line.feed(b"\x0bMSH|cut" + frame(PAYLOAD)) == [
        Message(b"MSH|cut", whole=False, note=note),
        Message(PAYLOAD),
        KEPT,
    ]


def test_evidence_that_cannot_be_kept_does_not_refuse_the_block_behind_it(driven):
    line = driven(MllpReceiver(answer), refuses=lambda event: not event.whole)
    assert line.feed(b"\x0bMSH|cut" + frame(PAYLOAD))[-1] == KEPT
    line.feed(frame(PAYLOAD)[:-2])
    line.close()
    assert line.feed(frame(PAYLOAD))[-1] == KEPT


def test_a_vertical_tab_in_the_text_is_content(line):
    payload = b"MSH|^~\\&\rNTE|1||first\x0bsecond\r"
    assert line.feed(frame(payload))[0] == Message(payload)


def test_an_empty_block_is_no_message(line):
    assert line.feed(frame(b"")) == [Noise(frame(b""), "an empty block")]


def test_a_block_over_the_cap_is_set_aside_unanswered_and_the_next_one_is_read(driven):
    line = driven(MllpReceiver(answer, largest=100))
    events = line.feed(*[frame(b"MSH|" + b"x" * 1000)[at : at + 50] for at in range(0, 1010, 50)], frame(PAYLOAD))
    assert {event.reason for event in events if isinstance(event, Noise)} == {"a block of more than 100 bytes"}
    assert sum(len(event.payload) for event in events if isinstance(event, Noise)) == 1004
    assert events[-2:] == [Message(PAYLOAD), KEPT]
    assert max(len(event.payload) for event in events if isinstance(event, Noise)) < 200


def test_parts_of_an_earlier_run_are_evidence(line):
    assert [(each.payload, each.whole) for each in line.resume([b"MSH|", b"cut"])] == [(b"MSH|cut", False)]


OTHER = b"MSH|^~\\&|INVENTED\rOBX|2\r"


@pytest.mark.parametrize("blanks", [b"", b"\n", b"\0\0", b"\n\r"])
def test_a_block_without_its_cr_ends_where_the_next_one_begins(line, blanks):
    stream = b"\x0b" + PAYLOAD + b"\x1c" + blanks + frame(OTHER)
    assert line.feed(stream) == kept(PAYLOAD) + kept(OTHER)
    assert line.patience is None
    assert line.feed(*(bytes([byte]) for byte in stream)) == kept(PAYLOAD) + kept(OTHER)


def test_a_block_without_its_cr_is_taken_after_a_short_silence(line):
    assert line.feed(b"\x0b" + PAYLOAD + b"\x1c") == []
    assert line.patience == pytest.approx(0.5)
    assert line.expire() == kept(PAYLOAD)
    assert line.patience is None
    assert line.feed(b"\r" + frame(OTHER)) == kept(OTHER), "a CR that comes later still means nothing"


def test_a_cr_that_is_only_late_makes_no_second_block(line):
    for length in range(1, len(frame(PAYLOAD))):
        assert line.feed(frame(PAYLOAD)[:length]) == []
        line.now += 0.4
        assert line.feed(frame(PAYLOAD)[length:]) == kept(PAYLOAD)


def test_fs_in_the_text_is_content_where_the_rest_comes_soon_enough(line):
    payload = b"MSH|a\x1cb"
    assert line.feed(b"\x0bMSH|a\x1c") == []
    line.now += 0.4
    assert line.feed(b"b") == []
    assert line.patience == pytest.approx(60.0)
    assert line.feed(b"\x1c\r") == kept(payload)


@pytest.mark.parametrize("end", [b"\x1c", b"\x1c\n", b"\x1c\rx"])
def test_a_block_that_was_perhaps_over_is_whole_when_the_connection_ends(line, end):
    line.feed(b"\x0b" + PAYLOAD + end)
    assert line.close()[:2] == kept(PAYLOAD)


INSIDE = b"MSH|^~\\&|INVENTED\rOBX|1|ST|A||02:01\x1c\rX||||||F"


def test_an_end_mark_in_the_text_does_not_cut_a_block_that_came_in_one_read(line):
    twice = INSIDE + b"\x1c\rY"
    assert line.feed(frame(INSIDE) + frame(twice) + frame(PAYLOAD)) == kept(INSIDE) + kept(twice) + kept(PAYLOAD)


def test_an_end_mark_behind_which_the_block_goes_on_is_not_answered_before_its_rest_is_there(line):
    for length in range(INSIDE.index(b"X|||") + 2, len(frame(INSIDE))):
        assert line.feed(frame(INSIDE)[:length]) == []
        assert line.patience == pytest.approx(0.5)
        line.now += 0.4
        assert line.feed(frame(INSIDE)[length:]) == kept(INSIDE)


def test_noise_behind_a_block_is_noise(line):
    assert line.feed(frame(PAYLOAD) + b"junk" + frame(OTHER)) == [
        *kept(PAYLOAD),
        Noise(b"junk", "bytes between blocks"),
        *kept(OTHER),
    ]
    assert line.feed(frame(PAYLOAD) + b"junk") == []
    assert line.expire() == [*kept(PAYLOAD), Noise(b"junk", "bytes between blocks")]
    assert line.patience is None


def test_an_end_mark_that_is_the_last_of_its_read_is_the_end(line):
    """Whether more comes cannot be known; what comes later is noise."""
    cut = INSIDE.index(b"X|||") + 1
    assert line.feed(frame(INSIDE)[:cut]) == kept(INSIDE[: cut - 3])
    assert line.feed(frame(INSIDE)[cut:]) == [Noise(INSIDE[cut - 1 :] + b"\x1c", "bytes between blocks")]


def test_a_block_over_the_cap_without_its_cr_is_set_aside_too(driven):
    line = driven(MllpReceiver(answer, largest=100))
    line.feed(b"\x0bMSH|" + b"x" * 1000 + b"\x1c")
    assert all(isinstance(event, Noise) for event in line.expire())
    assert line.feed(frame(PAYLOAD)) == kept(PAYLOAD)


@given(
    st.lists(st.binary(max_size=40).filter(lambda payload: b"\x1c\r" not in payload)),
    st.lists(st.integers(0, 300), max_size=6),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_are_not_blocks(driven, joined, payloads, cuts):
    stream = b"\x0b".join(frame(payload) for payload in payloads) + b"\0rest\r"
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[begin:end] for begin, end in pairwise(places)]
    single = [stream[at : at + 1] for at in range(len(stream))]
    whole, in_pieces, by_byte = (
        joined(driven(MllpReceiver(answer)).feed(*each)) for each in ([stream], pieces, single)
    )
    assert whole == in_pieces == by_byte
