"""How each deviation turns py-ard's answer into Graftline's: a difference is explained if these, in turn, take it away.

A deviation that explains more than it says would hide a mistake. So each asks the release whether the names it adds or
takes away are what it claims: null alleles, members of a group, names without serology.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec

from pipeline.normalise.nomenclature.locus import two_fields
from pipeline.normalise.nomenclature.names import ANTIGEN, kind_of, split_name, suffix_of
from pipeline.normalise.nomenclature.reductions import OF_GROUPS
from pipeline.normalise.nomenclature.release import Mode, Release

TEXTS: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "pyard_deviations.toml").read_text(encoding="utf-8")
)
Names = frozenset[str]
NOTHING: Names = frozenset()


class Difference(msgspec.Struct, frozen=True):
    """One token in one mode: our answer (None if refused), the names py-ard invents for groups, its answer in lgx."""

    release: Release
    token: str
    mode: Mode
    ours: Names | None
    theirs: Names | None
    official: dict[str, str]
    their_lgx: Names | None = None

    @property
    def kind(self) -> str:
        return kind_of(*split_name(self.token))

    @property
    def status(self) -> str:
        return self.release.status(self.token).kind

    def reduced(self, name: str, mode: Mode | None = None) -> Names:
        return bare(self.release.reduce(name, mode or self.mode))

    def members(self, name: str) -> Names:
        return bare(self.release.expand(name.removesuffix("g")))


def bare(names: frozenset[str]) -> Names:
    return frozenset(name.removeprefix("HLA-") for name in names)


def explanation(found: Difference) -> list[str] | None:
    """The deviations that explain a difference, in order; None if they do not."""
    if found.ours is None or found.theirs is None:
        return next(([name] for name, holds in ONE_REFUSES.items() if holds(found)), None)
    theirs, used = found.theirs, []
    for name, rewrite in BOTH_ANSWER.items():
        if theirs != found.ours and (rewritten := rewrite(found, theirs)) != theirs:
            theirs, used = rewritten, [*used, name]
    return used if theirs == found.ours else None


def _null(name: str, found: Difference) -> bool:
    return found.release.is_null(name.removesuffix("g"))


def _ours(found: Difference) -> Names:
    assert found.ours is not None
    return found.ours


def official_group_names(found: Difference, theirs: Names) -> Names:
    named = {found.official[name] for name in theirs & found.official.keys()}
    kept = {name for name in theirs if name in _ours(found) or name not in found.official}
    return frozenset(kept | (named if kept < theirs else named & _ours(found)))


def lg_as_lgx(found: Difference, theirs: Names) -> Names:
    if found.mode != "lg" or found.their_lgx is None:
        return theirs
    lgx = frozenset(f"{name}g" for name in found.their_lgx)
    return official_group_names(found, lgx)


def p_group_of_shorter_names(found: Difference, theirs: Names) -> Names:
    if found.mode == "S":
        left_alone = found.status == "prefix" and found.token.count(":") == 1 and not theirs
        return _ours(found) if left_alone and _has_p_group_alone(found.token, found.release) else theirs
    if found.mode not in ("lg", "lgx"):
        return theirs
    left = {name for name in theirs - _ours(found) if _has_p_group_alone(name.removesuffix("g"), found.release)}
    return theirs - left | frozenset().union(*(found.reduced(name.removesuffix("g")) for name in left))


def _has_p_group_alone(name: str, release: Release) -> bool:
    alleles = release.expand(name)
    return any(map(release.p_group, alleles)) and not any(map(release.g_group, alleles))


def exon_is_three_fields(found: Difference, theirs: Names) -> Names:
    if found.mode != "exon":
        return theirs
    whole = {name for name in theirs if name.count(":") == 3 and not found.release.g_group(name)}
    return theirs - whole | frozenset().union(*(found.reduced(name) for name in whole))


def null_keeps_n(found: Difference, theirs: Names) -> Names:
    kept = frozenset(name for name in _ours(found) - theirs if suffix_of(name.removesuffix("g")) == "N")
    if not all(_null(name, found) and found.members(name) & found.members(found.token) for name in kept):
        return theirs
    cut = {name for name in theirs - _ours(found) if _null(name, found) or _null(found.token, found)}
    return theirs - cut | kept if found.mode != "S" or not any(map(ANTIGEN.fullmatch, cut)) else theirs


def short_names_are_names(found: Difference, theirs: Names) -> Names:
    if found.mode not in ("lg", "lgx"):
        return theirs
    left = {name for name in theirs - _ours(found) if not found.members(name) or _null(name, found)}
    groups = {name: _groups_named(name.removesuffix("g"), found.release) for name in left}
    left = {name for name in left if groups[name]}
    return theirs - left | frozenset().union(*(found.reduced(group) for name in left for group in groups[name]))


def _groups_named(short: str, release: Release) -> list[str]:
    """The groups whose first two fields are this name."""
    gene, fields = split_name(short)
    names = release.locus(gene).names
    return [f"{gene}*{group}" for group in (*names.g_groups, *names.p_groups) if two_fields(group) == fields]


def null_has_no_antigen(found: Difference, theirs: Names) -> Names:
    if found.mode != "S" or not _null(found.token, found):
        return theirs
    return theirs - {name for name in theirs if ANTIGEN.fullmatch(name)} | _ours(found)


def no_serology(found: Difference, theirs: Names) -> Names:
    if found.mode != "S":
        return theirs
    left = frozenset(name for name in _ours(found) if not ANTIGEN.fullmatch(name))
    related = {each for name in left for member in found.members(name) for each in found.reduced(member)}
    return theirs if any(map(ANTIGEN.fullmatch, related)) else theirs | left


def serology_of_shorter_names(found: Difference, theirs: Names) -> Names:
    short = found.token.count(":") > 1 or suffix_of(found.token) or found.kind in ("G", "P")
    if found.mode != "S" or theirs or not short or found.status == "current":
        return theirs
    of_members = frozenset().union(*(found.reduced(member) for member in found.members(found.token)))
    return frozenset(name for name in _ours(found) if ANTIGEN.fullmatch(name)) & of_members


def group_keeps_its_letter(found: Difference, theirs: Names) -> Names:
    return _ours(found) if found.kind in ("G", "P") and theirs == {found.token[:-1]} else theirs


def group_is_its_members(found: Difference, theirs: Names) -> Names:
    if found.kind not in ("G", "P"):
        return theirs
    each = [found.reduced(member) for member in found.members(found.token)]
    return _ours(found) if _ours(found) <= frozenset({found.token}).union(*each) else theirs


def genes_without_groups(found: Difference, theirs: Names) -> Names:
    without = not found.release.locus(split_name(found.token)[0]).has_groups
    return _ours(found) if without and theirs == {found.token} and found.mode not in OF_GROUPS else theirs


def splits_of_cw3(found: Difference, theirs: Names) -> Names:
    if found.token != "C*10:XX":
        return theirs
    return frozenset(name for name in theirs if not name.startswith("C*04") and name != "Cw4")


def mac_members_found(found: Difference, theirs: Names) -> Names:
    gene, fields = split_name(found.token)
    if found.status != "code":
        return theirs
    expansion = found.release.locus(gene).expansion(fields)
    renamed = {name for _, now in expansion.renamed for name in now.split("/")}
    short_nulls = {name for name in expansion.names if suffix_of(name)}
    extra = frozenset().union(*(found.reduced(f"{gene}*{name}") for name in renamed | short_nulls))
    return theirs | _ours(found) & extra


def old_names(found: Difference, theirs: Names) -> Names:
    return _ours(found) if found.status == "renamed" else theirs


def new_is_a_word(found: Difference, theirs: Names) -> Names:
    return _ours(found) if found.status == "word" and found.token.endswith(":NEW") else theirs


BOTH_ANSWER: dict[str, Callable[[Difference, Names], Names]] = {
    each.__name__: each
    for each in (
        official_group_names, old_names, new_is_a_word, genes_without_groups, group_keeps_its_letter, lg_as_lgx,
        p_group_of_shorter_names, exon_is_three_fields, splits_of_cw3, mac_members_found, serology_of_shorter_names,
        null_has_no_antigen, short_names_are_names, null_keeps_n, no_serology, group_is_its_members,
    )
}  # fmt: skip

ONE_REFUSES: dict[str, Callable[[Difference], bool]] = {
    "old_names": lambda found: (
        found.status in ("old", "renamed") or (found.status == "deleted" and found.kind == "old")
    ),
    "deleted_names": lambda found: found.status == "deleted",
    "antigen_without_alleles": lambda found: found.theirs == NOTHING and found.kind == "serology",
    "names_that_do_not_exist": lambda found: found.status in ("unknown", "malformed") and found.theirs is not None,
    "every_group_is_a_name": lambda found: found.theirs is None and found.status in ("G", "P"),
    "more_broad_codes": lambda found: found.theirs is None and found.status == "XX",
    "more_tokens": lambda found: found.theirs is None and (found.status in ("word", "lg") or ":" not in found.token),
}
