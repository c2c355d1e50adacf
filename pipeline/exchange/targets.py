"""The targets that a record can be written for, by name."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from parsers.records import TypingReport
from pipeline.exchange import atlas, fhir, glsc, hml, wmda
from pipeline.exchange.record import Dispatch, Written


class Target(NamedTuple):
    """A target: how it is written, the format that reads it back, and which fields come back as they were.

    `accepted` says whether the shape was held against a schema or examples of the receiver.
    """

    title: str
    suffix: str
    write: Callable[[Sequence[TypingReport], Dispatch], Written]
    reader: str
    report_fields: tuple[str, ...]
    locus_fields: tuple[str, ...]
    accepted: bool


TARGETS = {
    "hml": Target(
        "HML 1.0.1",
        ".xml",
        hml.write,
        "hml",
        ("sample", "project"),
        ("locus", "state", "expression", "stated_release", "allele_db", "date"),
        True,
    ),
    "fhir": Target(
        "FHIR R4 bundle",
        ".json",
        fhir.write,
        "fhir",
        ("sample", "subject", "report_id", "centre", "software", "date"),
        ("locus", "state", "expression", "stated_release", "method", "date"),
        True,
    ),
    "glsc": Target(
        "GL String Code table",
        ".csv",
        glsc.write,
        "glstring_table",
        ("sample",),
        ("locus", "state", "expression", "stated_release"),
        True,
    ),
    "wmda": Target(
        "WMDA inventory XML",
        ".xml",
        wmda.write,
        "wmda_inventory",
        ("sample", "subject"),
        ("locus", "state", "expression"),
        False,
    ),
    "atlas": Target(
        "Atlas donor import", ".json", atlas.write, "atlas_donors", ("sample",), ("locus", "state", "expression"), False
    ),
}
