"""The head of a flow cytometry file (FCS 2.0 to 3.2): which tube was measured when, on what, with how many events.

The events themselves are not read: a count of cells is made by an analysis, which sends its own report. What is kept is
evidence that the tube was measured, so that the report can be held against it: the keywords of the TEXT segment, with
the number of events ($TOT), of events lost ($LOST, $ABRT) and the volume ($VOL) as measures. `parsers.fcs_file` says
how the file is laid out.

The sample is `$SMNO` or `SAMPLE ID`; where the two name different ones, none is taken. Names of tubes are made by
programs and name nobody; `$SRC` may be the name of a person, and like operators and users it is left out.

Source: the FCS 3.1 standard, and files that two makes of cytometers wrote.
"""

import re
from collections import Counter

from parsers.control_specimens import is_control
from parsers.errors import ParseError
from parsers.fcs_file import MAGIC, FcsFile, event_bits, is_personal, read_fcs
from parsers.format import Document, Format
from parsers.identifier_forms import one_spelling
from parsers.records import Finding, Ignored, Observation, ObservationReport, Parsed, Printed

SAMPLE = ("$SMNO", "SAMPLE ID")
SUBJECT, ID = "PATIENT ID", "GUID"
NAMES = ("$FIL", "$DATE", "$BTIM")
"""What tells one measurement from another where it has no id of its own: names of files come again every day."""
MEASURES = ("$TOT", "$LOST", "$ABRT", "$VOL")
PLACES = re.compile(r"\$(BEGIN|END)(DATA|ANALYSIS|STEXT)")
NO_SPECIMEN = Finding("no_specimen", "neither $SMNO nor SAMPLE ID names the specimen", "TEXT")
TWO_SPECIMENS = Finding(
    "identifiers_differ",
    "$SMNO and SAMPLE ID name different specimens, and none is taken: find out which of them was measured",
    "TEXT",
)
DIFFERENT_PLACES = Finding("contradiction", "header and keywords state different places of a segment", "header")
DIFFERENT_SIZE = Finding("contradiction", "the DATA segment has not the size of the events that $TOT states", "DATA")


def looks_like(head: bytes) -> bool:
    """Whether these bytes begin with an FCS header."""
    return MAGIC.match(head) is not None


def parse(document: Document) -> Parsed:
    """One report of the file's keywords. Raises ParseError on damage and on a file that is not whole."""
    file = read_fcs(document.raw)
    named = file.named()
    if not named.get("$TOT"):
        raise ParseError("this FCS file states no number of events", where="TEXT", expected="the keyword $TOT")
    samples = _samples(named)
    sample = samples[0] if len(samples) == 1 else ""
    report = ObservationReport(
        format="fcs",
        sample=sample,
        subject=named.get(SUBJECT, ""),
        report_id=named.get(ID) or " ".join(filter(None, map(named.get, NAMES))),
        device=" ".join(filter(None, map(named.get, ("$CYT", "$CYTSN")))),
        date=" ".join(filter(None, map(named.get, ("$DATE", "$BTIM")))),
        quality_control=any(map(is_control, samples)),
        observations=tuple(Observation(label=each, value=named[each]) for each in MEASURES if named.get(each)),
        properties=tuple(Printed(name, value) for name, value in file.keywords if value and _is_property(name)),
        findings=tuple(_findings(file, named, samples)),
    )
    return Parsed(reports=(report,), ignored=_left(file))


def _samples(named: dict[str, str]) -> list[str]:
    """Every specimen that the keywords name, in its first spelling; a placeholder only if there is nothing else."""
    found: dict[str, str] = {}
    for text in filter(None, map(named.get, SAMPLE)):
        found.setdefault(one_spelling(text), text)
    return [text for spelling, text in found.items() if spelling] or list(found.values())


def _is_property(name: str) -> bool:
    upper = name.upper()
    return upper not in (*MEASURES, SUBJECT) and not is_personal(upper) and not PLACES.fullmatch(upper)


def _findings(file: FcsFile, named: dict[str, str], samples: list[str]) -> list[Finding]:
    bits, data, total = event_bits(named), file.segments["DATA"], named["$TOT"]
    found = [] if samples else [NO_SPECIMEN]
    if len(samples) > 1:
        found.append(TWO_SPECIMENS)
    if file.charset != "utf-8":
        found.append(Finding("charset", "keywords that are no UTF-8; they were read as ISO 8859-1", "TEXT"))
    if not file.agreed:
        found.append(DIFFERENT_PLACES)
    if bits and total.isdecimal() and int(total) * bits != data.size * 8:
        found.append(DIFFERENT_SIZE)
    return found


def _left(file: FcsFile) -> tuple[Ignored, ...]:
    """Segments, persons and places, by name; a second data set behind the first too."""
    segments = [f"{name} segment" for name, span in file.segments.items() if name != "TEXT" and span.size]
    names = [name.upper() for name, value in file.keywords if value]
    left = [name for name in names if name != SUBJECT and (is_personal(name) or PLACES.fullmatch(name))]
    again = ["next data set"] if file.named().get("$NEXTDATA", "0").strip("0") else []
    return tuple(Ignored(*each) for each in sorted(Counter([*segments, *left, *again]).items()))


FORMAT = Format(
    name="fcs",
    title="Flow cytometry file (FCS), its keywords without the events",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
)
