"""A mistake of our own, told by its kind and its place, never by its text: that may hold a patient's values."""

import traceback
from pathlib import Path

from pipeline.home import BUNDLED

OURS = [BUNDLED.parent / package for package in ("pipeline", "parsers", "instruments")]


def told(mistake: BaseException) -> str:
    """What the makers need to know, in words that may stand in any log."""
    return f"a mistake of Graftline's own ({kind_and_place(mistake)}); please report that place to the makers"


def confessed(mistake: BaseException) -> str:
    """The same as the reason why an input is in quarantine."""
    return (
        f"Graftline failed on this input by a mistake of its own ({kind_and_place(mistake)}); "
        "the bytes are kept. Report the place to the makers, then resubmit."
    )


def kind_and_place(mistake: BaseException) -> str:
    """Which exception it is, and the last line of ours that it went through."""
    frames = traceback.extract_tb(mistake.__traceback__)
    ours = [frame for frame in frames if any(Path(frame.filename).is_relative_to(one) for one in OURS)] or frames
    where = f" in {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(mistake).__name__}{where}"
