"""Damaged files: what is whole is read, what is not is never guessed, nothing is tidied away."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.spool.frames import Envelope, Frame, Kind
from pipeline.spool.reader import SpoolReader, verify
from pipeline.spool.scan import Damage
from pipeline.spool.spool import Spool

pytestmark = pytest.mark.usefixtures("unsynced")
FIVE = [f"invented message {number}" for number in range(1, 6)]


def only_segment(folder: Path) -> Path:
    (path,) = folder.glob("*.seg")
    return path


def frames(folder: Path) -> list[Frame]:
    return [found for segment in SpoolReader(folder).segments for found in segment.scan() if isinstance(found, Frame)]


def test_every_truncation_leaves_the_whole_frames_before_it(
    five: Path, keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    """And appending goes on, under a number that may not have been given out before, and the cut end stays."""
    path, ends = only_segment(five), [frame.end for frame in frames(five)]
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        whole = sum(end <= length for end in ends)
        left = FIVE[: max(whole - 1, 0)]
        with Spool(five) as spool:
            assert texts(spool) == left
            added = keep(spool, "invented, after")
            assert texts(spool) == [*left, "invented, after"]
        assert texts(five) == [*left, "invented, after"]
        assert added.seq > len(left) + (length not in ends)
        if length not in ends:
            assert path.read_bytes() == content[:length]
            newest = max(five.glob("*.seg"))
            assert newest != path
            newest.unlink()


def test_every_flipped_bit_costs_its_own_frame_alone(five: Path, texts: Callable[..., list[str]]) -> None:
    path, whole = only_segment(five), frames(five)
    content = path.read_bytes()
    for at in range(len(content)):
        struck = next(index for index, frame in enumerate(whole) if frame.offset <= at < frame.end)
        damaged = bytearray(content)
        damaged[at] ^= 1 << at % 8
        path.write_bytes(damaged)
        left = [text for number, text in enumerate(FIVE, 1) if number != struck]
        assert texts(five) == left
        kind = "torn" if struck == 5 else "corrupt"
        offset, end = whole[struck].offset, whole[struck].end
        assert verify(five) == [Damage(path.name, offset, end - offset, kind)]


@pytest.mark.parametrize(
    ("struck", "writes_after", "kind"),
    [(1, 0, "doubtful"), (4, 0, "doubtful"), (5, 0, "torn"), (1, 1, "corrupt"), (3, 2, "corrupt"), (5, 1, "corrupt")],
)
def test_of_messages_written_together_a_later_write_tells_that_they_were_acknowledged(
    folder: Path,
    struck: int,
    writes_after: int,
    kind: str,
    keep: Callable[..., Envelope],
    texts: Callable[..., list[str]],
) -> None:
    with Spool(folder) as spool:
        spool.append_messages("invented", [("", text.encode()) for text in FIVE])
        after = [f"invented, after {number}" for number in range(writes_after)]
        for text in after:
            keep(spool, text)
    path, frame = only_segment(folder), frames(folder)[struck]
    content = bytearray(path.read_bytes())
    content[frame.end - 5] ^= 1
    path.write_bytes(content)
    assert texts(folder) == [*(text for number, text in enumerate(FIVE, 1) if number != struck), *after]
    assert verify(folder) == [Damage(path.name, frame.offset, frame.end - frame.offset, kind)]


def test_a_header_alone_tells_that_what_lies_before_it_was_acknowledged(five: Path) -> None:
    path, whole = only_segment(five), frames(five)
    content = bytearray(path.read_bytes())
    for frame in whole[4:]:
        content[frame.end - 5] ^= 1
    path.write_bytes(content)
    assert verify(five) == [Damage(path.name, whole[4].offset, whole[5].end - whole[4].offset, "corrupt")]


@pytest.mark.parametrize("struck", range(6))
def test_damage_is_reported_and_stays_when_the_spool_goes_on(
    five: Path, struck: int, keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    path, frame = only_segment(five), frames(five)[struck]
    content = bytearray(path.read_bytes())
    content[frame.offset + 30] ^= 1
    path.write_bytes(content)
    left = [text for number, text in enumerate(FIVE, 1) if number != struck]
    damage = Damage(path.name, frame.offset, frame.end - frame.offset, "torn" if struck == 5 else "corrupt")
    with Spool(five) as spool:
        assert spool.damages == {damage}
        assert keep(spool, "invented, after").seq > 5, "the store may know the number of a frame that was last"
    assert path.read_bytes() == content
    assert verify(five) == [damage]
    assert texts(five) == [*left, "invented, after"]
    with Spool(five) as spool:
        assert texts(spool) == [*left, "invented, after"]
        assert keep(spool, "invented, later").seq == spool.last
    assert len(list(five.glob("*.seg"))) == 2, "a segment that is sound is continued"


def test_no_number_of_a_spoilt_end_is_given_out_again(five: Path, keep: Callable[..., Envelope]) -> None:
    """However many frames the end may have held."""
    path, whole = only_segment(five), frames(five)
    content = bytearray(path.read_bytes())
    for frame in whole[2:]:
        content[frame.offset] ^= 1
    path.write_bytes(content)
    with Spool(five) as spool:
        assert spool.last == 1
        assert keep(spool, "invented, after").seq > 5


def test_the_report_says_what_where_and_what_to_do() -> None:
    damage = Damage("00000000000000000001.seg", 300, 40, "corrupt")
    assert str(damage).startswith("spool segment 00000000000000000001.seg, bytes 300 to 340: not a whole frame;")
    assert "put the segment back from the backup" in str(damage)


def test_a_spool_sent_as_a_message_is_not_read_as_ours(five: Path, texts: Callable[..., list[str]]) -> None:
    """Reading on behind a damaged frame finds the frames in its payload, and none of them is taken for a frame."""
    path = only_segment(five)
    with Spool(five) as spool:
        spool.append(Kind.MESSAGE, "invented", path.read_bytes())
        spool.append(Kind.MESSAGE, "invented", b"invented, after")
    struck = frames(five)[6]
    content = bytearray(path.read_bytes())
    content[struck.offset + 2] ^= 1
    path.write_bytes(content)
    assert texts(five) == [*FIVE, "invented, after"]
    assert verify(five) == [Damage(path.name, struck.offset, struck.end - struck.offset, "corrupt")]


def test_a_magic_between_two_chunks_is_found(
    folder: Path, texts: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Spool(folder) as spool:
        spool.append(Kind.MESSAGE, "invented", b"x" * 100)
        spool.append(Kind.MESSAGE, "invented", b"invented, after")
    path = only_segment(folder)
    content = bytearray(path.read_bytes())
    content[frames(folder)[1].offset] ^= 1
    path.write_bytes(content)
    for chunk in range(4, 40):
        monkeypatch.setattr("pipeline.spool.scan._CHUNK", chunk)
        assert texts(folder) == ["invented, after"]


def segmented(folder: Path, keep: Callable[..., Envelope]) -> list[Path]:
    with Spool(folder, segment_limit=1) as spool:
        for text in FIVE:
            keep(spool, text)
    return sorted(folder.glob("*.seg"))


def test_a_missing_segment_is_missed(
    folder: Path, keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    paths = segmented(folder, keep)
    size = paths[2].stat().st_size
    paths[2].unlink()
    assert verify(folder) == [Damage(paths[2].name, 0, size, "missing")]
    assert texts(folder) == FIVE[:2] + FIVE[3:]
    for path in paths[:2]:
        path.unlink()
    with pytest.raises(KeyError, match="no readable frame 1;"):
        SpoolReader(folder).payload(1)


def test_a_segment_cut_short_is_missed(folder: Path, keep: Callable[..., Envelope]) -> None:
    paths = segmented(folder, keep)
    whole = paths[2].read_bytes()
    paths[2].write_bytes(whole[:-10])
    (damage,) = verify(folder)
    assert (damage.segment, damage.kind, damage.offset + damage.length) == (paths[2].name, "corrupt", len(whole))


def test_another_spools_segment_is_told(folder: Path, tmp_path: Path, keep: Callable[..., Envelope]) -> None:
    paths, others = segmented(folder, keep), segmented(tmp_path / "other", keep)
    paths[3].write_bytes(others[3].read_bytes())
    assert verify(folder) == [Damage(paths[3].name, 0, paths[3].stat().st_size, "foreign")]


def test_a_damaged_header_of_the_newest_segment_loses_nothing(
    folder: Path, keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    """Parts that were open are found by reading the segments before it."""
    with Spool(folder, segment_limit=1) as spool:
        part = spool.append(Kind.PART, "line", b"invented part")
        keep(spool, "invented")
    newest = max(folder.glob("*.seg"))
    content = bytearray(newest.read_bytes())
    content[25] ^= 1
    newest.write_bytes(content)
    with Spool(folder) as spool:
        assert [frame.envelope for frame in spool.open_parts("line")] == [part]
        assert keep(spool, "invented, after").seq > 2
        assert texts(spool) == ["invented", "invented, after"]


def test_an_empty_newest_segment_is_left_alone(
    five: Path, keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    empty = five / f"{6:020d}.seg"
    empty.touch()
    with Spool(five) as spool:
        assert spool.last == 5
        assert keep(spool, "invented, after").seq == 7
        assert texts(spool) == [*FIVE, "invented, after"]
    assert empty.read_bytes() == b""


def test_a_number_lost_with_its_frame_is_not_waited_for(five: Path, keep: Callable[..., Envelope]) -> None:
    """A reader that has seen all there is waits, also when numbers were left out."""
    path = only_segment(five)
    path.write_bytes(path.read_bytes()[:-1])
    with Spool(five) as spool:
        keep(spool, "invented, after")
        last = spool.last
    path = max(five.glob("*.seg"))
    path.write_bytes(path.read_bytes()[:-1])
    for _ in range(2):
        with Spool(five) as spool:
            assert spool.last == 4 < last
            assert not spool.wait(after=4, timeout=0)
