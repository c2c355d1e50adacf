"""The store, which puts pairs together, says of every statement what the reading of it alone says."""

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from parsers.records import LocusTyping
from parsers.typing_states import state_of
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.nomenclature.release_files import LocusNames
from pipeline.normalise.records import Flag
from pipeline.normalise.typing import Meaning, TypingNormaliser
from pipeline.renormalisation import Names, change_between, changes, renormalise
from pipeline.store.statements import StatementRow, insert_statements, statement_of
from pipeline.store.store import Store
from pipeline.store.texts import json_text, key64
from tests.flow.later_release import GIVEN_UP, REGROUPED, RENAMED, write_later

STATEMENTS = 600
WORDS = {
    "A": [*RENAMED, "A*24:09N", "A*01:01:01:02N", "A*02:XX", "A*02:AB", "A*99:99"],
    "B": [REGROUPED, "B*15:01N"],
    "C": [GIVEN_UP, "Cw*07:02", "C*10:XX"],
    "DRB3": ["DRB3*01:01", "DRB4*01:03", "DRB3*NNNN", "DRB5*01:01"],
}


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_cached(Path(write_later(tmp_path_factory.mktemp("later"))))


def invented(release: Release, seed: int, stated: tuple[str, ...]) -> list[LocusTyping]:
    """Statements of copies and of more, with names that the later release calls otherwise, and those it gave up."""
    dice = random.Random(seed)
    found = []
    for _ in range(STATEMENTS):
        gene = dice.choice(sorted(release.loci))
        alleles = [f"{gene}*{fields}" for fields in release.locus(gene).names.alleles] or [f"{gene}*01:01"]
        special = WORDS.get(gene, alleles)

        def copy(alleles: list[str] = alleles, special: list[str] = special) -> str:
            names = [
                ":".join(dice.choice(dice.choice((alleles, special))).split(":")[: dice.choice((2, 3, 4))])
                for _ in range(dice.choice((1, 1, 1, 2, 4)))
            ]
            return "/".join(names)

        def genotype(copy: Callable[[], str] = copy) -> str:
            copies = [copy() for _ in range(dice.choice((1, 2, 2, 2, 2, 3)))]
            return "+".join(copies if dice.random() < 0.8 else copies[:1] * 2)

        text = "|".join(genotype() for _ in range(dice.choice((1, 1, 1, 1, 2))))
        text += dice.choice(("", "", "", "", f"^{alleles[0]}", f"~{alleles[0]}"))
        found.append(
            LocusTyping(
                locus=gene, state=state_of(text), reported=text, expression=text, stated_release=dice.choice(stated)
            )
        )
    return list({(each.locus, each.expression, each.stated_release): each for each in found}.values())


def fill(store: Store, statements: list[LocusTyping], old: TypingNormaliser) -> None:
    rows = []
    for number, printed in enumerate(statements, start=1):
        meant, key = old.meaning(printed), statement_of(printed)
        flags = json_text(meant.flags)
        rows.append(StatementRow(number, key64(*key), *key, old.version or "", meant.glstring, meant.resolution, flags))
    with store.transaction("filling") as connection:
        connection.execute("insert into release_in_use values (?)", [old.version])
        insert_statements(connection, rows)


def read_alone(printed: LocusTyping, old: TypingNormaliser, new: TypingNormaliser) -> Meaning:
    """A statement read by itself.

    One that names no release was read under the old one, and says nothing of it.
    """
    if printed.stated_release:
        return new.meaning(printed)
    meant = new.meaning(msgspec.structs.replace(printed, stated_release=old.version or ""))
    return msgspec.structs.replace(meant, flags=tuple(each for each in meant.flags if each.code != "release_differs"))


def comparable(row: dict[str, Any]) -> tuple[str | None, str, frozenset[Flag]]:
    return row["glstring"], row["resolution"], frozenset(msgspec.json.decode(row["flags"], type=list[Flag]))


def agree(path: Path, before: Release, after: Release, seed: int) -> set[str]:
    """Hold every statement of a store against its reading alone; the kinds of change that were met."""
    opened = {each.version: each for each in (before, after)}
    old, new, names = TypingNormaliser(before, opened.get), TypingNormaliser(after, opened.get), Names(before, after)
    statements = invented(before, seed, ("", "", before.version, after.version, "1.0.0"))
    with Store(path) as store:
        fill(store, statements, old)
        tried = {each.statement: each.change for each in changes(store, old, new)}
        renormalise(store, 1, old, new)
        query = "select * from meaning where release = '{}' order by statement"
        rows = list(store.rows(query.format(after.version)))
        logged = {row["statement"]: row["kind"] for row in store.rows("select * from meaning_change")}
    assert [row["statement"] for row in rows] == list(range(1, len(statements) + 1))
    expected = {}
    for row, printed in zip(rows, statements, strict=True):
        alone = read_alone(printed, old, new)
        assert comparable(row) == (alone.glstring, alone.resolution, frozenset(alone.flags)), printed
        if change := change_between(old.meaning(printed), alone, names):
            expected[row["statement"]] = change
    assert logged == tried == expected
    return set(expected.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_invented_statements_under_a_later_release(tmp_path: Path, mini: Release, later: Release, seed: int) -> None:
    assert agree(tmp_path / "store.duckdb", mini, later, seed) >= {"restated", "regrouped"}


def test_two_steps_say_what_one_says(tmp_path: Path, mini: Release, later: Release) -> None:
    last = open_cached(Path(write_later(tmp_path / "last", "0.3.0")))
    opened = {each.version: each for each in (mini, later, last)}
    readers = {version: TypingNormaliser(each, opened.get) for version, each in opened.items()}
    found = []
    for releases in (("0.1.0", "0.3.0"), ("0.1.0", "0.2.0", "0.3.0")):
        with Store(tmp_path / f"{len(releases)}.duckdb") as store:
            fill(store, invented(mini, 5, ("",)), readers["0.1.0"])
            for seq, (before, after) in enumerate(pairwise(releases), start=1):
                renormalise(store, seq, readers[before], readers[after])
            found.append(list(store.rows("select * from meaning where release = '0.3.0' order by statement")))
    assert found[0] == found[1]


def test_statements_of_a_real_release_under_a_later_one(tmp_path: Path, earlier: Release, real: Release) -> None:
    assert "restated" in agree(tmp_path / "store.duckdb", earlier, real, 4)


def test_a_statement_of_the_new_release_is_not_narrowed_by_having_been_read_under_the_old_one(tmp_path: Path) -> None:
    """A*01:02 was one allele, and is two: typed under the new release, it may be either."""
    before, after = (
        Release(version, "Invented", ("A",), {"A": LocusNames(alleles=alleles)}.__getitem__)
        for version, alleles in (("3.1.0", {"01:02": "T1"}), ("3.2.0", {"01:02:01": "T1", "01:02:02": "T2"}))
    )
    opened = {each.version: each for each in (before, after)}
    old, new = TypingNormaliser(before, opened.get), TypingNormaliser(after, opened.get)
    printed = LocusTyping(locus="A", state="one_stated", reported="A*01:02", expression="A*01:02")
    statements = [printed, msgspec.structs.replace(printed, stated_release="3.2.0")]
    with Store(tmp_path / "store.duckdb") as store:
        fill(store, statements, old)
        renormalise(store, 1, old, new)
        rows = store.rows("select glstring from meaning where release = '3.2.0' order by statement")
        assert [row["glstring"] for row in rows] == ["HLA-A*01:02:01", "HLA-A*01:02"]
