"""What was read off a text is remembered without its place: the same cells again are doubted at their own line.

All documents are invented.
"""

import pytest

from parsers.donor_fields import Fields, read_locus
from parsers.errors import ParseError
from parsers.format import Document, Profile
from parsers.formats import assign_sbt, balance, fusion, polysolver, strip_scan, uniformat
from parsers.formats.lab_table import from_profiles
from parsers.records import Ignored, Parsed
from parsers.tables import cells_at


def wheres(parsed: Parsed, code: str) -> list[str]:
    return [each.where for report in parsed.reports for each in report.findings if each.code == code]


def lab_table(text: str) -> Parsed:
    settings = {
        "format": "lab_table",
        "title": "Invented layout",
        "verified": "invented samples",
        "signature": ["id", "A1"],
        "columns": {"sample": "id", "mismatches": "mm"},
        "locus": [{"name": "A", "columns": ["A1", "A2"]}],
        "words": {"blank": ["-"]},
    }
    profile = Profile("invented", "lab_table", "0" * 64, settings)
    return from_profiles((profile,)).parse(Document(text.encode(), "table.csv"))


def test_the_same_cells_of_a_table_are_doubted_in_every_row() -> None:
    parsed = lab_table(
        "id,A1,A2,mm\nS1,B*07:02,A*01:01,\nS2,B*07:02,A*01:01,\nS3,A*01:01,A*02:01,1\nS4,A*01:01,A*02:01,\n"
    )
    assert wheres(parsed, "locus_differs") == ["line 2, column A1", "line 3, column A1"]
    assert wheres(parsed, "novel_candidate") == ["line 4, column A1"]
    assert [report.loci[0].state for report in parsed.reports] == ["two_copies", "two_copies", "novel", "two_copies"]


def test_the_same_blank_cells_are_counted_in_every_row() -> None:
    parsed = lab_table("id,A1,A2,mm\nS1,-,-,\nS2,-,-,\nS3,-,,\n")
    assert [report.loci for report in parsed.reports] == [(), (), ()]
    assert Ignored("-", 5) in parsed.ignored


def test_the_same_fields_of_a_donor_are_doubted_where_they_stand() -> None:
    first, second = (
        read_locus("A", Fields("A2", ""), Fields("2", ""), where) for where in ("donor 1, A", "donor 2, A")
    )
    assert [each.where for each in first.findings] == ["donor 1, A"]
    assert [each.where for each in second.findings] == ["donor 2, A"]
    assert first.typing and first.typing.references[0].where == "donor 1, A"
    assert second.typing and second.typing.references[0].where == "donor 2, A"


@pytest.mark.parametrize(
    ("reader", "name", "code", "text", "places"),
    [
        (
            assign_sbt,
            "a.csv",
            "not_an_allele",
            'Report,,\nCreated,2026,\nSample:,S1,"A*?"\nSample:,S2,"A*?"\n',
            ["line 3", "line 4"],
        ),
        (balance, "b.txt", "unstable_weight", "S D 1.00 g\nS D 1.00 g\n", ["line 1", "line 2"]),
        (
            fusion,
            "f.csv",
            "not_an_allele",
            "ALF2,,\nSample ID:,S1,\nLocus:,A,\nPossible Allele Pairs:,A*?,A*?\nOther Assignment:,,\n",
            ["line 4", "line 4"],
        ),
        (
            strip_scan,
            "s.txt",
            "locus_differs",
            "StripScan 2.0\nStrip Type: X/HLA-A\nStrip ID\tGenotype\nS1\tB*07 + B*08\nS2\tB*07 + B*08\n",
            ["line 4", "line 5"],
        ),
        (uniformat, "u.txt", "locus_differs", "S1\tA*01,A*02\nS2\tB*07,B*08\nS3\tB*07,B*08\n", ["line 2", "line 3"]),
    ],
)
def test_the_same_text_is_doubted_at_each_of_its_lines(reader, name, code, text, places) -> None:
    assert wheres(reader.parse(Document(text.encode(), name)), code) == places


def test_the_same_wrong_name_is_refused_at_its_own_line() -> None:
    for line in (1, 2):
        lines = ["HLA-A\thla_a_01_01\thla_a_02_01"] * (line - 1) + ["HLA-B\thla_b_07\tHLA-B*08"]
        with pytest.raises(ParseError) as refusal:
            polysolver.parse(Document("\n".join(lines).encode(), "S1/winners.hla.txt"))
        assert (refusal.value.where, refusal.value.found) == (f"line {line}", "HLA-B*08")


@pytest.mark.parametrize("places", [(), (2,), (2, 0), (0, 1, 2)])
def test_cells_are_taken_from_their_places(places: tuple[int, ...]) -> None:
    assert cells_at(places)(("a", "b", "c")) == tuple("abc"[place] for place in places)


def test_what_a_scanner_shortens_is_short_for_two_things() -> None:
    text = "StripScan 2.0\nStrip Type: X/HLA-A\nStrip ID\tGenotype\nS1\tA*24:02,03 + 02:01,02:05\n"
    [report] = strip_scan.parse(Document(text.encode(), "s.txt")).reports
    assert report.loci[0].expression == "A*24:02/03+A*02:01/A*02:05"


def test_a_title_line_is_no_person_of_uniformat() -> None:
    assert not uniformat.looks_like(b"HLA typing report\nS1\tA*01,A*02\tA*01,A*02\n")
