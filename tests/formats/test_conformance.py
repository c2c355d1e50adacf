"""What every format must do, shown on every sample of it: a new format inherits all of this by bringing one sample.

tests/formats/<format>/<case>.<ext>  +  <case>.json          `pytest --accept` writes the .json; a person reviews it
tests/formats/<format>/bad/<case>.<ext>  +  <case>.txt       the explanation a person gets to read
"""

import gc
import hashlib
import os
import random
import re
import subprocess
import sys

import msgspec
import pytest

from parsers.completeness import ends_whole
from parsers.errors import ParseError
from parsers.format import Document, open_document, recognise
from parsers.records import Parsed

CUTS = 120
MUTATIONS = 200
BIG = 20_000  # bytes; a bigger sample gets a tenth of the cuts and mutations


def document_of(sample):
    return open_document(sample.raw, sample.path.name)


def as_json(parsed):
    shown = msgspec.to_builtins(parsed)
    if len(set(shown["messages"])) < 2:
        del shown["messages"]
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n"


def outcome(reader, raw, name):
    """What a reader makes of these bytes: Parsed, or ParseError; anything else fails the test that asks."""
    try:
        return reader.parse(Document(raw, name))
    except ParseError as refusal:
        return refusal


def effort(raw, full):
    return full if len(raw) <= BIG else full // 10


def test_every_format_of_the_house_has_a_sample(formats, every_sample):
    assert {each.format for each in every_sample} == set(formats)


def test_a_sample_gives_the_reviewed_record(sample, formats, accept):
    text = as_json(formats[sample.format].parse(document_of(sample)))
    if accept:
        sample.expected.write_text(text, encoding="utf-8", newline="\n")
    assert sample.expected.exists(), "no expectation yet: run pytest --accept and review what it writes"
    assert text == sample.expected.read_text(encoding="utf-8")


def test_exactly_one_format_claims_a_sample(sample, formats):
    document = document_of(sample)
    assert [each.name for each in formats.values() if each.looks_like(document.head)] == [sample.format]
    assert recognise(document, formats).name == sample.format


def test_a_record_survives_json(sample, formats):
    parsed = formats[sample.format].parse(document_of(sample))
    assert msgspec.json.decode(msgspec.json.encode(parsed), type=Parsed) == parsed


def test_a_sample_gives_the_same_record_twice(sample, formats):
    reader, document = formats[sample.format], document_of(sample)
    assert as_json(reader.parse(document)) == as_json(reader.parse(document))


@pytest.fixture
def circles():
    """Gives the names of the types of what only the garbage collector can free since the fixture was asked for."""
    gc.collect()
    gc.freeze()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)

    def found():
        gc.collect()
        return {f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.garbage}

    yield found
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()
    gc.unfreeze()


def test_what_a_reader_made_is_let_go_when_it_is_done(sample, formats, circles):
    formats[sample.format].parse(document_of(sample))
    assert [each for each in circles() if each.startswith(("parsers.", "lxml."))] == []


PROGRAM = """
import hashlib, pathlib, sys, msgspec
from parsers.format import load_formats, load_profiles, open_document
profiles, *samples = sys.argv[1:]
formats = load_formats(load_profiles([pathlib.Path(profiles)]))
for sample in samples:
    name, _, path = sample.partition("=")
    path = pathlib.Path(path)
    parsed = formats[name].parse(open_document(path.read_bytes(), path.name))
    print(hashlib.sha256(msgspec.json.encode(parsed)).hexdigest())
"""


def test_records_do_not_depend_on_the_hash_seed(every_sample, formats, bundled_profiles):
    here = [
        hashlib.sha256(msgspec.json.encode(formats[each.format].parse(document_of(each)))).hexdigest()
        for each in every_sample
    ]
    seed = "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2"
    arguments = [str(bundled_profiles), *(f"{each.format}={each.path}" for each in every_sample)]
    there = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(bundled_profiles.parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.split() == here


def test_a_cut_sample_parses_or_is_refused_and_nothing_else(sample, formats):
    reader, document = formats[sample.format], document_of(sample)
    size = len(document.raw)
    step = max(1, size // effort(document.raw, CUTS))
    for cut in sorted({*range(0, size, step), *range(max(0, size - 10), size)}):
        part = document.raw[:cut]
        reader.looks_like(part)
        made = outcome(reader, part, document.name)
        assert isinstance(made, Parsed | ParseError)
        if document.raw[cut:].strip() and ends_whole(document.raw, document.name):
            assert isinstance(made, ParseError), f"the first {cut} of {size} bytes were taken for a whole input"
            assert not ends_whole(part, document.name)


def mutated(raw, dice):
    place = dice.randrange(len(raw))
    byte = bytes([dice.randrange(256)])
    return dice.choice(
        [raw[:place] + byte + raw[place + 1 :], raw[:place] + byte + raw[place:], raw[:place] + raw[place + 1 :]]
    )


def test_a_damaged_sample_parses_or_is_refused_and_nothing_else(sample, formats):
    reader, document = formats[sample.format], document_of(sample)
    dice = random.Random(sample.path.name)
    for _ in range(effort(document.raw, MUTATIONS)):
        damaged = mutated(document.raw, dice)
        reader.looks_like(damaged[:8192])
        assert isinstance(outcome(reader, damaged, document.name), Parsed | ParseError)


def strings_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings_in(each)


def compact(text):
    """Without white space, and a locus without its prefix: `HLA-A` is recorded as the locus A, and `Cw` as C."""
    bare = re.sub(r"\s+", "", text).removeprefix("HLA-").removeprefix("HLA_")
    return "C" if bare == "Cw" else bare


def is_recorded(value, recorded, words):
    """Whether each of a value's loci stands in the record: as a word, or inside a text if it is long enough."""
    parts = [compact(part) for part in value.split("^")]
    return all(part in words or (len(part) >= 4 and any(part in each for each in recorded)) for part in parts)


def lost_values(reader, parsed, values):
    """The values that stand neither in a record nor under a path that is declared ignored."""
    ignored = {each.path for each in parsed.ignored} | set(reader.ignores)
    recorded = [compact(each) for each in strings_in(msgspec.to_builtins(parsed.reports))]
    words = {word for each in recorded for word in re.split(r"[;,|^&+~/=]", each)} | set(recorded)
    return [
        (paths[0], value)
        for paths, value in values
        if not ignored.intersection(paths) and not is_recorded(value, recorded, words)
    ]


def test_every_value_is_in_the_record_or_declared_ignored(sample, formats, inventory):
    reader, document = formats[sample.format], document_of(sample)
    assert lost_values(reader, reader.parse(document), inventory(document.raw, sample.format)) == []


def test_an_empty_record_would_be_caught(sample, formats, inventory):
    reader, document = formats[sample.format], document_of(sample)
    nothing = msgspec.structs.replace(reader.parse(document), reports=())
    assert lost_values(reader, nothing, inventory(document.raw, sample.format))


def test_a_bad_input_is_refused_with_the_reviewed_explanation(bad_sample, formats, accept):
    with pytest.raises(ParseError) as refusal:
        formats[bad_sample.format].parse(document_of(bad_sample))
    text = refusal.value.explain() + "\n"
    if accept:
        bad_sample.expected.write_text(text, encoding="utf-8", newline="\n")
    assert bad_sample.expected.exists(), "no explanation yet: run pytest --accept and review what it writes"
    assert text == bad_sample.expected.read_text(encoding="utf-8")


def test_a_refusal_says_where_and_what_was_expected_and_is_safe_to_log(bad_sample, formats):
    refusal = outcome(formats[bad_sample.format], document_of(bad_sample).raw, bad_sample.path.name)
    assert refusal.where or refusal.found
    assert refusal.expected or refusal.advice
    assert not refusal.found or refusal.found not in str(refusal)
    assert refusal.__cause__ is None or str(refusal.__cause__) != refusal.found


def test_no_two_formats_claim_a_bad_input(bad_sample, formats):
    claims = [each.name for each in formats.values() if each.looks_like(bad_sample.raw[:8192])]
    assert claims in ([], [bad_sample.format])
