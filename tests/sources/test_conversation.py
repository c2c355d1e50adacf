"""The clock that a link does not own. Every byte here is invented."""

import pytest

from instruments.links.lines import LineReceiver, LineSettings
from instruments.sources.conversation import Conversation
from instruments.sources.source import SourceStatus


@pytest.fixture
def clock():
    now = [1000.0]

    class Clock:
        def __call__(self):
            return now[0]

        def passes(self, seconds):
            now[0] += seconds

    return Clock()


@pytest.fixture
def talk(intake, clock):
    link = LineReceiver(LineSettings(begins=b"BEGIN", ends=b"END", silence=10.0))
    return Conversation(link, intake, SourceStatus(), clock)


def send(_answer):
    raise AssertionError("a talking device wants no answer")


def test_every_byte_begins_the_silence_anew(talk, clock, intake):
    talk.hear(b"BEGIN\n", send)
    for _ in range(3):
        clock.passes(9)
        talk.keep_time(send)
        talk.hear(b"1\n", send)
    assert talk.patience_left() == 10
    assert intake.messages == []


def test_silence_ends_what_was_begun(talk, clock, intake):
    assert talk.patience_left() is None
    talk.hear(b"BEGIN\n", send)
    clock.passes(11)
    assert talk.patience_left() == 0
    talk.keep_time(send)
    assert [payload for _, payload, _, _ in intake.messages] == [b"BEGIN\n"]
    assert talk.patience_left() is None


def test_what_the_disk_refuses_is_offered_again_after_a_while_not_at_once(talk, clock, intake):
    intake.full = True
    talk.hear(b"BEGIN\n", send)
    for refusals in (2, 3):
        clock.passes(5)
        talk.keep_time(send)
        talk.keep_time(send)
        assert talk.status.refusals == refusals
    intake.full = False
    clock.passes(5)
    talk.keep_time(send)
    assert intake.open_parts == [b"BEGIN\n"]
