r"""A FACSDiva experiment (XML): specimens, their tubes, and how many events fell into each gate of a tube.

    bdfacs > experiment name > specimen name > tube name
      data_begin_date, data_filename, data_instrument_name, data_instrument_serial_number, keywords/keyword > value
      gates/gate fullname ("All Events\P1\P2") > name, num_events
      statistics_calculations/calculation_schedule gate, parameter > calculation formula, value

One report a tube: every gate's events and every statistic, under the names that the laboratory gave its gates. A gate
becomes a count of CD34 only by the laboratory's own protocol, so none is made of it here. Plots, gates' outlines,
compensation and settings of the cytometer are counted, and so are owners and operators.

Source: an experiment that FACSDiva 6.2 exported.
"""

import re
from collections.abc import Iterator

from lxml import etree

from parsers.control_specimens import is_control
from parsers.errors import ParseError
from parsers.fcs_file import is_personal
from parsers.format import Document, Format
from parsers.records import Finding, Observation, ObservationReport, Parsed, Printed
from parsers.xml_document import root_name
from parsers.xml_selection import Selection, select_in
from parsers.xml_walk import place

ROOT = "bdfacs"
OWN_NAME = re.compile(r"Specimen_[0-9]+")
DEVICE = ("data_instrument_name", "data_instrument_serial_number")
UNNAMED = Finding("unnamed_sample", "this is the program's own name for a specimen, not a sample's")


def looks_like(head: bytes) -> bool:
    """Whether the root element is that of a FACSDiva export."""
    return root_name(head) == ROOT


def parse(document: Document) -> Parsed:
    """One report a tube. Raises ParseError."""
    chosen = select_in(document.raw, ROOT)
    reports = tuple(
        _report(tube, specimen, chosen.attribute(experiment, "name"), chosen)
        for experiment in chosen.all(chosen.root, "experiment")
        for specimen in chosen.all(experiment, "specimen")
        for tube in chosen.all(specimen, "tube")
    )
    if not reports:
        raise ParseError("this experiment holds no tube", where=place(chosen.root), expected="specimens with tubes")
    return Parsed(reports=reports, ignored=chosen.left())


def _report(tube: etree._Element, specimen: etree._Element, experiment: str, chosen: Selection) -> ObservationReport:
    name, tube_name = chosen.attribute(specimen, "name"), chosen.attribute(tube, "name")
    keywords = [*_keywords(specimen, chosen), *_keywords(tube, chosen)]
    sample = next((each.text for each in keywords if each.label.upper() == "SAMPLE ID"), name)
    observations = (*_gates(tube, chosen), *_statistics(tube, chosen))
    return ObservationReport(
        format="facsdiva",
        sample=sample,
        report_id=" ".join(filter(None, (experiment, name, tube_name))),
        device=" ".join(filter(None, (chosen.text(tube, each) for each in DEVICE))),
        date=chosen.text(tube, "data_begin_date"),
        quality_control=is_control(sample),
        observations=observations,
        properties=(*_particulars(tube, chosen), *keywords),
        findings=tuple(_findings(tube, sample, observations)),
    )


def _gates(tube: etree._Element, chosen: Selection) -> Iterator[Observation]:
    for gate in chosen.all(tube, "gates/gate"):
        if events := chosen.text(gate, "num_events"):
            name = chosen.text(gate, "name")
            yield Observation(label=chosen.attribute(gate, "fullname") or name, value=events, sub_id=name)


def _statistics(tube: etree._Element, chosen: Selection) -> Iterator[Observation]:
    for schedule in chosen.all(tube, "statistics_calculations/calculation_schedule"):
        about = [chosen.attribute(schedule, each) for each in ("gate", "parameter")]
        for each in chosen.all(schedule, "calculation"):
            label = " ".join(filter(None, [*about, chosen.attribute(each, "formula")]))
            yield Observation(label=label, value=chosen.attribute(each, "value"))


def _particulars(tube: etree._Element, chosen: Selection) -> Iterator[Printed]:
    for name in ("data_filename", "data_end_date", "data_instrument_type"):
        if text := chosen.text(tube, name):
            yield Printed(name, text)


def _keywords(element: etree._Element, chosen: Selection) -> Iterator[Printed]:
    """Keywords with a value; one that is about a person is not taken, and so counted."""
    for each in chosen.all(element, "keywords/keyword"):
        if not is_personal(str(each.get("name", ""))) and (text := chosen.text(each, "value")):
            yield Printed(chosen.attribute(each, "name"), text)


def _findings(tube: etree._Element, sample: str, observations: tuple[Observation, ...]) -> Iterator[Finding]:
    if not sample:
        yield Finding("no_specimen", "the specimen has no name", place(tube))
    if OWN_NAME.fullmatch(sample):
        yield UNNAMED
    if not observations:
        yield Finding("no_results", "this tube came without gates and statistics", place(tube))


FORMAT = Format(
    name="facsdiva",
    title="FACSDiva experiment (events by gate of every tube)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    syntax=("xml",),
)
