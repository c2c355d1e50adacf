"""ISO 8601 and HL7's time stamps (TS): `2026-11-20T08:41:00+01:00` is `20261120084100+0100`.

TS knows no more than four decimals of a second, and UTC (Z) is +0000. What does not come back as it was must not be
carried by TS alone; `exact` tells.
"""

import re
from datetime import datetime
from functools import lru_cache

_TS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:(\d{2})(\.\d{1,4})?)?([+-]\d{4})?)?", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:(\.\d{1,4})\d*)?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)


@lru_cache(maxsize=4096)
def to_ts(iso: str) -> str:
    """The TS of an ISO 8601 date or date-time; empty if it is none."""
    found = _ISO.fullmatch(iso)
    if not found or not _is_a_time(iso):
        return ""
    *digits, zone = (part or "" for part in found.groups())
    return "".join(digits) + ("+0000" if zone == "Z" else zone.replace(":", ""))


def _is_a_time(iso: str) -> bool:
    try:
        datetime.fromisoformat(iso)
    except ValueError:
        return False
    return True


def to_iso(stamp: str) -> str:
    """The ISO 8601 text of a TS; the text itself if it is none."""
    found = _TS.fullmatch(stamp)
    if not found:
        return stamp
    year, month, day, hour, minute, second, decimals, zone = (part or "" for part in found.groups())
    time = f"T{hour}:{minute}" + (f":{second}{decimals}" if second else "") if hour else ""
    offset = "Z" if zone == "+0000" else f"{zone[:3]}:{zone[3:]}" if zone else ""
    return f"{year}-{month}-{day}{time}{offset}"


@lru_cache(maxsize=4096)
def exact(iso: str) -> str:
    """The TS of an ISO 8601 text if it comes back as the same text; else empty."""
    stamp = to_ts(iso)
    return stamp if stamp and to_iso(stamp) == iso else ""
