"""Typings in phase and by serology that cannot be true beside alleles of the same donor."""

from pathlib import Path

import pytest

from pipeline.home import Home
from pipeline.normalise.nomenclature.install import install
from pipeline.quarantine import keep
from pipeline.rebuild import rebuild
from pipeline.renormalise import renormalised
from pipeline.site import Site, open_site
from pipeline.store import queries
from tests.flow.donor_reports import DONOR, fed, table, waiting

IN_PHASE = f"{DONOR},HLA-A*01:01~HLA-B*08:01+HLA-A*02:01~HLA-B*07:02"
BY_GENE = f"{DONOR},HLA-A*03:01+HLA-A*11:01^HLA-B*08:01+HLA-B*07:02^HLA-C*07:01+HLA-C*07:02"


@pytest.mark.parametrize("order", [(IN_PHASE, BY_GENE), (BY_GENE, IN_PHASE)])
def test_a_gene_of_haplotypes_that_contradict_it_is_held_back(site: Site, order: tuple[str, str]) -> None:
    first, second = (table(site, f"lab-{place}", row) for place, row in enumerate(order))
    assert fed(site).keys() == {"B", "C"}
    assert waiting(site) == [(second, "contradicts")]
    [conflict] = queries.dump(site.store, "conflicts")
    assert (conflict["locus"], conflict["fields"], conflict["held"]) == ("A", 0, True)
    in_phase, by_gene = (first, second) if order[0] == IN_PHASE else (second, first)
    assert keep(site, in_phase, ["A"]) == 1
    assert (waiting(site), fed(site).keys()) == ([], {"B", "C"})
    assert keep(site, by_gene) == 1
    assert (waiting(site), fed(site)["A"]) == ([], "HLA-A*03:01+HLA-A*11:01")


def test_a_report_whose_haplotypes_contradict_its_genes_is_held_back(site: Site) -> None:
    table(site, "lab-a", f"{IN_PHASE}^{BY_GENE.partition(',')[2]}")
    assert fed(site).keys() == {"B", "C"}
    assert [row["locus"] for row in queries.dump(site.store, "conflicts")] == ["A"]


def test_haplotypes_that_differ_in_phase_alone_wait_and_hold_back_no_gene(site: Site) -> None:
    table(site, "lab-a", IN_PHASE)
    second = table(site, "lab-b", f"{DONOR},HLA-A*01:01~HLA-B*07:02+HLA-A*02:01~HLA-B*08:01")
    table(site, "lab-c", f"{DONOR},HLA-A*01:01+HLA-A*02:01^HLA-B*08:01+HLA-B*07:02")
    assert fed(site).keys() == {"A", "B"}
    assert waiting(site) == [(second, "contradicts")]
    assert [row["locus"] for row in queries.dump(site.store, "conflicts")] == ["A~B"]
    assert keep(site, second) == 1
    assert waiting(site) == []


def test_another_release_judges_haplotypes_and_antigens_anew(home: Path, later: str) -> None:
    with open_site(home, None) as site:
        table(site, "lab-a", IN_PHASE)
        table(site, "lab-b", BY_GENE)
        table(site, "lab-c", f"{DONOR},DRB1*03:01+DRB1*15:01")
        table(site, "lab-d", f"{DONOR},DR4+DR15")
        install(later, Home(home).nomenclature)
        list(renormalised(site, "0.2.0"))
        found = site.store.rows("select locus, release from contradiction order by all")
        assert [tuple(row.values()) for row in found] == [
            (locus, release) for locus in ("A", "DRB1") for release in ("0.1.0", "0.2.0")
        ]
        assert fed(site).keys() == {"B", "C"}
    with open_site(home, None) as site:
        assert rebuild(site).equal is True


ALLELES = f"{DONOR},HLA-A*01:01+HLA-A*24:02^HLA-B*07:02+HLA-B*08:01"


def test_alleles_that_cannot_have_the_antigens_of_another_report_are_held_back(site: Site) -> None:
    first = table(site, "lab-a", ALLELES)
    table(site, "lab-b", f"{DONOR},A1+A9^B7+B8")
    assert (waiting(site), fed(site).keys()) == ([], {"A", "B"})
    third = table(site, "lab-c", f"{DONOR},A1+A3")
    assert fed(site).keys() == {"B"}
    assert waiting(site) == [(third, "contradicts")]
    assert keep(site, first) == 1
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*24:02"
