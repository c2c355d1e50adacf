"""A long HML message is read sample by sample: the same records as from the whole tree, in a bounded room."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.format import Document, open_document
from parsers.formats import hml, hml_legacy
from parsers.xml_document import BYTE_LIMIT

HERE = Path(__file__).resolve().parent
MEGABYTE = 1_000_000
ROOM = 300 * MEGABYTE
FORMATS = {"hml": hml, "hml_legacy": hml_legacy}
SAMPLES = [path for name in FORMATS for path in sorted((HERE / name).rglob("*.[hx]ml"))]

HEAD = '<?xml version="1.0"?>\n<hml version="1.0.1"><hmlid root="1.2" extension="x"/>\n'
SAMPLE = """<sample id="S-{number}" center-code="999">{padding}<typing gene-family="HLA" date="2026-01-01">
<allele-assignment date="2026-01-01" allele-db="IMGT/HLA" allele-version="3.58.0">
<glstring>HLA-A*01:{number:02d}+HLA-A*02:01</glstring></allele-assignment>
<typing-method><sbt-ngs locus="HLA-A" test-id="K" test-id-source="invented"/></typing-method></typing></sample>
"""


def outcome(reader, raw, whole_tree):
    """What a reader makes of these bytes, as JSON could tell it apart: the record, or the refusal's own words."""
    try:
        return reader.parse(Document(raw), whole_tree)
    except ParseError as refusal:
        return refusal.explain()


def assert_same_either_way(reader, raw):
    assert outcome(reader, raw, 0) == outcome(reader, raw, BYTE_LIMIT)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_sample_gives_the_same_record_or_refusal_either_way(path):
    name = path.relative_to(HERE).parts[0]
    assert_same_either_way(FORMATS[name], path.read_bytes())


def test_every_file_of_the_collection_gives_the_same_record_or_refusal_either_way(shared):
    for folder, reader in (("hml-1.0.1", hml), ("hml-legacy", hml_legacy)):
        for path in sorted((shared / "samples" / "typing" / folder).iterdir()):
            assert_same_either_way(reader, open_document(path.read_bytes()).raw)


PARTS = st.lists(
    st.sampled_from(
        [
            SAMPLE.format(number=1, padding=""),
            SAMPLE.format(number=2, padding="<!-- room -->" + " " * 40_000),
            '<sample id="S-3"/>',
            "stray words",
            '<property name="GeneratedBy" value="invented"/>',
            '<magic><sample id="S-4"/></magic>',
            '<typing-test-names test-id="K"><typing-test-name name="P-1"/></typing-test-names>',
            "<!-- a remark -->",
            "<sample/>",
            "</sample>",
        ]
    ),
    max_size=8,
)


@given(PARTS, st.integers(0, 20))
def test_any_order_of_parts_and_any_cut_gives_the_same_either_way(parts, cut):
    """Where a message has two flaws, the first may be told of the one way and the second the other way."""
    raw = (HEAD + "".join(parts) + "</hml>").encode()
    for part in (raw, raw[: len(raw) - cut]):
        streamed, whole = outcome(hml, part, 0), outcome(hml, part, BYTE_LIMIT)
        assert streamed == whole or (isinstance(streamed, str) and isinstance(whole, str))


@pytest.mark.parametrize("whole_tree", [0, BYTE_LIMIT])
def test_a_place_further_down_than_is_counted_is_not_given_a_wrong_line(whole_tree):
    raw = (HEAD + "\n" * 70_000 + '<sample id="S-1"/></hml>').encode()
    (report,) = hml.parse(Document(raw), whole_tree).reports
    assert [(each.code, each.where) for each in report.findings] == [("no_typing", "line 65535 or later")]


PEAK = Path("/proc/self/status")
"""Where Linux tells the most room that a process took; getrusage would count in what its parent took before it."""
PROGRAM = """
import sys
from pathlib import Path
from parsers.format import Document
from parsers.formats.hml import parse
raw = Path(sys.argv[1]).read_bytes()
reports = parse(Document(raw)).reports
(peak,) = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(len(raw), len(reports), len({each.sample for each in reports}), sum(len(each.loci) for each in reports), peak)
"""


@pytest.mark.skipif(not PEAK.exists(), reason="only Linux tells the peak of one process")
def test_a_run_of_a_hundred_megabytes_is_read_within_three_hundred(tmp_path):
    path = tmp_path / "run.hml"
    samples = write_run(path, 100 * MEGABYTE)
    environment = {"PYTHONPATH": str(HERE.parent.parent)}
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True, env=environment
    )
    size, reports, names, loci, peak = map(int, told.stdout.split())
    assert size >= 100 * MEGABYTE
    assert (reports, names, loci) == (samples, samples, 11 * samples)
    assert peak * 1024 < ROOM


GENES = ("A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1")
TYPING = """  <typing gene-family="HLA" date="2026-01-{day:02d}">
   <allele-assignment date="2026-01-{day:02d}" allele-db="IMGT/HLA" allele-version="3.58.0">
    <glstring>HLA-{gene}*01:{first:02d}:01+HLA-{gene}*{second:02d}:01:01:01</glstring>
   </allele-assignment>
   <typing-method><sbt-ngs locus="HLA-{gene}" test-id="INVENTED-NGS-1" test-id-source="nmdp-refid"/></typing-method>
  </typing>
"""


def write_run(path, size):
    """Invented samples of eleven loci, many thousand different genotypes, until the file has this size; how many."""
    number = 0
    with path.open("w", encoding="utf-8", newline="\n") as run:
        run.write(HEAD)
        while run.tell() < size:
            run.write(f' <sample id="INVENTED-{number:07d}" center-code="999">\n')
            for gene in GENES:
                run.write(TYPING.format(gene=gene, day=number // 96 % 28 + 1, first=number % 97, second=number % 89))
            run.write(" </sample>\n")
            number += 1
        run.write("</hml>\n")
    return number
