"""Names under which instruments report control material, as config/codes/control_specimens.toml lists them."""

import re

from parsers.code_tables import settings

NAMES = re.compile("|".join(settings("control_specimens.toml")["begins"]), re.IGNORECASE)


def is_control(specimen: str) -> bool:
    """Whether a specimen of this name is control material and no person's."""
    return NAMES.match(specimen) is not None
