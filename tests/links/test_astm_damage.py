"""An ASTM line that damages bytes: what is accepted is what was sent, once. Every message here is invented."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.links.astm import AstmLink
from instruments.links.astm_frame import packed, write_frame
from instruments.links.astm_table import AstmSettings
from instruments.links.link import Send
from instruments.simulated.astm_sender import AstmSender, Faults, NotDelivered, PowerCut

MESSAGE = b"H|\\^&|7||INVENTED C-1\rP|1|D$DE\rO|1|9999-0042\rR|1|^^^WBC|5.61|10*3/uL\rL|1|N\r"
SHORT = AstmSettings(longest_text=40, a_frame_for_each_record=False, sessions=1)
FRAMES = packed(MESSAGE, 40)
SESSION = b"\x05" + b"".join(map(write_frame, FRAMES)) + b"\x04"
SHARED_FIXTURE = [HealthCheck.function_scoped_fixture]  # `driven` is a class: nothing is shared between examples


class Wire:
    """Sender and receiver back to back; `damage` sees every byte once; silence passes as fast as it is waited for."""

    def __init__(self, line, damage=lambda _position, byte: bytes([byte])):
        self.line = line
        self.damage = damage
        self.sent = 0
        self.answers = bytearray()

    def write(self, chunk):
        for byte in chunk:
            self._carry(self.line.feed(self.damage(self.sent, byte)))
            self.sent += 1

    def read(self, seconds):
        left = seconds
        while not self.answers and (patience := self.line.patience) is not None and patience <= left:
            left -= patience
            self._carry(self.line.expire())
        self.line.now += 0 if self.answers else left
        answers, self.answers = bytes(self.answers), bytearray()
        return answers

    def _carry(self, events):
        self.answers += b"".join(event.data for event in events if isinstance(event, Send))

    def settle(self):
        """Nobody says anything for a minute."""
        self.read(60)


def deliver(wire, **faults):
    """Send until it is delivered, three times at most; a fault of the line does not return."""
    for _ in range(3):
        try:
            return AstmSender(wire, settings=SHORT, faults=Faults(**faults)).send(MESSAGE)
        except NotDelivered:
            wire.settle()
            faults = {}
    raise AssertionError("never delivered")


def whole(line):
    return [message.payload for message in line.messages if message.whole]


def check_exactly_what_was_sent(line, message=MESSAGE):
    assert set(whole(line)) == {message}
    for cut in (each for each in line.messages if not each.whole):
        assert message.startswith(cut.payload)
        assert cut.note


@pytest.mark.parametrize("bit", range(8))
def test_no_flipped_bit_anywhere_changes_what_is_accepted(driven, bit):
    for place in range(len(SESSION)):
        line = driven(AstmLink())
        wire = Wire(line, lambda at, byte, place=place: bytes([byte ^ (1 << bit)]) if at == place else bytes([byte]))
        deliver(wire)
        wire.settle()
        check_exactly_what_was_sent(line)


def test_a_flipped_bit_inside_a_frame_costs_one_repeat_and_no_second_message(driven):
    begin, end = 1, 1 + len(write_frame(FRAMES[0]))
    for place in range(begin, end):
        line = driven(AstmLink())
        wire = Wire(line, lambda at, byte, place=place: bytes([byte ^ 1]) if at == place else bytes([byte]))
        assert deliver(wire) <= 1
        assert whole(line) == [MESSAGE]


def test_no_lost_byte_changes_what_is_accepted(driven):
    for place in range(len(SESSION)):
        line = driven(AstmLink())
        wire = Wire(line, lambda at, byte, place=place: b"" if at == place else bytes([byte]))
        deliver(wire)
        wire.settle()
        check_exactly_what_was_sent(line)


@pytest.mark.parametrize("position", range(1, len(FRAMES) + 1))
@pytest.mark.parametrize("fault", ["garble", "lose_ack"])
def test_a_garbled_frame_or_a_lost_acknowledgement_is_repeated_and_kept_once(driven, fault, position):
    line = driven(AstmLink())
    assert deliver(Wire(line), **{fault: frozenset([position])}) == 1
    assert whole(line) == [MESSAGE]


@pytest.mark.parametrize("position", range(1, len(FRAMES)))
def test_a_power_cut_leaves_evidence_and_the_message_comes_again(driven, position):
    line = driven(AstmLink())
    wire = Wire(line)
    with pytest.raises(PowerCut):
        AstmSender(wire, settings=SHORT, faults=Faults(power_cut_after=position)).send(MESSAGE)
    deliver(wire)
    assert [(each.whole, each.payload) for each in line.messages] == [
        (False, b"".join(frame.text for frame in FRAMES[:position])),
        (True, MESSAGE),
    ]


def test_a_disk_that_is_full_for_a_while_loses_and_doubles_nothing(driven):
    for refusals in range(12):
        left = iter([True] * refusals)
        line = driven(AstmLink(), refuses=lambda _event, left=left: next(left, False))
        deliver(Wire(line))
        check_exactly_what_was_sent(line)
        assert len(whole(line)) == 1


@given(st.lists(st.binary(min_size=1, max_size=30).filter(lambda text: not set(text) & set(range(32))), min_size=1))
@settings(max_examples=40, deadline=None, suppress_health_check=SHARED_FIXTURE)
def test_what_a_sender_delivers_is_what_is_kept(driven, texts):
    message = b"".join(b"C|" + text + b"\r" for text in texts) + b"L|1|N\r"
    for a_frame_for_each_record in (True, False):
        line = driven(AstmLink())
        style = AstmSettings(longest_text=50, a_frame_for_each_record=a_frame_for_each_record)
        assert AstmSender(Wire(line), settings=style).send(message) == 0
        assert whole(line) == [message]


@given(st.binary(max_size=300), st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=SHARED_FIXTURE)
def test_reads_are_not_frames(driven, joined, noise, cuts):
    stream = SESSION + noise + SESSION[:-1]
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[begin:end] for begin, end in pairwise(places)]
    single = [stream[at : at + 1] for at in range(len(stream))]
    whole, in_pieces, by_byte = (joined(driven(AstmLink()).feed(*chunks)) for chunks in ([stream], pieces, single))
    assert whole == in_pieces == by_byte
