"""What becomes of other people's files under IPD-IMGT/HLA 3.58.0: counted as a whole, and rows checked by hand.

The files and the release lie beside the repository and are read where they lie.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.home import Home
from pipeline.ingest import Summary, ingest
from pipeline.normalise.nomenclature.install import install
from pipeline.rebuild import rebuild
from pipeline.site import Site, open_site
from pipeline.store import queries

Row = dict[str, Any]

REPORTS = {
    "arcashla": 1, "astm_records": 6, "atlas_donors": 1002, "donornet": 2, "facsdiva": 3, "fcs": 2, "fhir": 4,
    "gendx_tarr": 2,
    "glstring_table": 104, "hisat_genotype": 2, "hl7_oru": 3, "hla_hd": 2, "hla_la": 2, "hml": 17, "hml_legacy": 8,
    "lab_table": 1112, "luminex_intelliflex": 3, "luminex_xponent": 106, "nucleoview": 3,
    "optitype": 1, "polysolver": 1, "score6": 2, "specimmune": 1, "suretyper": 1, "vicell_blu": 20,
}  # fmt: skip
STATES = {
    ("atlas_donors", "two_copies"): 5752, ("atlas_donors", "homozygous_stated"): 254,
    ("arcashla", "two_copies"): 7,
    ("donornet", "two_copies"): 11, ("donornet", "one_stated"): 3,
    ("fhir", "two_copies"): 6, ("fhir", "one_stated"): 1,
    ("gendx_tarr", "candidates"): 2,
    ("glstring_table", "two_copies"): 598, ("glstring_table", "homozygous_stated"): 10,
    ("hisat_genotype", "two_copies"): 1, ("hisat_genotype", "one_stated"): 1,
    ("hla_hd", "two_copies"): 19, ("hla_hd", "one_stated"): 10, ("hla_hd", "failed"): 6,
    ("hla_la", "two_copies"): 9,
    ("hml", "two_copies"): 84, ("hml", "homozygous_stated"): 16, ("hml", "one_stated"): 10, ("hml", "absent"): 1,
    ("hml", "failed"): 1,
    ("hml_legacy", "two_copies"): 8,
    ("lab_table", "two_copies"): 7596,
    ("lab_table", "candidates"): 2, ("lab_table", "homozygous_stated"): 2100, ("lab_table", "absent"): 6,
    ("lab_table", "novel"): 1,
    ("optitype", "two_copies"): 3,
    ("polysolver", "two_copies"): 1, ("polysolver", "homozygous_stated"): 2,
    ("score6", "candidates"): 17,
    ("specimmune", "two_copies"): 27, ("specimmune", "homozygous_stated"): 11, ("specimmune", "failed"): 2,
    ("suretyper", "two_copies"): 7, ("suretyper", "one_stated"): 1, ("suretyper", "homozygous_stated"): 1,
}  # fmt: skip
OBSERVATIONS = {
    "astm_records": 69, "facsdiva": 40, "fcs": 3, "hl7_oru": 34, "luminex_intelliflex": 252, "luminex_xponent": 1064,
    "nucleoview": 21, "vicell_blu": 260,
}  # fmt: skip
WITHOUT_GLSTRING = {
    "atlas_donors": 78, "donornet": 14, "fhir": 1, "gendx_tarr": 2, "glstring_table": 42, "hla_hd": 6, "hml": 4,
    "hml_legacy": 4, "lab_table": 136, "score6": 17, "specimmune": 2,
}  # fmt: skip

REASONS = {
    "No installed format reads this input": 20,
    "This file ends before its last segment does": 1,
    "This HL7 message is of another type": 4,
    "This FHIR document holds no HLA typing": 1,
    "This HML message holds no sample element": 1,
    "This T1K table holds no HLA gene": 1,
    "This XML ends in the middle": 1,
}

Checked = tuple[str, str, str, str, str | None, list[str]]

HAND_CHECKED: list[Checked] = [
    # file, sample, locus: state, GL String, the flags but for release_differs
    ("immunogenetr_hml_2_AlloSeqAssign.hml", "22-03850", "MICB", "failed", None, ["no_call"]),
    ("immunogenetr_hml_2_AlloSeqAssign.hml", "22-03850", "DRB4", "one_stated", "HLA-DRB4*01:03:01", []),
    ("immunogenetr_hml_2_AlloSeqAssign.hml", "22-03848", "MICA", "two_copies", "MICA*004:01+MICA*008:04", []),
    ("immunogenetr_hml_2_AlloSeqAssign.hml", "22-03848", "DRB3", "homozygous_stated",
     "HLA-DRB3*03:01:01+HLA-DRB3*03:01:01", ["homozygous_drb345"]),
    ("immunogenetr_hml_2_AlloSeqAssign.hml", "22-03850", "DPB1", "two_copies",
     "HLA-DPB1*01:01:01+HLA-DPB1*11:01:01|HLA-DPB1*417:01:01+HLA-DPB1*654:01", []),
    ("immunogenetr_hml_2_AlloSeqAssign.hml", "22-03849", "G", "two_copies", "HLA-G*01:04:04+HLA-G*01:05:01N",
     ["null_allele"]),
    ("dash_DaSSH_CIBMTR_Recipient_1.hml.xml", "0000001", "DRB4", "absent", None, []),
    ("dash_DaSSH_CIBMTR_HML_Donor.hml.xml", "0000001", "DPB1", "two_copies", "HLA-DPB1*04:01+HLA-DPB1*04:02",
     ["missing_prefix"]),
    ("dash_E22_haploid_example1.hml.xml", "3553000012345678916", "A", "homozygous_stated", "HLA-A*01:01+HLA-A*01:01",
     []),
    ("dash_E22_haploid_example1.hml.xml", "3553000012345678916", "DRB5", "one_stated", "HLA-DRB5*01:01", []),
    ("hml-fhir-app_hml_01.hml", "4555-6677-10", "A", "two_copies", "HLA-A*01:01:01G+HLA-A*01:02", []),
    ("miring_hml_1_0_1_example_miring.xml", "4555-6677-9", "A", "one_stated", "HLA-A*02:01:01:01", ["haploid_differs"]),
    ("populationData_a.dat", "9", "A", "two_copies", "HLA-A*02:259+HLA-A*68:94N", ["null_allele"]),
    ("populationData_a.dat", "2", "A", "two_copies", None, ["mac_not_installed"]),
    ("populationData_a.dat", "8", "DQB1", "two_copies", "HLA-DQB1*03:04P+HLA-DQB1*05:52", []),
    ("populationData_a.dat", "4", "DQB1", "two_copies", None, ["unknown_allele"]),
    ("testoutput_tool.csv", "sample3", "DRB3", "two_copies", None, ["locus_differs", "wrong_locus"]),
    ("testoutput_tool.csv", "sample3", "DQB1", "two_copies", None, ["malformed_name"]),
    ("test_normal_dna.result.txt", "test_normal_dna", "DRB3", "one_stated", "HLA-DRB3*02:02:01", []),
    ("test.genotype.json", "test", "DQA1", "two_copies", "HLA-DQA1*02:01:01+HLA-DQA1*05:03", []),
    ("orig.winners.hla.txt", "orig", "B", "homozygous_stated", "HLA-B*39:01:01:02L+HLA-B*39:01:01:02L",
     ["low_expression"]),
    ("NA12878_example_output_G.txt", "NA12878_example", "DRB1", "two_copies",
     "HLA-DRB1*01:01:01G+HLA-DRB1*03:01:01G", []),
    ("HLAnte_sample_result.tsv", "HLAnte_sample", "C", "two_copies", "HLA-C*07:01+HLA-C*07:02", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def site(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("real")
    install(str(shared / "ipd-imgt-hla" / "3580"), Home(home).nomenclature)
    with open_site(home, None) as opened:
        yield opened


@pytest.fixture(scope="module")
def done(site: Site, shared: Path) -> Summary:
    return taken_in(site, shared)


def taken_in(site: Site, shared: Path) -> Summary:
    return ingest([shared / "samples"], site, source="collection", progress=lambda _: None)


@pytest.fixture(scope="module")
def typings(site: Site, done: Summary) -> list[Row]:
    return list(queries.dump(site.store, "typings"))


@pytest.fixture(scope="module")
def observations(site: Site, done: Summary) -> list[Row]:
    return list(queries.dump(site.store, "observations"))


def counted(rows: list[Row], *columns: str) -> dict[Any, int]:
    keys = (tuple(row[each] for each in columns) if len(columns) > 1 else row[columns[0]] for row in rows)
    return dict(Counter(keys))


def receipt_of(done: Summary, name: str) -> str:
    (found,) = (file.receipt for file in done.files if Path(file.path).name == name)
    return found


def test_every_file_is_accounted_for(done: Summary, shared: Path) -> None:
    paths = {str(path) for path in (shared / "samples").rglob("*") if path.is_file()}
    assert {file.path for file in done.files} == paths
    assert (done.receipts, done.loaded, done.duplicates, done.quarantined, done.refused) == (100, 70, 1, 29, 0)


def test_every_refusal_is_of_a_known_kind_and_says_what_to_do(done: Summary) -> None:
    reasons = [file.reason for file in done.files if file.state == "quarantined"]
    assert not [reason for reason in reasons if "mistake of its own" in reason]
    assert Counter(kind for reason in reasons for kind in REASONS if reason.startswith(kind)) == REASONS
    assert len(reasons) == sum(REASONS.values())
    assert all(reason.endswith(".") and reason.count(". ") >= 1 for reason in reasons), "a reason ends with advice"


def test_the_second_copy_of_a_file_is_known_as_one(done: Summary) -> None:
    (again,) = (file for file in done.files if file.state == "duplicate")
    assert again.path.endswith("typing/luminex-xponent/luminex_xPONENT_example03.csv")
    assert again.reason.startswith("the same bytes came from this source before, as R")


def test_nothing_is_loaded_without_a_report(site: Site, done: Summary) -> None:
    reports = list(queries.dump(site.store, "reports"))
    loaded = {file.receipt for file in done.files if file.state in ("loaded", "superseded")}
    assert {report["receipt"] for report in reports} == loaded
    assert counted(reports, "format") == REPORTS
    assert all(report["printed"].get("loci") or report["printed"].get("observations") for report in reports)


def test_the_states_of_all_typings(typings: list[Row]) -> None:
    assert counted(typings, "format", "state") == STATES


def test_a_typing_without_a_gl_string_says_why(typings: list[Row]) -> None:
    silent = [row for row in typings if row["glstring"] is None]
    assert counted(silent, "format") == WITHOUT_GLSTRING
    assert all(row["flags"] or row["state"] in ("absent", "not_tested", "failed", "candidates") for row in silent)


def test_every_null_allele_is_flagged(typings: list[Row]) -> None:
    for row in typings:
        tokens = {flag["token"] for flag in row["flags"] if flag["code"] == "null_allele"}
        names = re.split(r"[+|/]", row["glstring"] or "")
        assert {name for name in names if name.endswith("N")} <= tokens


@pytest.mark.parametrize("checked", HAND_CHECKED, ids=[" ".join(row[1:3]) for row in HAND_CHECKED])
def test_a_row_checked_by_hand(typings: list[Row], done: Summary, checked: Checked) -> None:
    name, sample, locus, state, glstring, codes = checked
    receipt = receipt_of(done, name)
    (row,) = (each for each in typings if (each["receipt"], each["sample"], each["locus"]) == (receipt, sample, locus))
    assert (row["state"], row["glstring"], row["release"]) == (state, glstring, "3.58.0")
    assert sorted(flag["code"] for flag in row["flags"] if flag["code"] != "release_differs") == codes


def test_a_deleted_allele_of_an_old_report_says_what_became_of_it(typings: list[Row], done: Summary) -> None:
    receipt = receipt_of(done, "ngs_hml-example.xml")
    (row,) = (each for each in typings if each["receipt"] == receipt and each["locus"] == "A")
    deleted = {flag["token"]: flag["message"] for flag in row["flags"] if flag["code"] == "deleted_allele"}
    assert row["glstring"] is None
    assert "HLA-A*02:01:08" in deleted
    assert len(deleted["HLA-A*02:01:08"]) > len("this name was given up")


def test_every_cell_of_the_table_of_a_thousand_persons_is_kept(typings: list[Row], done: Summary, shared: Path) -> None:
    receipt = receipt_of(done, "MiDAS_tut_HLA.txt")
    kept = {(row["sample"], row["locus"]): row["reported"] for row in typings if row["receipt"] == receipt}
    header, *lines = (shared / "samples/typing/midas-table/MiDAS_tut_HLA.txt").read_text().splitlines()
    loci = [column.removesuffix("_1") for column in header.split("\t")[1::2]]
    for line in lines:
        sample, *cells = line.split("\t")
        pairs = zip(cells[0::2], cells[1::2], strict=True)
        for locus, pair in zip(loci, pairs, strict=True):
            assert kept[sample, locus] == "+".join(pair)
    assert len(kept) == 9 * len(lines)


def test_an_invalid_grid_is_not_taken_for_one(site: Site, done: Summary) -> None:
    receipt = receipt_of(done, "dash_E22_haploid_example1.hml.xml")
    (report,) = (each for each in queries.dump(site.store, "reports") if each["receipt"] == receipt)
    sample = report["normalised"]["sample"]
    assert (sample["scheme"], [flag["code"] for flag in sample["flags"]]) == ("LOCAL", ["bad_check_characters"])


def test_the_counts_of_analysers(observations: list[Row], done: Summary) -> None:
    assert counted(observations, "format") == OBSERVATIONS
    pentra = [row for row in observations if row["receipt"] == receipt_of(done, "pentra_xlr.redacted.txt")]
    basophils = next(row for row in pentra if row["label"] == "BAS#")
    assert (basophils["value"], basophils["number"], basophils["status"]) == ("-----", None, "X")
    assert [flag["code"] for flag in basophils["flags"]] == ["unknown_unit", "no_value", "not_measured"]
    sysmex = [row for row in observations if row["receipt"] == receipt_of(done, "sysmex_xn550.redacted.txt")]
    assert {row["specimen"] for row in sysmex} == {"27"}
    white = next(row for row in sysmex if row["label"] == "WBC")
    assert (white["code"], white["system"], white["number"], white["unit"]) == ("6690-2", "LN", 8.13, "10*9/L")
    assert next(row["value"] for row in sysmex if row["label"] == "DIST_RBC").startswith("PNG\\2024")


def test_cell_counters_give_counts_and_viability(observations: list[Row], done: Summary) -> None:
    receipt = receipt_of(done, "chemometec_nucleoview_example01.csv")
    live = next(row for row in observations if (row["receipt"], row["label"]) == (receipt, "Live"))
    assert (live["value"], live["number"], live["unit"]) == ("2.45E6", 2_450_000, "/mL")
    receipt = receipt_of(done, "Beckman_Vi-Cell-BLU_example01.csv")
    rows = [row for row in observations if (row["receipt"], row["specimen"]) == (receipt, "CLB008")]
    counts = {row["label"]: (row["value"], row["number"], row["unit"]) for row in rows}
    assert counts["Cell count"] == ("ERROR", None, None)
    assert counts["Viable"] == ("2.45", 2.45, "10*6/mL")
    assert counts["Viability"] == ("98.5", 98.5, "%")


def test_the_same_again_changes_nothing_and_the_store_can_be_made_again(shared: Path, tmp_path: Path) -> None:
    install(str(shared / "ipd-imgt-hla" / "3580"), Home(tmp_path).nomenclature)
    with open_site(tmp_path, None) as site:
        first = taken_in(site, shared)
        typings = list(queries.dump(site.store, "typings"))
        again = taken_in(site, shared)
        assert (again.receipts, again.duplicates) == (first.receipts, first.receipts)
        assert list(queries.dump(site.store, "typings")) == typings
    with open_site(tmp_path, None) as site:
        assert rebuild(site).equal is True
