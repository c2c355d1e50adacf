"""Every typing file of the sample collection, pinned: its format, its counts, its calls; and what its list says of it.

`pinned_calls.json` holds no typing, only counts and a digest of the rows; after a change that is meant,
`python3 go.py test --accept tests/formats/test_pinned_calls.py` writes it anew. That the digests stand for the right
calls is shown by the rows below, which were read by eye in the files, and by what SOURCES.md says a file shows.
"""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from parsers.errors import ParseError
from parsers.format import open_document, recognise
from parsers.records import TypingReport

PINNED = Path(__file__).with_name("pinned_calls.json")
LISTED = re.compile(r"^- \*\*(.+)\*\* \(([\d,]+) bytes\)$")

BY_EYE = [
    # file: sample, locus, state, expression (what is printed, where the format states no expression)
    ("arcashla/test.genotype.json", "test", "DQA1", "two_copies", "DQA1*02:01:01+DQA1*05:03"),
    ("atlas-donor-import/1000-initial-donors.json", "2", "DPB1", "two_copies", "DPB1*04:02:01:02+DPB1*105:01:01:01"),
    ("atlas-donor-import/validDonorTypes.json", "1", "B", "two_copies", "B*39:06:02:01+B*07:02:45"),
    ("donornet-xml/UnitTestXMLDonorNet.xml", "AFK1128", "C", "one_stated", "4"),
    ("fhir-hla/dash_02BundleHLAReport.xml", "Specimen/403", "C", "two_copies", "HLA-C*01:02:01+HLA-C*03:04:01:01"),
    ("gendx-tarr/HLA-A_from_GenDx.tarr.xml", "IHWG9045-multiplex-509-703", "A", "candidates", "A*02:16+A*03:01:01:01"),
    ("glstring-csv/py-ard_sample.csv", "123", "DRB3", "absent", "NNNN+NNNN"),
    ("glstring-csv/py-ard_sample.csv", "456", "DRB1", "two_copies", "DRB1*13:01:16+DRB1*15:80N"),
    ("glstring-csv/py-ard_sample_glstring.csv", "345", "B", "two_copies", "B*51:01:01G+B*40:BWUP"),
    ("hapl-o-mat/populationData_a.dat", "4", "DRB1", "homozygous_stated", "DRB1*16:30+DRB1*16:30"),
    ("hapl-o-mat/populationData_b.glc", "6", "DPB1", "two_copies",
     "DPB1*373:01/DPB1*92:01/DPB1*26:01P+DPB1*280:01"),
    ("hisat-genotype/assembly_graph-hla.NA12892.report", "", "A", "two_copies", "A*02:01:01:01+A*11:01:01:01"),
    ("hisat-genotype/assembly_graph-hla.test-1.report", "", "A", "one_stated", "A*11:29"),
    ("hla-hd/test_normal_dna.result.txt", "test_normal_dna", "DRB3", "one_stated", "HLA-DRB3*02:02:01"),
    ("hla-hd/test_normal_dna.result.txt", "test_normal_dna", "DRB4", "failed", "Not typed+Not typed"),
    ("hla-la/NA12878_example_output_G.txt", "", "B", "two_copies", "B*08:01:01G+B*56:01:01G"),
    ("hla-la/sample1_bestguess_G.txt", "", "C", "two_copies", "HLA-C*12:03:01G+HLA-C*03:04:01G"),
    ("hml-1.0.1/dash_E22_haploid_example1.hml.xml", "3553000012345678916", "DQB1", "two_copies",
     "HLA-DQB1*06:02+HLA-DQB1*06:04"),
    ("hml-1.0.1/immunogenetr_hml_2_AlloSeqAssign.hml", "22-03848", "DPA1", "two_copies",
     "HLA-DPA1*01:03:01+HLA-DPA1*03:05:01Q|HLA-DPA1*01:87Q+HLA-DPA1*03:01:01"),
    ("hml-1.0.1/pyHML_1111.hml101-1.xml", "1111111", "C", "two_copies", "HLA-C*04:01:01:01+HLA-C*15:02:01:01"),
    ("hml-legacy/dash_case.05.1.v093.xml", "444-333-2", "A", "two_copies", "A*0102+A*0103|A*0103+A*0106"),
    ("hml-legacy/dash_case.05.1a.v030.xml", "444-333-2", "A", "two_copies", "A*01BC+A*01CF"),
    ("lab-tool-csv/pretypings_example.csv", "IDTest-HLA01", "A", "novel", "A*01:new+A*25:01:01G"),
    ("lab-tool-csv/testoutput_lab.csv", "sample2", "B", "two_copies", "HLA-B*45:03/HLA-B*44+HLA-B*51:04"),
    ("lab-tool-csv/testoutput_tool.csv", "sample2", "DRB5", "two_copies", "HLA-DRB5*05:01+HLA-DRB5*06:01"),
    ("lookalikes/HLAnte_sample_final.result.txt", "HLAnte_sample", "DPB1", "failed", "-+-"),
    ("midas-table/MiDAS_tut_HLA.txt", "C002", "A", "two_copies", "A*02:01+A*02:324"),
    ("midas-table/MiDAS_tut_HLA.txt", "C005", "DRA", "homozygous_stated", "DRA*01:02+DRA*01:02"),
    ("optitype-like/HLAnte_sample_result.tsv", "HLAnte_sample", "B", "two_copies", "B*07:02+B*15:01"),
    ("polysolver/orig.winners.hla.txt", "orig", "B", "homozygous_stated", "B*39:01:01:02L+B*39:01:01:02L"),
    ("score6-xml/UnitTestXMLScore6_4.xml", "1803977BETA", "DRB4", "candidates", "DRB4*01:01:01:01/DRB4*01:04/"),
    ("specimmune/HG00171.HLA.final.type.result.formatted.txt", "HG00171", "HFE", "failed", "NA+NA"),
    ("specimmune/HG00171.HLA.final.type.result.formatted.txt", "HG00171", "T", "homozygous_stated",
     "HLA-T*01:01:01:05+HLA-T*01:01:01:05"),
    ("suretyper-xml/UnitTestXMLSureTyper_3.xml", "1806993", "DPB1", "two_copies", "DPB1*04:02+DPB1*15:01"),
    ("suretyper-xml/UnitTestXMLSureTyper_3.xml", "1806993", "DRB4", "one_stated", "DRB4*01"),
]  # fmt: skip

WELLS_BY_EYE = [
    # file: sample, label, value
    ("luminex-xponent/luminex_xPONENT_example03.csv", "Unknown2", "alpha", "8538"),
    ("luminex-xponent/hlapro_LSA1-test.csv", "S001", "PC", "18205.5"),
    ("luminex-xponent/luminex_xPONENT_NaN_and_not_reported_values.csv", "Unknown1", None, "NaN"),
    ("luminex-intelliflex/luminex_intelliflex_single_dataset.csv", "Unknown13", None, "129.34082"),
]
"""Where the label is None, any label of the well may have the value."""

REFUSED = {
    # what the list says of a file that holds no typing that can be read, and what a person is told
    "hml-1.0.1/ngs_invalid-schema.xml": ("must be reported, not crash", "no sample element"),
    "hml-1.0.1/ngs_invalid-syntax.xml": ("must be quarantined with line/column", "at line 34, column"),
    "t1k/T1K_example_genotype.tsv": ("KIR run", "KIR typings are not read"),
    "lookalikes/HLAnte_sample_t1k_genotype.tsv": ("sniffing refuses a look-alike", "No installed format reads this"),
    "lookalikes/HLAnte_sample.genotype.json": ("arcasHLA-like", "looks like an arcasHLA-like genotype file"),
    "lookalikes/HLAnte_malformed.json": ("Broken JSON", "looks like plain text"),
    "arcashla/test.em.json": ("abundance (EM) output", "looks like an arcasHLA abundance file"),
    "immucor-eds/3012456_3065421-SA1.eds": ("lot description", "describes a kit lot, not a typing"),
    "hml-gateway/hml-1.0.1-messages.xsd": ("Schema of the NMDP gateway reply", "looks like an XML Schema"),
}

SHOWN = {
    # what the list says a file shows, and the codes of findings, or the states, by which the reading shows it
    "hml-1.0.1/dash_DaSSH_CIBMTR_HML_Donor.hml.xml": ('lacks the "HLA-" prefix', "missing_prefix"),
    "hml-1.0.1/dash_DaSSH_CIBMTR_Recipient_1.hml.xml": ("DRB4 absent", "absent"),
    "hml-1.0.1/immunogenetr_hml_2_AlloSeqAssign.hml": ("MICB has no glstring", "no_call"),
    "hml-legacy/dash_case.05.1a.v030.xml": ("comment BEFORE the XML declaration", "text_before_declaration"),
    "hml-legacy/dash_ex_4_1.v033.xml": ("empty gssp (= hemizygous product)", "hemizygous_product"),
    "gendx-tarr/HLA-C_from_GenDx.tarr.xml": ("253 genotypes listed", "candidates"),
    "score6-xml/UnitTestXMLScore6_3.xml": ("alleleCall empty", "candidates"),
    "donornet-xml/UnitTestXMLDonorNet.xml": ("coded antigen values", "antigen_codes"),
    "glstring-csv/py-ard_sample.csv": ("NNNN for absent DRB3/4/5", "absent"),
    "lab-tool-csv/pretypings_example.csv": ('"new"', "novel"),
    "hla-hd/test_normal_dna.result.txt": ('"-" second allele', "one_stated"),
    "fhir-hla/hla-reporting-ig_DiagnosticReport-HLA-AB-SummaryReportExample.json": (
        'stray "#" before HLA-B', "malformed_glstring"
    ),
    "luminex-xponent/luminex_xPONENT_NaN_and_not_reported_values.csv": ("NaN and blank values", "instrument_warning"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "samples" / "typing"


@pytest.fixture(scope="module")
def listed(folder):
    """What SOURCES.md lists: each file's size and the sentences about it."""
    found, heading, entry = {}, "", {}
    for line in (folder / "SOURCES.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip()
        elif match := LISTED.match(line):
            entry = found[heading + match[1]] = {"bytes": int(match[2].replace(",", "")), "shows": ""}
        elif line.startswith("  - shows: "):
            entry["shows"] = line.removeprefix("  - shows: ")
    return found


@pytest.fixture(scope="module")
def read(folder, formats):
    """The reading of a file, done once: its format and its reports, or why it is refused."""
    done = {}

    def reading(name):
        if name not in done:
            document = open_document((folder / name).read_bytes(), name.rpartition("/")[2])
            try:
                reader = recognise(document, formats)
                done[name] = (reader.name, reader.parse(document).reports)
            except ParseError as refusal:
                done[name] = ("", refusal.explain())
        return done[name]

    return reading


def rows(reports):
    for report in reports:
        if isinstance(report, TypingReport):
            yield from ([report.sample, each.locus, each.state, each.expression, each.reported] for each in report.loci)
        else:
            yield from ([report.sample, each.label, each.value] for each in report.observations)


def pin(reading):
    name, reports = reading
    if not name:
        return {"refused": True}
    lines = [json.dumps(row, ensure_ascii=False) for row in rows(reports)]
    loci = [locus.state for report in reports if isinstance(report, TypingReport) for locus in report.loci]
    counted = {"states": dict(sorted(Counter(loci).items()))} if loci else {"observations": len(lines)}
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return {"format": name, "samples": len(reports), **counted, "rows": digest}


def test_every_file_of_the_list_ends_as_it_was_pinned(listed, read, accept):
    found = {name: pin(read(name)) for name in listed}
    if accept:
        PINNED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(PINNED.read_text(encoding="utf-8"))


def test_the_list_names_every_file_with_its_size(listed, folder):
    there = {
        str(path.relative_to(folder).as_posix()): path.stat().st_size for path in folder.rglob("*") if path.is_file()
    }
    assert {name: entry["bytes"] for name, entry in listed.items()} == {
        name: size for name, size in there.items() if name != "SOURCES.md"
    }


@pytest.mark.parametrize("row", BY_EYE, ids=[" ".join((row[0].rpartition("/")[2], *row[1:3])) for row in BY_EYE])
def test_a_call_read_by_eye_is_the_call_of_the_reader(row, read):
    name, sample, locus, state, call = row
    found = [each for each in rows(read(name)[1]) if each[1] == locus and sample in ("", each[0])]
    assert len(found) == 1
    (_, _, state_read, expression, reported) = found[0]
    assert state_read == state
    assert (expression or reported).startswith(call) if call.endswith("/") else (expression or reported) == call


@pytest.mark.parametrize("row", WELLS_BY_EYE, ids=[row[0].rpartition("/")[2] for row in WELLS_BY_EYE])
def test_a_bead_read_by_eye_is_the_bead_of_the_reader(row, read):
    name, sample, label, value = row
    well = [each for each in rows(read(name)[1]) if each[0] == sample]
    assert any(each[2] == value and (label is None or label in each[1]) for each in well)


@pytest.mark.parametrize(("name", "told"), REFUSED.items())
def test_a_file_that_is_no_typing_is_refused_as_the_list_says(name, told, listed, read):
    shown, explained = told
    reader, reason = read(name)
    assert shown in listed[name]["shows"]
    assert reader == ""
    assert explained in reason


@pytest.mark.parametrize(("name", "told"), SHOWN.items())
def test_what_the_list_says_a_file_shows_is_in_its_reading(name, told, listed, read):
    shown, code = told
    reports = read(name)[1]
    codes = {finding.code for report in reports for finding in report.findings}
    states = {row[2] for row in rows(reports)}
    assert shown in listed[name]["shows"]
    assert code in codes | states


def test_calls_by_eye_are_of_ten_formats_and_more(read):
    assert len({read(row[0])[0] for row in BY_EYE}) >= 10


def test_the_numbers_that_the_list_names_are_those_that_are_read(read):
    """1000 synthetic persons with 18 allele columns, 1000 donors, 5 samples of 15 or 16 loci under 3.53.0.0."""
    midas = read("midas-table/MiDAS_tut_HLA.txt")[1]
    assert (len(midas), {len(report.loci) for report in midas}) == (1000, {9})
    assert len(read("atlas-donor-import/1000-initial-donors.json")[1]) == 1000
    alloseq = read("hml-1.0.1/immunogenetr_hml_2_AlloSeqAssign.hml")[1]
    assert (len(alloseq), {len(report.loci) for report in alloseq}) == (5, {15, 16})
    assert {locus.stated_release for report in alloseq for locus in report.loci if locus.locus[:3] != "MIC"} == {
        "3.53.0.0"
    }
