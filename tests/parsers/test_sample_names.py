"""Typing tools: whose result a file is, where it says so in its name alone."""

import pytest

from parsers.errors import ParseError
from parsers.format import Document, load_formats
from parsers.sample_names import says_nothing

FORMATS = load_formats()

HLA_HD = "A\tHLA-A*01:01\tHLA-A*02:01\n"
HIFIHLA = "HLA-A\t*01:01/*02:01\n"
HIFIHLA_JSON = '{"hla_calls": {"HLA-A": {"A_1": [{"star_name": "HLA-A*01:01"}]}}}'
SUMMARY = "queryId\tgType\texEdit\tType\nA_1\tHLA-A*01:01\t0\tHLA-A*01:01\n"
ARCAS = '{"A": ["A*01:01", "A*02:01"]}'
PHLAT = "Locus\tAllele1\tAllele2\tLLK\nHLA_A\tA*01:01\tA*02:01\t-1\n"
HISAT = "# VERSIONS:\n# HISAT2 - 2.2.1\n\t1 ranked A*02:01 (abundance: 100.00%)\n"
STARPHASE = (
    '{"pbstarphase_version": "1", "gene_details": {"HLA-A": {"diplotypes": [{"hap1": "*01:01", "hap2": "*02:01"}]}}}'
)
HLASCAN = "HLA gene : HLA-A\n[Type 1]\t01:01\tEX2\n"
STC_SEQ = "##Valid allele pair\nLocus\tGenotype\tAlternative_genotype\tQuality\nA\tA*01:01,A*02:01\tnull\tPASS\n"
SPECIMMUNE = (
    "Locus\tChromosome\tGenotype\tMatch_info\tReads_num\tStep1_type\tOne_guess\n"
    "HLA-A\t1\tA*01:01\tA*01:01|9|1.0\t9\tNA\tNA\n"
)
HLAMINER = "HLA-A\n\tPrediction #1 - A*68\n\t\tA*68:02P,4132.14,1.2e-10,98.4\n"
POLYSOLVER = "HLA-A\thla_a_24_02\thla_a_24_02\n"
XHLA = '{"report_type": "hla_typing", "hla": {"alleles": ["A*01:01", "A*02:01"]}}'
OPTITYPE = "\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n0\tA*01:01\tA*02:01\t\t\t\t\t1\t1\n"

USUAL_NAMES = [
    ("hla_hd", HLA_HD, "final.result.txt"),
    ("hla_hd", HLA_HD, "HLA-HD_final.result.txt"),
    ("arcashla", ARCAS, "genotype.json"),
    ("arcashla", ARCAS, "genotypes.json"),
    ("arcashla", ARCAS, "partial_genotype.json"),
    ("hifihla", HIFIHLA, "report.tsv"),
    ("hifihla", HIFIHLA, "hifihla_report.tsv"),
    ("hifihla", SUMMARY, "summary.tsv"),
    ("hifihla", SUMMARY, "hifihla_summary.tsv"),
    ("hifihla", HIFIHLA_JSON, "hifihla_report.json"),
    ("phlat", PHLAT, "HLA.sum"),
    ("hisat_genotype", HISAT, "hla.report"),
    ("hisat_genotype", HISAT, "assembly_graph.report"),
    ("starphase", STARPHASE, "diplotypes.json"),
    ("starphase", STARPHASE, "pbstarphase.json"),
    ("hlascan", HLASCAN, "result.txt"),
    ("hlascan", HLASCAN, "hlascan.txt"),
    ("stc_seq", STC_SEQ, "hla.txt"),
    ("stc_seq", STC_SEQ, "result.txt"),
    ("specimmune", SPECIMMUNE, "HLA.final.type.result.formatted.txt"),
    ("hlaminer", HLAMINER, "HLAminer.csv"),
    ("hlaminer", HLAMINER, "HLAminer_HPRA.csv"),
    ("hlaminer", HLAMINER, "HLAminer_HPTASR.csv"),
    ("polysolver", POLYSOLVER, "winners.hla.txt"),
    ("polysolver", POLYSOLVER, "_winners.hla.txt"),
    ("xhla", XHLA, "report.json"),
    ("optitype", OPTITYPE, "hla_result.tsv"),
]


def sample(name, text, file_name):
    (report,) = FORMATS[name].parse(Document(text.encode(), file_name)).reports
    return report.sample


@pytest.mark.parametrize(("name", "text", "file_name"), USUAL_NAMES)
def test_a_name_that_the_tool_gives_any_result_is_no_sample(name, text, file_name):
    assert sample(name, text, f"P1/{file_name}") == "P1"
    with pytest.raises(ParseError, match="names no sample"):
        sample(name, text, file_name)


@pytest.mark.parametrize(
    ("file_name", "expected"),
    [
        ("P1/results/winners.hla.txt", "P1"),
        ("P1/Results/HLA_output/winners.hla.txt", "P1"),
        (r"exports\P1\hla\winners.hla.txt", "P1"),
        ("P1//winners.hla.txt", "P1"),
        ("results/P1.winners.hla.txt", "P1"),
        ("results/P1_winners.hla.txt", "P1"),
    ],
)
def test_a_folder_that_anybody_has_is_no_sample(file_name, expected):
    assert sample("polysolver", POLYSOLVER, file_name) == expected


@pytest.mark.parametrize("folder", ["results", "output/hla", "OUT", "polysolver-results"])
def test_where_no_name_says_whose_it_is_the_result_is_refused(folder):
    with pytest.raises(ParseError, match="names no sample"):
        sample("polysolver", POLYSOLVER, f"{folder}/winners.hla.txt")


@pytest.mark.parametrize("name", ["", "_", "HLA", "hla-hd", "HLAHD", "final.result", "arcasHLA genotypes", "T1K_out"])
def test_names_that_say_nothing(name):
    assert says_nothing(name)


@pytest.mark.parametrize("name", ["P1", "R1", "1", "HLA-1", "hlax", "result_7", "Typhon", "7-final"])
def test_names_that_may_be_a_samples(name):
    assert not says_nothing(name)


def test_r1_is_what_one_tool_writes_and_anybodys_sample_elsewhere():
    text = "Locus\tChromosome\tAllele\tQ1\tQ2\nA\t1\tA*01:01\t1\t0\n"
    assert sample("hla_la", text, "P1/hla/R1_bestguess.txt") == "P1"
    assert sample("hla_hd", HLA_HD, "batch/R1_final.result.txt") == "R1"
