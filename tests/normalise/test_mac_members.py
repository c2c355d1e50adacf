"""Members of genuine multiple allele codes that are no longer current are found again by their accession numbers.

The codes are a published sample of the list, of 2020; the allele lists are those of three releases.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.normalise.nomenclature.allele_codes import Expansion, usable_first_field
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.history import read_history
from pipeline.normalise.nomenclature.mac import CodeList, install_codes, open_codes
from pipeline.normalise.nomenclature.release import Release

RELEASES = ("3440", "3500", "3580")
SAMPLE = "alpha.v3.sample.txt"
NOT_CURRENT = 157
FOUND = 155
LOST = {("NWSN", "11:52"), ("XUAN", "08:52N")}


@pytest.fixture(scope="module")
def codes(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeList]:
    folder = tmp_path_factory.mktemp("codes")
    install_codes(shared / "mac" / SAMPLE, folder)
    opened = open_codes(folder)
    assert opened
    with closing(opened):
        yield opened


@pytest.fixture(scope="module")
def release(shared: Path, real_folder: Path, codes: CodeList) -> Release:
    return open_cached(
        real_folder, codes, lambda: read_history(shared / "ipd-imgt-hla" / number for number in RELEASES)
    )


def test_how_many_members_are_found_again(shared: Path, codes: CodeList, release: Release) -> None:
    expansions = dict(expanded(shared / "mac" / SAMPLE, codes, release))
    renamed = [(code, old) for code, each in expansions.items() for old, _ in each.renamed]
    lost = {(code, member) for code, each in expansions.items() for member in each.lost}
    assert (len(expansions), len(renamed) + len(lost), len(renamed)) == (2_291, NOT_CURRENT, FOUND)
    assert lost == LOST


def test_what_is_lost_has_no_living_accession_number(shared: Path, release: Release) -> None:
    history = read_history(shared / "ipd-imgt-hla" / number for number in RELEASES)
    for _, member in LOST:
        gene = "A" if member == "11:52" else "B"
        current = release.locus(gene).by_accession
        assert not [use for use in history.uses(f"{gene}*{member}") if use.accession in current]


def expanded(sample: Path, codes: CodeList, release: Release) -> Iterator[tuple[str, Expansion]]:
    """Every allele-specific code of the sample, of the gene that most of its members are current names of."""
    loci = [release.locus(gene) for gene in sorted(release.loci)]
    held = {locus.gene: locus.names.alleles.keys() | locus.shorter.keys() for locus in loci}
    for line in sample.read_text(encoding="utf-8").splitlines():
        code = line.split("\t")[1] if line.startswith("*\t") else "CODE"
        if code == "CODE":
            continue
        listed = codes.members(code)
        assert listed
        locus = max(loci, key=lambda each: len(held[each.gene] & set(listed)))
        yield code, locus.expansion(f"{usable_first_field(listed)}:{code}")
