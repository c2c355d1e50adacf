"""An invented analyser: the records (ASTM E1394 / LIS02-A2) of one specimen's counts."""

from collections.abc import Sequence

import msgspec

MAKER = "GRAFT-COUNT (INVENTED)^1.2^C-0007"


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One result, all of it text as the analyser prints it."""

    code: str
    value: str
    unit: str = ""
    reference_range: str = ""
    flag: str = ""


def records(
    *, specimen: str, counts: Sequence[Count], measured: str, subject: str = "", control_id: str = "1"
) -> bytes:
    """A whole message, records ended by CR; `measured` as YYYYMMDDHHMMSS, local time of the analyser."""
    lines = [
        f"H|\\^&|{control_id}||{MAKER}|||||||P|LIS2-A2|{measured}",
        f"P|1|{subject}",
        f"O|1|{specimen}||^^^COUNT|R||{measured}||||N||||||||||||||F",
        *(_result(number, count, measured) for number, count in enumerate(counts, start=1)),
        "L|1|N",
    ]
    return "".join(f"{line}\r" for line in lines).encode("ascii")


def _result(number: int, count: Count, measured: str) -> str:
    return (
        f"R|{number}|^^^{count.code}|{count.value}|{count.unit}|{count.reference_range}|{count.flag}||F||||{measured}"
    )


def harvest_counts(number: int) -> tuple[Count, ...]:
    """Invented counts of a collected product, different for each `number`."""
    leukocytes = 180 + number % 90
    cd34 = 1200 + 37 * (number % 50)
    return (
        Count(code="WBC", value=f"{leukocytes}.4", unit="10*3/uL", reference_range="4.0-10.0", flag="H"),
        Count(code="HCT", value=f"{2 + number % 4}.1", unit="%"),
        Count(code="PLT", value=f"{900 + number % 300}", unit="10*3/uL", flag="H"),
        Count(code="CD34", value=f"{cd34}", unit="/uL"),
        Count(code="CD34P", value=f"{cd34 / leukocytes / 10:.2f}", unit="%"),
        Count(code="VIAB", value=f"{95 + number % 5}.0", unit="%"),
    )
