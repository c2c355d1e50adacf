"""Exports of cell counters: which line is a measure and which a remark on the one above. All are invented."""

import pytest

from parsers.format import Document
from parsers.formats.nucleoview import FORMAT
from parsers.records import ObservationReport

DEVIATION, AGGREGATES = "Cell diameter standard deviation (um)", "(%) of cells in aggregates with five or more cells"


def counted(*lines: str) -> ObservationReport:
    text = "\n".join(["Viability and Cell Count Assay - invented cells; ;", "Image;INV-7;", *lines, "//[ECEC5A41]", ""])
    found = FORMAT.parse(Document(text.encode())).reports[0]
    assert isinstance(found, ObservationReport)
    return found


@pytest.mark.parametrize("empty", [f"{AGGREGATES};;", f"{AGGREGATES};"])
def test_a_measure_without_a_value_takes_nothing_from_the_one_above(empty: str) -> None:
    (value,) = counted(f"{DEVIATION};6.9;", empty).observations
    assert (value.label, value.value, value.unit) == ("Cell diameter standard deviation", "6.9", "um")


def test_a_remark_on_a_line_of_its_own_is_about_the_value_above() -> None:
    (value,) = counted("Total (cells/ml);3.58E3", "(Out of optimal range);").observations
    assert (value.value, value.flags) == ("3.58E3", ("Out of optimal range",))
