"""A mistake of our own, told by its kind and its place, never by its text: that may hold a patient's values."""

import traceback
from pathlib import Path

from pipeline.home import BUNDLED

OURS = [BUNDLED.parent / package for package in ("pipeline", "parsers", "instruments")]


def told(mistake: BaseException) -> str:
    """What the makers need to know, in words that may stand in any log."""
    frames = traceback.extract_tb(mistake.__traceback__)
    ours = [frame for frame in frames if any(Path(frame.filename).is_relative_to(one) for one in OURS)] or frames
    where = f" in {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"a mistake of Graftline's own ({type(mistake).__name__}{where}); please report that place to the makers"
