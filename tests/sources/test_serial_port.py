"""Instruments on serial ports: real pseudo-terminals, read by pyserial. Every message here is invented."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import serial

from instruments.links.astm import AstmLink
from instruments.links.astm_reception import CONNECTION_ENDED
from instruments.links.astm_table import AstmSettings
from instruments.links.lines import GAP, LineReceiver, LineSettings
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender, Faults, NotDelivered, PowerCut
from instruments.simulated.separator import SeparatorRun
from instruments.simulated.serial_line import SerialCable
from instruments.sources.backoff import Backoff
from instruments.sources.line import POLL_SECONDS
from instruments.sources.serial_port import SerialPort, SerialSettings, open_serial
from tests.sources.analyser_process import MESSAGES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")

REPOSITORY = Path(__file__).parents[2]
MESSAGE = records(specimen="A999924000123", counts=harvest_counts(1), measured="20261120132600")
SOON = Backoff(first=0.02, longest=0.02)
PATIENT = AstmSettings(reply=5.0, busy=0.05, sessions=1, a_frame_for_each_record=False)


@pytest.fixture
def cable(tmp_path):
    with SerialCable(tmp_path / "analyser") as cable:
        yield cable


@pytest.fixture
def analyser(cable, intake, start, eventually):
    source = SerialPort("xn-1", cable.device, AstmLink(), intake, backoff=SOON)
    start(source)
    eventually(lambda: source.status.state == "up")
    return source


def sender(cable, **faults):
    return AstmSender(cable, settings=PATIENT, faults=Faults(**faults))


@pytest.mark.parametrize("settings", [PATIENT, AstmSettings()], ids=["packed", "a record a frame"])
def test_a_message_arrives_once(cable, analyser, intake, settings):
    assert AstmSender(cable, settings=settings).send(MESSAGE) == 0
    assert intake.whole == [MESSAGE]
    assert (analyser.status.messages, analyser.status.refusals) == (1, 0)
    assert analyser.status.bytes_in >= len(MESSAGE)


def test_a_garbled_frame_and_a_lost_acknowledgement_are_repeated(cable, analyser, intake):
    assert sender(cable, garble=frozenset([1]), lose_ack=frozenset([2])).send(MESSAGE) == 2
    assert intake.whole == [MESSAGE]


def test_nothing_is_acknowledged_while_the_disk_is_full(cable, analyser, intake):
    intake.full = True
    with pytest.raises(NotDelivered, match="refused a frame"):
        sender(cable).send(MESSAGE)
    assert analyser.status.refusals == 6
    intake.full = False
    sender(cable).send(MESSAGE)
    assert intake.whole == [MESSAGE]


def test_a_line_that_is_unplugged_is_opened_again_for_as_long_as_it_takes(cable, analyser, intake, eventually):
    with pytest.raises(PowerCut):
        sender(cable, power_cut_after=1).send(MESSAGE)
    cable.unplug()
    eventually(lambda: analyser.status.reopened >= 3)
    assert analyser.status.state == "down"
    assert analyser.status.detail
    assert [(whole, note) for _, _, whole, note in intake.messages] == [(False, CONNECTION_ENDED)]
    cable.plug()
    eventually(lambda: analyser.status.state == "up")
    sender(cable).send(MESSAGE)
    assert intake.whole == [MESSAGE]


def test_parts_of_the_last_run_are_set_aside_at_the_start(cable, intake, start, eventually):
    intake.open_parts = [b"H|\\^&\r"]
    start(SerialPort("xn-1", cable.device, AstmLink(), intake))
    eventually(lambda: intake.messages == [("", b"H|\\^&\r", False, CONNECTION_ENDED)])


def test_an_analyser_whose_program_stops_now_and_then_delivers_every_message_once(cable, intake, start, eventually):
    patience = AstmSettings(frame=0.2, rest_of_frame=0.2)
    source = SerialPort("xn-1", cable.device, AstmLink(settings=patience), intake)
    start(source)
    eventually(lambda: source.status.state == "up")
    line = cable.fileno()
    program = [sys.executable, "-m", "tests.sources.analyser_process", str(line)]
    with subprocess.Popen(program, pass_fds=[line], cwd=REPOSITORY) as analyser:
        for messages in range(1, len(MESSAGES), 2):
            eventually(lambda messages=messages: len(intake.whole) >= messages)
            analyser.send_signal(signal.SIGSTOP)
            time.sleep(0.5)  # longer than we wait for it
            analyser.send_signal(signal.SIGCONT)
        assert analyser.wait(30) == 0
    assert intake.whole == MESSAGES


def test_stopping_in_the_middle_keeps_what_there_is(cable, intake, start, eventually):
    source = SerialPort("xn-1", cable.device, AstmLink(), intake)
    stop = start(source)
    eventually(lambda: source.status.state == "up")
    with pytest.raises(PowerCut):
        sender(cable, power_cut_after=1).send(MESSAGE)
    stop.set()
    eventually(lambda: source.status.state == "stopped")
    assert [whole for _, _, whole, _ in intake.messages] == [False]


def test_a_separator_run_survives_an_unplugged_cable(cable, intake, start, eventually):
    lines = list(SeparatorRun().lines())
    link = LineReceiver(LineSettings(begins=rb"RUN BEGIN;", ends=rb"RUN END;", silence=900))
    source = SerialPort("sep-1", cable.device, link, intake, backoff=SOON)
    start(source)
    eventually(lambda: source.status.state == "up")
    cable.write(b"".join(lines[:9]))
    eventually(lambda: len(intake.open_parts) == 9)
    cable.unplug()
    eventually(lambda: source.status.state == "down")
    cable.plug()
    eventually(lambda: source.status.state == "up")
    cable.write(b"".join(lines[9:]))
    eventually(lambda: intake.messages)
    assert intake.messages == [("", b"".join(lines), True, GAP)]


def test_silence_is_measured_while_the_line_is_away(cable, intake, start, eventually):
    link = LineReceiver(LineSettings(begins=rb"RUN BEGIN;", ends=rb"RUN END;", silence=0.5))
    source = SerialPort("sep-1", cable.device, link, intake, backoff=SOON)
    start(source)
    eventually(lambda: source.status.state == "up")
    cable.write(b"RUN BEGIN;INVENTED\r\n")
    eventually(lambda: intake.open_parts)
    cable.unplug()
    eventually(lambda: intake.messages)
    assert intake.messages[0][2] is False


def test_the_port_is_ours_alone(cable):
    with (
        open_serial(cable.device, SerialSettings()),
        pytest.raises(serial.SerialException, match="exclusively lock"),
        open_serial(cable.device, SerialSettings()),
    ):
        pass


def test_the_settings_reach_the_port(cable):
    with open_serial(cable.device, SerialSettings(baudrate=1200, stopbits=2)) as line:
        assert (line._port.baudrate, line._port.bytesize, line._port.parity, line._port.stopbits) == (1200, 8, "N", 2)


def test_a_port_is_a_url(intake, start, eventually):
    source = SerialPort("loop", "loop://", LineReceiver(), intake)
    start(source)
    eventually(lambda: source.status.state == "up")


@pytest.mark.parametrize("url", ["/dev/there-is-none", "nonsense://"])
def test_a_port_that_cannot_be_opened_is_tried_for_ever(intake, start, eventually, url):
    source = SerialPort("xn-1", url, AstmLink(), intake, backoff=SOON)
    start(source)
    eventually(lambda: source.status.reopened >= 3)
    assert source.status.state == "down"
    assert url.split(":")[0] in source.status.detail


def test_the_delay_before_another_attempt_doubles_up_to_thirty_seconds():
    backoff = Backoff()
    assert [backoff.delay() for _ in range(8)] == [1, 2, 4, 8, 16, 30, 30, 30]
    backoff.reset()
    assert backoff.delay() == 1


def test_a_device_that_comes_back_is_opened_within_five_seconds_however_long_it_was_away(cable, intake, monkeypatch):
    """The service's own delays, with the waiting left out: each is what a device that is plugged in may wait for."""
    source = SerialPort("xn-1", cable.device, AstmLink(), intake)
    delays, stop = [], threading.Event()
    real = Backoff.delay

    def noted(backoff):
        delays.append(real(backoff))
        if len(delays) == 50:
            stop.set()
        return 0.0

    monkeypatch.setattr(Backoff, "delay", noted)
    cable.unplug()
    source.run(stop)
    assert len(delays) == 50
    assert max(delays) + POLL_SECONDS < 5


def test_a_message_of_ours_that_is_refused_six_times_ends_in_eot_and_is_told(cable, intake, start, eventually):
    query, answer = b"H|\\^&\rQ|1|^A9\rL|1|N\r", b"H|\\^&\rL|1|N\r"
    link = AstmLink(settings=AstmSettings(sessions=1), respond=lambda _: [answer])
    source = SerialPort("xn-1", cable.device, link, intake)
    start(source)
    eventually(lambda: source.status.state == "up")
    sender(cable).send(query)
    assert cable.read(5) == b"\x05"
    cable.write(b"\x06")
    sent = []
    for _ in range(6):
        sent.append(cable.read(5))
        cable.write(b"\x15")
    assert cable.read(5) == b"\x04"
    assert len(set(sent)) == 1 and sent[0].startswith(b"\x021H|")
    eventually(lambda: source.status.undelivered == 1)
    assert source.status.detail.startswith("a message could not be delivered: the receiver refused a frame")


@pytest.mark.parametrize("device", [True, False], ids=["device", "library"])
def test_a_line_is_read_whole_in_time_and_to_its_end(cable, device):
    """As a device, and as the ports that only the library can read."""
    with open_serial(cable.device, SerialSettings()) as line:
        if not device:
            line.device = None
        assert line.read(0.01) == b""
        cable.write(b"invented, all at once")
        assert line.read(5.0) == b"invented, all at once"
        cable.unplug()
        with pytest.raises(OSError, match=r"."):
            line.read(1.0)
