"""The sample exports are invented, well-formed where they should be, and come out as their README says."""

import re
from pathlib import Path

import pytest
from hl7apy.parser import parse_message
from lxml import etree

from parsers.errors import ParseError
from parsers.format import load_formats, load_profiles, open_document, recognise
from parsers.records import ObservationReport, Parsed, identity
from pipeline.home import BUNDLED

EXPORTS = BUNDLED / "demo" / "exports"
FILES = sorted(path for path in EXPORTS.iterdir() if path.name != "README.md")
GRID = re.compile(r"\b9999TEST[0-9A-Z]{11}\b")
ALLELE = re.compile(r"\b(?:A|B|C|DRB[1345]|DQB1)\*[0-9]+(?::[0-9]+)*[A-Z]?")
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture(scope="module")
def formats():
    return load_formats(load_profiles([BUNDLED / "profiles"]))


@pytest.fixture(scope="module")
def read(formats):
    """Reads an export by recognising it; the format's name and what it parsed."""

    def parse(name: str) -> tuple[str, Parsed]:
        document = open_document((EXPORTS / name).read_bytes(), name)
        reader = recognise(document, formats)
        return reader.name, reader.parse(document)

    return parse


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_says_that_it_is_invented_or_its_readme_does(path: Path):
    readme = (EXPORTS / "README.md").read_text(encoding="utf-8")
    assert f"`{path.name}`" in readme
    assert "INVENTED" in path.read_text(encoding="utf-8") or path.name.endswith(("_result.tsv", "-summary.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_donor_number_is_a_grid_with_the_right_check_digits(path: Path):
    for grid in GRID.findall(path.name + path.read_text(encoding="utf-8")):
        remainder = 0
        for character in grid[:17]:
            remainder = (remainder + ALPHABET.index(character)) * 2 % 37
        assert int(grid[17:]) == (38 - remainder) % 37


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_allele_is_one_of_the_invented_mini_release(path: Path):
    lines = (BUNDLED / "demo" / "nomenclature" / "Allelelist.txt").read_text(encoding="utf-8").splitlines()
    current = {line.partition(",")[2] for line in lines}
    for allele in ALLELE.findall(path.read_text(encoding="utf-8")):
        assert any(name == allele or name.startswith(f"{allele}:") for name in current) or path.name == "broken.hml"


@pytest.mark.parametrize("path", sorted(EXPORTS.glob("donor-*.hml")), ids=lambda path: path.name)
def test_the_hml_files_hold_to_the_schema(path: Path, shared: Path):
    schema = etree.XMLSchema(etree.parse(shared / "samples" / "typing" / "hml-xsd" / "hml-1.0.1.xsd"))
    schema.assertValid(etree.parse(path))


@pytest.mark.parametrize("name", ["oru-typing.hl7", "oru-cbc.hl7"])
def test_the_hl7_messages_hold_to_the_standard(name: str):
    message = parse_message((EXPORTS / name).read_bytes().decode("utf-8"))
    assert message.validate()
    results = message.ORU_R01_PATIENT_RESULT.ORU_R01_ORDER_OBSERVATION.ORU_R01_OBSERVATION
    assert len(results) == (5 if name == "oru-typing.hl7" else 8)


DONORS = {
    "donor-01.hml": ("hml", ["9999TEST00000000118"]),
    "donor-02.hml": ("hml", ["9999TEST00000000216"]),
    "donor-02-corrected.hml": ("hml", ["9999TEST00000000216"]),
    "donor-03.hml": ("hml", ["9999TEST00000000314"]),
    "donor-04.hml": ("hml", ["9999TEST00000000412"]),
    "donor-05.hml": ("hml", ["9999TEST00000000510"]),
    "donor-06.hml": ("hml", ["9999TEST00000000608"]),
    "9999TEST00000000804_result.tsv": ("optitype", ["9999TEST00000000804"]),
    "two-column-table.csv": (
        "lab_table",
        ["9999TEST00000000902", "9999TEST00000001016", "9999TEST00000001114"],
    ),
    "oru-typing.hl7": ("hl7_oru", ["9999TEST00000001212"]),
    "separator-summary.txt": ("separator_log", ["A999924000123"]),
}


@pytest.mark.parametrize("name", DONORS)
def test_each_report_is_read_with_its_sample(name: str, read):
    reader, parsed = read(name)
    assert (reader, [report.sample for report in parsed.reports]) == DONORS[name]


@pytest.mark.parametrize("name", ["broken.hml", "not-a-typing.csv"])
def test_what_cannot_be_read_is_refused(name: str, read):
    with pytest.raises(ParseError):
        read(name)


def test_every_file_is_either_read_or_refused_by_a_test_above():
    assert {path.name for path in FILES} == {*DONORS, "broken.hml", "not-a-typing.csv", "oru-cbc.hl7"}


def states(parsed: Parsed) -> dict[str, str]:
    return {locus.locus: locus.state for locus in parsed.reports[0].loci}


@pytest.mark.parametrize(
    ("name", "locus", "state"),
    [
        ("donor-01.hml", "A", "two_copies"),
        ("donor-01.hml", "DRB3", "one_stated"),
        ("donor-03.hml", "B", "homozygous_stated"),
        ("donor-04.hml", "DRB4", "absent"),
        ("donor-05.hml", "C", "two_copies"),
        ("donor-06.hml", "C", "one_stated"),
    ],
)
def test_the_states_of_a_typing_are_shown(name: str, locus: str, state: str, read):
    assert states(read(name)[1])[locus] == state


def test_the_corrected_report_is_a_version_of_the_first_with_another_b(read):
    first, corrected = (read(name)[1].reports[0] for name in ("donor-02.hml", "donor-02-corrected.hml"))
    assert identity(first) == identity(corrected)
    differing = [a.locus for a, b in zip(first.loci, corrected.loci, strict=True) if a.expression != b.expression]
    assert differing == ["B"]


def test_a_blank_second_column_is_not_taken_for_homozygous(read):
    last = read("two-column-table.csv")[1].reports[-1]
    assert {locus.locus: locus.state for locus in last.loci}["DQB1"] == "one_stated"


def test_the_blood_count_is_eight_observations_of_donor_1(read):
    reader, parsed = read("oru-cbc.hl7")
    (report,) = parsed.reports
    assert reader == "hl7_oru"
    assert isinstance(report, ObservationReport)
    assert report.subject == "9999TEST00000000118"
    assert [(each.code, each.value, each.unit) for each in report.observations][-1] == ("74838-4", "82", "/uL")
    assert len(report.observations) == 8


def test_no_name_of_a_person_is_in_any_record(read):
    for name in ("oru-typing.hl7", "oru-cbc.hl7"):
        assert "INVENTED^PERSON" in (EXPORTS / name).read_text(encoding="utf-8")
        assert "PERSON" not in repr(read(name)[1].reports)
