"""Where a spool stands after the last process left it, however it left.

Only the newest segment is read through; what lies before it is summed up in its header. If that header cannot be read,
reading begins at the newest segment whose header can.
"""

import msgspec

from pipeline.spool.frames import LEAST_FRAME, Envelope, Kind
from pipeline.spool.reader import SpoolReader
from pipeline.spool.scan import Damage
from pipeline.spool.segments import Segment


class Standing(msgspec.Struct):
    """What an appender has to know before it goes on."""

    last: int = 0
    """The last number that was committed; 0 if none was."""
    following: int = 1
    """The next number to give out; never one that may have been given out before."""
    parts: dict[int, str] = {}
    """Number and source of every part that no message has taken up."""
    whole: bool = False
    """Whether the newest segment is free of damage, so that it can be continued."""

    def take(self, envelope: Envelope) -> None:
        """Move on to a frame: it opens a part, or closes the parts that it takes up."""
        self.last = envelope.seq
        if envelope.kind is Kind.PART:
            self.parts[envelope.seq] = envelope.source
        else:
            for seq in envelope.refers:
                self.parts.pop(seq, None)


def recover(spool: SpoolReader) -> Standing:
    """Find where the newest segment ends, set its end there, and say where the spool stands."""
    standing = Standing()
    if not spool.segments:
        return standing
    known = max((index for index, header in enumerate(spool.headers) if header), default=0)
    header = spool.headers[known]
    if header is not None:
        standing.last, standing.parts = header.last, dict(header.parts)
    for segment in spool.segments[known:]:
        end = _survey(segment, standing, spool.damages)
    newest = spool.segments[-1]
    standing.following = max(standing.last + 1, newest.first) + _numbers_lost(newest.end - end, standing.whole)
    newest.end, newest.sealed = end, True
    return standing


def _survey(segment: Segment, standing: Standing, damages: set[Damage]) -> int:
    """Read a segment through; the end of its last whole frame."""
    end, places, met = 0, [], len(damages)
    for found in segment.scan():
        if isinstance(found, Damage):
            damages.add(found)
            continue
        end = found.end
        if found.envelope.kind is not Kind.SEGMENT:
            places.append((found.envelope.seq, found.offset))
            standing.take(found.envelope)
    segment.learn(places)
    standing.whole = end > 0 and len(damages) == met
    return end


def _numbers_lost(torn: int, whole: bool) -> int:
    """At least as many numbers as a torn end of that many bytes can have held.

    Should those bytes be an acknowledged frame that the disk has spoilt, the store may already know its number.
    """
    return 0 if whole else torn // LEAST_FRAME + 1
