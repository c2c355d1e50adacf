"""Names in the spelling of before April 2010 and accession numbers, and what the alleles are called today.

    A*0201, Cw*0702     an allele without colons: what the official table of the renaming says (v2_names.py)
    A*01BC, A*01XX      an allele code without its colon
    Cw*07:02            today's name with the gene's old one: HLA-C was Cw until the colons came
    HLA00001            an accession number, which stays with its allele whatever that is called

Where the table speaks, it speaks first: `A*1150` is among the names that a release calls deleted, because it was named
twice, and is A*11:50Q.

A code without its colon was written before 2010, and then its members are old names, or has lost its colon since, and
then they are today's. It is read where both give the same alleles, or where the table shows that the members were no
old names. `A*01XX` is read if no old name with these digits has another first field today: `DPB1*01XX` held DPB1*0102,
which went elsewhere. Without the table neither can be told.

`Cw*07:02` mixes both spellings and has one reading: no old name of C went to another name than its digits say.
"""

from collections.abc import Callable, Iterator

from parsers.glstring_code import ACCESSION
from pipeline.normalise.nomenclature.locus import UNDERSTOOD, Locus, Status
from pipeline.normalise.nomenclature.names import OLD_GENE, OLD_LETTER, full_name, kind_of, split_name
from pipeline.normalise.nomenclature.v2_names import OldNames

NOTHING_CURRENT = "a name of before April 2010 of which nothing is current"
TWO_READINGS = "by the names of before April 2010 it stands for other alleles than by those of today"


class OldSpellings:
    """Reads old spellings under one release, whose genes `locus` opens; `table` is None if it brings none."""

    def __init__(self, locus: Callable[[str], Locus], table: OldNames | None) -> None:
        self._locus = locus
        self._table = table

    def status(self, gene: str, fields: str) -> Status:
        """What became of an old spelling: the names of today, or why there are none."""
        if ACCESSION.fullmatch(fields):
            return self._of_number(gene, fields)
        bare = fields.removeprefix(OLD_LETTER)
        if kind_of(gene, bare) != "old":
            return self._as_today(gene, bare)
        return self._of_code(gene, bare) if bare[-2:].isalpha() else self._of_allele(gene, bare)

    def _of_number(self, gene: str, number: str) -> Status:
        allele = self._locus(gene).by_accession.get(number)
        if allele is None:
            return Status("unknown", reason="no allele of this gene has this accession number")
        return Status("renamed", successor=full_name(gene, allele))

    def _as_today(self, gene: str, fields: str) -> Status:
        status = self._locus(gene).status(fields)
        return Status("renamed", successor=full_name(gene, fields)) if status.kind in UNDERSTOOD else status

    def _of_allele(self, gene: str, digits: str) -> Status:
        written = self._written(gene, digits)
        if today := tuple(self._today(written or ())):
            return Status("renamed", successor="/".join(dict.fromkeys(today)))
        locus = self._locus(_old_gene(gene))
        if digits in locus.names.deleted:
            status = locus.given_up(digits)
            return Status("deleted", status.successor.replace(f"{locus.gene}*", f"{gene}*"), status.reason)
        return Status("old") if written is None else Status("deleted", reason=NOTHING_CURRENT)

    def _of_code(self, gene: str, written: str) -> Status:
        first, code = written[:2], written[2:]
        status = self._as_today(gene, f"{first}:{code}")
        if status.kind != "renamed" or kind_of(gene, f"{first}:{code}") == "word":
            return status
        alike = self._same_first_field(gene, first) if code == "XX" else self._same_members(gene, f"{first}:{code}")
        return status if alike else Status("old", reason=TWO_READINGS)

    def _same_first_field(self, gene: str, first: str) -> bool:
        return self._table is not None and self._table.first_fields(f"{_old_gene(gene)}*{first}") <= {first}

    def _same_members(self, gene: str, fields: str) -> bool:
        if self._table is None:
            return False
        old = [self._written(gene, member.replace(":", "")) for member in self._locus(gene).listed(fields)]
        before = {name for written in old for name in self._today(written or ())}
        return None in old or self._alleles(before) == self._alleles({full_name(gene, fields)})

    def _written(self, gene: str, digits: str) -> tuple[str, ...] | None:
        """The names of April 2010 for an old name; None if there is no table, or it is silent."""
        return self._table.current(f"{_old_gene(gene)}*{digits}") if self._table else None

    def _today(self, names: tuple[str, ...]) -> Iterator[str]:
        for gene, fields in map(split_name, names):
            yield from (full_name(gene, each) for each in self._locus(gene).current_names(fields))

    def _alleles(self, names: set[str]) -> set[str]:
        split = map(split_name, names)
        return {full_name(gene, each) for gene, fields in split for each in self._locus(gene).members(fields)}


def _old_gene(gene: str) -> str:
    return OLD_GENE if gene == "C" else gene
