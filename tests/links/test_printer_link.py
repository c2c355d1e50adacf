"""What a device prints over TCP is kept as a job, whole and once. Everything printed here is invented."""

import pytest

from instruments.links.link import Message, Part
from instruments.links.printer import STOPPED, TOO_LARGE, PrinterReceiver

TICKET = b"\x1b@MIXER INV-1\r\nBAG A999924000123\r\nVOLUME 450 mL\r\n\x0c"


@pytest.fixture
def line(driven):
    return driven(PrinterReceiver())


def test_a_connection_is_a_job(line):
    assert line.feed(TICKET[:9], TICKET[9:]) == [Part(TICKET[:9]), Part(TICKET[9:])]
    assert line.close() == [Message(TICKET)]
    assert line.close() == []


def test_silence_ends_a_job_where_the_connection_stays(line):
    line.feed(TICKET)
    assert line.patience == 5.0
    assert line.expire() == [Message(TICKET)]
    assert line.patience is None
    line.feed(TICKET)
    assert line.expire() == [Message(TICKET)]


def test_a_job_that_cannot_be_kept_is_offered_again_until_it_is(line):
    line.refuses = lambda _event: True
    line.feed(TICKET)
    line.close()
    assert line.messages == []
    line.refuses = lambda _event: False
    line.expire()
    assert line.messages == [Message(TICKET)]


def test_a_job_that_the_service_left_unfinished_says_so(line):
    assert line.resume([TICKET[:5], TICKET[5:9]]) == [Message(TICKET[:9], whole=False, note=STOPPED)]


def test_a_job_that_never_ends_is_cut(driven):
    line = driven(PrinterReceiver(largest=10))
    assert line.feed(b"x" * 11)[-1] == Message(b"x" * 11, whole=False, note=TOO_LARGE)
