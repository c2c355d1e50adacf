"""Reports to make canonical messages of: any that may occur, and small ones by name. All are invented."""

from typing import get_args

from hypothesis import strategies as st

from parsers.records import State
from pipeline.hl7.message import Envelope
from pipeline.normalise.records import (
    Flag,
    Identifier,
    NormalCollection,
    NormalLocus,
    NormalObservation,
    NormalObservations,
    NormalTyping,
)

nasty = st.text(st.sampled_from('|^~\\&#+/*: "\r\n\t\x0b\x1c\x00\x7fEFSTRX.ab0Ωé😀\u2028\ufeff'), max_size=8)


words = nasty | st.text(max_size=8)


some = words.filter(bool)


times = st.sampled_from(
    ["2026-11-20", "2026-11-20T08:41", "2026-11-20T08:41:09.25Z", "2026-11-20T08:41:09+01:00", "2026-13-40", "20261120"]
)


maybe_time = st.none() | times | some


severities, places = st.sampled_from(["info", "warning", "error"]), st.none() | st.integers(1, 10_000)


flags = st.lists(st.builds(Flag, words, words, words, severities, places), max_size=2).map(tuple)


identifiers = st.builds(
    Identifier,
    scheme=st.sampled_from(["GRID", "DIN", "LOCAL"]),
    value=words,
    printed=words,
    assigner=words,
    flags=flags,
)


loci = st.builds(
    NormalLocus,
    locus=st.sampled_from(["A", "C", "DRB1", "DRB3", "DPA1", "DPB1", "MICA", "TAP1"]) | some,
    state=st.sampled_from(get_args(State)),
    reported=words,
    glstring=st.none() | some,
    expression=words,
    release=st.none() | some,
    resolution=st.sampled_from(["high", "generic", "low"]),
    method=words,
    test_id=words,
    date=times | words,
    flags=flags,
)


numbers = st.floats(allow_nan=False)


values = st.one_of(
    st.tuples(words, st.none() | numbers, words),
    numbers.map(lambda number: (repr(number), number, "")),
    st.tuples(st.sampled_from(["<", ">", "<=", "≤"]), st.integers(0, 99)).map(
        lambda pair: (f"{pair[0]}{pair[1]}", float(pair[1]), pair[0])
    ),
    st.just(("007", 7.0, "")),
    st.just(("1,5", 1.5, "")),
)


statuses = st.sampled_from(["F", "R", "C", "W"]).map(lambda letter: (letter, letter)) | st.tuples(
    words, st.just("") | st.just("F")
).filter(lambda pair: pair[0] or not pair[1])
"""As printed, and that of HL7's table 0085; without the first there is no second."""


observations = st.builds(
    lambda value, status, **rest: NormalObservation(
        value=value[0], number=value[1], comparator=value[2], status=status[0], hl7_status=status[1], **rest
    ),
    values,
    statuses,
    label=words,
    code=words,
    system=st.sampled_from(["LN", "99APH", "L"]),
    unit=st.none() | some,
    volume_basis=st.sampled_from([None, "whole_blood", "inlet", "unknown"]),
    time=maybe_time,
    analyser_flags=st.lists(some, max_size=3).map(tuple),
    reference_range=words,
    sub_id=words,
    comments=st.lists(words, max_size=3).map(tuple),
    flags=flags,
)


shared = {"sample": identifiers, "subject": st.none() | identifiers, "report_id": words, "flags": flags}


listed = st.lists(observations, max_size=4).map(tuple)


reports = st.one_of(
    st.builds(
        NormalTyping,
        **shared,
        centre=words,
        project=words,
        date=times | words,
        software=words,
        loci=st.lists(loci, max_size=4).map(tuple),
    ),
    st.builds(
        NormalObservations,
        **shared,
        device=words,
        date=maybe_time,
        quality_control=st.booleans(),
        comments=st.lists(words, max_size=2).map(tuple),
        observations=listed,
    ),
    st.builds(
        NormalCollection,
        **shared,
        procedure=words,
        device=words,
        device_serial=words,
        software=words,
        started=maybe_time,
        ended=maybe_time,
        readings=listed,
        finals=listed,
        alarms=st.lists(words, max_size=2).map(tuple),
    ),
)


envelopes = st.builds(
    Envelope,
    control_id=words,
    sent_at=st.sampled_from(["2026-11-20T08:41:00Z", "2026-11-20T08:41:00.123Z", "2026-11-20T08:41:00+02:00"]),
    facility=words,
    receiving_application=words,
    receiving_facility=words,
)


ENVELOPE = Envelope(control_id="R1-abcdef.0", sent_at="2026-11-20T08:41:00.123Z", facility="Invented laboratory")


SAMPLE = Identifier(scheme="DIN", value="A999924000123", printed="=A99992400012300")


DONOR = Identifier(scheme="GRID", value="9999TEST00000000118", printed="9999TEST00000000118")


DOUBT = Flag("unknown_allele", "HLA-A*99:99", "the release does not hold | this ^ name", "error", 9)


def typing(*loci, **more):
    return NormalTyping(sample=SAMPLE, subject=DONOR, report_id="F1", date="2026-11-18", loci=loci, **more)


def locus(name, state="two_copies", glstring=None, **more):
    return NormalLocus(locus=name, state=state, reported="as printed", glstring=glstring, release="0.1.0", **more)


def observation(value, number=None, **more):
    return NormalObservation(label="WBC", code="6690-2", system="LN", value=value, number=number, **more)
