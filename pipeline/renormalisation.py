"""All typings of the store under another nomenclature release, and what that changes.

A release renames alleles, gives some up, and moves some to other G and P groups. What was printed stays, and so do the
meanings under earlier releases; the distinct statements of the store, not its typings, are read once more. A statement
that names no release of its own was read under the one in use when it came, so its alleles are looked up there.

The change of release is a decision of a person and a frame of the spool: receipts before it were read under the old
release, receipts behind it are read under the new one, and a rebuilt store gives the same change log.
"""

from collections.abc import Iterator
from typing import Literal, get_args

import msgspec

from parsers.records import LocusTyping, State
from pipeline.normalise.comparison import Comparison
from pipeline.normalise.glstring import read
from pipeline.normalise.nomenclature.release import Release, UnknownName
from pipeline.normalise.records import Flag
from pipeline.normalise.typing import Meaning, TypingNormaliser
from pipeline.store.contradictions import find_everywhere
from pipeline.store.scripts import script
from pipeline.store.store import Store
from pipeline.store.texts import json_text

DECIDER = "renormalise"
STATES: dict[str, State] = {each: each for each in get_args(State)}
OF_THE_RELEASE = frozenset({"release_differs", "renamed_allele", "no_release"})
"""Flags that speak of the release and not of the typing: that they differ is no change."""

Kind = Literal["", "restated", "regrouped", "doubted"]


class Renormalisation(msgspec.Struct, frozen=True):
    """The decision: the release to read under from here on, and the one in use before (empty: none)."""

    release: str
    before: str


class Restated(msgspec.Struct, frozen=True):
    """A statement under the new release.

    `change` is empty if it means the same; else its GL String is another or none (`restated`), its G or P groups are
    (`regrouped`), or only its doubts (`doubted`).
    """

    statement: int
    release: str
    glstring: str | None
    resolution: str
    flags: str
    change: Kind


def restated(store: Store, old: TypingNormaliser, new: TypingNormaliser) -> Iterator[Restated]:
    """Every distinct statement of the store, as it is read under the release of `new`."""
    groups = Groups(old.release, new.release)
    for row in store.rows(script("renormalise/statements")):
        stated = row["stated_release"] or old.version or ""
        printed = LocusTyping(
            locus=row["locus"],
            state=STATES[row["state"]],
            reported=row["reported"],
            expression=row["expression"],
            stated_release=stated,
        )
        meant = new.meaning(printed)
        before = Meaning(row["glstring"], row["resolution"], tuple(msgspec.convert(row["flags"], list[Flag])))
        change = change_between(before, meant, groups)
        yield Restated(row["id"], new.version or "", meant.glstring, meant.resolution, json_text(meant.flags), change)


def change_between(before: Meaning, after: Meaning, groups: "Groups") -> Kind:
    """What is another about a statement."""
    if before.glstring != after.glstring:
        return "restated"
    if after.glstring and groups.differ(after.glstring):
        return "regrouped"
    return "doubted" if _doubts(before) != _doubts(after) else ""


def _doubts(meaning: Meaning) -> set[tuple[str, str]]:
    return {(flag.code, flag.token) for flag in meaning.flags if flag.code not in OF_THE_RELEASE}


class Groups:
    """Whether names lie in the same G and P groups under two releases; each name is looked up once."""

    def __init__(self, before: Release | None, after: Release | None) -> None:
        self._releases = (before, after)
        self._differing: dict[str, bool] = {}

    def differ(self, glstring: str) -> bool:
        """Whether any name of a canonical GL String has moved."""
        return any(map(self._differs, dict.fromkeys(read(glstring).names)))

    def _differs(self, name: str) -> bool:
        known = self._differing.get(name)
        if known is None:
            before, after = (_groups_of(name, release) for release in self._releases)
            known = self._differing[name] = before != after
        return known


def _groups_of(name: str, release: Release | None) -> tuple[frozenset[str], ...] | None:
    if release is None:
        return None
    try:
        return (release.reduce(name, "G"), release.reduce(name, "P"))
    except UnknownName:
        return None


def write(
    store: Store, seq: int, decision: Renormalisation, found: list[Restated], comparison: Comparison | None = None
) -> None:
    """Write the meanings and the change log, and read the store under the new release from now on.

    With a `comparison` under that release, what contradicts what is found out anew.
    """
    with store.transaction("renormalising") as connection:
        connection.execute(script("renormalise/restated"), [json_text(found)])
        connection.execute(script("renormalise/meaning"))
        connection.execute(script("renormalise/change"), [seq, decision.before, decision.release])
        connection.execute(script("renormalise/changed_reports"), [seq])
        connection.execute("delete from release_in_use")
        connection.execute("insert into release_in_use values (?)", [decision.release])
        if comparison:
            find_everywhere(connection, comparison)
        connection.execute(script("load/cursor"), [seq])
