"""Open typing tools: results that would say more, or something else, than the tool said."""

from pathlib import Path

import pytest

import parsers
from parsers.errors import ParseError
from parsers.format import Document, load_formats
from parsers.records import identity

FORMATS = load_formats()
SAMPLES = Path(__file__).parent.parent / "formats"


def read(name, text, file_name):
    (report,) = FORMATS[name].parse(Document(text.encode(), file_name)).reports
    return report


def calls(report):
    return {each.locus: (each.state, each.expression) for each in report.loci}


def doubted(report):
    return [each.locus for each in report.findings if each.code == "low_quality_call"]


HLA_LA = "Locus\tChromosome\tAllele\tQ1\tQ2\tAverageCoverage\n"
SPECIMMUNE = "Locus\tChromosome\tGenotype\tMatch_info\tReads_num\tStep1_type\tOne_guess\n"
HISAT = "# VERSIONS:\n# HISAT2 - 2.2.1\n"
SUMMARY = "queryId\tgType\texEdit\tType\n"


@pytest.mark.parametrize(
    ("name", "file_name", "text"),
    [
        (
            "hla_la",
            "S/R1_bestguess.txt",
            HLA_LA + "A\t1\tA*01:01\t1\t0\t30\nB\t1\tB*07:02\t1\t0\t30\n"
            "A\t2\tA*02:01\t1\t0\t30\nB\t2\tB*07:02\t1\t0\t30\n",
        ),
        (
            "kourami",
            "S.result",
            "".join(
                f"{each}\t546\t1.0\t546\t546\t27\t27\t26\n" for each in ("A*01:01", "B*07:02", "A*02:01", "B*07:02")
            ),
        ),
        (
            "specimmune",
            "S.HLA.final.type.result.formatted.txt",
            SPECIMMUNE
            + "".join(
                f"{gene}\t1\t{name}\t{name}|9|1.0\t9\tNA\tNA\n"
                for gene, name in (
                    ("HLA-A", "A*01:01"),
                    ("HLA-B", "B*07:02"),
                    ("HLA-A", "A*02:01"),
                    ("HLA-B", "B*07:02"),
                )
            ),
        ),
    ],
)
def test_the_copies_of_a_gene_belong_together_wherever_their_rows_stand(name, file_name, text):
    report = read(name, text, file_name)
    assert calls(report) == {"A": ("two_copies", "A*01:01+A*02:01"), "B": ("homozygous_stated", "B*07:02+B*07:02")}


def test_a_measure_that_is_no_number_is_no_assurance():
    report = read("hla_la", HLA_LA + "A\t1\tA*01:01\tnan\t0\t30\nB\t1\tB*07:02\t1\t0\tNA\n", "S/R1_bestguess.txt")
    assert doubted(report) == ["A", "B"]
    header = "#Locus\tAllele 1\tConfidence\tAllele 2\tConfidence\n"
    assert doubted(read("seq2hla", f"{header}A\tA*01:01\tnan\tA*02:01\t0.01\n", "S.HLAgenotype4digits")) == ["A"]


@pytest.mark.parametrize(
    ("probability", "depth", "state"),
    [
        ("1", "30", "homozygous_stated"),
        ("1", "4", "homozygous_stated"),
        ("0.5", "30", "failed"),
        ("1", "0.1", "failed"),
    ],
)
def test_hla_la_always_reports_drb3_and_it_is_called_only_if_there_is_evidence(probability, depth, state):
    rows = "".join(f"DRB3\t{copy}\tDRB3*01:01\t{probability}\t0\t{depth}\n" for copy in (1, 2))
    report = read("hla_la", HLA_LA + rows, "S/R1_bestguess.txt")
    assert (report.loci[0].state, report.loci[0].reported) == (state, "DRB3*01:01+DRB3*01:01")
    assert (doubted(report) == ["DRB3"]) is (depth != "30" or probability != "1")


@pytest.mark.parametrize(
    ("name", "file_name", "text"),
    [
        ("dragen_hla", "S.hla.tsv", "gene\tnum_alleles\tallele_1\tallele_2\nA\t3\tA*01:01\tA*02:01\tA*03:01\n"),
        ("phlat", "S_HLA.sum", "Locus\tAllele1\tAllele2\tLLK\nHLA_A\tA*01:01\tA*02:01\t-1\tA*03:01\n"),
        ("hla_la", "S/R1_bestguess.txt", HLA_LA + "A\t1\tA*01:01\t1\t0\t30\tA*03:01\n"),
        ("spechla", "hla.result.txt", "Sample\tHLA_A_1\tHLA_A_2\nS\tA*01:01\tA*02:01\tA*03:01\n"),
    ],
)
def test_a_cell_that_stands_below_no_heading_is_refused(name, file_name, text):
    with pytest.raises(ParseError, match="cells"):
        read(name, text, file_name)
    blank = text.replace("A*03:01\n", "\n")
    assert read(name, blank, file_name).loci


def test_a_blank_cell_of_hifihla_is_a_gene_without_a_call():
    assert calls(read("hifihla", "HLA-A\t*01:01/*02:01\nHLA-DRB4\t\n", "S_hifihla_report.tsv")) == {
        "A": ("two_copies", "A*01:01+A*02:01"),
        "DRB4": ("failed", ""),
    }


def test_the_stroke_of_hifihla_parts_copies_also_between_full_names():
    report = read("hifihla", "HLA-A\tHLA-A*01:01/HLA-A*02:01\n", "S_hifihla_report.tsv")
    assert calls(report) == {"A": ("two_copies", "A*01:01+A*02:01")}


def test_a_sequence_of_hifihla_that_differs_in_its_exons_is_novel_whatever_it_is_called():
    report = read("hifihla", SUMMARY + "A_1\tHLA-A*01:01\t2\tHLA-A*01:01\n", "S_hifihla_summary.tsv")
    assert calls(report) == {"A": ("novel", "A*NEW")}
    differs = '{"hla_calls": {"HLA-A": {"A_1": [{"match_name": "*01:01", "coding_diffs": 1}]}}}'
    assert calls(read("hifihla", differs, "S.json")) == {"A": ("novel", "A*NEW")}


def test_sequences_of_hifihla_may_stand_in_a_list():
    listed = ", ".join(f'{{"record": [{{"star_name": "{name}"}}]}}' for name in ("HLA-A*01:01", "HLA-A*02:01"))
    text = f'{{"hla_calls": {{"HLA-A": [{listed}]}}}}'
    assert calls(read("hifihla", text, "S.json")) == {"A": ("two_copies", "A*01:01+A*02:01")}


GTF = 'c1\timmuannot\t{}\t1\t9\t.\t+\t.\tgene_name "HLA-A"; {}\n'


def test_the_consensus_of_immuannot_may_stand_in_the_transcript():
    text = GTF.format("gene", 'template_allele "HLA-A*01:01:01:01"; template_distance "2";')
    text += GTF.format("transcript", 'consensus "HLA-A*01:new"; allele "HLA-A*01:01";')
    assert calls(read("immuannot", text, "S.gtf")) == {"A": ("novel", "HLA-A*01:new")}


def test_the_nearest_allele_is_no_name_of_a_sequence_that_differs_from_it():
    text = GTF.format("gene", 'template_allele "HLA-A*01:01:01:01"; template_distance "2";')
    report = read("immuannot", text, "S.gtf")
    assert calls(report) == {"A": ("novel", "A*NEW")}
    assert report.loci[0].reported == "HLA-A*01:01:01:01"


def test_three_alleles_of_dragen_are_candidates():
    header = "gene\tnum_alleles\tallele_1\tallele_2\tallele_3\n"
    report = read("dragen_hla", f"{header}A\t3\tA*01:01\tA*02:01\tA*03:01\n", "S.hla.tsv")
    assert calls(report) == {"A": ("candidates", "A*01:01+A*02:01+A*03:01")}


@pytest.mark.parametrize(
    "text",
    [
        "num_alleles\tallele_2\tgene\tallele_1\treads\n2\tA*02:01\tHLA-A\tA*01:01\t400\nNA\tNA\tHFE\tNA\t0\n",
        "A2\tA1\tC1\tC2\tB1\tB2\nA*01:01\tA*02:01\tNA\tNA\tNA\tNA\n",
    ],
)
def test_the_columns_of_dragen_may_stand_in_any_order(text):
    assert FORMATS["dragen_hla"].looks_like(text.encode())
    assert calls(read("dragen_hla", text, "S.hla.tsv"))["A"] == ("two_copies", "A*01:01+A*02:01")


def test_a_gene_of_dragen_without_a_call_has_failed_also_without_its_prefix():
    header = "gene\tnum_alleles\tallele_1\tallele_2\n"
    report = read("dragen_hla", f"{header}DQA1\t0\tNA\tNA\nHFE\tNA\tNA\tNA\n", "S.hla.tsv")
    assert calls(report) == {"DQA1": ("failed", "")}
    assert [each.label for each in report.properties] == ["HFE"]


def test_no_row_of_t1k_is_lost():
    row = "{0}\t1\t{0}*008:01\t9\t60\t.\t0\t-1\n"
    report = read("t1k", row.format("HLA-A") + row.format("MICA") + row.format("TAP1"), "S_genotype.tsv")
    assert list(calls(report)) == ["A", "MICA"]
    assert [each.label for each in report.properties] == ["TAP1"]


def test_a_gene_whose_reads_hisat_genotype_only_counted_has_failed():
    text = HISAT + "\t1 B*07:02 (count: 3)\n\t1 ranked A*02:01 (abundance: 100.00%)\n"
    assert calls(read("hisat_genotype", text, "S.report")) == {"B": ("failed", ""), "A": ("one_stated", "A*02:01")}


@pytest.mark.parametrize(
    "line",
    [
        "2 ranked B*08:01:01 (abundance: 50,0%)",
        "2 ranked B*08:01:01 (abundance: 50.0",
        "*** 2 ranked B*08:01:01",
        "2 ranked",
        "2 B*08:01:01 (count: many)",
        "B*08:01:01 (abundance: 50.0%)",
    ],
)
def test_a_line_about_an_allele_that_cannot_be_read_is_no_message_of_hisat_genotype(line):
    text = f"{HISAT}\t622 reads and 311 pairs are aligned\n\t1 ranked B*07:02:01 (abundance: 50.0%)\n\t{line}\n"
    with pytest.raises(ParseError, match="cannot be read") as refusal:
        read("hisat_genotype", text, "S.report")
    assert (refusal.value.where, refusal.value.found) == ("line 5", line)


def test_two_reports_of_hisat_genotype_in_one_file_are_nobodys_copies():
    text = HISAT + "\t1 ranked A*02:01 (abundance: 100.00%)\n\t1 ranked A*24:02 (abundance: 100.00%)\n"
    with pytest.raises(ParseError, match="twice"):
        read("hisat_genotype", text, "S.report")


@pytest.mark.parametrize(
    "line", ["A\tCouldn't read result file.\tCouldn't read result file.\n", "A\tcouldn't read result file\n"]
)
def test_hla_hd_may_fail_at_its_first_gene(line):
    text = f"{line}B\tHLA-B*07:02\t-\n"
    assert FORMATS["hla_hd"].looks_like(text.encode())
    assert calls(read("hla_hd", text, "S_final.result.txt")) == {
        "A": ("failed", ""),
        "B": ("one_stated", "HLA-B*07:02"),
    }


def test_a_pair_of_stc_seq_may_lack_a_copy():
    text = "##Valid allele pair\nLocus\tGenotype\tAlternative_genotype\tQuality\nA\tA*01:01,-\tnull\tPASS\n"
    assert calls(read("stc_seq", text, "S.hla.txt")) == {"A": ("one_stated", "A*01:01")}


def test_starphase_may_write_the_gene():
    pair = '{"hap1": "HLA-A*01:01", "hap2": "*02:01"}'
    text = f'{{"pbstarphase_version": "1", "gene_details": {{"HLA-A": {{"diplotypes": [{pair}]}}}}}}'
    assert calls(read("starphase", text, "S.json")) == {"A": ("two_copies", "A*01:01+A*02:01")}


def test_a_gene_that_arcashla_names_twice_is_refused():
    with pytest.raises(ParseError, match="two members of one name"):
        read("arcashla", '{"A": ["A*01:01"], "A": ["A*02:01"]}', "S.genotype.json")


@pytest.mark.parametrize("diplotype", ["*03:01/*04:01", "*03:01/*03:01", "NO_MATCH/*15:01"])
def test_starphase_calls_nothing_where_its_diplotype_has_other_haplotypes(diplotype):
    pair = f'{{"hap1": "*03:01", "hap2": "*15:01", "diplotype": "{diplotype}"}}'
    text = f'{{"pbstarphase_version": "1", "gene_details": {{"HLA-A": {{"diplotypes": [{pair}]}}}}}}'
    report = read("starphase", text, "S.json")
    assert calls(report) == {"A": ("candidates", "")}
    assert [(each.code, each.where, each.locus) for each in report.findings] == [("genotypes_differ", "HLA-A", "A")]
    same = read("starphase", text.replace(diplotype, "HLA-A*15:01/HLA-A*03:01"), "S.json")
    assert (calls(same), same.findings) == ({"A": ("two_copies", "A*03:01+A*15:01")}, ())


T1K = "HLA-B\t{}\t{}\t{}\n"
DRAGEN = "gene\tnum_alleles\tallele_1\tallele_2\nHLA-B\t{}\t{}\t{}\n"


@pytest.mark.parametrize(
    ("stated", "first", "second", "agree"),
    [
        ("2", "B*07:02", "B*08:01", True),
        ("1", "B*07:02", "", True),
        ("0", "", "", True),
        ("2", "B*07:02", "B*07:02", True),
        ("1", "B*07:02", "B*07:02", True),
        ("0", "B*07:02", "B*08:01", False),
        ("1", "B*07:02", "B*08:01", False),
        ("2", "B*07:02", "", False),
        ("3", "B*07:02", "B*08:01", False),
        ("1", "", "", False),
    ],
)
def test_a_tool_that_states_another_number_of_alleles_than_it_names_calls_nothing(stated, first, second, agree):
    calls_of_t1k = [f"{each}\t40\t60" if each else ".\t0\t-1" for each in (first, second)]
    for report in (
        read("t1k", T1K.format(stated, *calls_of_t1k), "S_genotype.tsv"),
        read("dragen_hla", DRAGEN.format(stated, first or "NA", second or "NA"), "S.hla.tsv"),
    ):
        assert [(each.code, each.locus) for each in report.findings] == ([] if agree else [("copies_differ", "B")])
        assert agree or report.loci[0].expression == ""


@pytest.mark.parametrize("name", ["hisat_genotype", "hlaminer", "hlascan", "immuannot", "spechla", "specimmune"])
@pytest.mark.parametrize("line_end", ["\r", "\r\n"])
def test_a_result_is_known_whatever_ends_its_lines(name, line_end):
    samples = [
        each for each in (SAMPLES / name).iterdir() if each.is_file() and each.suffix not in (".md", ".py", ".json")
    ]
    for sample in samples:
        assert FORMATS[name].looks_like(sample.read_bytes().replace(b"\n", line_end.encode()))


def test_a_text_that_was_not_written_to_its_end_is_refused():
    with pytest.raises(ParseError, match="NUL") as refusal:
        read("kourami", "A*01:01:01G\t546\t1.0\t546\t546\t27\t27\t26\n\0\0\0", "S.result")
    assert refusal.value.where == "character 38"


@pytest.mark.parametrize("name", ["batch/S9.txt", "batch/kourami_S9.out"])
def test_a_file_that_is_named_otherwise_is_not_its_folders(name):
    """The folder may hold the results of many."""
    with pytest.raises(ParseError, match="names no sample"):
        read("kourami", "A*01:01:01G\t546\t1.0\t546\t546\t27\t27\t26\n", name)


def test_the_moment_that_optitype_puts_in_place_of_a_prefix_is_no_sample():
    text = (SAMPLES / "optitype" / "invented_result.tsv").read_text()
    with pytest.raises(ParseError, match="names no sample"):
        read("optitype", text, "2026_11_26_10_20_30_result.tsv")


def test_every_tool_whose_file_may_name_no_sample_says_that_its_name_is_part_of_it():
    by_name = {
        name
        for name in FORMATS
        for source in [(Path(parsers.__file__).parent / "formats" / f"{name}.py").read_text(encoding="utf-8")]
        if any(call in source for call in ("sample_of(document", "report_of_lines(document", "_sample(document.name"))
    }
    assert {name for name, each in FORMATS.items() if each.sample_in_name} == by_name | {"optitype"}


@pytest.mark.parametrize("alleles", ['"HLA-A*01:01", null', "null", '""', '"A*01:01", null', '"HLA-A*01:01"'])
def test_a_genotype_of_arcashla_with_anything_else_in_its_lists_is_refused_as_what_it_is(alleles):
    text = f'{{"A": [{alleles}], "B": ["B*07:02"], "C": ["C*07:02"]}}'
    assert FORMATS["arcashla"].looks_like(text.encode())
    with pytest.raises(ParseError, match=r"genotype of arcasHLA|alleles of one gene"):
        read("arcashla", text, "S.genotype.json")


def test_a_partial_genotype_of_arcashla_is_no_newer_version_of_the_genotype():
    text = '{"A": ["A*01:01"]}'
    files = ("S.genotype.json", "S.partial_genotype.json")
    whole, partial = (identity(read("arcashla", text, name)) for name in files)
    assert (whole[-1], partial[-1]) == ("S", "S")
    assert whole != partial


def test_two_rows_of_one_sample_are_marked():
    text = "Sample\tHLA_A_1\tHLA_A_2\nS\tA*01:01\tA*02:01\nS\tA*01:01\tA*03:01\n"
    parsed = FORMATS["spechla"].parse(Document(text.encode(), "hla.result.txt"))
    assert [[each.code for each in report.findings] for report in parsed.reports] == [["duplicate_sample_id"]] * 2
