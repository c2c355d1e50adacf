"""What the status of a measured value says against it, in the language of its format."""

import pytest

from parsers.records import Observation, ObservationReport
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import NormalObservations

STATUSES = [
    ("hl7_oru", "D", ["withdrawn_result"], "error"),
    ("hl7_oru", "W", ["withdrawn_result"], "error"),
    ("hl7_oru", "P", ["preliminary_result"], "warning"),
    ("hl7_oru", "S", ["preliminary_result"], "warning"),
    ("astm_records", "W", ["questionable_result"], "warning"),
    ("astm_records", "P", ["preliminary_result"], "warning"),
    ("astm_records", "S", ["preliminary_result"], "warning"),
    ("astm_records", "X", ["not_measured"], "info"),
    *((name, status, [], "") for name in ("hl7_oru", "astm_records") for status in ("", "F", "C", "R", "unheard of")),
    ("a_plug_in", "D", [], ""),
]


@pytest.mark.parametrize(("format_name", "status", "codes", "severity"), STATUSES)
def test_a_status_is_a_flag_of_its_value(format_name: str, status: str, codes: list[str], severity: str) -> None:
    values = tuple(Observation(label="WBC", value="7.2", unit="10*9/L", status=each) for each in (status, "F"))
    found = Normaliser(None).normalise(ObservationReport(format=format_name, sample="S1", observations=values))
    assert isinstance(found, NormalObservations)
    doubted, sound = found.observations
    assert [(flag.code, flag.token, flag.severity) for flag in doubted.flags] == [
        (code, status, severity) for code in codes
    ]
    assert (doubted.number, doubted.status, sound.flags) == (7.2, status, ())
