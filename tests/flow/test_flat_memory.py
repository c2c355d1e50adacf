"""Tens of thousands of messages, good and bad, leave nothing behind in memory. Everything here is invented."""

import gc
import sys

import pytest

from instruments.errors import Refused
from instruments.links.astm import AstmLink
from instruments.links.astm_frame import by_record, write_frame
from instruments.links.lines import LineReceiver, LineSettings
from instruments.links.mllp import MllpReceiver, frame
from instruments.sources.conversation import Conversation, nobody
from instruments.sources.source import SourceStatus
from pipeline.intake import SpoolIntake
from pipeline.spool.spool import Spool
from pipeline.wiring import answer

MESSAGES = 10_000
LEFT_BEHIND = 500
"""Blocks of memory: one for every twentieth message would be more."""
RECORDS = b"H|\\^&|%d\rR|1|^^^W|5.6\rL|1|N\r"
ORU = b"MSH|^~\\&|INVENTED||||20261120||ORU^R01|%d|P|2.5.1\rOBX|1|NM|W||5.6\r"


def astm(number):
    return b"\x05" + b"".join(map(write_frame, by_record(RECORDS % number))) + b"\x04"


def garbled(number):
    return b"noise\x05" + write_frame(by_record(RECORDS % number)[0]).replace(b"H", b"h") + b"\x04"


CASES = {
    "ASTM": (AstmLink, astm),
    "ASTM, every frame garbled": (AstmLink, garbled),
    "MLLP": (lambda: MllpReceiver(answer), lambda number: frame(ORU % number)),
    "MLLP, noise": (lambda: MllpReceiver(answer), lambda number: b"noise %d" % number),
    "lines": (
        lambda: LineReceiver(LineSettings(begins=b"BEGIN", ends=b"END")),
        lambda number: b"BEGIN\nx;%d\nEND\n" % number,
    ),
}


@pytest.fixture
def spool(tmp_path, monkeypatch):
    """A spool whose syncs cost nothing: this is about memory."""
    for place in ("pipeline.spool.spool", "pipeline.spool.segments"):
        for call in ("sync_file", "sync_folder"):
            monkeypatch.setattr(f"{place}.{call}", lambda _: None)
    with Spool(tmp_path / "spool") as spool:
        yield spool


def left_behind(conversation, stream, count):
    """Blocks of memory that so many messages have left, after as many as it takes to warm up."""

    def hear(numbers):
        for number in numbers:
            conversation.hear(stream(number), nobody)
        gc.collect()
        return sys.getallocatedblocks()

    before = hear(range(1000))
    return hear(range(1000, 1000 + count)) - before


@pytest.mark.parametrize("case", CASES)
def test_messages_leave_nothing_behind_but_where_they_lie(spool, case):
    make_link, stream = CASES[case]
    conversation = Conversation(make_link(), SpoolIntake(spool, "invented"), SourceStatus())
    assert left_behind(conversation, stream, MESSAGES) < LEFT_BEHIND
    places = [segment.offsets for segment in spool.segments if segment.offsets is not None]
    assert sum(each.itemsize * len(each) for each in places) <= 16 * max(spool.last, 1)


def test_messages_that_the_disk_refuses_leave_nothing_behind(spool, monkeypatch):
    def refuse(*_):
        raise Refused("invented: the disk is full")

    monkeypatch.setattr(spool, "_demand_room", refuse)
    for case in ("ASTM", "MLLP"):
        make_link, stream = CASES[case]
        conversation = Conversation(make_link(), SpoolIntake(spool, "invented"), SourceStatus())
        assert left_behind(conversation, stream, MESSAGES // 10) < LEFT_BEHIND // 5
    assert spool.last == 0
