"""Invented HML reports of about 5 KB, each of one sample with eleven loci, on the invented mini-release.

A registry's typings are few alleles very often and many alleles now and then; so an allele's weight here falls with
its place in the release (1, 1/2, 1/3 ...), and those with a letter for unusual expression come last. One locus in six
is a list of alleles, one in twelve a choice of genotypes, DRB3, DRB4 and DRB5 are as DRB1 lets expect, one report in
twenty holds a locus that failed, and a plate of 96 samples shares a date. Nobody has these typings. The same
number always gives the same report.
"""

import random
from collections.abc import Callable
from itertools import count

from pipeline.normalise.drb_copies import DRB345, partners
from pipeline.normalise.nomenclature.names import suffix_of
from pipeline.normalise.nomenclature.release import Release

GENES = ("A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1")
PLATE = 96
"""Samples that are typed on one day."""

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- INVENTED: no such person, laboratory or typing. -->
<hml xmlns="http://schemas.nmdp.org/spec/hml/1.0.1" version="1.0.1" project-name="LAB">
  <property name="GeneratedBy" value="INVENTED typing software 1.0"/>
  <hmlid root="2.16.840.1.113883.19.3.9999" extension="INVENTED-{number:07d}"/>
  <reporting-center reporting-center-id="999"/>
  <sample id="INVENTED-S{number:07d}" center-code="999">
    <collection-method>swab</collection-method>
"""
TYPING = """\
    <typing gene-family="HLA" date="2026-11-{day:02d}">
      <allele-assignment date="2026-11-{day:02d}" allele-db="IMGT/HLA" allele-version="{release}">
        <glstring>{glstring}</glstring>
      </allele-assignment>
      <typing-method>
        <sbt-ngs locus="HLA-{gene}" test-id="INVENTED-NGS-1" test-id-source="nmdp-refid"/>
      </typing-method>
    </typing>
"""
TAIL = "  </sample>\n</hml>\n"


def report_writer(release: Release) -> Callable[[int], bytes]:
    """What writes the report of a number, under this release."""
    alleles = {gene: usual_first(gene, release) for gene in GENES}

    def report(number: int) -> bytes:
        dice = random.Random(number)  # noqa: S311  # invented typings, the same at every run
        failed = dice.choice(GENES) if number % 20 == 0 else ""
        day = number // PLATE % 28 + 1
        parts = [HEAD.format(number=number)]
        drb1 = ""
        for gene in GENES:
            glstring = "" if gene == failed else genotype(alleles[gene], dice, copies_of(gene, drb1))
            drb1 = glstring if gene == "DRB1" else drb1
            parts.append(TYPING.format(day=day, release=release.version, glstring=glstring, gene=gene))
        return "".join([*parts, TAIL]).encode()

    return report


def usual_first(gene: str, release: Release) -> list[str]:
    """The alleles of a gene, those of unusual expression (01:02N) last."""
    return [f"HLA-{gene}*{fields}" for fields in sorted(release.locus(gene).names.alleles, key=suffix_of)]


def copies_of(gene: str, drb1: str) -> int:
    """Two; of DRB3, DRB4 and DRB5 as many as lie beside the DRB1 alleles of this GL String."""
    if gene not in DRB345:
        return 2
    copies = drb1.partition("|")[0].split("+")
    return sum(partners().get(copy.rpartition("*")[2].partition(":")[0]) == gene for copy in copies)


def genotype(alleles: list[str], dice: random.Random, copies: int) -> str:
    """One locus as a GL String, sometimes with a list of alleles, sometimes a choice of genotypes."""
    if copies == 0:
        return alleles[0].partition("*")[0] + "*NNNN"
    named = drawn(alleles, dice, copies)
    kind = dice.random()
    if kind < 1 / 6:
        named[-1] = "/".join(dict.fromkeys([named[-1], *drawn(alleles, dice, 6)]))
    genotypes = ["+".join(named)]
    if kind > 11 / 12:
        genotypes += ["+".join(drawn(alleles, dice, copies)) for _ in range(2)]
    return "|".join(dict.fromkeys(genotypes))


def drawn(alleles: list[str], dice: random.Random, number: int) -> list[str]:
    """So many alleles, those at the front of the release more often."""
    weights = [1 / place for place, _ in zip(count(1), alleles, strict=False)]
    return dice.choices(alleles, weights, k=number)
