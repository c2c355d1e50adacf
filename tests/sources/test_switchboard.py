"""Many devices in one thread: what they share, and what none may do to another. Every byte here is invented."""

import os
import selectors
import socket
import sys
import threading

import pytest

from instruments.links.astm import AstmLink
from instruments.links.lines import LineReceiver
from instruments.links.link import Send
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender
from instruments.simulated.serial_line import SerialCable
from instruments.sources import switchboard
from instruments.sources.backoff import Backoff
from instruments.sources.conversation import Conversation
from instruments.sources.serial_port import SWITCHBOARD, SerialPort
from instruments.sources.source import SourceStatus
from instruments.sources.switchboard import Extension, Turns

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot wait for many serial devices at once")

MESSAGE = records(specimen="A999924000123", counts=harvest_counts(1), measured="20261120132600")
SOON = Backoff(first=0.02, longest=0.02)


class Diary:
    """An intake that writes down what happens in which order."""

    def __init__(self, name, diary):
        self.name = name
        self.diary = diary

    def put(self, _event):
        self.diary.append(f"put {self.name}")
        return lambda: self.diary.append(f"settled {self.name}")

    def noise(self, _payload, _reason):
        raise AssertionError("every byte belongs to a line")


class Chatterbox(LineReceiver):
    """Answers everything with more than a device takes that nobody reads from."""

    def receive(self, _chunk, _now):
        yield Send(bytes(1_000_000))


class Mistaken(LineReceiver):
    """A link with a mistake in it."""

    def receive(self, _chunk, _now):
        raise ZeroDivisionError("a mistake")
        yield


@pytest.fixture
def cables(tmp_path):
    with SerialCable(tmp_path / "one") as one, SerialCable(tmp_path / "other") as other:
        yield one, other


@pytest.fixture
def honest(cables, intake, start, eventually):
    """An analyser on the second cable, at work."""
    source = SerialPort("honest", cables[1].device, AstmLink(), intake)
    start(source)
    eventually(lambda: source.status.state == "up")
    return source


def test_what_many_devices_bring_is_put_on_disk_together():
    diary = []
    ends = [socket.socketpair() for _ in range(3)]
    talks = [Conversation(LineReceiver(), Diary(str(number), diary), SourceStatus()) for number in range(3)]
    with selectors.DefaultSelector() as selector:
        turns = Turns(selector)
        assert turns.admit(
            Extension(ours.fileno(), talk, threading.Event()) for (_, ours), talk in zip(ends, talks, strict=True)
        )
        for theirs, _ in ends:
            theirs.sendall(b"a line\r\na second line\r\n")
        turns.take()
    for end in (each for pair in ends for each in pair):
        end.close()
    assert sorted(diary[:3]) == ["put 0", "put 1", "put 2"]
    assert sorted(diary[3:6]) == ["settled 0", "settled 1", "settled 2"]
    assert len(diary) == 12


def test_a_device_that_takes_no_answers_keeps_nobody_waiting(cables, intake, honest, start, eventually, monkeypatch):
    monkeypatch.setattr(switchboard, "WRITE_SECONDS", 0.3)
    deaf = SerialPort("deaf", cables[0].device, Chatterbox(), intake, backoff=SOON)
    start(deaf)
    eventually(lambda: deaf.status.state == "up")
    cables[0].write(b"well?")
    AstmSender(cables[1]).send(MESSAGE)
    assert intake.whole == [MESSAGE]
    eventually(lambda: deaf.status.reopened)
    assert honest.status.reopened == 0


def test_answers_that_do_not_fit_leave_piece_by_piece(cables, intake, start, eventually):
    source = SerialPort("patient", cables[0].device, Chatterbox(), intake)
    start(source)
    eventually(lambda: source.status.state == "up")
    cables[0].write(b"well?")
    received = 0
    while received < 1_000_000:
        received += len(cables[0].read(5.0))
    assert (received, source.status.reopened) == (1_000_000, 0)


def test_a_mistake_in_one_link_is_raised_to_its_own_source_and_harms_no_other(cables, intake, honest, eventually):
    source = SerialPort("mistaken", cables[0].device, Mistaken(), intake)
    raised = []

    def run():
        try:
            source.run(threading.Event())
        except ZeroDivisionError as mistake:
            raised.append(mistake)

    thread = threading.Thread(target=run)
    thread.start()
    eventually(lambda: source.status.state == "up")
    cables[0].write(b"x")
    thread.join(10)
    assert len(raised) == 1
    AstmSender(cables[1]).send(MESSAGE)
    assert intake.whole == [MESSAGE]


def test_the_thread_ends_with_the_last_device_and_begins_with_the_next(cables, intake, start, eventually):
    def at_work():
        return [thread for thread in threading.enumerate() if thread.name == switchboard.THREAD]

    for _ in range(3):
        source = SerialPort("xn-1", cables[0].device, LineReceiver(), intake)
        stop = start(source)
        eventually(lambda source=source: source.status.state == "up")
        eventually(lambda: len(at_work()) == 1)
        stop.set()
        eventually(lambda source=source: source.status.state == "stopped")
        eventually(lambda: not at_work())


def test_a_device_that_cannot_be_watched_is_told_and_harms_no_other(tmp_path, intake, honest):
    """A regular file is no device; epoll refuses it."""
    file = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    talk = Conversation(LineReceiver(), intake, SourceStatus())
    try:
        with pytest.raises(OSError, match=r"."):
            SWITCHBOARD.attend(file, talk, threading.Event())
    finally:
        os.close(file)
