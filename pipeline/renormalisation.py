"""All typings of the store under another nomenclature release, and what that changes.

A release renames alleles, gives some up, and moves some to other G and P groups. What was printed stays, and so do the
meanings under earlier releases; the distinct statements of the store, not its typings, are read once more. A statement
that names no release of its own was read under the one in use when it came, so its alleles are looked up there.

The change of release is a decision of a person and a frame of the spool: receipts before it were read under the old
release, receipts behind it are read under the new one, and a rebuilt store gives the same change log.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args

import msgspec

from parsers.records import LocusTyping, State
from pipeline.normalise.comparison import Comparison
from pipeline.normalise.copies import OF_THE_RELEASE, Copies
from pipeline.normalise.nomenclature.release import Release, UnknownName
from pipeline.normalise.records import Flag
from pipeline.normalise.typing import Meaning, TypingNormaliser
from pipeline.store.contradictions import find_everywhere
from pipeline.store.scripts import script
from pipeline.store.store import Store
from pipeline.store.texts import json_text

DECIDER = "renormalise"
BETWEEN_COPIES = re.compile(r"[?^|+~]")
STATES: dict[str, State] = {each: each for each in get_args(State)}

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
    """Every statement of the store that has to be read anew, or lies in other groups, under the release of `new`.

    All others mean the same: none of the names in them does anything else, and nobody doubted them.
    """
    names = Names(old.release, new.release)
    copies = {row["copy"]: names.worst(row["copy"]) for row in store.rows(script("renormalise/copies"))}
    moved = {copy: moved == "anew" for copy, moved in copies.items() if moved}
    asked = {"copies": list(moved), "anew": list(moved.values())}
    put_together = Copies(old, new, lambda copy: moved.get(copy, False))
    for row in store.rows(script("renormalise/statements"), asked):
        if row["anew"]:
            light = None if row["doubted"] else put_together.meaning(row["glstring"], row["stated_release"])
            yield _changed(row, light or _read_anew(row, old, new), new, names)
        else:
            yield _regrouped(row, new)


def _read_anew(row: dict[str, Any], old: TypingNormaliser, new: TypingNormaliser) -> Meaning:
    printed = LocusTyping(
        locus=row["locus"],
        state=STATES[row["state"]],
        reported=row["reported"],
        expression=row["expression"],
        stated_release=row["stated_release"] or old.version or "",
    )
    meant = new.meaning(printed)
    if row["stated_release"]:
        return meant
    return msgspec.structs.replace(meant, flags=tuple(each for each in meant.flags if each.code != "release_differs"))


def _changed(row: dict[str, Any], meant: Meaning, new: TypingNormaliser, names: "Names") -> Restated:
    before = Meaning(row["glstring"], row["resolution"], tuple(msgspec.convert(row["flags"], list[Flag])))
    change = change_between(before, meant, names)
    return Restated(row["id"], new.version or "", meant.glstring, meant.resolution, json_text(meant.flags), change)


def _regrouped(row: dict[str, Any], new: TypingNormaliser) -> Restated:
    flags = json_text(new.release_flags(row["stated_release"]))
    return Restated(row["id"], new.version or "", row["glstring"], row["resolution"], flags, "regrouped")


def change_between(before: Meaning, after: Meaning, names: "Names") -> Kind:
    """What is another about a statement."""
    if before.glstring != after.glstring:
        return "restated"
    if after.glstring and names.regrouped(after.glstring):
        return "regrouped"
    return "doubted" if _doubts(before) != _doubts(after) else ""


def _doubts(meaning: Meaning) -> set[tuple[str, str]]:
    return {(flag.code, flag.token) for flag in meaning.flags if flag.code not in OF_THE_RELEASE}


Moved = Literal["", "regrouped", "anew"]
"""What another release does to a name: nothing, other G or P groups, or anything that a reading depends on."""


class Names:
    """What names do under another release; each name, and each copy of a gene, is looked up once."""

    def __init__(self, before: Release | None, after: Release | None) -> None:
        self._releases = (before, after)
        self._rarities = bool(after and after.reference.frequencies())
        self._moved: dict[str, Moved] = {}
        self._regrouped: dict[str, bool] = {}
        self._copies: dict[str, bool] = {}

    def worst(self, copy: str) -> Moved:
        """The most that happens to any name of a copy: alternatives joined by `/`."""
        if self._rarities:  # a table of frequencies may have been installed since
            return "anew"
        found = {self._moved_of(name) for name in copy.split("/")}
        return "anew" if "anew" in found else "regrouped" if "regrouped" in found else ""

    def regrouped(self, glstring: str) -> bool:
        """Whether any name of a canonical GL String lies in other groups."""
        return any(map(self._copy_regrouped, BETWEEN_COPIES.split(glstring)))

    def _copy_regrouped(self, copy: str) -> bool:
        known = self._copies.get(copy)
        if known is None:
            known = self._copies[copy] = any(map(self._in_other_groups, copy.split("/")))
        return known

    def _in_other_groups(self, name: str) -> bool:
        known = self._regrouped.get(name)
        if known is None:
            groups, others = (_groups_of(name, release) for release in self._releases)
            known = self._regrouped[name] = groups != others
        return known

    def _moved_of(self, name: str) -> Moved:
        known = self._moved.get(name)
        if known is None:
            known = self._moved[name] = self._compare(name)
        return known

    def _compare(self, name: str) -> Moved:
        before, after = (_read_from(name, release) for release in self._releases)
        if before != after:
            return "anew"
        return "regrouped" if self._in_other_groups(name) else ""


def _read_from(name: str, release: Release | None) -> object:
    """Everything of a name that the reading of a typing depends on."""
    if release is None:
        return None
    return release.status(name), release.accession(name), release.match_groups(name), release.is_null(name)


def _groups_of(name: str, release: Release | None) -> tuple[frozenset[str], ...] | None:
    if release is None:
        return None
    try:
        return (release.reduce(name, "G"), release.reduce(name, "P"))
    except UnknownName:
        return None


def write(
    store: Store,
    seq: int,
    new: TypingNormaliser,
    found: list[Restated],
    comparison: Comparison | None = None,
) -> None:
    """Write the meanings and the change log, and read the store under the release of `new` from now on.

    With a `comparison` under that release, what contradicts what is found out anew.
    """
    before, release = store.release_in_use or "", new.version or ""
    with store.transaction("renormalising") as connection:
        columns = {name: [getattr(each, name) for each in found] for name in Restated.__struct_fields__}
        connection.execute(script("renormalise/restated"), columns)
        connection.execute(script("renormalise/meaning"))
        stated = [row[0] for row in connection.execute(script("renormalise/stated")).fetchall()]
        flags = [json_text(new.release_flags(each)) for each in stated]
        connection.execute(script("renormalise/kept"), {"release": release, "stated": stated, "flags": flags})
        connection.execute(script("renormalise/change"), [seq, before, release])
        connection.execute(script("renormalise/changed_reports"), [seq])
        connection.execute("delete from release_in_use")
        connection.execute("insert into release_in_use values (?)", [release])
        if comparison:
            find_everywhere(connection, comparison)
        connection.execute(script("load/cursor"), [seq])
