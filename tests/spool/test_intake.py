"""A source's way into the spool: parts are kept until a message takes them up, and nothing is joined unasked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from instruments.errors import Refused
from instruments.links.link import Part
from pipeline.intake import SpoolIntake
from pipeline.spool.frames import Frame, Kind
from pipeline.spool.reader import SpoolReader
from pipeline.spool.spool import Spool


def messages(spool: SpoolReader) -> list[tuple[bytes, bool, tuple[int, ...]]]:
    return [(payload, e.whole, e.refers) for e, payload in spool.read() if e.kind is Kind.MESSAGE]


def test_a_message_is_kept_under_its_receipts_id(folder: Path) -> None:
    with Spool(folder) as spool:
        receipt = SpoolIntake(spool, "xn-1", "astm_records").keep(b"INVENTED", name="a", whole=False, note="cut off")
        envelope = spool.envelope(1)
    assert receipt == f"R1-{envelope.sha256.hex()[:6]}"
    assert (envelope.source, envelope.format, envelope.name) == ("xn-1", "astm_records", "a")
    assert (envelope.whole, envelope.note, envelope.refers) == (False, "cut off", ())


def test_a_message_takes_up_the_parts_before_it(folder: Path) -> None:
    with Spool(folder) as spool:
        one, two = SpoolIntake(spool, "one"), SpoolIntake(spool, "two")
        one.put(Part(b"invented a"))()
        two.put(Part(b"invented b"))()
        one.put(Part(b"invented c"))()
        one.keep(b"invented ac")
        one.keep(b"invented d")
        assert messages(spool) == [(b"invented ac", True, (1, 3)), (b"invented d", True, ())]
        assert [frame.envelope.seq for frame in spool.open_parts("two")] == [2]
        assert spool.open_parts("one") == []


@pytest.mark.parametrize("limit", [1, 100_000])
def test_parts_are_handed_back_after_a_restart(folder: Path, limit: int) -> None:
    """Whatever came from others in between, over however many segments, and as often as it takes."""
    with Spool(folder, segment_limit=limit) as spool:
        intake, other = SpoolIntake(spool, "line"), SpoolIntake(spool, "other")
        for number in range(3):
            intake.put(Part(b"invented %d" % number))()
            other.put(Part(b"invented, other"))()
        other.keep(b"invented, other")
    for _ in range(2):
        with Spool(folder, segment_limit=limit) as spool:
            intake = SpoolIntake(spool, "line")
            assert intake.parts() == [b"invented 0", b"invented 1", b"invented 2"]
            assert SpoolIntake(spool, "other").parts() == []
    with Spool(folder, segment_limit=limit) as spool:
        intake = SpoolIntake(spool, "line")
        intake.parts()
        intake.put(Part(b"invented 3"))()
        intake.keep(b"invented 0 to 3")
        assert messages(spool)[-1] == (b"invented 0 to 3", True, (1, 3, 5, 8))
    with Spool(folder) as spool:
        assert SpoolIntake(spool, "line").parts() == []


def test_parts_with_one_missing_are_not_joined(folder: Path) -> None:
    with Spool(folder) as spool:
        intake = SpoolIntake(spool, "line")
        for number in range(4):
            intake.put(Part(b"invented %d\n" % number))()
        third = spool.frame(3)
    spoil(folder, third)
    with Spool(folder) as spool:
        assert SpoolIntake(spool, "line").parts() == []
        assert messages(spool) == [
            (b"invented 0\ninvented 1\n", False, (1, 2)),
            (b"invented 3\n", False, (4,)),
        ]
        assert spool.open_parts("line") == []


def test_parts_without_their_beginning_are_not_continued(folder: Path) -> None:
    with Spool(folder, segment_limit=1) as spool:
        intake = SpoolIntake(spool, "line")
        for number in range(2):
            intake.put(Part(b"invented %d" % number))()
        first = spool.frame(1)
    spoil(folder, first)
    with Spool(folder) as spool:
        assert SpoolIntake(spool, "line").parts() == []
        assert messages(spool) == [(b"invented 1", False, (2,))]
        assert "not all of the pieces" in spool.envelope(spool.last).note


def spoil(folder: Path, frame: Frame) -> None:
    path = folder / f"{1:020d}.seg"
    content = bytearray(path.read_bytes())
    content[frame.offset] ^= 1
    path.write_bytes(content)


def test_what_was_refused_can_be_given_again(folder: Path, failing: Callable[..., None]) -> None:
    with Spool(folder) as spool:
        intake = SpoolIntake(spool, "line")
        intake.put(Part(b"invented 1"))()
        failing("write", 1, 28)
        with pytest.raises(Refused):
            intake.put(Part(b"invented 2"))()
        intake.put(Part(b"invented 2"))()
        failing("write", 1, 28)
        with pytest.raises(Refused):
            intake.keep(b"invented 1 2")
        intake.keep(b"invented 1 2")
        assert [len(refers) for _, _, refers in messages(spool)] == [2]
        assert spool.open_parts("line") == []


def test_noise_is_counted_and_its_end_can_be_seen(folder: Path) -> None:
    with Spool(folder) as spool:
        intake = SpoolIntake(spool, "line")
        intake.noise(b"\0" * 300, "bytes outside a session")
        intake.noise(b"INVENTED", "another reason")
        assert intake.noise_bytes == 308
        assert intake.last_noise == b"\0" * 192 + b"INVENTED"
        assert intake.noise_reason == "another reason"
        assert list(spool.read()) == []
