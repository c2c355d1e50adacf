"""Whatever comes, no engine fails, nothing is accepted that was not sent whole, and memory goes back to nothing."""

import re

import pytest

from instruments.links.astm import AstmLink
from instruments.links.astm_frame import checksum
from instruments.links.astm_table import State
from instruments.links.lines import LineReceiver
from instruments.links.link import Message, Noise, Part, Send
from instruments.links.mllp import BLANKS, END, VT, MllpReceiver
from instruments.links.printer import PrinterReceiver
from instruments.simulated.streams import fuzzed

STREAMS = 1500
FRAME = re.compile(rb"(?=\x02([0-7][^\x02]*?[\x03\x17])([0-9A-Fa-f]{2})\r)", re.DOTALL)


def valid_texts(stream):
    """The texts of all valid frames in a stream, found without the engine; one may begin at any STX."""
    return {found[1][1:-1] for found in FRAME.finditer(stream) if checksum(found[1]) == found[2].upper()}


@pytest.mark.parametrize("role", ["host", "instrument"])
def test_astm_accepts_only_the_texts_of_valid_frames(driven, role):
    for chunks in fuzzed(1, STREAMS):
        line = driven(AstmLink(role=role))
        line.feed(*chunks)
        while line.patience is not None:
            line.expire()
        assert line.link.state is State.NEUTRAL
        texts = valid_texts(b"".join(chunks))
        accepted = [event.payload for event in line.events if isinstance(event, Part)]
        assert set(accepted) <= texts
        for message in line.messages:
            assert any(message.payload.endswith(text) for text in texts)
        assert sum(event.data == b"\x06" for event in line.events if isinstance(event, Send)) <= len(b"".join(chunks))


def test_every_byte_of_an_mllp_stream_is_in_a_message_or_among_the_noise(driven):
    for chunks in fuzzed(2, STREAMS):
        line = driven(MllpReceiver(lambda _payload, _refused: [b"AA"]))
        line.feed(*chunks)
        line.close()
        stream = b"".join(chunks)
        kept = b"".join(event.payload for event in line.events if isinstance(event, Message | Noise))
        marks = VT + END + BLANKS
        assert sorted(kept.translate(None, marks)) == sorted(stream.translate(None, marks))
        for message in line.messages:
            assert message.payload in stream
            assert not message.whole or VT + message.payload + END[:1] in stream


@pytest.mark.parametrize("engine", [LineReceiver, PrinterReceiver])
def test_every_byte_of_a_talking_device_is_in_a_message_or_among_the_noise(driven, engine):
    for chunks in fuzzed(3, STREAMS):
        line = driven(engine())
        line.feed(*chunks)
        line.close()
        kept = b"".join(event.payload for event in line.events if isinstance(event, Message | Noise))
        blank = b"\r\n\x0b "  # a line of nothing else is no message
        assert sorted(kept.translate(None, blank)) == sorted(b"".join(chunks).translate(None, blank))
