"""Texts whose last line has no end: what may have been cut is not called, and its locus says so."""

import pytest

from parsers.format import Document, load_formats
from parsers.open_end import with_open_end
from parsers.records import LocusTyping, TypingReport
from tests.formats.invented_tables import read

FORMATS = load_formats()
GTF = 'c1\timmuannot\tgene\t1\t9\t.\t+\t.\tgene_name "HLA-{}"; template_allele "HLA-{}*01:01"; template_distance "0";\n'
KOURAMI = "{}\t546\t1.0\t546\t546\t27\t27\t26\n"

BY_GENE = [
    ("hla_hd", "S_final.result.txt", "B\tHLA-B*07:02\tHLA-B*08:01\nA\tHLA-A*03:01\tHLA-A*24:02:01:02L\n"),
    ("polysolver", "S.winners.hla.txt", "HLA-B\thla_b_07_02\thla_b_08_01\nHLA-A\thla_a_01_01\thla_a_24_02_01_02l\n"),
    ("phlat", "S_HLA.sum", "Locus\tAllele1\tAllele2\tLLK\nHLA_B\tB*07:02\tB*08:01\t-1\nHLA_A\tA*01:01\tA*02:01\t-1\n"),
    ("t1k", "S_genotype.tsv", "".join(f"HLA-{gene}\t1\t{gene}*07:02\t9\t60\t.\t0\t-1\n" for gene in "BA")),
    ("hifihla", "S_report.tsv", "HLA-B\t*07:02/*08:01\nHLA-A\t*01:01/*02:01\n"),
    (
        "hifihla",
        "S_summary.tsv",
        "queryId\tgType\texEdit\tType\nA_1\tA*01:01\t0\tA*01:01\nB_1\tB*07:02\t0\tB*07:02\nA_2\tA*02:01\t0\tA*02:01\n",
    ),
    (
        "seq2hla",
        "S.HLAgenotype4digits",
        "#Locus\tAllele 1\tConfidence\tAllele 2\tConfidence\nB\tB*07:02\t0.01\tno\tNA\nA\tA*01:01\t0.01\tno\tNA\n",
    ),
    (
        "dragen_hla",
        "S.hla.tsv",
        "gene\tnum_alleles\tallele_1\tallele_2\nB\t2\tB*07:02\tB*08:01\nA\t2\tA*01:01\tA*02:01\n",
    ),
    ("dragen_hla", "S.hla.tsv", "B1\tB2\tC1\tC2\tA1\tA2\nB*07:02\tB*08:01\tC*07:01\tC*07:02\tA*01:01\tA*02:01\n"),
    ("hlascan", "S.result.txt", "HLA gene : HLA-B\n[Type 1]\t07:02\tEX2\nHLA gene : HLA-A\n[Type 1]\t02:01\n"),
    ("immuannot", "S.gtf", GTF.format("A", "A") + GTF.format("B", "B") + GTF.format("A", "A")),
    (
        "stc_seq",
        "S.hla.txt",
        "##Valid allele pair\nLocus\tGenotype\tAlternative_genotype\tQuality\n"
        "B\tB*07:02,B*08:01\tnull\tPASS\nA\tA*01:01,A*02:01\tnull\tPASS\n",
    ),
    (
        "specimmune",
        "S.HLA.final.type.result.formatted.txt",
        "Locus\tChromosome\tGenotype\tMatch_info\tReads_num\tStep1_type\tOne_guess\n"
        + "".join(f"HLA-{each[0]}\t1\t{each}\t{each}|9|1.0\t9\tNA\tNA\n" for each in ("A*01:01", "B*07:02", "A*02:01")),
    ),
    ("kourami", "S.result", "".join(map(KOURAMI.format, ("A*01:01", "B*07:02", "A*02:01")))),
    (
        "hisat_genotype",
        "S.report",
        "# VERSIONS:\n# HISAT2 - 2.2.1\n\t1 ranked B*07:02 (abundance: 99%)\n\t1 ranked A*02:01 (abundance: 99%)\n",
    ),
    (
        "hla_la",
        "S/R1_bestguess.txt",
        "Locus\tChromosome\tAllele\tQ1\tQ2\n"
        + "".join(f"{each[0]}\t1\t{each}\t1\t0\n" for each in ("A*01:01", "B*07:02", "A*02:01")),
    ),
    ("spechla", "hla.result.txt", "Sample\tHLA_B_1\tHLA_B_2\tHLA_A_1\tHLA_A_2\nS\tB*07:02\t-\tA*01:01\tA*02:01\n"),
    (
        "strip_scan",
        "s.txt",
        "StripScan 1\nStrip Type: X/B\nStrip ID\tGenotype\nS\t07:02+08:01\n"
        "Strip Type: X/A\nStrip ID\tGenotype\nS\t01:01+02:01\n",
    ),
    (
        "trusight_assign",
        "t.tsv",
        "T\nReferences\t3.34.0\nCWD Set\t2.0.0\nSample Name\tHLA-B\tHLA-A\nS\t07:02\t01:01\n\t08:01\t02:01\n",
    ),
    ("glstring_table", "g.csv", "id,glstring\nS,B*07:02+B*08:01^A*01:01+A*02:01\n"),
    ("uniformat", "u.txt", "S\tB*07:02,B*08:01\tA*01:01,A*02:01\n"),
]


def report_of(name, file_name, text):
    return FORMATS[name].parse(Document(text.encode(), file_name)).reports[-1]


def expressions(report):
    return {each.locus: each.expression for each in report.loci}


@pytest.mark.parametrize(("name", "file_name", "text"), BY_GENE)
def test_the_locus_of_an_unfinished_last_line_is_printed_and_not_called(name, file_name, text):
    whole, cut = report_of(name, file_name, text), report_of(name, file_name, text.removesuffix("\n"))
    assert expressions(cut) == {**expressions(whole), "A": ""}
    assert {each.locus: each.reported for each in cut.loci} == {each.locus: each.reported for each in whole.loci}
    assert {each.state for each in cut.loci if each.locus == "A"} == {"candidates"}
    assert [(each.code, each.locus) for each in cut.findings if each not in whole.findings] == [
        ("no_final_line_end", "A")
    ]


def test_a_null_allele_never_becomes_an_expressed_one():
    text = "B\tHLA-B*07:02\tHLA-B*08:01\nA\tHLA-A*03:01\tHLA-A*01:01:01:02N\n"
    for length in range(1, len(text)):
        found = FORMATS["hla_hd"]
        try:
            report = found.parse(Document(text[:length].encode(), "S_final.result.txt")).reports[0]
        except ValueError:
            continue
        assert expressions(report).get("A", "") == ""


def test_a_row_cut_short_doubts_every_locus_from_the_cut_on():
    head = "T\nReferences\t3.34.0\nCWD Set\t2.0.0\nSample Name\tHLA-A\tHLA-B\tHLA-C\nS\t01:01\t07:02\t07:01\n"
    report = report_of("trusight_assign", "t.tsv", f"{head}\t02:01\t08:0")
    assert expressions(report) == {"A": "A*01:01+A*02:01", "B": "", "C": ""}
    assert [each.locus for each in report.findings if each.code == "no_final_line_end"] == ["B", "C"]


@pytest.mark.parametrize(
    ("last", "called"), [("08:01\n", "B*07:02+B*08:01"), ("08:01", ""), ("", ""), ("\n", "B*07:02")]
)
def test_a_table_that_is_cut_behind_a_comma_may_lack_a_copy(last, called):
    loci = [{"name": "A", "columns": ["A1", "A2"]}, {"name": "B", "columns": ["B1", "B2"]}]
    (report,) = read(f"id,A1,A2,B1,B2\nS,01:01,02:01,07:02,{last}", locus=loci).reports
    assert expressions(report) == {"A": "A*01:01+A*02:01", "B": called}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("glstring_table", "id,glstring,population\nS,A*01:01+A*02:01,EURO"),
        ("glstring_table", 'id,glstring\nS,"A*01:01+A*02:01"'),
        ("uniformat", "S\tA*01:01,A*02:01\n# the end"),
    ],
)
def test_what_something_follows_on_its_line_is_whole(name, text):
    report = report_of(name, "", text)
    assert expressions(report) == {"A": "A*01:01+A*02:01"}
    assert [(each.code, each.locus) for each in report.findings] == [("no_final_line_end", "")]


def test_a_locus_without_a_call_stays_one():
    absent = LocusTyping(locus="DRB4", state="absent", reported="NNNN")
    report = with_open_end(TypingReport(format="f", sample="S", loci=(absent,)), "DRB4")
    assert report.loci == (absent,)
