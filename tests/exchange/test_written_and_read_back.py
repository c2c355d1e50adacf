"""Every target is written from every typing there is, and read back by the reader of its format to the same record."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from parsers.errors import ParseError
from parsers.format import Document, Format, open_document, recognise
from parsers.records import Finding, LocusTyping, State, TypingReport
from pipeline.exchange.antigens import states_antigens
from pipeline.exchange.record import NO_LOCUS, LeftOut, Record, day_of, prefixed, record_of
from pipeline.exchange.targets import TARGETS
from pipeline.home import BUNDLED
from pipeline.normalise.glstring import read as read_glstring
from pipeline.normalise.nomenclature.install import install, open_release
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.serology import antigens_in
from tests.exchange.reading_back import DISPATCH, GRID, read_back, unfolded, with_xx

SAMPLES = Path(__file__).parent.parent / "formats"
EXPORTS = BUNDLED / "demo" / "exports"
READ_BACK = {
    "hml": (("sample", "project"), ("locus", "state", "expression", "stated_release", "allele_db", "date")),
    "fhir": (
        ("sample", "subject", "report_id", "centre", "project", "software", "date"),
        ("locus", "state", "expression", "stated_release", "method", "date"),
    ),
    "glsc": (("sample",), ("locus", "state", "expression", "stated_release")),
    "wmda": (("sample", "subject"), ("locus", "state", "expression")),
    "atlas": (("sample",), ("locus", "state", "expression")),
}
"""The fields of a report and of its loci that each target gives back as they were."""


@pytest.fixture(scope="module")
def house(formats: dict[str, Format], house_normaliser: Normaliser) -> list[Record]:
    """The record of every typing in the house's samples, under the invented mini-release."""
    files = [path for path in SAMPLES.glob("*/*") if path.suffix not in (".md", ".py") and path.is_file()]
    return [each for path in [*files, *EXPORTS.iterdir()] for each in records_in(path, formats, house_normaliser)]


@pytest.fixture(scope="module")
def collected(shared: Path, formats: dict[str, Format], tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """The record of other people's typings, under IPD-IMGT/HLA 3.58.0; of long files the first hundred."""
    releases = tmp_path_factory.mktemp("real")
    install(str(shared / "ipd-imgt-hla" / "3580"), releases)
    normaliser = Normaliser(open_release(releases, "3.58.0"))
    files = sorted(path for path in (shared / "samples" / "typing").rglob("*") if path.is_file())
    return [each for path in files for each in list(records_in(path, formats, normaliser))[:100]]


def records_in(path: Path, formats: dict[str, Format], normaliser: Normaliser) -> Iterator[Record]:
    document = open_document(path.read_bytes(), path.name)
    try:
        reports = recognise(document, formats).parse(document).reports
    except ParseError:
        return
    for report in reports:
        if isinstance(report, TypingReport):
            yield record_of(report, normaliser.typings.normalise(report))


def compared(locus: LocusTyping, fields: tuple[str, ...], *days: str) -> tuple[object, ...]:
    """The fields of a locus that a target gives back, as far as it can: a day, not a moment; a canonical expression."""
    shown = {field: getattr(locus, field) for field in fields}
    if "date" in shown:
        shown["date"] = date_back(shown["date"], *days)
    shown["antigens"] = antigens_in(locus.reported, locus.locus) if states_antigens(locus) else ()
    if "expression" in shown:
        shown["expression"] = canonical(locus).removesuffix(f"HLA-{locus.locus}*NEW")
    if not shown.get("expression") or locus.state in ("failed", "not_tested", "absent"):
        for field in ("expression", "stated_release", "allele_db"):
            shown.pop(field, None)
    return tuple(shown.values())


def about(report: TypingReport, fields: tuple[str, ...], *days: str) -> dict[str, str]:
    """What a report says of itself: a day, not a moment; of sample and subject one where the other is not named."""
    said = {field: getattr(report, field) for field in fields}
    if "subject" in said:
        said["subject"] = report.subject or report.sample
    if "date" in said:
        said["date"] = date_back(said["date"], *days)
    return {**said, "sample": report.sample or report.subject}


def date_back(*printed: str) -> str:
    """The first date, as a day; FHIR also knows a year and a month, which HML leaves out with their locus."""
    first = next(filter(None, printed), "")
    return first if re.fullmatch(r"\d{4}(-\d{2})?", first) else day_of(first)


def canonical(locus: LocusTyping) -> str:
    """An expression whose names are all written in full; one that is no GL String as it stands."""
    try:
        return str(read_glstring(with_xx(locus.expression), locus.locus))
    except ParseError:
        return prefixed(locus.expression)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("source", ["house", "collected"])
def test_what_was_written_is_read_back(
    name: str, source: str, formats: dict[str, Format], request: pytest.FixtureRequest
) -> None:
    target = TARGETS[name]
    report_fields, locus_fields = READ_BACK[name]
    records: list[Record] = request.getfixturevalue(source)
    held = 0
    for whole in records:
        record = whole.report
        made = target.write([whole], DISPATCH)
        assert all(each.reason for each in made.left_out)
        if not made.samples:
            assert made.left_out or not record.loci
            continue
        (read, *others) = formats[target.reader].parse(Document(made.text.encode(), "written")).reports
        assert isinstance(read, TypingReport)
        assert about(read, report_fields) == about(record, report_fields, DISPATCH.date)
        loci = [locus for each in (read, *others) if isinstance(each, TypingReport) for locus in unfolded(each)]
        days = (record.date, DISPATCH.date) if name in ("hml", "fhir") else (DISPATCH.date,)
        back = Counter(compared(each, locus_fields) for each in loci)
        assert back <= Counter(compared(each, locus_fields, *days) for each in record.loci)
        assert len(loci) == len(record.loci) - len(
            [each for each in made.left_out if (each.locus or each.reason == NO_LOCUS) and not each.part]
        )
        held += len(loci)
    assert held > 20 or (name, source) == ("wmda", "collected"), "a round trip of nothing would show nothing"


def test_a_written_hml_message_is_valid_by_the_schema(house: list[Record], shared: Path) -> None:
    schema = etree.XMLSchema(etree.parse(str(shared / "samples/typing/hml-xsd/hml-1.0.1.xsd")))
    for record in house:
        made = TARGETS["hml"].write([record], DISPATCH)
        if made.samples:
            schema.assertValid(etree.fromstring(made.text.encode()))


def test_the_same_record_gives_the_same_document(house: list[Record]) -> None:
    for target in TARGETS.values():
        assert target.write(house[:20], DISPATCH) == target.write(house[:20], DISPATCH)


def test_a_donor_without_a_grid_is_no_entry_of_an_inventory() -> None:
    nobody = TypingReport(
        format="hml", sample="17", loci=(LocusTyping(locus="A", state="one_stated", expression="A*01:01"),)
    )
    made = TARGETS["wmda"].write([Record(nobody)], DISPATCH)
    assert made.samples == 0
    assert [each.reason for each in made.left_out] == [
        "an inventory lists donors by their GRID, and the report names none that is valid"
    ]


def test_a_locus_without_a_call_stands_with_the_others_of_its_sample(formats: dict[str, Format]) -> None:
    loci = (
        LocusTyping(locus="DRB5", state="failed"),
        LocusTyping(locus="A", state="two_copies", expression="HLA-A*01:01+HLA-A*02:01", stated_release="3.58.0"),
        LocusTyping(locus="DRB4", state="absent", expression="DRB4*NNNN"),
        LocusTyping(locus="DRB3", state="not_tested"),
    )
    made = TARGETS["glsc"].write([Record(TypingReport(format="hml", sample="17", loci=loci))], DISPATCH)
    (row,) = made.text.splitlines()[1:]
    assert row == "17,hla#3.58.0#HLA-DRB5*XXXX^HLA-A*01:01+HLA-A*02:01^HLA-DRB4*NNNN^HLA-DRB3*UUUU"
    (read,) = formats["glstring_table"].parse(Document(made.text.encode(), "written")).reports
    assert isinstance(read, TypingReport)
    assert [(each.locus, each.state) for each in read.loci] == [(each.locus, each.state) for each in loci]


def test_candidates_are_never_written_as_a_call() -> None:
    open_question = TypingReport(
        format="hml",
        sample="9999TEST00000000118",
        loci=(LocusTyping(locus="A", state="candidates", expression="A*01:01+A*02:01", date="2026-11-01"),),
    )
    for name, target in TARGETS.items():
        made = target.write([Record(open_question)], DISPATCH)
        assert "01:01" not in made.text or name == "fhir"
    assert '"status": "preliminary"' in TARGETS["fhir"].write([Record(open_question)], DISPATCH).text


LOCI = tuple(
    LocusTyping(
        locus=gene,
        state="two_copies",
        expression=f"HLA-{gene}*{first}+HLA-{gene}*{second}",
        stated_release="0.1.0",
        date="2026-11-01",
    )
    for gene, first, second in (("A", "01:01", "02:01"), ("B", "07:02", "08:01"), ("DRB1", "03:01", "04:01"))
)


def report(sample: str = GRID, *findings: Finding, project: str = "", loci: tuple[LocusTyping, ...] = LOCI) -> Record:
    return Record(TypingReport(format="hml", sample=sample, project=project, loci=loci, findings=findings))


@pytest.mark.parametrize("name", TARGETS)
def test_a_patient_is_written_as_a_patient_or_not_at_all(name: str, formats: dict[str, Format]) -> None:
    patient, donor = report("P1", project="A_RECIPIENT"), report(project="A_DONOR")
    for records in ([patient, donor], [patient]):
        made = TARGETS[name].write(records, DISPATCH)
        told = {each.sample: each.project for each in read_back(name, made.text, formats)} if made.samples else {}
        assert told.get("P1", "RECIPIENT").endswith("RECIPIENT")
        assert ("P1" in told) == (("P1", "") not in {each[:2] for each in made.left_out})
        assert ("P1" in told) == (name == "fhir" or (name == "hml" and records == [patient]))
        assert (GRID in told) == (donor in records)


@pytest.mark.parametrize("name", TARGETS)
def test_what_may_not_be_used_is_written_for_nobody(name: str) -> None:
    printed = report(GRID, Finding("not_production", "MSH-11 marks this message T, not production", "MSH-11")).report
    made = TARGETS[name].write([record_of(printed, Normaliser(None).typings.normalise(printed))], DISPATCH)
    assert (made.samples, made.left_out) == (
        0,
        [LeftOut(GRID, "", "MSH-11 marks this message T, not production")],
    )


@pytest.mark.parametrize("locus", ["B", ""])
@pytest.mark.parametrize("name", TARGETS)
def test_a_preliminary_result_is_written_as_such_or_not_at_all(
    name: str, locus: str, formats: dict[str, Format]
) -> None:
    doubt = Finding("preliminary_result", "the sender calls this result preliminary", "", locus)
    made = TARGETS[name].write([report(GRID, doubt)], DISPATCH)
    told = read_back(name, made.text, formats) if made.samples else []
    early = {each.locus for each in told[0].findings if each.code == "preliminary_result"} if told else set()
    written = {each.locus for each in told[0].loci} if told else set()
    assert ("B" in written) == (name == "fhir") == ("B" in early)
    assert ("B" in written) == ("B" not in {each.locus for each in made.left_out})
    assert ("A" in written) == (name == "fhir" or (locus == "B" and name != "atlas"))


@pytest.mark.parametrize("name", ["wmda", "atlas"])
def test_a_registry_is_told_no_name_that_means_nothing_here(name: str, house_normaliser: Normaliser) -> None:
    unknown = LocusTyping(locus="C", state="two_copies", expression="C*99:99+C*07:01")
    printed = report(loci=(*LOCI, unknown)).report
    made = TARGETS[name].write([record_of(printed, house_normaliser.typings.normalise(printed))], DISPATCH)
    assert "99:99" not in made.text
    assert [each.locus for each in made.left_out] == ["C"]


@pytest.mark.parametrize("name", ["wmda", "atlas"])
@pytest.mark.parametrize("state", ["two_copies", "candidates", "failed"])
def test_a_registry_is_told_no_locus_that_the_report_states_in_two_ways(name: str, state: State) -> None:
    other = LocusTyping(locus="C", state=state, expression="" if state == "failed" else "HLA-C*07:01+HLA-C*07:02")
    called = LocusTyping(locus="C", state="two_copies", expression="HLA-C*06:02+HLA-C*07:02")
    made = TARGETS[name].write([report(loci=(*LOCI, called, other))], DISPATCH)
    assert ("06:02" in made.text) == (state == "failed")  # a test that failed says nothing
    assert [each.locus for each in made.left_out] == ["C"] * (1 if state == "failed" else 2)


def test_an_inventory_lists_nobody_without_a_typing() -> None:
    made = TARGETS["wmda"].write([report(loci=(LocusTyping(locus="A", state="failed"),))], DISPATCH)
    assert (made.samples, [each.locus for each in made.left_out]) == (0, ["A", ""])


def test_an_allele_without_a_name_is_never_written_as_a_multiple_allele_code(formats: dict[str, Format]) -> None:
    """`01:new` becomes `01:NEW`, which has the shape of a code: two fields would say that two copies are called."""
    loci = (
        LocusTyping(locus="A", state="novel", expression="HLA-A*01:new+HLA-A*02:01"),
        LocusTyping(locus="C", state="two_copies", expression="HLA-C*07:02+HLA-C*07:NEW"),
        LocusTyping(locus="B", state="novel", expression="HLA-B*NEW+HLA-B*08:01"),
        LocusTyping(locus="DRB1", state="two_copies", expression="HLA-DRB1*03:01+HLA-DRB1*04:01"),
    )
    record = Record(TypingReport(format="hml", sample="17", subject="9999TEST00000000118", loci=loci))
    for name in ("wmda", "atlas"):
        target = TARGETS[name]
        made = target.write([record], DISPATCH)
        reasons = {each.locus: each.reason for each in made.left_out if each.locus in ("A", "C")}
        assert reasons == dict.fromkeys("AC", "an allele without a name would be read as a multiple allele code")
        if made.samples:
            (read,) = formats[target.reader].parse(Document(made.text.encode(), "written")).reports
            assert isinstance(read, TypingReport)
            assert {each.locus: each.state for each in read.loci} == {"B": "novel", "DRB1": "two_copies"}


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_name_of_null_alleles_is_written_as_one(name: str, tmp_path: Path) -> None:
    install(str(BUNDLED / "demo" / "nomenclature"), tmp_path)
    typed = {"A": "A*01:04+A*02:01", "B": "B*07:02+B*08:01", "DRB1": "DRB1*03:01+DRB1*15:01"}
    loci = tuple(LocusTyping(locus=locus, state="two_copies", expression=said) for locus, said in typed.items())
    printed = TypingReport(format="hml", sample="17", subject="9999TEST00000000118", loci=loci)
    record = record_of(printed, Normaliser(open_release(tmp_path, "0.1.0")).typings.normalise(printed))
    assert "01:04N" in TARGETS[name].write([record], DISPATCH).text
