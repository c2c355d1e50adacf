"""A line by itself: captured, played again, played by nobody, recognised. Everything on it is invented."""

import re
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from instruments.links.astm import AstmLink
from instruments.links.astm_frame import by_record, packed, read_frame, write_frame
from instruments.links.link import Message, Send
from instruments.links.mllp import frame
from instruments.recording import Piece, read_recording, redacted, write_recording
from instruments.simulated.serial_line import SerialCable
from pipeline.demo.performance import free_port
from pipeline.recognition import recognised, toml_for
from pipeline.site import open_site

pty = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
MESSAGE = b"H|\\^&|7||INVENTED\rP|1||NAME^GIVEN||19700101\rO|1|A9999||^^^WBC\rR|1|^^^WBC|5.6\rL|1|N\r"
FRAMES = [write_frame(each) for each in by_record(MESSAGE)]


@pytest.fixture
def cable():
    with SerialCable() as cable:
        yield cable


def soon(cable, *said):
    """Say something when the port has been opened, which forgets what came before."""
    threading.Timer(1.0, lambda: [cable.write(each) for each in said]).start()


class Host(threading.Thread):
    """The far end of a cable, answering as a host does, until it has a message."""

    def __init__(self, cable):
        super().__init__(daemon=True)
        self.cable = cable
        self.messages = []
        self.start()

    def run(self):
        link = AstmLink()
        with suppress(OSError):  # the cable has gone
            while not self.messages:
                for event in link.receive(self.cable.read(0.2), 0.0):
                    if isinstance(event, Send):
                        self.cable.write(event.data)
                    elif isinstance(event, Message):
                        self.messages.append(event.payload)


@pty
def test_a_model_is_played_on_a_line_with_its_faults(graftline, cable):
    host = Host(cable)
    words = ("simulate", "graftline-demo-analyser", "--port", cable.device, "--fault", "garble", "--fault", "lose-ack")
    answer = graftline(*words)
    assert (answer.code, answer.out) == (0, "acknowledged, 2 frames were sent again\n")
    host.join(5)
    assert host.messages[0].startswith(b"H|\\^&|1||GRAFT-COUNT (INVENTED)")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("mettler-mt-sics",), "nothing is known to play for balance over the link lines"),
        (("barcode-scanner",), "nothing is known to play for barcode_scan over the link lines"),
        (("generic-typing-folder",), "this model has no line"),
        (("generic-mllp-oru", "--fault", "garble"), "--fault is for models whose link is astm"),
        (("graftline-demo-analyser", "--count", "0"), "Must be >= 1"),
    ],
)
def test_what_cannot_be_played_is_told_and_nothing_is(graftline, words, reason):
    answer = graftline("simulate", *words, "--port", "loop://")
    assert (answer.code, answer.out) == (2, "")
    assert reason in answer.err


def test_a_message_that_nobody_answers_is_not_delivered(graftline, monkeypatch):
    monkeypatch.setattr("instruments.simulated.wire.UrlWire.read", lambda *_: b"")
    answer = graftline("simulate", "generic-mllp-oru", "--port", "loop://")
    assert (answer.code, answer.out) == (1, "")
    assert "not delivered: no answer came" in answer.err


def test_what_is_no_model_is_told(graftline):
    answer = graftline("simulate", "no-such", "--port", "loop://")
    assert answer.code == 2
    assert "graftline-demo-analyser" in answer.err


@pty
def test_a_line_is_captured_and_played_again(graftline, cable, here):
    soon(cable, b"first\r\n", b"second\r\n")
    assert graftline("capture", cable.device, "--into", "line.jsonl", "--for", "3").code == 0
    pieces = read_recording(Path("line.jsonl"))
    assert b"".join(piece.sent for piece in pieces) == b"first\r\nsecond\r\n"
    assert {piece.side for piece in pieces} == {"instrument"}
    answer = graftline("--json", "replay", "line.jsonl", "--port", cable.device, "--speed", "1000").row()
    assert answer == {"sent": 15, "answered": 0, "expected": 0}
    assert b"".join(iter(lambda: cable.read(1.0), b"")) == b"first\r\nsecond\r\n"


@pty
@pytest.mark.parametrize("words", [(), ("--redact",)])
def test_a_capture_that_is_ended_by_hand_keeps_what_it_heard(graftline, cable, here, monkeypatch, words):
    heard = iter([b"first\r\n", b"second\r\n"])

    def read(_wire, _seconds):
        piece = next(heard, None)
        if piece is None:
            raise KeyboardInterrupt
        return piece

    monkeypatch.setattr("instruments.simulated.wire.UrlWire.read", read)
    answer = graftline("capture", cable.device, "--into", "line.jsonl", *words)
    assert (answer.code, answer.out) == (0, "15 bytes in 2 pieces, kept in line.jsonl\n")
    assert b"".join(piece.sent for piece in read_recording(Path("line.jsonl"))) == b"first\r\nsecond\r\n"


@pty
def test_a_capture_has_a_name_of_its_own_if_it_is_given_none(graftline, cable, here):
    soon(cable, b"first\r\n")
    name = graftline("--json", "capture", cable.device, "--for", "1").row()["file"]
    assert re.fullmatch(r"capture-\d{8}-\d{6}\.jsonl", name)
    assert b"".join(piece.sent for piece in read_recording(Path(name))) == b"first\r\n"


def test_each_piece_of_a_recording_is_written_as_it_comes(here):
    def pieces():
        yield Piece(0.0, "instrument", b"first")
        assert [each.sent for each in read_recording(Path("line.jsonl"))] == [b"first"]
        yield Piece(1.0, "host", b"second")

    assert write_recording(Path("line.jsonl"), pieces()).bytes == 11


@pty
def test_a_replayed_session_is_acknowledged_byte_for_byte(graftline, cable, here):
    said = [b"\x05", *FRAMES, b"\x04"]
    pieces = [piece for each in said for piece in (Piece(0.0, "instrument", each), Piece(0.0, "host", b"\x06"))]
    write_recording(Path("session.jsonl"), pieces[:-1])
    host = Host(cable)
    assert graftline("replay", "session.jsonl", "--port", cable.device).code == 0
    host.join(5)
    assert host.messages == [MESSAGE]


@pty
def test_instrument_and_host_talk_through_a_capture(graftline, cable, here):
    with SerialCable() as far:
        host = Host(far)
        soon(cable, b"\x05")
        graftline("capture", cable.device, "--to", far.device, "--into", "both.jsonl", "--for", "3")
        assert cable.read(1.0) == b"\x06"
        host.messages.append(b"")
    assert [(piece.side, piece.sent) for piece in read_recording(Path("both.jsonl"))] == [
        ("instrument", b"\x05"),
        ("host", b"\x06"),
    ]


@pytest.mark.parametrize("cut", [by_record(MESSAGE), packed(MESSAGE, 30)], ids=["by record", "cut anywhere"])
def test_people_are_masked_and_frames_stay_valid(cut):
    frames = [write_frame(each) for each in cut]
    halves = [half for each in frames for half in (each[:5], each[5:])]
    pieces = [Piece(float(at), "instrument", half) for at, half in enumerate(halves)]
    masked = redacted(pieces)
    assert [(each.at, len(each.sent)) for each in masked] == [(each.at, len(each.sent)) for each in pieces]
    stream = b"".join(each.sent for each in masked)
    again = [read_frame(b"\x02" + each.removesuffix(b"\n")) for each in stream.split(b"\x02")[1:]]
    assert [each.number for each in again] == [each.number for each in cut]
    assert b"".join(each.text for each in again) == MESSAGE.replace(
        b"|1||NAME^GIVEN||19700101", b"|9||XXXX^XXXXX||99999999"
    )


def test_people_are_masked_in_hl7_too():
    block = frame(b"MSH|^~\\&|LAB\rPID|1||17||D\xfcMMY^ANN\rOBX|1|NM|P|PIDX\r")
    (masked,) = redacted([Piece(0.0, "instrument", block)])
    assert masked.sent == frame(b"MSH|^~\\&|LAB\rPID|9||99||XXXXX^XXX\rOBX|1|NM|P|PIDX\r")


def test_what_is_no_recording_is_told(graftline, here):
    Path("not-one.jsonl").write_text("nothing\n")
    assert graftline("replay", "not-one.jsonl", "--port", "loop://").code == 2


@pytest.mark.parametrize(
    ("heard", "link", "format"),
    [
        (b"\0\r\n\x05", "astm", "astm_records"),
        (frame(b"MSH|^~\\&|LAB||||||ORU^R01|1|P|2.5.1\r"), "mllp", "hl7_oru"),
        (MESSAGE, "astm_raw", "astm_records"),
        (b"RUN BEGIN;GRAFTSEP 1 (INVENTED);SN G1\r\n", "lines", "separator_log"),
        (b"S S     100.00 g\r\n", "lines", "balance"),
        (b"]C0=A99992400012300\r\n", "lines", "barcode_scan"),
        (b"GROSS 100.00 g\r\n", "lines", ""),
    ],
)
def test_link_and_format_are_recognised_from_the_first_bytes(heard, link, format, here):
    with open_site(Path("graftline-data"), None) as site:
        found = recognised(heard, site.formats)
    assert (found.link, found.format) == (link, format)
    assert f'link = "{link}"' in toml_for(found, "new", "port", "COM3")


@pytest.mark.parametrize("heard", [b"", b"\0\0", b"H|", b"half a line"])
def test_too_little_tells_nothing(heard):
    assert recognised(heard, {}) is None


@pty
def test_listening_writes_what_the_site_file_needs(graftline, cable):
    soon(cable, b"\x05")
    answer = graftline("listen", cable.device, "--for", "5", "--name", "counter-3")
    assert answer.code == 0
    assert answer.out == (
        "# it asked for a session with ENQ\n"
        f'[[instrument]]\nname = "counter-3"\nport = \'{cable.device}\'\nlink = "astm"\nformat = "astm_records"\n'
    )
    assert cable.read(0.2) == b""


def test_a_silent_line_tells_nothing(graftline):
    answer = graftline("listen", "loop://", "--for", "0.1")
    assert (answer.code, answer.out) == (1, "")
    assert "compare the line settings" in answer.err


def dialled(port, *said):
    """Connects when somebody listens there, as often as there is something to say; what came back."""
    came_back = []

    def dial():
        for each in said:
            with connected(port) as connection:
                connection.sendall(each)
                connection.settimeout(0.3)
                with suppress(TimeoutError):
                    came_back.append(connection.recv(100))

    thread = threading.Thread(target=dial, daemon=True)
    thread.start()
    return thread, came_back


def connected(port):
    until = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1)
        except ConnectionRefusedError:
            assert time.monotonic() < until, "nobody listens"
            time.sleep(0.02)


@pytest.mark.parametrize(
    ("said", "link", "format"),
    [
        (b"\x05", "astm", "astm_records"),
        (frame(b"MSH|^~\\&|LAB||||||ORU^R01|1|P|2.5.1\r"), "mllp", "hl7_oru"),
    ],
)
def test_an_instrument_that_connects_to_us_is_recognised_too(graftline, said, link, format):
    port = free_port()
    thread, came_back = dialled(port, b"", said)  # a first connection that says nothing spoils nothing
    answer = graftline("listen", f"127.0.0.1:{port}", "--for", "10")
    thread.join(5)
    assert answer.code == 0
    assert answer.out.endswith(
        f'name = "new-instrument"\nlisten = \'127.0.0.1:{port}\'\nlink = "{link}"\nformat = "{format}"\n'
    )
    assert set(came_back) <= {b""}, "nothing was answered"


def test_an_instrument_that_connects_to_us_is_captured(graftline, here):
    port = free_port()
    thread, _ = dialled(port, b"first\r\n", b"second\r\n")
    assert graftline("capture", f"127.0.0.1:{port}", "--into", "line.jsonl", "--for", "3").code == 0
    thread.join(5)
    assert b"".join(each.sent for each in read_recording(Path("line.jsonl"))) == b"first\r\nsecond\r\n"


def test_an_address_open_to_the_world_needs_leave(graftline, here):
    answer = graftline("listen", "0.0.0.0:4001", "--for", "0.1")
    assert answer.code == 2
    assert "allow_remote = true" in answer.err
    Path("open.toml").write_text("[service]\nallow_remote = true\n")
    assert graftline("--config", "open.toml", "listen", f"0.0.0.0:{free_port()}", "--for", "0.1").code == 1


def test_an_address_that_is_taken_is_told(graftline):
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = graftline("listen", f"127.0.0.1:{server.getsockname()[1]}", "--for", "0.1")
    assert answer.code == 3
    assert "cannot listen on 127.0.0.1:" in answer.err
