"""What was understood of a report survives our own HL7 word for word: the house's samples and other people's files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from parsers.errors import ParseError
from parsers.format import Document, Format, load_formats, load_profiles, open_document, recognise
from parsers.records import Report, TypingReport
from pipeline.hl7.authority import problems
from pipeline.hl7.message import Envelope, read, render
from pipeline.home import BUNDLED, Home
from pipeline.ingest import ingest
from pipeline.normalise.nomenclature.install import install, open_release
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import NormalReport, NormalTyping
from pipeline.rebuild import rebuild
from pipeline.site import open_site

SAMPLES = Path(__file__).parent.parent / "formats"
EXPORTS = BUNDLED / "demo" / "exports"
ENVELOPE = Envelope(control_id="R1-abcdef.0", sent_at="2026-11-20T08:41:00Z", facility="Invented laboratory")
JUDGED_BYTES = 8_000
JUDGED_REPORTS = 60


@pytest.fixture(scope="module")
def formats() -> dict[str, Format]:
    return load_formats(load_profiles([BUNDLED / "profiles"]))


@pytest.fixture(scope="module")
def house(formats: dict[str, Format], tmp_path_factory: pytest.TempPathFactory) -> list[NormalReport]:
    """Every report of the house's own samples, under the invented mini-release."""
    releases = tmp_path_factory.mktemp("mini")
    install(str(EXPORTS.parent / "nomenclature"), releases)
    normaliser = Normaliser(open_release(releases, "0.1.0"))
    files = [path for path in SAMPLES.glob("*/*") if path.suffix not in (".json", ".md", ".py") and path.is_file()]
    return [normaliser.normalise(each) for path in [*files, *EXPORTS.iterdir()] for each in reports_in(path, formats)]


@pytest.fixture(scope="module")
def collected(shared: Path, formats: dict[str, Format], tmp_path_factory: pytest.TempPathFactory) -> list[NormalReport]:
    """Every report of other people's files, under IPD-IMGT/HLA 3.58.0."""
    releases = tmp_path_factory.mktemp("real")
    install(str(shared / "ipd-imgt-hla" / "3580"), releases)
    normaliser = Normaliser(open_release(releases, "3.58.0"))
    files = sorted(path for path in (shared / "samples").rglob("*") if path.is_file())
    return [normaliser.normalise(each) for path in files for each in reports_in(path, formats)]


def reports_in(path: Path, formats: dict[str, Format]) -> Iterator[Report]:
    document = open_document(path.read_bytes(), path.name)
    try:
        yield from recognise(document, formats).parse(document).reports
    except ParseError:
        return


def assert_survives(reports: list[NormalReport]) -> None:
    for report in reports:
        assert read(render(report, ENVELOPE)) == (report, ENVELOPE)


def assert_the_authority_agrees(reports: list[NormalReport]) -> None:
    """A few of each kind, for the authority is slow; each the first of its shape."""
    shapes = {(type(each), sample_shape(each)): each for each in reversed(reports)}
    messages = [message for each in shapes.values() if len(message := render(each, ENVELOPE)) < JUDGED_BYTES]
    assert messages
    assert {message[:60]: problems(message) for message in messages[:JUDGED_REPORTS] if problems(message)} == {}


def sample_shape(report: NormalReport) -> tuple[str, ...]:
    loci = getattr(report, "loci", ())
    return (report.sample.scheme, *sorted({each.state for each in loci}), *sorted({flag.code for flag in report.flags}))


def test_the_samples_of_the_house_survive(house: list[NormalReport]) -> None:
    assert {type(each).__name__ for each in house} == {"NormalTyping", "NormalObservations", "NormalCollection"}
    assert_survives(house)


def test_other_peoples_files_survive(collected: list[NormalReport]) -> None:
    assert len(collected) > 1_000
    assert_survives(collected)


def test_the_authority_agrees_with_the_samples_of_the_house(house: list[NormalReport]) -> None:
    assert_the_authority_agrees(house)


def test_the_authority_agrees_with_other_peoples_files(collected: list[NormalReport]) -> None:
    assert_the_authority_agrees(collected)


def test_a_store_of_the_house_s_samples_can_be_made_again(tmp_path: Path) -> None:
    install(str(EXPORTS.parent / "nomenclature"), Home(tmp_path).nomenclature)
    with open_site(tmp_path, None) as site:
        done = ingest([SAMPLES, EXPORTS], site, source="house", progress=lambda _: None)
        assert done.loaded > 30
    with open_site(tmp_path, None) as site:
        assert rebuild(site).equal is True


def test_a_registry_that_reads_our_messages_as_anybodys_finds_the_same_typings(
    collected: list[NormalReport], formats: dict[str, Format]
) -> None:
    for report in collected:
        if isinstance(report, NormalTyping):
            (received,) = formats["hl7_oru"].parse(Document(render(report, ENVELOPE).encode())).reports
            assert isinstance(received, TypingReport)
            assert [(each.locus, each.state, each.reported) for each in received.loci] == [
                (each.locus, each.state, each.reported) for each in report.loci
            ]
            meant = [pair for pair in zip(received.loci, report.loci, strict=True) if pair[1].glstring]
            assert all(locus.expression == each.glstring for locus, each in meant)
