"""Places compare as sort keys do."""

from pipeline.normalise.nomenclature.names import full_name, sort_key
from pipeline.normalise.nomenclature.places import Places, gene_rank
from pipeline.normalise.nomenclature.reductions import MODES, reduced
from pipeline.normalise.nomenclature.release import Release

ORDERED = ["01", "01:01", "01:01N", "01:01P", "01:01g", "01:01:01", "01:01:01G", "01:01:01:01", "02:01", "24:09Ng",
           "NEW", "NNNN", "TCE1", "A2", "A9", "A203"]  # fmt: skip


def test_the_place_of_every_name_that_names_reduce_to(mini: Release) -> None:
    placed = 0
    for gene in mini.loci - {"Cw"}:
        locus, places = mini.locus(gene), Places(mini.locus(gene))
        written = [*locus.names.alleles, *locus.shorter]
        outputs = {each for mode in MODES for name in written for each in reduced(locus, name, mode)}
        found = {each: place for each in outputs if (place := places.place(each)) is not None}
        assert sorted(found, key=found.__getitem__) == sorted(found, key=lambda each: sort_key(full_name(gene, each)))
        assert len(set(found.values())) == len(found)
        placed += len(found)
    assert placed > 100


def test_a_longer_name_comes_after_a_shorter_one_with_all_its_suffixes(mini: Release) -> None:
    places = Places(mini.locus("A"))
    found = [places.place(fields) for fields in ORDERED]
    assert None not in found
    assert found == sorted(found, key=lambda place: place or 0)


def test_genes_come_before_anything_else(mini: Release) -> None:
    last_of_a, first_of_b = Places(mini.locus("A")).place("A9999"), Places(mini.locus("B")).place("07")
    assert last_of_a is not None
    assert first_of_b is not None
    assert last_of_a < first_of_b
    assert gene_rank(last_of_a) < gene_rank(first_of_b)


def test_a_name_that_no_allele_begins_with_has_no_place(mini: Release) -> None:
    places = Places(mini.locus("A"))
    assert [places.place(fields) for fields in ("99:99", "01:NEW", "02:AB", "", "zork")] == [None] * 5
