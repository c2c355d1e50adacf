"""What an instrument's settings make of its link and of its folder. Everything here is invented."""

import threading

from instruments.links.astm_frame import Frame, write_frame
from instruments.links.link import Message, Send
from pipeline.config.settings import Astm, Files, Instrument
from pipeline.intake import SpoolIntake
from pipeline.spool.frames import Kind
from pipeline.spool.spool import Spool
from pipeline.wiring import folder_of, link_maker
from pipeline.worklist.orders import Worklist

ANSWER = b"H|\\^&|1\r" + b"".join(b"O|%d|INVENTED-%d||^^^WBC\r" % (at, at) for at in range(1, 9)) + b"L|1|N\r"


def frames_sent(tmp_path, **settings):
    """The frames of a message of ours, over a link made for an instrument with these settings."""
    instrument = Instrument(
        name="a", source="port", address="loop://", link="astm", format="astm_records", astm=Astm(**settings)
    )
    link = link_maker(instrument, (), Worklist(tmp_path / "worklist.jsonl"))()
    frames, events = [], list(link.send(ANSWER, 0.0))
    while events:
        sent = [event.data for event in events if isinstance(event, Send)]
        frames += [each for each in sent if each[0] == 2]
        events = list(link.receive(b"\x06", 0.0)) if sent and sent[-1] != b"\x04" else []
    return frames


def test_every_record_begins_a_frame_unless_the_site_wants_them_packed(tmp_path):
    assert len(frames_sent(tmp_path)) == 10
    assert len(frames_sent(tmp_path, packed=True)) == 1


def test_no_frame_holds_more_text_than_the_analyser_takes(tmp_path):
    for packed in (True, False):
        frames = frames_sent(tmp_path, packed=packed, longest_text=7)
        texts = [each[2:-5] for each in frames]
        assert max(map(len, texts)) == 7
        assert b"".join(texts) == ANSWER


def test_a_frame_is_taken_up_to_the_size_that_the_site_states(tmp_path):

    message = b"H|\\^&\rM|1|" + b"x" * 100_000 + b"\rL|1|N\r"
    frame = Frame(1, message, last=True)
    for largest, expected in ((64_000, []), (200_000, [message])):
        astm = Astm(largest_frame=largest)
        instrument = Instrument(name="a", source="port", address="loop://", link="astm", astm=astm)
        link = link_maker(instrument, (), Worklist(tmp_path / "worklist.jsonl"))()
        events = [*link.receive(b"\x05", 0.0), *link.receive(write_frame(frame), 0.0)]
        assert [event.payload for event in events if isinstance(event, Message)] == expected


def test_a_folder_takes_a_file_with_its_end_mark_and_waits_for_one_without(tmp_path):
    exports = tmp_path / "exports"
    exports.mkdir()
    for name, text in (("whole.csv", "a;b\n# end\n"), ("cut.csv", "a;b\n"), ("plate.csv", '"Program","xPONENT"\n')):
        (exports / name).write_text(text)
    files = Files(settle_seconds=0.001, end_mark="# end")
    instrument = Instrument(name="exports", source="folder", address=str(exports), files=files)
    with Spool(tmp_path / "spool") as spool:
        folder = folder_of(instrument, SpoolIntake(spool, "exports"))
        stop = threading.Event()
        folder.scan(stop)
        stop.wait(0.01)
        folder.scan(stop)
        kept = [envelope.name for envelope, _ in spool.read() if envelope.kind is Kind.MESSAGE]
    assert kept == ["whole.csv"]
    assert sorted(path.name for path in exports.glob("*.csv")) == ["cut.csv", "plate.csv"]
