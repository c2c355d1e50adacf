"""Sending over MLLP: the next message only after the reply to the one before. Every message here is invented."""

import pytest

from instruments.links.link import Delivered, Noise, Send, Undelivered
from instruments.links.mllp import frame
from instruments.links.mllp_sender import LOST, NO_REPLY, MllpSender, Reply

PAYLOAD = b"MSH|^~\\&|INVENTED\r"


def read_reply(payload):
    outcome, _, control_id = payload.decode().partition(" ")
    return Reply(control_id, outcome, outcome.upper()) if control_id else None


@pytest.fixture
def sending(driven):
    line = driven(MllpSender(read_reply))
    assert line.take(line.link.send("7", PAYLOAD, line.now)) == [Send(frame(PAYLOAD))]
    return line


def test_a_message_is_delivered_when_its_reply_accepts_it(sending):
    assert sending.feed(frame(b"accepted 7")) == [Delivered(PAYLOAD, b"accepted 7")]
    assert sending.patience is None


@pytest.mark.parametrize("outcome", ["refused", "rejected"])
def test_a_reply_may_refuse_it_for_now_or_for_good(sending, outcome):
    assert sending.feed(frame(f"{outcome} 7".encode())) == [Undelivered(PAYLOAD, outcome.upper(), outcome)]


def test_a_reply_may_come_byte_by_byte_and_among_blanks(sending):
    reply = b"\0\r\n" + frame(b"accepted 7")
    assert sending.feed(*(bytes([byte]) for byte in reply)) == [Delivered(PAYLOAD, b"accepted 7")]


def test_a_stale_reply_is_set_aside_and_the_right_one_awaited(sending):
    stale = [Noise(text, "a reply to no message that waits for one") for text in (b"accepted 6", b"nonsense")]
    assert sending.feed(frame(b"accepted 6") + frame(b"nonsense")) == stale
    assert sending.feed(frame(b"accepted 7")) == [Delivered(PAYLOAD, b"accepted 7")]
    assert sending.feed(frame(b"accepted 7")) == [Noise(b"accepted 7", "a reply to no message that waits for one")]


def test_after_thirty_seconds_without_a_reply_the_connection_is_of_no_use(sending):
    sending.now += 10
    sending.feed(b"junk" + frame(b"accepted 6"))
    assert sending.patience == 20.0
    assert sending.expire() == [Undelivered(PAYLOAD, NO_REPLY)]


def test_a_connection_that_ends_leaves_the_message_undelivered(sending):
    sending.feed(frame(b"accepted 7")[:-2])
    assert sending.close() == [Undelivered(PAYLOAD, LOST)]
    assert sending.close() == []


WITHOUT_CR = frame(b"accepted 7")[:-1]


@pytest.mark.parametrize("end", [b"", b"\n", b"\0"])
def test_a_reply_without_cr_is_over_when_nothing_more_comes(sending, end):
    assert sending.feed(WITHOUT_CR + end) == []
    assert sending.patience == 0.5
    sending.now += 0.4
    sending.feed(b"")
    assert sending.patience == pytest.approx(0.1)
    assert sending.expire() == [Delivered(PAYLOAD, b"accepted 7")]
    assert sending.patience is None


def test_a_reply_without_cr_is_over_when_the_peer_hangs_up(sending):
    sending.feed(WITHOUT_CR)
    assert sending.close() == [Delivered(PAYLOAD, b"accepted 7")]


def test_a_stale_reply_without_cr_does_not_end_the_wait(sending):
    sending.feed(WITHOUT_CR.replace(b"7", b"6"))
    assert sending.expire() == [Noise(b"accepted 6", "a reply to no message that waits for one")]
    assert sending.patience == 29.5
    assert sending.feed(frame(b"accepted 7")) == [Delivered(PAYLOAD, b"accepted 7")]


def test_the_cr_of_a_reply_may_come_late(sending):
    assert sending.feed(WITHOUT_CR, b"\r") == [Delivered(PAYLOAD, b"accepted 7")]


def test_a_reply_that_never_ends_is_let_go(driven):
    line = driven(MllpSender(read_reply, largest_reply=10))
    line.take(line.link.send("7", PAYLOAD, line.now))
    assert line.feed(b"x" * 11) == [Noise(b"x" * 11, "more than 10 bytes without the end of a reply")]
