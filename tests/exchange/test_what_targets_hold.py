"""What each target has a place for: first fields, antigens, dates, genes of KIR, one donor in several reports."""

import json
from pathlib import Path

import pytest
from lxml import etree

from parsers.format import Document, Format
from parsers.records import LocusTyping, Printed, State, TypingReport
from parsers.typing_states import state_of
from pipeline.exchange.record import Record, Written, record_of
from pipeline.exchange.targets import TARGETS
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.serology import antigens_in
from tests.exchange.reading_back import DISPATCH, GRID, read_back, unfolded

OTHER_GRID = "9999TEST00000000216"
REGISTRIES = ["wmda", "atlas"]


def dna(locus: str, said: str, **more: str) -> LocusTyping:
    expression = "+".join("/".join(f"HLA-{locus}*{name}" for name in copy.split("/")) for copy in said.split("+"))
    return LocusTyping(locus=locus, state=state_of(expression), expression=expression, **{"date": "2026-11-01", **more})


def ser(locus: str, said: str) -> LocusTyping:
    return LocusTyping(locus=locus, state=state_of(said), reported=said, method="SER", date="2026-11-01")


PLAIN = (dna("A", "01:01+02:01"), dna("B", "07:02+08:01"), dna("DRB1", "03:01+04:01"))


def record(*loci: LocusTyping, sample: str = GRID, **more: str) -> Record:
    printed = TypingReport(format="hml", sample=sample, loci=loci, **more)
    return record_of(printed, Normaliser(None).typings.normalise(printed))._replace(barred="", unread={})


def written(name: str, *records: Record) -> Written:
    return TARGETS[name].write(records, DISPATCH)


def left_out(made: Written) -> list[tuple[str, str]]:
    return [(each.locus, each.reason) for each in made.left_out]


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_first_field_alone_is_written_as_the_xx_code_that_means_it(name: str, formats: dict[str, Format]) -> None:
    made = written(name, record(dna("A", "24+02:01"), dna("B", "35+50/51:01"), dna("DRB1", "04")))
    assert made.left_out == []
    (read,) = read_back(name, made.text, formats)
    assert {each.locus: (each.state, each.expression) for each in read.loci} == {
        "A": ("two_copies", "A*24:XX+A*02:01"),
        "B": ("two_copies", "B*35:XX+B*50:XX/B*51:01"),
        "DRB1": ("one_stated", "DRB1*04:XX"),
    }


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_name_that_registries_do_not_write_so_is_left_out(name: str) -> None:
    made = written(name, record(*PLAIN, dna("C", "07N+04:01")))
    assert left_out(made) == [("C", "two fields with its names would be read otherwise")]


@pytest.mark.parametrize("name", ["hml", "wmda", "atlas"])
def test_antigens_stand_where_the_target_has_a_place_for_them(name: str, formats: dict[str, Format]) -> None:
    antigens = {"A": "A2+A24(9)", "B": "7+44", "DRB1": "DR17", "DQB1": "DQ7+DQ2"}
    made = written(name, record(*(ser(locus, said) for locus, said in antigens.items())))
    assert made.left_out == []
    (read,) = read_back(name, made.text, formats)
    assert {each.locus: (each.method, each.state) for each in read.loci} == {
        locus: ("SER", state_of(said)) for locus, said in antigens.items()
    }
    told = {each.locus: antigens_in(each.reported, each.locus) for each in read.loci}
    assert told == {"A": ("A2", "A24"), "B": ("B7", "B44"), "DRB1": ("DR17",), "DQB1": ("DQ7", "DQ2")}


@pytest.mark.parametrize("name", ["hml", "wmda", "atlas"])
def test_antigens_and_alleles_of_one_locus_stand_side_by_side(name: str, formats: dict[str, Format]) -> None:
    beside = dna("B", "07:02+08:01")
    both = LocusTyping(
        locus="B",
        state=beside.state,
        expression=beside.expression,
        date=beside.date,
        references=(Printed("serology", "7+8"),),
    )
    for whole in (record(PLAIN[0], PLAIN[2], beside, ser("B", "B7+B8")), record(PLAIN[0], PLAIN[2], both)):
        made = written(name, whole)
        assert made.left_out == []
        (read,) = read_back(name, made.text, formats)
        of_b = [(each.state, antigens_in(each.reported, "B")) for each in unfolded(read) if each.method == "SER"]
        assert of_b == [("two_copies", ("B7", "B8"))]
        assert [each.state for each in read.loci if each.locus == "B" and each.expression] == ["two_copies"]


@pytest.mark.parametrize("name", ["fhir", "glsc"])
def test_where_only_alleles_are_held_antigens_are_named(name: str) -> None:
    made = written(name, record(PLAIN[0], ser("B", "B7+B8"), ser("A", "A1+A2")))
    reason = "it was typed by serology, and the target holds alleles only"
    assert left_out(made) == [("B", reason), ("A", reason)]
    assert "01:01" in made.text


def test_hml_is_valid_with_antigens_and_names_those_that_its_schema_does_not_know(shared: Path) -> None:
    made = written("hml", record(ser("C", "Cw10"), ser("B", "7"), ser("DRB3", "52"), ser("DQB1", "DQ2+DQ7")))
    assert made.left_out == []
    schema = etree.XMLSchema(etree.parse(str(shared / "samples/typing/hml-xsd/hml-1.0.1.xsd")))
    schema.assertValid(etree.fromstring(made.text.encode()))
    made = written("hml", record(PLAIN[0], ser("C", "Cw5+Cw10")))
    assert left_out(made) == [("C", "its antigens are not one or two that can be read and that the target can write")]


@pytest.mark.parametrize(("said", "locus"), [("A2+Blank", "A"), ("A2+A9+A24", "A"), ("B62?", "B"), ("DPw4", "DPB1")])
@pytest.mark.parametrize("name", REGISTRIES)
def test_antigens_that_would_be_read_otherwise_are_named(name: str, said: str, locus: str) -> None:
    made = written(name, record(*(each for each in PLAIN if each.locus != locus), ser(locus, said)))
    ((found, reason), *_) = left_out(made)
    assert (found, "antigens" in reason) == (locus, True)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("two_copies", "what is printed is no GL String, and the target holds nothing else"),
        ("candidates", "these are candidates; nobody has assigned one of them"),
    ],
)
def test_fhir_drops_nothing_in_silence(state: State, reason: str) -> None:
    printed = LocusTyping(locus="A", state=state, reported="A*02:16+A*03:01:01:01", date="2026-11-01")
    made = written("fhir", record(printed, dna("B", "07:02+08:01")))
    assert left_out(made) == [("A", reason)]
    kinds = [each["resource"]["resourceType"] for each in json.loads(made.text)["entry"]]
    assert kinds.count("Observation") == 1


@pytest.mark.parametrize("name", ["hml", "wmda"])
@pytest.mark.parametrize("sign", ["\x1d", "\x00", "\ufffe"])
def test_an_id_that_xml_cannot_hold_keeps_nobody_else_out(name: str, sign: str) -> None:
    odd = record(*PLAIN, sample=f"a{sign}b", subject=OTHER_GRID, project="LAB")
    made = written(name, odd, record(*PLAIN, project="LAB"))
    assert (made.samples, [(each.sample, each.locus) for each in made.left_out]) == (1, [(f"a{sign}b", "")])
    assert "control character" in made.left_out[0].reason
    etree.fromstring(made.text.encode())
    assert written(name, odd).samples == 0


def test_a_locus_that_xml_cannot_hold_is_left_out_alone() -> None:
    made = written("hml", record(PLAIN[0], dna("B", "07:02+08:01", method="kit\x1d7")))
    assert [(each.locus, "control character" in each.reason) for each in made.left_out] == [("B", True)]
    assert "HLA-A*01:01" in made.text


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_donor_of_whom_a_file_speaks_twice_has_one_entry(name: str, formats: dict[str, Format]) -> None:
    made = written(name, record(*PLAIN), record(*PLAIN, dna("DQB1", "02:01+03:01")))
    (read,) = read_back(name, made.text, formats)
    assert ({each.locus for each in read.loci}, made.left_out) == ({"A", "B", "DRB1", "DQB1"}, [])


@pytest.mark.parametrize("name", REGISTRIES)
def test_what_two_reports_of_a_donor_do_not_state_alike_is_in_no_entry(name: str, formats: dict[str, Format]) -> None:
    made = written(name, record(*PLAIN, dna("C", "03:04+07:01")), record(*PLAIN, dna("C", "03:04+07:02")))
    (read,) = read_back(name, made.text, formats)
    assert {each.locus for each in read.loci} == {"A", "B", "DRB1"}
    assert left_out(made) == [("C", "the locus is stated more than once, and not alike")] * 2


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_grid_names_a_donor_before_the_number_of_his_sample(name: str, formats: dict[str, Format]) -> None:
    two_samples = [record(*PLAIN, sample=sample, subject=GRID) for sample in ("17", "18")]
    assert len(read_back(name, written(name, *two_samples).text, formats)) == 1
    two_donors = [record(*PLAIN, sample="17", subject=grid) for grid in (GRID, OTHER_GRID)]
    made = written(name, *two_donors)
    assert (made.samples, len(made.left_out)) == ((2, 0) if name == "wmda" else (0, 1))


@pytest.mark.parametrize("date", ["2026", "2026-11", "2026-11-01"])
def test_fhir_knows_a_year_and_a_month(date: str, formats: dict[str, Format]) -> None:
    made = written("fhir", record(dna("A", "01:01+02:01", date=date), date=date))
    (read,) = read_back("fhir", made.text, formats)
    assert (read.date, read.loci[0].date, made.left_out) == (date, date, [])


@pytest.mark.parametrize("date", ["01/11/2026", "11.01.2026", "2026-13", "0000", "2026-02-30"])
def test_a_date_that_fhir_does_not_take_is_named_and_what_it_dates_is_written(date: str) -> None:
    made = written("fhir", record(dna("A", "01:01+02:01", date=date), dna("B", "07:02", date=""), date=date))
    assert [each.what for each in made.left_out] == ["the date of the report", "the date of A"]
    assert ("effectiveDateTime" in made.text, "HLA-A*01:01" in made.text) == (False, True)


KIR = LocusTyping(
    locus="KIR2DL1",
    state="two_copies",
    expression="KIR2DL1*00302+KIR2DL1*002",
    stated_release="2.12.0",
    allele_db="IPD-KIR",
    date="2026-11-01",
)


def test_genes_of_kir_are_written_as_such(formats: dict[str, Format]) -> None:
    loci = (
        dna("A", "01:01+02:01", stated_release="2.12.0"),
        KIR,
        LocusTyping(locus="KIR2DS4", state="failed", date="2026-11-01"),
    )
    rows = written("glsc", record(*loci, sample="17")).text.splitlines()
    assert rows[1:] == [
        "17,hla#2.12.0#HLA-A*01:01+HLA-A*02:01",
        "17,kir#2.12.0#KIR2DL1*00302+KIR2DL1*002^KIR2DS4*XXXX",
    ]
    text = written("hml", record(*loci)).text
    assert etree.fromstring(text.encode()).xpath("//@gene-family") == ["HLA", "KIR", "KIR"]
    (read,) = formats["hml"].parse(Document(text.encode(), "written")).reports
    assert [each.allele_db for each in read.loci][1] == "IPD-KIR"


def test_what_was_typed_under_a_release_of_ipd_kir_is_kept_under_its_namespace(house_normaliser: Normaliser) -> None:
    assert house_normaliser.typings.locus(KIR).expression == "kir#2.12.0#KIR2DL1*00302+KIR2DL1*002"
