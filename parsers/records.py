"""The vocabulary of records as printed: what a report says, before anyone asks what it means.

Every value is the text that stood in the report. A parser transcribes; it does not translate a unit, resolve an
allele or complete a date. The one judgement it makes is the *state* of a typing, because only the format knows
whether an empty cell means "absent", "failed" or "not asked": formats blur these states, the store must not.

    two_copies         two alleles, or two ambiguity lists, stated
    homozygous_stated  the same single allele stated twice
    one_stated         one allele, the second not stated: homozygous, hemizygous or drop-out, nobody knows
    absent             the gene is not on the haplotype (DRB3/4/5: NNNN)
    not_tested         the locus was not in the kit (UUUU, an element declared nil)
    failed             tested, no usable result (XXXX, an empty GL String)
    novel              an allele that is not in the release (NEW)
    candidates         the software lists possibilities; nobody has assigned one
"""

from typing import Literal

import msgspec

# gc=False: records hold texts and each other, never in a circle, and a file makes tens of thousands of them

State = Literal[
    "two_copies",
    "homozygous_stated",
    "one_stated",
    "absent",
    "not_tested",
    "failed",
    "novel",
    "candidates",
]

VolumeBasis = Literal["whole_blood", "inlet", "unknown"]
"""What a volume counts: blood only, or blood plus anticoagulant; about 8 % apart at a ratio of 12:1."""

DecimalSign = Literal[".", ","]
"""The sign before the decimals of a number; the other one of the two then stands between thousands."""

Provenance = Literal["device_stream", "device_file", "message", "scan", "typed"]


class Printed(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A label and its text as they stand in the report, with the place where they stand."""

    label: str
    text: str
    where: str = ""


class Finding(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something odd that did not stop the reading: a contradiction, a schema breach, a missing element.

    `locus` is set where it is about one locus of a typing, or one item of a collection run, so that the doubt can
    follow that locus's alleles or that item's value.
    """

    code: str
    message: str
    where: str = ""
    locus: str = ""


class Ignored(msgspec.Struct, frozen=True, gc=False):
    """A field of the input that no record holds, by its path and how often it occurred."""

    path: str
    count: int


class LocusTyping(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One locus of one sample under one assignment.

    `reported` is the text as printed (cells of one locus joined by `+`); `expression` is the same statement in
    GL String grammar as far as the format states it, without looking any name up; empty if nothing was called.
    Phase is `~` in the expression. `review` says whether a person has approved the call, in the report's own words;
    `quality` holds the software's own measures of it (depth, identity, mismatches), `references` whatever else was
    said beside it (consensus sequences, other assignments).
    """

    locus: str
    state: State
    reported: str = ""
    expression: str = ""
    method: str = ""
    test_id: str = ""
    test_source: str = ""
    kit: str = ""
    kit_lot: str = ""
    allele_db: str = ""
    stated_release: str = ""
    date: str = ""
    review: str = ""
    quality: tuple[Printed, ...] = ()
    references: tuple[Printed, ...] = ()


class TypingReport(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="kind", tag="typing"
):
    """The typing of one sample. `subject` is the donor's or patient's identifier if the report prints one.

    `centre` reports it. `sample_assigner` and `subject_assigner` say who gave the numbers, where that is another.
    """

    format: str
    sample: str
    subject: str = ""
    report_id: str = ""
    centre: str = ""
    sample_assigner: str = ""
    subject_assigner: str = ""
    project: str = ""
    date: str = ""
    software: str = ""
    review: str = ""
    reviewer: str = ""
    profile: str = ""
    loci: tuple[LocusTyping, ...] = ()
    properties: tuple[Printed, ...] = ()
    findings: tuple[Finding, ...] = ()


class Observation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One measured value: a count, a fraction, a text. `flags` are the analyser's own."""

    label: str
    value: str
    unit: str = ""
    code: str = ""
    system: str = ""
    reference_range: str = ""
    flags: tuple[str, ...] = ()
    status: str = ""
    time: str = ""
    method: str = ""
    device: str = ""
    sub_id: str = ""
    comments: tuple[str, ...] = ()


class ObservationReport(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="kind", tag="observations"
):
    """The results of one specimen in one order; `comments` are about all of them.

    `subject_assigner` says who gave the subject's number, where that is said.
    """

    format: str
    sample: str
    subject: str = ""
    subject_assigner: str = ""
    report_id: str = ""
    device: str = ""
    date: str = ""
    quality_control: bool = False
    observations: tuple[Observation, ...] = ()
    comments: tuple[str, ...] = ()
    properties: tuple[Printed, ...] = ()
    findings: tuple[Finding, ...] = ()


class Quantity(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A value of a collection run: canonical `item` name, the label, text and unit as printed.

    `decimal` is the sign before the decimals, where the layout declares it.
    """

    item: str
    label: str
    value: str
    unit: str = ""
    volume_basis: VolumeBasis | None = None
    decimal: DecimalSign | None = None
    provenance: Provenance = "device_file"


class Reading(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """The pumps and counters at one moment of a run; `time` as printed."""

    time: str
    values: tuple[Quantity, ...] = ()


class Alarm(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """An alarm or advisory of the device, in its own words."""

    time: str
    code: str = ""
    text: str = ""


class CollectionReport(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="kind", tag="collection"
):
    """One run of a cell separator. `sample` is the donation number (DIN) as printed, `subject` the donor's id.

    `unmapped` is printed under labels that stand for nothing here; `differing` contradicts what is taken of the run.
    """

    format: str
    sample: str
    subject: str = ""
    report_id: str = ""
    procedure: str = ""
    device: str = ""
    device_serial: str = ""
    software: str = ""
    started: str = ""
    ended: str = ""
    profile: str = ""
    profile_sha256: str = ""
    readings: tuple[Reading, ...] = ()
    finals: tuple[Quantity, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    unmapped: tuple[Printed, ...] = ()
    differing: tuple[Printed, ...] = ()
    findings: tuple[Finding, ...] = ()


Report = TypingReport | ObservationReport | CollectionReport


class Parsed(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Everything one input holds: its reports in the order of the file, and the fields no report took.

    `messages` says for each report in which message it stands, where an input holds messages that were sent one after
    the other: what a later one says of a run is newer. Empty where all reports are said at once.
    """

    reports: tuple[Report, ...]
    ignored: tuple[Ignored, ...] = ()
    messages: tuple[int, ...] = ()


def identity(report: Report) -> tuple[str, ...]:
    """What a reader can tell two reports of one input apart by: kind, format, the run's own id or its date, the sample.

    Which of them are versions of each other the store decides, when it knows what all of it means.
    """
    date = report.started if isinstance(report, CollectionReport) else report.date
    return (report.__struct_config__.tag, report.format, report.report_id or date, report.sample)  # type: ignore[return-value]  # tags above are str
