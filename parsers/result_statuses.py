"""What the status of a result says against its value: OBX-11 of HL7 (table 0085), R-9 of ASTM E1394, FHIR's status.

The same letter may mean different things: W is a wrong result in HL7, a doubtful one in ASTM.
"""

from parsers.records import Finding

_PARTIAL = Finding("preliminary_result", "the sender calls this result partial; more of it may come")
_PRELIMINARY = Finding("preliminary_result", "the sender calls this result preliminary; the final one may differ")

HL7 = {
    "D": Finding("withdrawn_result", "the sender has deleted this result"),
    "W": Finding("withdrawn_result", "the sender calls this result wrong, be it another patient's"),
    "P": _PRELIMINARY,
    "S": _PARTIAL,
}
ASTM = {
    "X": Finding("not_measured", "the analyser could not do this measurement"),
    "W": Finding("questionable_result", "the analyser warns that this result may not be valid"),
    "P": _PRELIMINARY,
    "S": _PARTIAL,
}
_TAKEN_BACK = Finding("withdrawn_result", "the sender has cancelled this result or calls it entered in error")
FHIR = {
    "registered": _PRELIMINARY,
    "partial": _PARTIAL,
    "preliminary": _PRELIMINARY,
    "cancelled": _TAKEN_BACK,
    "entered-in-error": _TAKEN_BACK,
}
_BY_FORMAT = {"hl7_oru": HL7, "astm_records": ASTM}


def status_finding(format_name: str, status: str) -> Finding | None:
    """What a status says against a result of this format; nothing if the status is unknown or speaks for it."""
    return _BY_FORMAT.get(format_name, {}).get(status.strip())
