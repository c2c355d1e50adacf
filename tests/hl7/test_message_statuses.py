"""The status of a result in the house's own ORU^R01: what it means, not its letter, goes out and comes back."""

import pytest

from parsers.format import Document
from parsers.formats.hl7_oru import FORMAT
from parsers.records import Observation, ObservationReport
from pipeline.hl7.message import read, render
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import Flag
from tests.hl7.canonical_reports import DOUBT, ENVELOPE, locus, typing
from tests.hl7.oru_messages import codes

ASTM_STATUSES = {"V": "F", "W": "R", "N": "R", "R": "R", "M": "R", "Q": "R", "": "R", "?": "R"} | {
    each: each for each in "FCPXIS"
}


@pytest.mark.parametrize(("status", "sent"), ASTM_STATUSES.items())
def test_a_status_goes_out_as_what_it_means_and_not_by_its_letter(status, sent):
    """W is a doubtful result in ASTM E1394 and a wrong one in HL7, N and R mean nothing that they mean in HL7."""
    printed = Observation(label="WBC", value="" if status == "X" else "5.4", unit="10*9/L", status=status)
    first = Normaliser(None).normalise(
        ObservationReport(format="astm_records", sample="S1", observations=(printed, printed))
    )
    message = render(first, ENVELOPE)
    assert [line.split("|")[11] for line in message.split("\r") if "|6690-2^" in line] == [sent] * 2
    assert read(message)[0] == first
    (again,) = FORMAT.parse(Document(message.encode())).reports
    for before, after in zip(first.observations, Normaliser(None).normalise(again).observations, strict=True):
        codes = {flag.code for flag in after.flags}
        assert codes <= {flag.code for flag in before.flags}, "nothing is said that the analyser did not say"
        assert ("preliminary_result" in codes) == (status in tuple("PSI"))
        assert (f"STATUS: {status}" in after.comments) == bool(status and status not in "FCPXIS")


@pytest.mark.parametrize("status", list("CDFINOPRSUWX"))
def test_a_status_of_hl7_is_read_back_as_such(status):
    printed = Observation(label="WBC", value="5.4", unit="10*9/L", status=status)
    first = Normaliser(None).normalise(ObservationReport(format="hl7_oru", sample="S1", observations=(printed,)))
    message = render(first, ENVELOPE)
    assert read(message)[0] == first
    (again,) = FORMAT.parse(Document(message.encode())).reports
    (found,) = Normaliser(None).normalise(again).observations
    of_the_value = tuple(flag for flag in found.flags if "OBR-25" not in flag.token)
    assert (found.status, found.hl7_status, of_the_value) == (status, status, first.observations[0].flags)


PRELIMINARY = Flag("preliminary_result", "OBX-11", "the sender calls this result preliminary")


@pytest.mark.parametrize(
    ("flags", "doubts", "said"),
    [((), (), []), ((PRELIMINARY,), (), ["", "A"]), ((), (PRELIMINARY,), [""]), ((), (DOUBT,), [])],
)
def test_candidates_leave_as_preliminary_and_are_no_doubt_of_the_senders(flags, doubts, said):
    """Nobody has assigned them: they are no final result; and their sender has not called them preliminary either."""
    report = typing(
        locus("A", "candidates", expression="A*02:16+A*03:01", flags=flags),
        locus("B", "two_copies", "HLA-B*07:02+HLA-B*08:01"),
        flags=doubts,
    )
    message = render(report, ENVELOPE)
    lines = [line.split("|") for line in message.split("\r") if "typing, generic" in line or line[:3] == "OBR"]
    assert [line[25] for line in lines if line[0] == "OBR"] == ["P"]
    assert [line[11] for line in lines if line[0] == "OBX"] == ["P", "F"]
    assert read(message)[0] == report
    (found,) = FORMAT.parse(Document(message.encode())).reports
    assert [(each.locus, each.state) for each in found.loci] == [("A", "candidates"), ("B", "two_copies")]
    assert [each.locus for each in found.findings if each.code == "preliminary_result"] == said


def test_of_another_house_a_preliminary_result_is_one_be_it_of_alleles_nobody_can_read():
    obx = "OBX|1|ST|57290-9^A^LN|1|A2, A24||||||P"
    assert codes(obx) == ["preliminary_result"]
