"""The vocabulary of meaning: what the printed values are in registry language, and every doubt about them.

A normalised report stands beside the printed one and never replaces it. What could not be understood has no meaning
here (`glstring` or `unit` is None) and carries a flag; the printed text is kept next to it.
"""

from typing import Literal

import msgspec

from parsers.records import State, VolumeBasis

Severity = Literal["info", "warning", "error"]


class Flag(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A doubt, for machines and people: a stable code, the token it is about, and a sentence.

    `position` is the character of the string at which the token stands, counted from 1; None where nobody says it.
    """

    code: str
    token: str
    message: str
    severity: Severity = "warning"
    position: int | None = None


class Identifier(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """An identifier read: its scheme, its canonical form (the printed one if it could not be read), its doubts.

    `assigner` is who gave it, where that is said: two hospitals have a patient 17 each.
    """

    scheme: Literal["GRID", "DIN", "LOCAL"]
    value: str
    printed: str
    assigner: str = ""
    flags: tuple[Flag, ...] = ()


class NormalLocus(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A locus typing under one nomenclature release. `glstring` is canonical, with `HLA-`; None if nothing holds.

    Where it is None, `expression` is what the report states: a GL String Code if it names a release.
    `flags` come from the statement itself and are the same wherever it stands; `doubts` from the rest of its report.
    """

    locus: str
    state: State
    reported: str
    glstring: str | None = None
    expression: str = ""
    release: str | None = None
    resolution: Literal["high", "generic", "low"] = "generic"
    method: str = ""
    test_id: str = ""
    date: str = ""
    flags: tuple[Flag, ...] = ()
    doubts: tuple[Flag, ...] = ()


class NormalTyping(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="kind", tag="typing"
):
    """The typing of one sample in registry language. `project` is as printed; it tells a patient from a donor."""

    sample: Identifier
    subject: Identifier | None = None
    report_id: str = ""
    centre: str = ""
    project: str = ""
    date: str = ""
    software: str = ""
    loci: tuple[NormalLocus, ...] = ()
    flags: tuple[Flag, ...] = ()


class NormalObservation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A measured value: code (LOINC `LN`, local `99APH`, or the printed one `L`), number if it is one, UCUM unit.

    `sub_id` tells it apart from others of the same code in its report (a mean from its tubes); `comments` are the
    sender's own words about it. `status` is in the letters of the format that it was printed in, `hl7_status` in those
    of HL7's table 0085, empty if none of them says the same.
    """

    label: str
    code: str
    system: Literal["LN", "99APH", "L"]
    value: str
    number: float | None = None
    comparator: str = ""
    unit: str | None = None
    volume_basis: VolumeBasis | None = None
    time: str | None = None
    status: str = ""
    hl7_status: str = ""
    analyser_flags: tuple[str, ...] = ()
    reference_range: str = ""
    sub_id: str = ""
    comments: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()


class NormalObservations(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="kind", tag="observations"
):
    """The results of one specimen; `comments` are the sender's own words about all of them."""

    sample: Identifier
    subject: Identifier | None = None
    report_id: str = ""
    device: str = ""
    date: str | None = None
    quality_control: bool = False
    observations: tuple[NormalObservation, ...] = ()
    comments: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()


class NormalCollection(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="kind", tag="collection"
):
    """One run of a cell separator: readings over time, final volumes, each with its basis."""

    sample: Identifier
    subject: Identifier | None = None
    report_id: str = ""
    procedure: str = ""
    device: str = ""
    device_serial: str = ""
    software: str = ""
    started: str | None = None
    ended: str | None = None
    readings: tuple[NormalObservation, ...] = ()
    finals: tuple[NormalObservation, ...] = ()
    alarms: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()


NormalReport = NormalTyping | NormalObservations | NormalCollection
