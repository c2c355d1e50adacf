"""One release of the nomenclature: which names it holds, what they stand for, and what they reduce to.

`locus.py` says what the tokens of one gene stand for, `reductions.py` what they reduce to in each mode. Here they are
asked by whole names. A null allele that lies in a G group reduces, in the modes of groups, to the name of the group,
which makes no statement about expression: these modes are therefore not for matching. `match_groups` is: there a null
allele stays a null allele.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import msgspec

from pipeline.normalise.nomenclature.allele_codes import CodeList
from pipeline.normalise.nomenclature.history import History
from pipeline.normalise.nomenclature.locus import UNDERSTOOD, Locus, Status
from pipeline.normalise.nomenclature.names import full_name, kind_of, sort_key, split_name
from pipeline.normalise.nomenclature.old_spellings import OldSpellings
from pipeline.normalise.nomenclature.reductions import MODES, Mode, reduced
from pipeline.normalise.nomenclature.release_files import LocusNames
from pipeline.normalise.nomenclature.tce import NO_GROUP, Copy, group_of
from pipeline.normalise.nomenclature.v2_names import OldNames

__all__ = ["MODES", "Mode", "Release", "Status", "UnknownName"]


class Reference(msgspec.Struct, frozen=True):
    """What a site has beside a release to understand names by; read when a name first asks for it."""

    codes: CodeList | None = None
    old_names: Callable[[], OldNames | None] = lambda: None
    history: Callable[[], History | None] = lambda: None
    frequencies: Callable[[], Mapping[str, str]] = dict


NO_REFERENCE = Reference()


class UnknownName(ValueError):
    """The release does not hold this name; `status` says what is known of it."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"the release does not hold this name ({status.kind})")
        self.status = status


class Release:
    """A release of IPD-IMGT/HLA. Names go in with or without `HLA-`, and come out as in a canonical GL String."""

    def __init__(
        self,
        version: str,
        title: str,
        loci: Iterable[str],
        load_locus: Callable[[str], LocusNames],
        reference: Reference = NO_REFERENCE,
    ) -> None:
        self.version = version
        self.title = title
        self.reference = reference
        self.loci = frozenset(loci)
        self._load_locus = load_locus
        self._open: dict[str, Locus] = {}
        self._reduced: dict[tuple[str, Mode], frozenset[str]] = {}
        self._match_groups: dict[str, frozenset[str]] = {}

    def locus(self, gene: str) -> Locus:
        """The names of one gene; a gene that the release does not know has none, and is not remembered."""
        found = self._open.get(gene)
        if found is None:
            known = gene in self.loci
            names = self._load_locus(gene) if known else LocusNames()
            found = Locus(gene, names, self.reference.codes, self._accessions)
            if known:
                self._open[gene] = found
        return found

    def close(self) -> None:
        """Let go of the code list; names that it explains can no longer be looked up."""
        if self.reference.codes:
            self.reference.codes.close()

    @cached_property
    def _old_names(self) -> OldNames | None:
        return self.reference.old_names()

    @cached_property
    def _history(self) -> History | None:
        return self.reference.history()

    def _accessions(self, name: str) -> frozenset[str]:
        """The accession numbers that a name ever meant."""
        return self._history.accessions(name) if self._history else frozenset()

    def status(self, name: str) -> Status:
        """What the release says of a name: a current allele, fewer fields of some, a group, deleted, unknown ..."""
        gene, fields = split_name(name)
        status = self.locus(gene).status(fields)
        return OldSpellings(self.locus, self._old_names).status(gene, fields) if status.kind == "old" else status

    def parts(self, name: str) -> tuple[tuple[Locus, str], ...]:
        """The genes and fields that a name is looked up by: its own, or those of an old name's names of today."""
        gene, fields = split_name(name)
        if kind_of(gene, fields) != "old":
            return ((self.locus(gene), fields),)
        status = self.status(name)
        today = status.successor.split("/") if status.kind == "renamed" else ()
        return tuple((self.locus(gene), fields) for gene, fields in map(split_name, today))

    def accession(self, name: str) -> str | None:
        """The accession number of a current allele."""
        gene, fields = split_name(name)
        return self.locus(gene).names.alleles.get(fields)

    def name_of(self, accession: str, namesake: str) -> str | None:
        """The current name of the allele with this accession number, in the gene of a name that it once had."""
        gene = split_name(namesake)[0]
        return _named(gene, self.locus(gene).by_accession.get(accession))

    def stands_for(self, name: str, accession: str) -> bool:
        """Whether a name stands for the allele with this accession number, or ever was its name."""
        gene, fields = split_name(name)
        return accession in self._accessions(f"{gene}*{fields}") or self.name_of(accession, name) in self.expand(name)

    def is_called(self, name: str, stated: str) -> str | None:
        """What the allele is called here that release `stated` called so: empty if nothing, None if no list tells."""
        accession = self._history.accession_in(stated, name) if self._history else None
        return None if accession is None else self.name_of(accession, name) or ""

    def began_so(self, name: str, stated: str) -> frozenset[str]:
        """The accession numbers of the alleles that release `stated` called so with more fields; none if no list tells.

        Null alleles are among them only where the name says so.
        """
        return self._history.allowed_in(stated, name) if self._history else frozenset()

    def g_group(self, name: str) -> str | None:
        """The G group of a current allele, as the release names it."""
        gene, fields = split_name(name)
        return _named(gene, self.locus(gene).g_of.get(fields))

    def p_group(self, name: str) -> str | None:
        """The P group of a current allele, as the release names it."""
        gene, fields = split_name(name)
        return _named(gene, self.locus(gene).p_of.get(fields))

    def expand(self, name: str) -> tuple[str, ...]:
        """The current alleles that a name, group or XX code stands for, sorted; none if it is not understood."""
        found = {full_name(locus.gene, each) for locus, fields in self.parts(name) for each in locus.members(fields)}
        return tuple(sorted(found, key=sort_key))

    def allowed(self, name: str) -> tuple[str, ...]:
        """The current alleles that a typing with this name allows: null alleles only where the name says so."""
        return tuple(
            full_name(locus.gene, each) for locus, fields in self.parts(name) for each in locus.expressed(fields)
        )

    def is_null(self, name: str) -> bool:
        """Whether a name stands for null alleles only."""
        parts = self.parts(name)
        return bool(parts) and all(locus.is_null(fields) for locus, fields in parts)

    def marked(self, name: str) -> str:
        """The name, with the N that it left out if it stands for null alleles only; a first field alone has none."""
        gene, fields = split_name(name)
        return full_name(gene, self.locus(gene).marked(fields) if ":" in fields else fields)

    def reduce(self, token: str, mode: Mode) -> frozenset[str]:
        """What a name or a `/` list reduces to, as a set. Raises UnknownName for one that the release does not hold."""
        return frozenset().union(*(self._reduce_name(name, mode) for name in token.split("/")))

    def _reduce_name(self, name: str, mode: Mode) -> frozenset[str]:
        if known := self._reduced.get((name, mode)):
            return known
        status = self.status(name)
        if status.kind not in UNDERSTOOD:
            raise UnknownName(status)
        found = frozenset(
            full_name(locus.gene, each)
            for locus, fields in self.parts(name)
            for each in ({fields} if kind_of(locus.gene, fields) == "word" else reduced(locus, fields, mode))
        )
        self._reduced[name, mode] = found
        return found

    def match_groups(self, token: str) -> frozenset[str]:
        """The proteins that a name or a `/` list allows, for matching: P groups, or two fields for alleles without one.

        A null allele gives its own name, which ends in `N`, and is thus equal to no expressed protein. A name of
        fewer fields without `N`, and a G group, are read as the expressed alleles they stand for, as registries do
        (docs/nomenclature-deviations.md says why). A word such as NEW or NNNN, and a name that the release does not
        hold, allow nothing that is known: the empty set.
        """
        return frozenset().union(*map(self._match_groups_of, token.split("/")))

    def tce_groups(self, name: str) -> Copy:
        """The T-cell epitope groups that a name of DPB1 allows; None among them for an allele of no group."""
        found = (
            locus.names.tce.get(each, "") for locus, fields in self.parts(name) for each in locus.expressed(fields)
        )
        return frozenset(map(group_of, found)) or NO_GROUP

    def _match_groups_of(self, name: str) -> frozenset[str]:
        known = self._match_groups.get(name)
        if known is None:
            known = self._match_groups[name] = frozenset(
                full_name(locus.gene, locus.protein_group(allele))
                for locus, fields in self.parts(name)
                for allele in locus.expressed(fields)
            )
        return known


def _named(gene: str, fields: str | None) -> str | None:
    return None if fields is None else full_name(gene, fields)
