"""Plates of the sample collection, and what must not be made of bead signals."""

import pytest

from parsers.errors import ParseError
from parsers.format import Document, load_formats
from parsers.luminex_wells import date_findings, name_findings
from parsers.records import ObservationReport

FORMATS = load_formats()


def read(path):
    name = "luminex_intelliflex" if "intelliflex" in path.name else "luminex_xponent"
    return FORMATS[name].parse(Document(path.read_bytes(), path.name))


@pytest.fixture(scope="session")
def plates(shared):
    return sorted((shared / "samples").glob("*/luminex-*/*.csv"))


def test_every_plate_of_the_collection_is_evidence_and_no_typing(plates):
    assert len(plates) == 6
    for path in plates:
        assert all(isinstance(each, ObservationReport) for each in read(path).reports)


def test_nobody_who_worked_at_the_instrument_is_in_a_record(plates):
    for path in plates:
        labels = {printed.label for report in read(path).reports for printed in report.properties}
        assert labels.isdisjoint({"Operator", "ComputerName", "OPERATOR", "USER"})


def test_a_well_is_read_value_by_value(plates):
    path = next(path for path in plates if "hlapro" in path.name)
    first, second = read(path).reports
    values = {each.label: (each.value, each.sub_id) for each in first.observations}
    assert (first.sample, first.report_id, second.sample) == ("S001", "LSA1-test 33(1,A5)", "S002")
    assert (values["103 Median"], values["103 Count"], values["Total Events"]) == (
        ("8001.5", "3"),
        ("67", "3"),
        ("8243", ""),
    )
    assert "ProtocolName" in {printed.label for printed in first.properties}


def test_a_cut_plate_is_refused(plates):
    path = next(path for path in plates if "hlapro" in path.name)
    with pytest.raises(ParseError, match="ends before its checksum"):
        FORMATS["luminex_xponent"].parse(Document(path.read_bytes()[:2000], path.name))


PLATE = (
    '"Program","xPONENT"\n"Batch","B"\n"Results"\n'
    '"DataType:","Median"\n"Location","Sample","NC"\n"1(1,A1)","{}","161"\n\n'
    '"DataType:","Count"\n"Location","Sample","NC"\n"{}","{}","87"\n\n-- CRC --\nCRC32: 0A1B2C3D\n'
)


def wells(*names):
    return FORMATS["luminex_xponent"].parse(Document(PLATE.format(*names).encode(), "plate.csv")).reports


def test_a_well_that_two_blocks_name_differently_is_nobodys():
    assert [len(each.observations) for each in wells("INV-1", "1(1,A1)", "INV-1")] == [2]
    with pytest.raises(ParseError, match="another sample's name") as refusal:
        wells("INV-1", "1(1,A1)", "INV-9")
    assert (refusal.value.found, refusal.value.where, refusal.value.expected) == (
        "INV-9",
        "line 10",
        "the name that stands at line 6",
    )


def test_a_well_that_the_first_block_does_not_hold_is_read():
    assert [(each.sample, each.report_id, len(each.observations)) for each in wells("INV-1", "2(1,B1)", "INV-2")] == [
        ("INV-1", "B 1(1,A1)", 1),
        ("INV-2", "B 2(1,B1)", 1),
    ]


def test_a_plate_of_intelliflex_saved_with_semicolons_is_the_same_plate():
    header = "MODEL NAME;INSTRUMENT TYPE;WELL LOCATION;SAMPLE ID;R25: RP1 MEDIAN;R25: RP1 COUNT"
    text = f"{header}\nX;INTELLIFLEX;A1;INVENTED-1;130,5;28\n--DOCUMENT SIGNATURE--;;;;;\nABC;;;;;\n"
    reader = FORMATS["luminex_intelliflex"]
    assert reader.looks_like(text.encode())
    (well,) = reader.parse(Document(text.encode(), "plate.csv")).reports
    assert (well.sample, well.report_id) == ("INVENTED-1", "A1")
    assert [(each.label, each.value) for each in well.observations] == [
        ("R25: RP1 MEDIAN", "130,5"),
        ("R25: RP1 COUNT", "28"),
    ]


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("1/3/2023 2:49:57 PM", True),
        ("03/1/2023", True),
        ("5/17/2023 6:42:29 PM", False),
        ("17/5/2023", False),
        ("3/03/2023", False),
        ("2023-03-01 12:00", False),
        ("", False),
    ],
)
def test_a_date_is_doubted_where_both_readings_are_dates(text, doubted):
    assert bool(date_findings("Date", text)) == doubted


@pytest.mark.parametrize(
    ("sample", "doubted"), [("Unknown1", True), ("unknown 12", True), ("S001", False), ("Unknown", False)]
)
def test_a_program_s_own_name_for_a_well_is_no_sample(sample, doubted):
    assert bool(name_findings(sample)) == doubted
