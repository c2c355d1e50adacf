"""All typings of the store under another nomenclature release, and what that changes.

A release renames alleles, gives some up, and moves some to other G and P groups. What was printed stays, and so do the
meanings under earlier releases; the distinct statements of the store, not its typings, are read once more. A statement
that names no release of its own was read under the one in use when it came, so its alleles are looked up there, however
many releases have come since; one that names another is read again as it was printed, for what the release in use made
of it may say more than it does.

The change of release is a decision of a person and a frame of the spool: receipts before it were read under the old
release, receipts behind it are read under the new one, and a rebuilt store gives the same change log.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec

from parsers.records import LocusTyping, State
from pipeline.normalise.comparison import Comparison
from pipeline.normalise.copies import OF_THE_RELEASE, Copies
from pipeline.normalise.nomenclature.names import split_name
from pipeline.normalise.nomenclature.release import Release, UnknownName
from pipeline.normalise.nomenclature.renaming import renamed
from pipeline.normalise.records import Flag
from pipeline.normalise.typing import Meaning, TypingNormaliser
from pipeline.store.contradictions import find_everywhere
from pipeline.store.scripts import script
from pipeline.store.store import Connection, Store
from pipeline.store.texts import json_text

NO_DOUBTS = OF_THE_RELEASE | {"renamed_allele"}
"""Flags that may come and go without anything being in doubt that was not, or the other way round."""
UNREAD = (None, None, None)
BETWEEN_COPIES = re.compile(r"[?^|+~]")
STATES: dict[str, State] = {each: each for each in get_args(State)}

Kind = Literal["", "restated", "regrouped", "doubted"]


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


def renormalise(
    store: Store, seq: int, old: TypingNormaliser, new: TypingNormaliser, comparison: Comparison | None = None
) -> None:
    """Write the meanings and the change log, and read the store under the release of `new` from now on.

    With a `comparison` under that release, what contradicts what is found out anew.
    """
    before, release = store.release_in_use or "", new.version or ""
    with store.transaction("renormalising") as connection:
        prepare(connection, new)
        _find(connection, old, new)
        write(connection, seq, before, release)
        if comparison:
            find_everywhere(connection, comparison)


def changes(store: Store, old: TypingNormaliser, new: TypingNormaliser) -> list[Restated]:
    """The statements that would mean something else under the release of `new`."""
    with store.transaction("trying a nomenclature release") as connection:
        prepare(connection, new)
        _find(connection, old, new)
        changed = "select * from restated where change <> '' order by statement"
        return [Restated(*row) for row in connection.execute(changed).fetchall()]


def prepare(connection: Connection, new: TypingNormaliser) -> None:
    """Put what the statements mean now into temporary tables, beside an empty one for those that are restated."""
    connection.execute(script("renormalise/current"))
    connection.execute(script("renormalise/restated"))
    stated = [row[0] for row in connection.execute(script("renormalise/stated")).fetchall()]
    flags = [json_text(new.release_flags(each)) for each in stated]
    connection.execute(script("renormalise/stated_release"), {"stated": stated, "flags": flags})


def _find(connection: Connection, old: TypingNormaliser, new: TypingNormaliser) -> None:
    """Find the statements that have to be read anew, or lie in other groups, under the release of `new`.

    All others mean the same: none of the names in them does anything else, and nobody doubted them. The store puts
    pairs together from what became of their copies; only what is left is read one by one.
    """
    names = Names(old.release, new.release)
    written = [row[0] for row in connection.execute(script("renormalise/copies")).fetchall()]
    moved = {copy: names.worst(copy) for copy in written}
    copies = Copies(old, new, lambda copy: moved[copy] == "anew")
    connection.execute(script("renormalise/copy"), _columns(_judged(moved, names, copies), JudgedCopy))
    connection.execute(script("renormalise/touched"))
    connection.execute(script("renormalise/put_together"), {"release": new.version or ""})
    put(connection, [_one_by_one(row, copies, new, names) for row in _left(connection)])


class JudgedCopy(msgspec.Struct, frozen=True):
    """What the other release makes of a copy; without a `text` if it has to be read where it stands.

    `place` is its place among all copies under the new release.
    """

    copy: str
    moved: "Moved"
    regrouped: bool
    text: str | None
    place: int | None
    resolution: str | None


def _judged(moved: dict[str, "Moved"], names: "Names", copies: Copies) -> list[JudgedCopy]:
    read = {copy: copies.copy(copy) for copy in moved}
    places = {order: place for place, order in enumerate(sorted({found.order for found in read.values() if found}))}
    judged = []
    for copy, found in read.items():
        what = (found.order[1], places[found.order], found.resolution) if found else UNREAD
        judged.append(JudgedCopy(copy, moved[copy], moved[copy] != "" and names.regrouped(copy), *what))
    return judged


def _left(connection: Connection) -> list[dict[str, Any]]:
    found = connection.execute(script("renormalise/read_anew"))
    titles = [title for title, *_ in found.description or []]
    return [dict(zip(titles, row, strict=True)) for row in found.fetchall()]


def _one_by_one(row: dict[str, Any], put_together: Copies, new: TypingNormaliser, names: "Names") -> Restated:
    alone = row["doubted"] or row["elsewhere"]
    light = None if alone else put_together.meaning(row["glstring"], row["stated_release"])
    return _changed(row, light or _read_anew(row, new), new, names)


def _read_anew(row: dict[str, Any], new: TypingNormaliser) -> Meaning:
    printed = LocusTyping(
        locus=row["locus"],
        state=STATES[row["state"]],
        reported=row["reported"],
        expression=row["expression"],
        stated_release=row["stated_release"] or row["read_under"],
    )
    meant = new.meaning(printed)
    if row["stated_release"]:
        return meant
    return msgspec.structs.replace(meant, flags=tuple(each for each in meant.flags if each.code != "release_differs"))


def _changed(row: dict[str, Any], meant: Meaning, new: TypingNormaliser, names: "Names") -> Restated:
    before = Meaning(row["glstring"], row["resolution"], tuple(msgspec.json.decode(row["flags"], type=list[Flag])))
    change = change_between(before, meant, names)
    return Restated(row["id"], new.version or "", meant.glstring, meant.resolution, json_text(meant.flags), change)


def change_between(before: Meaning, after: Meaning, names: "Names") -> Kind:
    """What is another about a statement."""
    if before.glstring != after.glstring:
        return "restated"
    if after.glstring and names.regrouped(after.glstring):
        return "regrouped"
    return "doubted" if _doubts(before) != _doubts(after) else ""


def _doubts(meaning: Meaning) -> set[tuple[str, str]]:
    return {(flag.code, flag.token) for flag in meaning.flags if flag.code not in NO_DOUBTS}


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

    def _says_the_same(self, name: str) -> bool:
        before, after = self._releases
        gene, fields = split_name(name)
        if before is None or after is None:
            return False
        return before.locus(gene).says_the_same(after.locus(gene), fields)

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
        if self._says_the_same(name):
            return ""
        before, after = (_read_from(name, release) for release in self._releases)
        if before != after or self._has_lost_an_allele(name):
            return "anew"
        return "regrouped" if self._in_other_groups(name) else ""

    def _has_lost_an_allele(self, name: str) -> bool:
        before, after = self._releases
        return before is not None and after is not None and renamed(name, before, after) != (name,)


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


def put(connection: Connection, found: list[Restated]) -> None:
    """Add these to the table `restated`."""
    if found:
        connection.execute(script("renormalise/one_by_one"), _columns(found, Restated))


def _columns(rows: Sequence[msgspec.Struct], kind: type[msgspec.Struct]) -> dict[str, list[Any]]:
    return {name: [getattr(each, name) for each in rows] for name in kind.__struct_fields__}


def write(connection: Connection, seq: int, before: str, release: str) -> None:
    """Write what stands in the table `restated`, and what does not: that means the same."""
    connection.execute(script("renormalise/meaning"))
    connection.execute(script("renormalise/kept"), {"release": release})
    connection.execute(script("renormalise/change"), [seq, before, release])
    connection.execute(script("renormalise/changed_reports"), [seq])
    connection.execute(script("renormalise/read_under"), [release])
    connection.execute("delete from release_in_use")
    connection.execute("insert into release_in_use values (?)", [release])
    connection.execute(script("load/cursor"), [seq])
