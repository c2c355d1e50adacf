"""Names under which instruments report control material, as config/codes/control_specimens.toml lists them."""

import re
import tomllib
from pathlib import Path

import parsers

TABLE = Path(parsers.__file__).resolve().parent.parent / "config" / "codes" / "control_specimens.toml"
NAMES = re.compile("|".join(tomllib.loads(TABLE.read_text(encoding="utf-8"))["begins"]), re.IGNORECASE)


def is_control(specimen: str) -> bool:
    """Whether a specimen of this name is control material and no person's."""
    return NAMES.match(specimen) is not None
