"""A format is a module, a sample and its reviewed expectation. No file of the program or of the tests is edited."""

import json

import pytest

TESTS = ("pytest", "-q", "-p", "no:cacheprovider", "tests/formats", "-k", "acme_typer or every_format or hash_seed")
MODULE = "parsers/formats/acme_typer.py"
SAMPLE = "tests/formats/acme_typer/typical.csv"
EXPECTED = "tests/formats/acme_typer/typical.json"


@pytest.fixture
def contributed(checkout, acme_typer, acme_table):
    checkout.add(MODULE, acme_typer)
    checkout.add(SAMPLE, acme_table)
    return checkout


def test_two_files_written_and_one_accepted_are_all_it_takes(contributed):
    first = contributed.run(*TESTS)
    assert (first.returncode, "run pytest --accept" in first.stdout) == (1, True)
    accepted = contributed.run(*TESTS, "--accept")
    assert accepted.returncode == 0, accepted.stdout
    assert contributed.run(*TESTS).returncode == 0
    assert contributed.changed() == {MODULE, SAMPLE, EXPECTED}
    reviewed = json.loads((contributed.folder / EXPECTED).read_text(encoding="utf-8"))
    assert [each["sample"] for each in reviewed["reports"]] == ["INV-1", "INV-2"]


JSON_MODULE = "parsers/formats/acme_json.py"
JSON_SAMPLE = "tests/formats/acme_json/typical.json"
READER = '''"""Invented: a sample and its alleles of the locus A, as JSON."""

import msgspec

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed, TypingReport


class Report(msgspec.Struct):
    acme: str
    alleles: list[str]


def parse(document: Document) -> Parsed:
    try:
        report = msgspec.json.decode(document.raw, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ParseError("this is no report of Acme", where="line 1", expected="a JSON object") from None
    stated = "+".join(report.alleles)
    locus = LocusTyping(locus="A", state="candidates", reported=stated, expression=stated)
    return Parsed(reports=(TypingReport(format="acme_json", sample=report.acme, loci=(locus,)),))


FORMAT = Format(
    name="acme_json",
    title="Acme JSON (invented)",
    verified="invented samples",
    looks_like=lambda head: head.startswith(b\'{"acme"\'),
    parse=parse,
)
'''


def test_a_sample_may_be_json_itself(checkout):
    checkout.add(JSON_MODULE, READER)
    checkout.add(JSON_SAMPLE, '{"acme": "INV-4", "alleles": ["A*01:01", "A*02:01"]}\n')
    words = [word.replace("acme_typer", "acme_json") for word in TESTS]
    accepted = checkout.run(*words, "--accept")
    assert accepted.returncode == 0, accepted.stdout
    assert checkout.changed() == {JSON_MODULE, JSON_SAMPLE, f"{JSON_SAMPLE}.json"}


def test_the_suite_catches_a_format_that_loses_a_value(checkout, acme_typer, acme_table):
    checkout.add(MODULE, acme_typer.replace("filter(None, alleles)", "alleles[:1]"))
    checkout.add(SAMPLE, acme_table)
    result = checkout.run(*TESTS, "--accept")
    assert result.returncode == 1
    assert "test_every_value_is_in_the_record_or_declared_ignored[acme_typer/typical.csv]" in result.stdout


def test_a_format_without_a_sample_is_missed(checkout, acme_typer):
    checkout.add(MODULE, acme_typer)
    result = checkout.run(*TESTS)
    assert "test_every_format_of_the_house_has_a_sample" in result.stdout
    assert result.returncode == 1


def test_the_new_format_is_listed_recognised_and_loaded(contributed, graftline):
    names = [json.loads(line)["format"] for line in graftline("formats").stdout.splitlines()]
    assert "acme_typer" in names
    taken = json.loads(graftline("ingest", contributed.folder / SAMPLE).stdout)
    assert (taken["loaded"], taken["files"][0]["format"]) == (1, "acme_typer")
    typings = [json.loads(line) for line in graftline("dump", "typings").stdout.splitlines()]
    assert [(each["sample"], each["locus"], each["state"], each["reported"]) for each in typings] == [
        ("INV-1", "A", "two_copies", "A*01:01+A*02:01"),
        ("INV-2", "B", "one_stated", "B*07:02"),
    ]
