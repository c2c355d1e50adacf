"""Files as laboratories and typing tools leave them, through the command line: whose they are, in what state each locus
is, and what is refused. All people, runs and samples are invented."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Graftline = Callable[..., Any]

HLA_LA = (
    "Locus\tChromosome\tAllele\tQ1\tQ2\tAverageCoverage\tCoverageFirstDecile\tMinimumCoverage\t"
    "proportionkMersCovered\tLocusAvgColumnError\tNColumns_UnaccountedAllele_fGT0.2\tperfectG\n"
)
SEQ2HLA = "#Locus\tAllele 1\tConfidence\tAllele 2\tConfidence\n"
TWIN = "sample,locus,mismatches,options,alleles,p-groups\n"
FUSION = (
    "ALF Report\tx\nSample ID:\tINV-1\nSession ID:\tRUN-1\tCatalog:\tKIT-A\tLocus:\tA\tTest Pos:\t3\n"
    "Possible Allele Pairs:\tA*01:01 A*02:01\tOther Assignment:\n"
)
ANTIBODIES = (
    '"PatientID";"SampleIDName";"RunDate";"CatalogID";"BeadID";"Specificity";"RawData"\r\n'
    '"INV-P";"INV-1";"01-02-2024";"LS1A04";"1";"A*01:01, -, -";"123,4"\r\n'
)


def put(name: str, content: str | bytes) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def calls(answer: Any) -> list[tuple[str, str, str, str]]:
    return [
        (report["sample"], each["locus"], each["state"], each.get("expression", ""))
        for report in answer.rows()
        for each in report["loci"]
    ]


def fed(graftline: Graftline) -> dict[str, dict[str, str]]:
    rows = graftline("--json", "feed", "changes", "--since", "0").rows()
    return {row["donor"]: row["loci"] for row in rows if "donor" in row}


def la(locus: str, copy: int, allele: str, q1: str, depth: str) -> str:
    return f"{locus}\t{copy}\t{allele}\t{q1}\t-3\t{depth}\t30\t20\t1\t0.001\t0\t1\n"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("INV-1.genotype.json", '{"A": ["A*01:01", "A*01:01"]}', ("A", "homozygous_stated", "A*01:01+A*01:01")),
        ("INV-1.genotype.json", '{"A": ["A*01:01"], "B": []}', ("B", "failed", "")),
        ("INV-1_final.result.txt", "A\t-\tHLA-A*01:01\n", ("A", "one_stated", "HLA-A*01:01")),
        ("INV-1_final.result.txt", "A\tNot typed\tHLA-A*01:01\n", ("A", "one_stated", "HLA-A*01:01")),
        (
            "INV-1_bestguess_G.txt",
            HLA_LA + la("A", 1, "A*01:01:01G", "nan", "40") + la("A", 2, "A*02:01:01G", "1", "nan"),
            ("A", "failed", ""),
        ),
        (
            "INV-1_bestguess_G.txt",
            HLA_LA + la("A", 1, "A*01:01:01G", "0.89", "40") + la("A", 2, "A*02:01:01G", "1", "40"),
            ("A", "one_stated", "A*02:01:01G"),
        ),
        (
            "INV-1_summary.tsv",
            "queryId\tgType\texEdit\tType\nHLA-A_0\tHLA-A*01:01\t0\tHLA-A*01:01\nHLA-A_1\tHLA-A*02:01\tNA\tHLA-A*02:01\n",
            ("A", "novel", "A*01:01+A*NEW"),
        ),
    ],
)
def test_a_tool_s_call_is_never_more_than_it_states(
    graftline: Graftline, name: str, content: str, expected: tuple[str, str, str]
) -> None:
    assert ("INV-1", *expected) in calls(graftline("--json", "parse", put(name, content)))


def test_equal_results_in_two_folders_are_two_people(graftline: Graftline) -> None:
    for person in ("INV-1", "INV-2"):
        put(f"run/{person}/winners.hla.txt", "HLA-A\thla_a_02_01_01_02l\thla_a_24_09n\n")
    assert graftline("--json", "ingest", "run").row()["loaded"] == 2
    assert fed(graftline)["INV-1"] == fed(graftline)["INV-2"] == {"A": "HLA-A*02:01:01:02L+HLA-A*24:09N"}


def test_the_two_classes_of_seq2hla_stand_beside_each_other(graftline: Graftline) -> None:
    put("run/INV-1-ClassI-class.HLAgenotype4digits", f"{SEQ2HLA}A\tA*01:01\t0.01\tA*02:01\t0.01\n")
    put("run/INV-1-ClassI-nonclass.HLAgenotype4digits", f"{SEQ2HLA}B\tB*07:02\t0.01\tB*08:01\t0.01\n")
    graftline("ingest", "run")
    assert fed(graftline)["INV-1"] == {"A": "HLA-A*01:01+HLA-A*02:01", "B": "HLA-B*07:02+HLA-B*08:01"}


def test_what_one_file_contradicts_itself_in_reaches_no_matcher(graftline: Graftline) -> None:
    rows = ["A\tHLA-A*01:01\tHLA-A*02:01", "B\tHLA-B*07:02\tHLA-B*08:01", "A\tHLA-A*03:01\tHLA-A*02:01"]
    graftline("ingest", put("INV-1_final.result.txt", "\n".join([*rows, ""])))
    assert fed(graftline)["INV-1"] == {"B": "HLA-B*07:02+HLA-B*08:01"}
    assert "contradicts" in [row["state"] for row in graftline("--json", "quarantine", "list").rows()]


def test_mismatches_of_one_sample_say_nothing_of_another_with_the_same_alleles(graftline: Graftline) -> None:
    rows = "".join(f"INV-{each},A,{each % 2},1,HLA-A*01:01;HLA-A*02:01,x\n" for each in range(4))
    states = [state for _, _, state, _ in calls(graftline("--json", "parse", put("twin.csv", TWIN + rows)))]
    assert states == ["two_copies", "novel", "two_copies", "novel"]


def test_the_only_allele_of_a_laboratory_system_may_stand_in_either_column(graftline: Graftline) -> None:
    put("lis.csv", "SampleNbr,mA1Cd,mA2Cd,mDRB31cd,mDRB32cd\nINV-1,24:02,,,03:01\nINV-2,,24:02,NNNN,\n")
    assert calls(graftline("--json", "parse", "lis.csv")) == [
        ("INV-1", "A", "one_stated", "A*24:02"),
        ("INV-1", "DRB3", "one_stated", "DRB3*03:01"),
        ("INV-2", "A", "one_stated", "A*24:02"),
        ("INV-2", "DRB3", "absent", ""),
    ]


def test_insufficient_data_has_failed_however_it_is_spaced(graftline: Graftline) -> None:
    written = {"A": "insufficient data", "B": "Insufficient  Data", "C": "I n s u f f i c i e n t   D a t a"}
    rows = "".join(f'INV-1;"HLA_{locus}";"{words}"\n' for locus, words in written.items())
    put("ngs.csv", f'Sample name;"Locus";"Typing Result"\n{rows}')
    assert calls(graftline("--json", "parse", "ngs.csv")) == [("INV-1", locus, "failed", "") for locus in written]


def test_a_block_of_fusion_whose_sample_is_blank_is_not_the_sample_s_above(graftline: Graftline) -> None:
    answer = graftline("parse", put("fusion.txt", FUSION + FUSION.split("\n", 1)[1].replace("INV-1", "")))
    assert (answer.code, answer.out) == (1, "")
    assert "belongs to no sample" in answer.err


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", ANTIBODIES.encode("utf-16"), "antibod"),
        ("a.csv", ANTIBODIES.replace('"', ""), "antibod"),
        ("a.txt", ANTIBODIES.replace(";", "\t"), "antibod"),
        ("a.xml", '<?xml version="1.0"?><h:haml xmlns:h="urn:x"><h:patient/></h:haml>', "antibod"),
        ("k.csv", "sample,KIR2DL1,KIR3DL1\nINV-1,002,NEG\n", "KIR"),
    ],
)
def test_what_only_looks_like_a_typing_is_quarantined_by_its_name(
    graftline: Graftline, name: str, content: str | bytes, reason: str
) -> None:
    answer = graftline("--json", "ingest", put(name, content))
    (file,) = answer.row()["files"]
    assert (answer.code, file["state"]) == (1, "quarantined")
    assert reason in file["reason"]
    assert fed(graftline).keys().isdisjoint({"INV-1", "INV-P"})


def test_a_table_whose_last_row_is_cut_gives_nobody(graftline: Graftline) -> None:
    put("cut.csv", "sample_name,HLA-A,HLA-A,HLA-B,HLA-B\nINV-1,01:01,02:01,07:02,08:01\nINV-2,03:01,02:0")
    answer = graftline("parse", "cut.csv")
    assert (answer.code, answer.out) == (1, "")
    assert "at line 3" in answer.err


def test_three_alleles_of_one_locus_are_never_two(graftline: Graftline) -> None:
    alleles = ["A*01:01", "A*02:01", "DRB1*03:01", "DRB1*04:01", "DRB1*15:01"]
    report = {"report_type": "hla_typing", "subject_id": "INV-P", "sample_id": "INV-1", "hla": {"alleles": alleles}}
    answer = graftline("--json", "parse", put("x.json", json.dumps(report)))
    stated = {locus: state for _, locus, state, _ in calls(answer)}
    assert stated == {"A": "two_copies", "DRB1": "candidates"}
