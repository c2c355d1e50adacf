"""What a status says against a result: OBX-11 and OBR-25 of HL7 (tables 0085, 0123), R-9, O-26, O-12 and L-3 of ASTM
E1394, FHIR's status of results and of specimens.

The same letter may mean different things: W is a wrong result in HL7, a doubtful one in ASTM; R is one that nobody has
verified in HL7, one sent before in ASTM. A status may also say that there is no result at all; a value that stands
beside it all the same (an earlier one, a default of the sender's program) is kept as printed, and nobody may use it.
"""

from functools import cache

from msgspec.structs import replace

from parsers.code_tables import code_rows
from parsers.records import Finding, State

_PARTIAL = Finding("preliminary_result", "the sender calls this result partial; more of it may come")
_PRELIMINARY = Finding("preliminary_result", "the sender calls this result preliminary; the final one may differ")
_UNVERIFIED = Finding("preliminary_result", "the sender calls this result entered, but not verified")
_PENDING = Finding("preliminary_result", "the sender calls this result pending; the final one may differ")

NO_RESULT: dict[str, State] = {"X": "failed", "N": "not_tested", "O": "not_tested"}
"""Statuses of HL7 that say there is no result: it could not be obtained, was not asked for, stands elsewhere."""
DENIED = Finding("value_without_result", "the sender's status says that there is no result, yet a value stands there")

HL7 = {
    "D": Finding("withdrawn_result", "the sender has deleted this result"),
    "W": Finding("withdrawn_result", "the sender calls this result wrong, be it another patient's"),
    "P": _PRELIMINARY,
    "S": _PARTIAL,
    "R": _UNVERIFIED,
    "I": _PENDING,
}
HL7_ORDER = {
    "P": replace(_PRELIMINARY, message="the sender calls this order preliminary; its final results may differ"),
    "S": replace(_PARTIAL, message="the sender calls this order partial; more results may come"),
    "A": replace(_PARTIAL, message="the sender calls this order partial; more results may come"),
    "R": replace(_UNVERIFIED, message="the sender calls the results of this order stored, but not verified"),
    "I": replace(_PENDING, message="the sender calls this order pending; its final results may differ"),
    "X": Finding("withdrawn_result", "the sender has cancelled this order"),
}
"""What the status of a whole order (OBR-25, table 0123) says against all of its results."""

ASTM_ORDER = {26: {letter: HL7_ORDER[letter] for letter in "PIX"}, 12: {"C": HL7_ORDER["X"]}}
"""What an order says against all of its results, by field: as what it is reported (O-26), what is to be done (O-12)."""

ASTM_END = {
    "T": Finding("message_aborted", "the sender broke this message off; results may be missing"),
    "R": Finding("message_aborted", "the receiver broke this message off; results may be missing"),
    "E": Finding("message_aborted", "the sender ended this message with an unknown error; results may be missing"),
}
"""What the end of a message (L-3) says against it."""

ASTM = {
    "X": Finding("not_measured", "the analyser could not do this measurement"),
    "W": Finding("questionable_result", "the analyser warns that this result may not be valid"),
    "P": _PRELIMINARY,
    "S": _PARTIAL,
    "I": _PENDING,
}
_TAKEN_BACK = Finding("withdrawn_result", "the sender has cancelled this result or calls it entered in error")
FHIR = {
    "registered": _PRELIMINARY,
    "partial": _PARTIAL,
    "preliminary": _PRELIMINARY,
    "cancelled": _TAKEN_BACK,
    "entered-in-error": _TAKEN_BACK,
}
FHIR_SPECIMEN = {
    "entered-in-error": Finding("unusable_specimen", "the sender says that this specimen was entered in error"),
    "unsatisfactory": Finding("unusable_specimen", "the sender calls this specimen unsatisfactory"),
}
"""What the status of a specimen says against every result of it."""
_BY_FORMAT = {"hl7_oru": HL7, "astm_records": ASTM}
_DENYING = {"hl7_oru": frozenset(NO_RESULT), "astm_records": frozenset({"X"})}


def status_finding(format_name: str, status: str, value: str) -> Finding | None:
    """What a status says against a result of this format; nothing if the status is unknown or speaks for it."""
    if says_no_result(format_name, status) and is_value(value):
        return DENIED
    return _BY_FORMAT.get(format_name, {}).get(status.strip())


def says_no_result(format_name: str, status: str) -> bool:
    """Whether a status says that there is no result of this format."""
    return status.strip() in _DENYING.get(format_name, ())


def hl7_status(format_name: str, status: str) -> str:
    """The status of HL7's table 0085 that says what a status of this format says; empty if none does."""
    return _hl7_statuses().get((format_name, status.strip()), "")


def is_final(format_name: str, status: str) -> bool:
    """Whether a result is final by its own status, whatever is still to come of its order."""
    return hl7_status(format_name, status) in ("F", "C")


@cache
def _hl7_statuses() -> dict[tuple[str, str], str]:
    return {(row["format"], row["status"]): row["hl7"] for row in code_rows("result_statuses.csv")}


def is_value(printed: str) -> bool:
    """Whether a result stands there, not a remark (`not done`) or the signs that fill its place (`----`)."""
    return any(sign.isdigit() for sign in printed)
