"""Printed times in ISO 8601: with the zone if one is printed, without one if not; none is made up."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from pipeline.normalise.records import Flag

TIME = re.compile(
    r"(?P<date>\d{8}|\d{4}-\d{2}-\d{2})"
    r"(?:(?<=\d{8})(?P<only_hour>\d{2})"
    r"|[T ]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:\.\d{1,9})?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
"""HL7 allows digits that end with the hour (2026112008)."""
NAMED_MONTH = re.compile(
    r"(?P<day>\d{2})-(?P<month>[A-Z]{3})-(?P<year>\d{4})(?:(?P<clock> \d{2}:\d{2}:\d{2})(?:[.:]\d{1,3})?)?",
    re.ASCII | re.IGNORECASE,
)
"""As in flow cytometry files: 14-JAN-2026, with hundredths or less behind the seconds, which are left out."""
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
HALF_A_DAY = timedelta(hours=12)
CLOCK = re.compile(r"(\d{2}):(\d{2})(?::(\d{2}))?", re.ASCII)


def read_time(text: str) -> tuple[str | None, tuple[Flag, ...]]:
    """`20261120084100` or `2026-11-20 08:41` in ISO 8601, with the zone if one is printed and without if not.

    Minutes and seconds that are not printed are 0, as the printed text beside it shows.
    """
    if not text.strip():
        return None, ()
    match = TIME.fullmatch(_numbered(text.strip()))
    try:
        if match is None:
            raise ValueError
        return _iso(match), ()
    except ValueError:
        return None, (Flag("unreadable_time", text, "expected a time like 20261120084100 or 2026-11-20 08:41"),)


@lru_cache(maxsize=4096)  # typings of one day stand together
def impossible_time(text: str) -> tuple[Flag, ...]:
    """The doubt about a time that is written as expected and stands in no calendar (`2024-13-23`)."""
    return read_time(text)[1] if TIME.fullmatch(_numbered(text.strip())) else ()


def _numbered(text: str) -> str:
    """A date whose month is named, with its number and the year first; any other text as it is."""
    match = NAMED_MONTH.fullmatch(text)
    if match is None or match["month"].upper() not in MONTHS:
        return text
    month = MONTHS.index(match["month"].upper()) + 1
    return f"{match['year']}-{month:02}-{match['day']}{match['clock'] or ''}"


def _iso(match: re.Match[str]) -> str:
    date = datetime.strptime(match["date"].replace("-", ""), "%Y%m%d")  # noqa: DTZ007  # no zone is printed, none is made up
    hour = match["hour"] or match["only_hour"]
    if hour is None:
        if match["zone"]:
            raise ValueError
        return date.date().isoformat()
    whole = date.replace(hour=int(hour), minute=int(match["minute"] or 0), second=int(match["second"] or 0))
    zone = match["zone"] or ""
    if zone not in ("", "Z"):
        zone = f"{zone[:3]}:{zone[-2:]}"
    text = whole.isoformat() + zone
    datetime.fromisoformat(text)  # refuses a zone that no clock has
    return text


def after(clock: str, earlier: str | None) -> tuple[str | None, tuple[Flag, ...]]:
    """The first moment at or after `earlier` (ISO) at which the clock shows `clock`: a run may pass midnight.

    One that would be more than half a day away is of the same day, and the clock was put back.
    """
    match = CLOCK.fullmatch(clock.strip())
    if match is None:
        return read_time(clock)
    if earlier is None or "T" not in earlier:
        return None, (Flag("time_without_date", clock, "a time of day, and the run states no start to count from"),)
    begin = datetime.fromisoformat(earlier)
    try:
        moment = begin.replace(hour=int(match[1]), minute=int(match[2]), second=int(match[3] or 0))
        put_back = timedelta() < begin.replace(second=0) - moment < HALF_A_DAY
        if moment < begin.replace(second=0) and not put_back:
            moment += timedelta(days=1)
    except (ValueError, OverflowError):
        return None, (Flag("unreadable_time", clock, "expected a time of day like 08:51"),)
    doubt = Flag("time_goes_back", clock, "earlier than what the run states before it; taken to be of the same day")
    written = moment.isoformat().replace("+00:00", "Z" if earlier.endswith("Z") else "+00:00")
    return written, (doubt,) if put_back else ()
