"""Files and tables of flow cytometers: where a file ends, who is left out, what is a count of CD34 and what is not."""

from pathlib import Path

import pytest

from parsers.completeness import ends_whole
from parsers.errors import ParseError
from parsers.fcs_file import event_bits, is_personal, read_fcs
from parsers.format import Document, load_formats
from parsers.records import ObservationReport
from pipeline.normalise.observations import normalise_observations

SAMPLES = Path(__file__).resolve().parents[1] / "formats"
FORMATS = load_formats()
TYPICAL = (SAMPLES / "fcs" / "typical.fcs").read_bytes()


def reports(path: Path) -> list[ObservationReport]:
    found = FORMATS[path.parent.name].parse(Document(path.read_bytes(), path.name)).reports
    return [each for each in found if isinstance(each, ObservationReport)]


def head(*spans: int, text: bytes = b"/$TOT/1/") -> bytes:
    return b"FCS3.1    " + b"".join(b"%8d" % span for span in spans) + text


def stained(**keywords: str) -> ObservationReport:
    """The report of a file without events whose keywords are these; a blank in a keyword is written as _."""
    stated = {"$TOT": "0", **{name.replace("_", " "): value for name, value in keywords.items()}}
    text = "|".join(["", *(part for each in stated.items() for part in each), ""]).encode()
    found = FORMATS["fcs"].parse(Document(head(58, 57 + len(text), 0, 0, 0, 0, text=text))).reports[0]
    assert isinstance(found, ObservationReport)
    return found


@pytest.mark.parametrize(
    ("keywords", "sample", "codes"),
    [
        ({"$SMNO": "S1"}, "S1", []),
        ({"$SMNO": "S1", "SAMPLE_ID": "S1"}, "S1", []),
        ({"$SMNO": "A9999 24 000123 M", "SAMPLE_ID": "=A99992400012307"}, "A9999 24 000123 M", []),
        ({"$SMNO": "N/A", "SAMPLE_ID": "S2"}, "S2", []),
        ({"$SMNO": "N/A"}, "N/A", []),
        ({"$SMNO": "1", "SAMPLE_ID": "S2"}, "", ["identifiers_differ"]),
        ({}, "", ["no_specimen"]),
    ],
)
def test_of_two_specimens_that_a_file_names_none_is_taken(keywords, sample, codes):
    report = stained(**keywords)
    assert (report.sample, [each.code for each in report.findings]) == (sample, codes)
    assert {each.text for each in report.properties} == set(keywords.values())


def test_control_material_under_either_keyword_is_marked():
    assert stained(**{"$SMNO": "1", "SAMPLE_ID": "QC-1"}).quality_control
    assert not stained(**{"$SMNO": "1", "SAMPLE_ID": "S2"}).quality_control


def test_a_file_is_whole_when_it_reaches_its_last_segment():
    assert ends_whole(TYPICAL) is True
    assert not any(ends_whole(TYPICAL[:cut]) for cut in range(10, len(TYPICAL), 7))
    assert ends_whole(TYPICAL + b"00000000") is True, "a checksum may follow"


def test_keywords_and_values_may_hold_the_delimiter_twice():
    assert read_fcs(head(58, 75, 0, 0, 0, 0, text=b"/A//B/1/C/ x//// /")).keywords == (("A/B", "1"), ("C", "x//"))


def test_a_place_of_more_than_eight_digits_stands_in_a_keyword():
    text = b"/$BEGINDATA/90/$ENDDATA/99/$TOT/1/"
    raw = head(58, 57 + len(text), 0, 0, 0, 0, text=text)
    with pytest.raises(ParseError, match="ends before its last segment"):
        read_fcs(raw)
    file = read_fcs(raw.ljust(100, b"."))
    assert (file.segments["DATA"].first, file.segments["DATA"].last, file.agreed) == (90, 99, True)


@pytest.mark.parametrize(
    "raw",
    [b"FCS3.1    ", head(58, 900, 0, 0, 0, 0), head(58, 65, 0, 0, 0, 0, text=b"/$TOT/1"), head(0, 0, 0, 0, 0, 0)],
)
def test_a_damaged_frame_is_refused(raw):
    with pytest.raises(ParseError):
        read_fcs(raw)


def test_the_width_of_an_event_is_known_only_where_every_parameter_states_one():
    stated = {"$DATATYPE": "I", "$PAR": "2", "$P1B": "16", "$P2B": "32"}
    assert event_bits(stated) == 48
    assert event_bits({**stated, "$P2B": "*"}) is None
    assert event_bits({**stated, "$DATATYPE": "A"}) is None


@pytest.mark.parametrize("name", ["$OP", "$SRC", "Patient Name", "EXPORT USER NAME", "DATE OF BIRTH"])
def test_keywords_about_persons_are_known(name):
    assert is_personal(name)


def test_nobody_who_worked_or_was_measured_is_in_a_record():
    for name in ("fcs/typical.fcs", "facsdiva/typical.xml", "bd_cd34/typical.tsv"):
        for report in reports(SAMPLES / name):
            values = {each.text for each in report.properties} | {each.value for each in report.observations}
            assert values.isdisjoint({"Invented Person", "Invented Donor", "InventedUser", "Invented Operator"})


def test_a_count_of_cd34_has_its_code_and_events_of_a_gate_have_none():
    (mean, *_) = normalise_observations(reports(SAMPLES / "bd_cd34" / "typical.tsv")[0]).observations
    assert (mean.label, mean.code, mean.number, mean.unit) == ("CD34+ Abs Cnt", "74838-4", 41.3, None)
    gates = normalise_observations(reports(SAMPLES / "facsdiva" / "typical.xml")[0]).observations
    assert {each.system for each in gates} == {"L"}


def test_beads_lots_and_events_of_both_tubes_are_kept_beside_the_count():
    report = reports(SAMPLES / "bd_cd34" / "typical.tsv")[0]
    assert {("CD34+ Events", "512"), ("Bead Events", "10480"), ("CD45+ Events", "61210")} <= {
        (each.label, each.value) for each in report.observations
    }
    assert {"Bead Lot ID", "Absolute Bead Count", "Dilution Factor"} <= {each.label for each in report.properties}


def test_the_cytometers_of_the_collection(shared):
    folder = shared / "samples" / "instruments" / "flow-cytometry"
    (cube,) = FORMATS["fcs"].parse(Document((folder / "cyflow_cube_8.fcs").read_bytes())).reports
    assert [(each.label, each.value) for each in cube.observations] == [("$TOT", "725"), ("$VOL", "99000")]
    assert [finding.code for finding in cube.findings] == ["no_specimen"]
    with pytest.raises(ParseError, match="ends before its last segment"):
        FORMATS["fcs"].parse(Document((folder / "cytek_nl2000_header_only.fcs").read_bytes()))
    tubes = FORMATS["facsdiva"].parse(Document((folder / "facsdiva_example_1.xml").read_bytes())).reports
    assert [len(tube.observations) for tube in tubes] == [7, 19, 14]
