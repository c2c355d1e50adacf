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
    ("hl7_oru", "R", ["preliminary_result"], "warning"),
    ("hl7_oru", "I", ["preliminary_result"], "warning"),
    ("astm_records", "I", ["preliminary_result"], "warning"),
    *(("hl7_oru", status, ["value_without_result"], "error") for status in "XNO"),
    ("astm_records", "X", ["value_without_result"], "error"),
    *((name, status, [], "") for name in ("hl7_oru", "astm_records") for status in ("", "F", "C", "unheard of")),
    ("astm_records", "R", [], ""),
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


@pytest.mark.parametrize("value", ["", "----", "not done"])
@pytest.mark.parametrize(("format_name", "codes"), [("hl7_oru", []), ("astm_records", ["not_measured"])])
def test_no_value_beside_the_status_of_no_result_is_as_it_should_be(
    format_name: str, value: str, codes: list[str]
) -> None:
    observation = Observation(label="WBC", value=value, status="X")
    found = Normaliser(None).normalise(ObservationReport(format=format_name, sample="S1", observations=(observation,)))
    assert isinstance(found, NormalObservations)
    assert [flag.code for flag in found.observations[0].flags if flag.code != "no_value"] == codes
