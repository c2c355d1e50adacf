"""What a name reduces to, mode by mode.

    G      its G group: alleles with the same nucleotides in the exons of the peptide binding domain; itself without one
    P      its P group: alleles with the same protein there; itself without one (a null allele is in none)
    lgx    the first two fields of its G group's name; without one, of its P group's; without either its own
    lg     as lgx, with a `g` at the end that says so
    W      the current alleles it stands for, in full
    exon   these, cut to three fields, with their suffix
    U2     its own two fields where they are unambiguous: with the suffix if all suffixes below it agree; else its lgx
    S      the serological antigens that the release relates to it, or to any allele of its lgx if it has two fields,
           with the broad ones these were split from
    1F     its first field
    TCE    DPB1 only: its T-cell epitope group (tce.py)

Names of groups and their members are taken from the release as printed, never worked out again. A token that is no
allele name is taken apart into names first (`_parts`); a name of fewer fields goes to the groups of all its members.

**Null alleles.** A G group joins sequences and says nothing of expression, so in G, lgx and lg a null allele in a group
goes to the group's name, and its first field (1F) has no letter: whoever reduces must flag that. In every other case
the N is kept, and added where it was left out: `A*01:52:01N` and `A*01:52` are `A*01:52N`. The short name (lgx, lg) of
a group that holds null alleles only says so, too: `B*44:23:01G` is `B*44:23N`.

S and TCE take a group or a name of fewer fields for what its members have, and leave it as it is if the release relates
nothing to any of them, so that no copy disappears.
"""

from collections.abc import Callable, Iterable
from typing import Literal, get_args

from pipeline.normalise.nomenclature.locus import Locus, two_fields
from pipeline.normalise.nomenclature.names import kind_of, suffix_of
from pipeline.normalise.nomenclature.tce import group_token

Mode = Literal["G", "P", "lgx", "lg", "W", "exon", "U2", "S", "1F", "TCE"]
MODES: tuple[Mode, ...] = get_args(Mode)
OF_GROUPS: frozenset[Mode] = frozenset({"G", "P", "lgx", "lg"})
OF_RELATIONS: frozenset[Mode] = frozenset({"S", "TCE"})


def reduced(locus: Locus, fields: str, mode: Mode) -> frozenset[str]:
    """What `fields` reduces to; where groups are asked and the release defines none for the gene, it is left alone."""
    if mode in OF_GROUPS and not locus.has_groups:
        return frozenset({fields})
    if mode == "TCE" and not locus.names.tce:
        return frozenset({fields})
    return frozenset().union(*(RULES[mode](locus, name) for name in _parts(locus, fields, mode)))


def _parts(locus: Locus, fields: str, mode: Mode) -> Iterable[str]:
    """The names that a token is taken apart into before each of them is reduced."""
    if fields in locus.names.alleles:
        return (fields,)
    kind = kind_of(locus.gene, fields)
    if kind == "MAC":
        return _parts_of_each(locus, locus.expansion(fields).names, mode)
    if kind == "XX" or (kind == "allele" and ":" not in fields):
        return _parts_of_each(locus, set(map(locus.shortened, locus.members(fields))), mode)
    shorter = kind == "allele" and not suffix_of(locus.marked(fields))
    group = kind in ("G", "P") and (mode in OF_GROUPS or mode in OF_RELATIONS)
    return (fields,) if shorter or group else locus.members(fields)


def _parts_of_each(locus: Locus, names: Iterable[str], mode: Mode) -> Iterable[str]:
    return (part for name in names for part in _parts(locus, name, mode))


def _g(locus: Locus, name: str) -> Iterable[str]:
    return _groups(locus, name, "G", locus.g_of)


def _p(locus: Locus, name: str) -> Iterable[str]:
    return _groups(locus, name, "P", locus.p_of)


def _groups(locus: Locus, name: str, letter: str, groups: dict[str, str]) -> Iterable[str]:
    if name.endswith(letter):
        return (name,)
    members = locus.members(name)
    found = {groups[member] for member in members if member in groups}
    return found or (members if name[-1] in "GP" else (name,))


def _lgx(locus: Locus, name: str) -> Iterable[str]:
    return (locus.lgx(name),)


def _lg(locus: Locus, name: str) -> Iterable[str]:
    return (f"{locus.lgx(name)}g",)


def _w(locus: Locus, name: str) -> Iterable[str]:
    return locus.members(name)


def _exon(locus: Locus, name: str) -> Iterable[str]:
    return {_three_fields(member) for member in locus.members(name)}


def _three_fields(allele: str) -> str:
    kept = allele.split(":")[:3]
    return allele if allele.count(":") < 3 else ":".join(kept) + suffix_of(allele)


def _u2(locus: Locus, name: str) -> Iterable[str]:
    short = two_fields(name)
    if name in locus.p_of and short not in locus.settled:
        return (locus.short_of[locus.p_of[name]],)
    if name.count(":") == 1 or locus.is_null(name):
        return (locus.shortened(name),)
    suffix = suffix_of(name)
    return (short + suffix,) if not suffix or _only_suffix(locus, short) == suffix else (locus.lgx(name),)


def _only_suffix(locus: Locus, short: str) -> str:
    """The suffix of all alleles below a two-field name that have one; empty if they differ."""
    found = {suffix_of(member) for member in locus.members(short)} - {""}
    return found.pop() if len(found) == 1 else ""


def _s(locus: Locus, name: str) -> Iterable[str]:
    members = locus.members(name)
    if name.count(":") == 1 and not locus.is_null(name):
        members = locus.by_lgx.get(locus.lgx(name), members)
    found = {antigen for member in members for antigen in locus.antigens_of.get(member, ())}
    return found | {broad for antigen in found for broad in locus.broads.get(antigen, ())} or (name,)


def _first(_: Locus, name: str) -> Iterable[str]:
    return (name.partition(":")[0],)


def _tce(locus: Locus, name: str) -> Iterable[str]:
    found = {group_token(locus.names.tce.get(member, "")) for member in locus.members(name)} - {""}
    return found or (name,)


RULES: dict[Mode, Callable[[Locus, str], Iterable[str]]] = {
    "G": _g, "P": _p, "lgx": _lgx, "lg": _lg, "W": _w, "exon": _exon, "U2": _u2, "S": _s, "1F": _first, "TCE": _tce,
}  # fmt: skip
