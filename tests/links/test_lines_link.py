"""Devices that just talk: nothing comes twice, so nothing may be let go of. Every line here is invented."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.links.astm_raw import unframed_records
from instruments.links.lines import CUT, GAP, HEADLESS, SILENT, LineReceiver, LineSettings
from instruments.links.link import Message, Noise, Part, Send
from instruments.simulated.separator import SeparatorRun

BEGIN, READING, END = b"RUN BEGIN;INVENTED\r\n", b"08:51;INLET;610;mL\r\n", b"RUN END;OK\r\n"
RUN = BEGIN + READING + END


def receiver(**settings):
    return LineReceiver(LineSettings(begins=rb"RUN BEGIN;", ends=rb"RUN END;", silence=900.0, **settings))


@pytest.fixture
def line(driven):
    return driven(receiver())


def test_each_line_of_a_run_is_kept_as_it_comes_and_the_last_one_closes_it(line):
    assert line.feed(BEGIN) == [Part(BEGIN)]
    assert line.feed(READING) == [Part(READING)]
    assert line.feed(END) == [Message(RUN)]


def test_a_simulated_run_arrives_whole(line):
    lines = list(SeparatorRun().lines())
    line.feed(b"".join(lines))
    assert line.messages == [Message(b"".join(lines))]


def test_lines_outside_a_run_are_set_aside(line):
    assert line.feed(READING + RUN)[0] == Noise(READING, "a line outside a run")
    assert line.messages == [Message(RUN)]


def test_a_run_that_begins_before_the_last_one_ended_ends_it_as_cut_off(line):
    note = "the device began another run before this one ended"
    assert line.feed(BEGIN + READING, RUN)[2:4] == [Message(BEGIN + READING, whole=False, note=note), Part(BEGIN)]
    assert line.messages[-1] == Message(RUN)


def test_a_run_that_falls_silent_is_given_up(line):
    line.feed(BEGIN)
    assert line.patience == 900.0
    assert line.expire() == [Message(BEGIN, whole=False, note="the device fell silent in the middle of the run")]
    assert line.patience is None
    assert line.expire() == []


def test_a_run_goes_on_where_it_was_and_says_that_the_line_was_away(line):
    assert line.resume([BEGIN, READING]) == []
    assert line.feed(END) == [Message(RUN, whole=True, note=GAP)]
    assert line.feed(RUN)[-1] == Message(RUN)


def test_half_a_line_is_never_joined_to_what_comes_after_the_line_was_away(line):
    line.feed(BEGIN + b"08:51;INLET;61")
    assert line.close() == [Noise(b"08:51;INLET;61", "the line went away in the middle of this")]
    line.feed(b"5;mL\r\n" + END)
    assert line.messages == [Message(BEGIN + b"5;mL\r\n" + END, whole=True, note=f"{GAP}; {CUT}")]


def test_nulls_of_a_power_cycle_cut_the_line_they_stand_in(line):
    events = line.feed(BEGIN + b"08:5\0\0" + BEGIN)
    assert events[1] == Noise(b"08:5\0\0", "nulls, and what stood before them")
    assert events[2].note.endswith(CUT)
    assert line.feed(b"\0\0" + READING + END)[-1] == Message(RUN)


def test_what_cannot_be_put_on_disk_is_offered_again_in_order(driven):
    full = True
    line = driven(receiver(), refuses=lambda _event: full)
    line.feed(BEGIN, READING, END)
    assert (line.parts, line.messages) == ([], [])
    assert line.patience == 5.0
    assert line.expire() == [Part(BEGIN)]
    full = False
    assert line.expire() == [Part(BEGIN), Part(READING), Message(RUN)]
    assert line.patience is None


def test_what_waits_for_the_disk_is_bounded(driven):
    line = driven(LineReceiver(LineSettings(largest_run=100)), refuses=lambda _event: True)
    events = line.feed(*[b"%08d\r\n" % number for number in range(100)])
    lost = [event for event in events if isinstance(event, Noise)]
    assert {event.reason for event in lost} == {"could not be put on disk, and too much waits for it already"}
    line.refuses = lambda _event: False
    line.expire()
    assert len(line.messages) + len(lost) == 100


def test_a_run_that_never_ends_is_ended(driven):
    line = driven(receiver(largest_run=100))
    line.feed(BEGIN, *[READING] * 5)
    assert line.messages[0].whole is False
    assert line.messages[0].note == "the run is larger than any real one"


def test_a_line_that_never_ends_is_set_aside(driven):
    line = driven(receiver(longest_line=100))
    assert line.feed(b"x" * 101) == [Noise(b"x" * 101, "a line of more than 100 bytes")]
    assert line.feed(b"\r\n" + RUN)[-1] == Message(RUN)


def test_without_runs_every_line_is_a_message(driven):
    line = driven(LineReceiver())
    assert line.feed(b"S S     100.00 g\r\n\r\nS S     101.00 g\r\n") == [
        Message(b"S S     100.00 g\r\n"),
        Message(b"S S     101.00 g\r\n"),
    ]
    assert line.patience is None


def test_a_device_that_no_longer_sends_runs_leaves_its_last_one_as_cut_off(driven):
    (event,) = driven(LineReceiver()).resume([BEGIN])
    assert (event.payload, event.whole) == (BEGIN, False)


def test_lines_may_end_in_cr_alone(driven):
    assert driven(LineReceiver(LineSettings(end=b"\r"))).feed(b"A\rB\r") == [Message(b"A\r"), Message(b"B\r")]


@pytest.mark.parametrize("half", [{"begins": b"x"}, {"ends": b"x"}])
def test_a_run_needs_both_its_first_and_its_last_line(half):
    with pytest.raises(ValueError, match="both the pattern"):
        LineReceiver(LineSettings(**half))


@given(st.lists(st.sampled_from([BEGIN, READING, END, b"\0\0", b"junk", b"\r\n"]), max_size=12), st.integers(1, 30))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_are_not_lines(driven, joined, pieces, size):
    stream = b"".join(pieces)
    cut = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert joined(driven(receiver()).feed(stream)) == joined(driven(receiver()).feed(*cut))


@given(st.lists(st.sampled_from([BEGIN, READING, END, b"\0", b"junk"]), max_size=12), st.lists(st.booleans()))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_byte_comes_out_once_as_noise_or_in_a_message(driven, pieces, refusals):
    left = iter(refusals)
    line = driven(receiver(), refuses=lambda _event: next(left, False))
    line.feed(*pieces)
    line.close()
    while line.patience is not None:
        line.expire()
    noise = [event.payload for event in line.events if isinstance(event, Noise)]
    out = b"".join(noise) + b"".join(message.payload for message in line.messages)
    assert sorted(out) == sorted(b"".join(pieces))


RECORDS = b"H|\\^&|||INVENTED\rO|1|A9999\rR|1|^^^WBC|5.61\rL|1|N\r"


@pytest.mark.parametrize("sent", [RECORDS, RECORDS.replace(b"\r", b"\r\n"), RECORDS + RECORDS.replace(b"^", b"!")])
def test_records_without_frames_are_messages_from_header_to_terminator(driven, sent):
    line = driven(unframed_records(silence=30.0))
    for at in range(len(sent)):
        line.feed(sent[at : at + 1])
    assert b"".join(message.payload for message in line.messages).strip() == sent.strip()
    assert [message.whole for message in line.messages] == [True] * sent.count(b"H|")


def test_a_question_without_frames_is_answered_without_frames(driven):
    line = driven(
        unframed_records(silence=30.0, respond=lambda message: [b"H|\\^&\rL|1|I\r"] if b"Q|" in message else [])
    )
    assert line.feed(RECORDS)[-1] == Message(RECORDS)
    assert line.feed(b"H|\\^&\rQ|1|^A9999\rL|1\r")[-1] == Send(b"H|\\^&\rL|1|I\r")


HEAD, TAIL = b"H|\\^&|||INVENTED\rO|1|A9999\r", b"R|1|^^^WBC|99.9\rL|1|N\r"
BEFORE, BEHIND = Message(HEAD, whole=False, note=GAP), Message(TAIL, whole=False, note=HEADLESS)


@pytest.fixture
def unframed(driven):
    return driven(unframed_records(silence=30.0))


def test_a_message_whose_connection_was_lost_is_never_joined_to_what_the_next_one_brings(unframed):
    unframed.feed(HEAD)
    assert unframed.close() == [BEFORE]
    unframed.feed(TAIL + RECORDS)
    assert unframed.messages == [BEFORE, BEHIND, Message(RECORDS)]


def test_nor_is_it_after_the_service_was_stopped(unframed):
    assert unframed.resume([HEAD]) == [BEFORE]
    assert unframed.feed(TAIL)[-1] == BEHIND


def test_the_record_that_was_cut_is_evidence_with_its_message(unframed):
    unframed.feed(HEAD + b"R|1|^^^WB")
    assert unframed.close() == [Message(HEAD + b"R|1|^^^WB", whole=False, note=GAP)]
    unframed.feed(b"C|5.6\r" + HEAD)
    assert unframed.messages[1].payload == b"C|5.6\r"
    assert unframed.messages[1].note.endswith(HEADLESS)
    unframed.feed(b"R|1")
    assert unframed.expire() == [Message(HEAD + b"R|1", whole=False, note=SILENT)]


def test_a_message_with_nulls_in_the_middle_is_not_whole(unframed):
    unframed.feed(HEAD + b"R|1|^^\0\0" + TAIL)
    assert unframed.messages == [Message(HEAD + TAIL, whole=False, note=CUT)]


def test_blanks_between_messages_are_no_evidence(unframed):
    unframed.feed(b"\0\r\n\r\n" + RECORDS + b"\n\r\n")
    unframed.close()
    assert unframed.messages == [Message(b"\n" + RECORDS)]


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["heard", "closed", "lost"])), max_size=30))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_whatever_is_lost_with_a_connection_only_what_was_sent_whole_comes_out_whole(driven, pieces):
    sent = [RECORDS.replace(b"A9999", b"A%d" % number) for number in range(30)]
    records = iter(b"".join(sent).splitlines(keepends=True))
    line = driven(unframed_records(silence=30.0))
    for count, fate in pieces:
        piece = b"".join(record for _, record in zip(range(count), records, strict=False))
        if fate == "lost":
            line.close()
        else:
            line.feed(piece)
        if fate == "closed":
            line.close()
    assert {message.payload for message in line.messages if message.whole} <= set(sent)


BALANCE = LineSettings(end=b"\r\n", poll=b"S\r\n", poll_every=2.0)


def test_a_balance_is_asked_when_it_is_there_and_again_and_again(driven):
    line = driven(LineReceiver(BALANCE))
    assert line.patience is None
    assert line.open() == [Send(b"S\r\n")]
    assert line.patience == 2.0
    assert line.feed(b"S S     100.00 g\r\n") == [Message(b"S S     100.00 g\r\n")]
    assert line.expire() == [Send(b"S\r\n")]
    line.close()
    assert line.patience is None


def test_a_balance_that_is_full_of_refused_lines_is_still_asked(driven):
    line = driven(LineReceiver(BALANCE), refuses=lambda _event: True)
    line.open()
    line.feed(b"S S     100.00 g\r\n")
    assert [line.expire(), line.expire()] == [[Send(b"S\r\n")]] * 2
    line.refuses = lambda _event: False
    assert line.expire() == [Message(b"S S     100.00 g\r\n")]


def test_lines_between_stx_and_etx_are_taken_and_what_stands_between_them_is_not(driven):
    line = driven(LineReceiver(LineSettings(start=b"\x02", end=b"\x03")))
    assert line.feed(b"\x021234\x03\r\nx\x02D1U 05\x03\x02cut\x02whole\x03") == [
        Message(b"\x021234\x03"),
        Noise(b"\r\nx", "bytes outside a line"),
        Message(b"\x02D1U 05\x03"),
        Noise(b"\x02cut", "bytes outside a line"),
        Message(b"\x02whole\x03"),
    ]


def test_a_scanner_that_marks_nothing_is_read_by_its_silence(driven):
    line = driven(LineReceiver(LineSettings(gap=0.05)))
    assert line.feed(b"=A9999", b"24000123") == []
    assert line.patience == pytest.approx(0.05)
    assert line.expire() == [Message(b"=A999924000123")]
    assert line.patience is None
