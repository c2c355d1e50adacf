"""What marks our own ORU^R01 (see `pipeline.hl7.message`), for those who write it and for the reader of ORU^R01."""

APPLICATION = "GRAFTLINE"
"""MSH-3: the program that wrote the message, and not whoever found what it says."""
SCHEMES = frozenset({"GRID", "DIN", "LOCAL"})
"""PID-3.4: of which scheme the subject's identifier is; who gave a local one stands in a companion."""
LOCAL = "99GRAFT"
"""The coding system of companions: OBX that carry what HL7 has no place for."""
REPORT_LEVEL = "0"
"""OBX-4 of companions that are about the whole report."""
UNVERIFIED = "R"
"""OBX-11 of a value of which nobody has said a status of HL7's table 0085."""
