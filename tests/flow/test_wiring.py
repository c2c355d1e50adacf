"""What an instrument's settings make of its link and of its folder. Everything here is invented."""

import threading
from pathlib import Path

import pytest

from instruments.links.astm_frame import Frame, write_frame
from instruments.links.link import Message, Send
from pipeline.completeness import completeness, fcs_is_whole, is_whole
from pipeline.config.settings import Astm, Files, Instrument
from pipeline.intake import SpoolIntake
from pipeline.spool.frames import Kind
from pipeline.spool.spool import Spool
from pipeline.wiring import folder_of, link_maker
from pipeline.worklist.orders import Worklist

XPONENT = Path(__file__).parents[1] / "formats" / "luminex_xponent"
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


def fcs(*, header=True, events=10, extra=b""):
    """An FCS file of two parameters of 16 bits; without `header` its places stand in TEXT alone."""
    begins = 256
    ends = begins + events * 4 - 1
    text = f"/$PAR/2/$P1B/16/$P2B/16/$TOT/{events}/$DATATYPE/I/$FIL/a//b/$BEGINDATA/{begins}/$ENDDATA/{ends}/".encode()
    places = (58, 58 + len(text) - 1, *((begins, ends) if header else (0, 0)), 0, 0)
    head = b"FCS3.1    " + b"".join(b"%8d" % each for each in places)
    return (head + text).ljust(begins) + bytes(events * 4) + extra


@pytest.mark.parametrize("header", [True, False])
def test_an_fcs_file_is_whole_with_its_last_event(header):
    raw = fcs(header=header)
    assert fcs_is_whole(raw) and is_whole(raw + b"checksum")
    assert not any(is_whole(raw[:cut]) for cut in range(10, len(raw)))


def test_an_fcs_file_whose_places_are_not_filled_in_yet_is_not_whole():
    raw = fcs()
    assert not is_whole(raw[:10] + b"%8d" % 0 * 6 + raw[58:])
    unknown = raw.replace(b"$ENDDATA", b"$OTHERS!").replace(b"$TOT/10", b"$TOT/XY")
    assert is_whole(unknown), "the header tells where DATA ends"


@pytest.mark.parametrize("name", ["quoted.csv", "saved_by_a_spreadsheet.csv"])
def test_a_batch_of_xponent_is_whole_with_its_check_sum(name):
    raw = (XPONENT / name).read_bytes()
    assert is_whole(raw)
    end = raw.rindex(b"CRC32: ")
    assert not any(is_whole(raw[:cut]) for cut in range(100, end, 97))
    assert not is_whole(raw[:end])


def test_an_end_mark_of_the_site_is_waited_for_in_any_encoding():
    whole = completeness("# end")
    for encoding in ("utf-8", "utf-16"):
        assert whole("a;b\n1;2\n# end of table\r\n\n".encode(encoding))
        assert not whole("a;b\n# end\n1;2\n".encode(encoding))
    assert not whole(b"<hml>\n# end"), "and its own syntax still counts"


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
