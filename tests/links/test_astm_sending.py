"""The sending side of ASTM E1381 / LIS01-A2, rule by rule, and both sides at once. Every message here is invented."""

import pytest

from instruments.links import astm_transmission
from instruments.links.astm import AstmLink
from instruments.links.astm_frame import by_record, packed, write_frame
from instruments.links.astm_table import ANY_BYTE, QUIET, TRANSITIONS, Action, AstmSettings, Occurrence, State
from instruments.links.link import Delivered, Noise, Send, Undelivered
from instruments.simulated.sessions import BadLine, Sessions

ENQ, EOT, ACK, NAK = b"\x05", b"\x04", b"\x06", b"\x15"
MESSAGE = b"H|\\^&|||INVENTED\rO|1|A9999||^^^WBC\rL|1|N\r"
FRAMES = [write_frame(frame) for frame in by_record(MESSAGE)]


@pytest.fixture
def line(driven):
    return driven(AstmLink())


@pytest.fixture
def calling(line):
    """A link that has a message to send and has sent ENQ."""
    assert line.take(line.link.send(MESSAGE, line.now)) == [Send(ENQ)]
    return line


@pytest.fixture
def sending(calling):
    """A link whose first frame is out."""
    assert calling.feed(ACK) == [Send(FRAMES[0])]
    return calling


def test_a_message_goes_out_frame_by_frame_in_a_session_of_its_own(sending):
    assert sending.feed(ACK) == [Send(FRAMES[1])]
    assert sending.feed(ACK) == [Send(FRAMES[2])]
    assert sending.feed(ACK) == [Send(EOT), Delivered(MESSAGE)]
    assert (sending.link.state, sending.patience) == (State.NEUTRAL, None)


def test_frame_numbers_begin_at_one_and_go_round_at_eight():
    frames = by_record(b"H|\\^&\r" + b"C|1\r" * 8 + b"L|1\r")
    assert [frame.number for frame in frames] == [1, 2, 3, 4, 5, 6, 7, 0, 1, 2]


def test_a_long_record_is_cut_with_etb_and_ends_with_etx():
    frames = by_record(b"H|\\^&\r" + b"M|1|" + b"x" * 500 + b"\r")
    assert [(len(frame.text), frame.last) for frame in frames] == [(6, True), (240, False), (240, False), (25, True)]


def test_a_message_may_be_packed_into_frames_that_are_full():
    frames = packed(MESSAGE, 20)
    assert [frame.last for frame in frames] == [False, False, True]
    assert b"".join(frame.text for frame in frames) == MESSAGE


def test_a_busy_receiver_is_asked_again_after_ten_seconds(calling):
    assert calling.feed(NAK) == []
    assert (calling.link.state, calling.patience) == (State.HELD_OFF, 10.0)
    assert calling.expire() == [Send(ENQ)]


def test_fifteen_seconds_without_a_reply_end_the_session_and_it_is_tried_again(calling):
    assert calling.patience == 15.0
    assert calling.expire() == [Send(EOT)]
    assert (calling.link.state, calling.patience) == (State.RESTING, 10.0)
    assert calling.expire() == [Send(ENQ)]


def test_babble_in_place_of_a_reply_is_set_aside_and_keeps_nobody_waiting(calling):
    calling.now += 14
    assert calling.feed(b"\x00x" + EOT) == [Noise(b"\x00x" + EOT, "bytes outside a session")]
    assert calling.patience == 1.0


@pytest.mark.parametrize("refusal", [NAK, b"x", ENQ, b"\x02"])
def test_a_refused_frame_goes_out_again_with_its_number(sending, refusal):
    for _ in range(5):
        assert sending.feed(refusal) == [Send(FRAMES[0])]
    assert sending.feed(ACK) == [Send(FRAMES[1])]
    for _ in range(5):
        assert sending.feed(refusal) == [Send(FRAMES[1])]
    assert sending.feed(ACK) == [Send(FRAMES[2])]


def test_a_storm_of_refusals_costs_one_repeat_a_read_and_the_message_gets_through(sending):
    for _ in range(5):
        events = sending.feed(NAK * 10_000)
        assert [each for each in events if isinstance(each, Send)] == [Send(FRAMES[0])]
        assert sum(len(each.payload) for each in events if isinstance(each, Noise)) == 9_999
    for frame in FRAMES[1:]:
        assert sending.feed(ACK) == [Send(frame)]
    assert sending.feed(ACK) == [Send(EOT), Delivered(MESSAGE)]


def test_six_refusals_of_a_frame_end_the_session_and_the_message_begins_anew(sending):
    sending.feed(*[NAK] * 5)
    assert sending.feed(NAK) == [Send(EOT)]
    assert sending.expire() == [Send(ENQ)]
    assert sending.feed(ACK) == [Send(FRAMES[0])]


def test_a_message_that_fails_in_every_session_is_reported_and_the_next_one_goes_out(driven):
    line = driven(AstmLink(settings=AstmSettings(sessions=2)))
    line.take(line.link.send(MESSAGE, line.now))
    line.take(line.link.send(b"H|\\^&\rL|1\r", line.now))
    assert line.feed(ACK, *[NAK] * 6)[-1] == Send(EOT)
    line.expire()
    report = Undelivered(MESSAGE, f"{astm_transmission.REFUSED}; attempts: 2")
    assert line.feed(ACK, *[NAK] * 6)[-2:] == [Send(EOT), report]
    assert line.expire() == [Send(ENQ)]
    assert line.feed(ACK) == [Send(write_frame(by_record(b"H|\\^&\r")[0]))]


def test_a_lost_reply_to_a_frame_ends_the_session(sending):
    assert sending.patience == 15.0
    assert sending.expire() == [Send(EOT)]


def test_a_reply_that_came_before_its_frame_is_no_reply(sending):
    stale = Noise(ACK, "it came before the frame that it would have to answer")
    assert sending.feed(ACK + ACK) == [Send(FRAMES[1]), stale]
    assert sending.feed(ACK) == [Send(FRAMES[2])]


def test_line_ends_behind_a_reply_are_no_refusal(sending):
    assert sending.feed(ACK + b"\r\n") == [
        Send(FRAMES[1]),
        Noise(b"\r\n", "it came before the frame that it would have to answer"),
    ]
    assert sending.feed(b"\n") == []


def test_in_contention_the_host_leaves_the_line_to_the_instrument_for_twenty_seconds(calling):
    assert calling.feed(ENQ) == []
    assert (calling.link.state, calling.patience) == (State.CONTENTION, 20.0)
    assert calling.feed(ENQ) == [Send(ACK)]
    assert calling.feed(write_frame(by_record(b"L|1\r")[0]))[-1] == Send(ACK)
    assert calling.feed(EOT) == [Send(ENQ)]


def test_in_contention_a_host_that_hears_nothing_calls_again(calling):
    calling.feed(ENQ)
    assert calling.expire() == [Send(ENQ)]


def test_in_contention_the_instrument_calls_again_after_a_second(driven):
    line = driven(AstmLink(role="instrument"))
    line.take(line.link.send(MESSAGE, line.now))
    line.feed(ENQ)
    assert line.patience == 1.0
    assert line.expire() == [Send(ENQ)]


def test_eot_in_place_of_ack_is_an_interrupt_that_is_granted_when_the_message_is_through(sending):
    assert sending.feed(EOT) == [Send(FRAMES[1])]
    assert sending.feed(ACK, ACK)[-2:] == [Send(EOT), Delivered(MESSAGE)]
    assert (sending.link.state, sending.patience) == (State.YIELDED, 15.0)
    sending.take(sending.link.send(MESSAGE, sending.now))
    assert sending.feed(ENQ) == [Send(ACK)]


def test_a_message_waits_until_the_session_of_the_other_side_is_over(line):
    line.feed(ENQ)
    assert line.take(line.link.send(MESSAGE, line.now)) == []
    assert line.feed(EOT) == [Send(ENQ)]


def test_a_message_is_sent_again_from_its_beginning_when_the_line_comes_back(sending):
    sending.feed(ACK)
    assert sending.close() == []
    assert sending.open() == [Send(ENQ)]
    assert sending.feed(ACK) == [Send(FRAMES[0])]


@pytest.mark.parametrize("message", [b"", b"H|\\^&\rC|1|\x02\r", b"H|\\^&\r\n"])
def test_what_no_frame_may_hold_is_not_sent(line, message):
    (event,) = line.take(line.link.send(message, line.now))
    assert isinstance(event, Undelivered)


def test_a_message_that_waits_already_is_not_queued_again(calling):
    calling.take(calling.link.send(MESSAGE, calling.now))
    assert calling.feed(ACK, ACK, ACK, ACK)[-2:] == [Send(EOT), Delivered(MESSAGE)]


def test_what_is_sent_back_for_a_message_goes_out_when_its_session_is_over(driven):
    line = driven(AstmLink(respond=lambda message: [MESSAGE] if b"Q|" in message else []))
    query = b"H|\\^&\rQ|1|^A9999\rL|1\r"
    line.feed(ENQ, write_frame(packed(query)[0]))
    assert line.feed(EOT) == [Send(ENQ)]
    assert line.feed(ACK) == [Send(FRAMES[0])]


def test_nothing_is_sent_back_for_a_message_that_is_not_on_disk(driven):
    line = driven(AstmLink(respond=lambda _message: [MESSAGE]), refuses=lambda _event: True)
    assert line.feed(ENQ, write_frame(packed(MESSAGE)[0]), EOT)[-1] == Send(NAK)


def test_the_table_answers_every_byte_silence_and_loss_of_the_line_in_every_state_that_lasts():
    lasting = {*QUIET, State.WAITING, State.FRAME, State.STRAY, State.CALLING, State.SENT}
    happens = (*ANY_BYTE, Occurrence.SILENCE, Occurrence.CLOSED)
    assert [(state, each) for state in lasting for each in happens if (state, each) not in TRANSITIONS] == []


def test_every_state_can_be_reached_and_every_action_is_in_the_table():
    reached = {then for (state, _), (_, then) in TRANSITIONS.items() if state is not then}
    assert reached == set(State)
    assert {action for action, _ in TRANSITIONS.values()} == set(Action)


def messages(prefix: bytes, number: int) -> list[bytes]:
    return [b"H|\\^&|||%s\rC|1|I|%d\rL|1|N\r" % (prefix, each) for each in range(number)]


def check_nothing_lost_or_invented(side, other, sent):
    whole = {message.payload for message in other.kept if message.whole}
    assert set(side.delivered) <= whole <= set(sent)


def test_two_sides_that_call_at_the_same_moment_both_get_their_messages_through():
    sessions = Sessions(seed=1)
    up, down = messages(b"RESULT", 5), messages(b"ORDER", 5)
    for results, orders in zip(up, down, strict=True):
        sessions.send(sessions.instrument, results)
        sessions.send(sessions.host, orders)
    sessions.run(600)
    assert [each.payload for each in sessions.host.kept] == up == sessions.instrument.delivered
    assert [each.payload for each in sessions.instrument.kept] == down == sessions.host.delivered


@pytest.mark.parametrize("seed", range(20))
def test_on_a_bad_line_with_a_disk_that_fills_up_nothing_is_lost_and_nothing_invented(seed):
    bad = BadLine(flipped=0.02, lost=0.01, doubled=0.01, cut=0.002, disk_full=0.05)
    sessions = Sessions(seed, bad)
    up, down = messages(b"RESULT", 20), messages(b"ORDER", 5)
    for number, message in enumerate(up):
        sessions.send(sessions.instrument, message)
        if number % 4 == 0:
            sessions.send(sessions.host, down[number // 4])
        sessions.run(60)
    sessions.run(3600)
    check_nothing_lost_or_invented(sessions.instrument, sessions.host, up)
    check_nothing_lost_or_invented(sessions.host, sessions.instrument, down)
    assert sessions.instrument.delivered == up


def test_the_same_seed_gives_the_same_trace():
    def trace(seed: int) -> str:
        sessions = Sessions(seed, BadLine(flipped=0.05, cut=0.01))
        sessions.send(sessions.instrument, MESSAGE)
        sessions.run(300)
        return sessions.trace

    assert trace(7) == trace(7) != trace(8)


@pytest.mark.parametrize(
    "damage", [lambda _byte: b"", lambda byte: bytes([byte ^ 0x01]), lambda byte: bytes([byte] * 2)]
)
@pytest.mark.parametrize("towards", ["host", "instrument"])
def test_damage_to_any_byte_in_either_direction_loses_nothing_and_invents_nothing(damage, towards):
    at = 0
    while True:
        sessions = Sessions(seed=1)
        damaged = damage_one_byte(sessions, towards, at, damage)
        sessions.send(sessions.instrument, MESSAGE)
        sessions.run(300)
        assert sessions.instrument.delivered == [MESSAGE]
        assert {each.payload for each in sessions.host.kept if each.whole} == {MESSAGE}
        if not damaged:
            break
        at += 1
    assert at >= len(FRAMES) + 1


def damage_one_byte(sessions, towards, at, damage):
    """Damage the byte number `at` of those that travel that way; the list tells whether there was one."""
    side = getattr(sessions, towards)
    receive, seen, damaged = side.link.receive, [0], []

    def receive_damaged(piece, now):
        begin, seen[0] = seen[0], seen[0] + len(piece)
        if begin <= at < seen[0]:
            place = at - begin
            damaged.append(place)
            piece = piece[:place] + damage(piece[place]) + piece[place + 1 :]
        return receive(piece, now)

    side.link.receive = receive_damaged
    return damaged
