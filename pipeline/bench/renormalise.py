"""How fast a whole registry is read under another nomenclature release, with its change log.

GRAFTLINE_NOMENCLATURE names a folder of installed releases, of which the oldest and the newest are taken; without two
of them there is no figure. The registry is that of the benchmark `nomenclature`, 500,000 donors of six loci, put into
a store of its own: every distinct statement once, and a typing for every donor and locus.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from parsers.records import LocusTyping
from parsers.typing_states import state_of
from pipeline.bench.figures import Figure, seconds
from pipeline.bench.nomenclature import DONORS, registry
from pipeline.normalise.nomenclature.install import list_installed, open_release
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.typing import TypingNormaliser
from pipeline.renormalisation import renormalise
from pipeline.store.statements import StatementRow, insert_statements, statement_of
from pipeline.store.store import Store
from pipeline.store.texts import json_text, key64

NONE = "fewer than two releases are installed"
GOAL = "goal: at most 3"


def run(donors: int = DONORS, installed: str | None = os.environ.get("GRAFTLINE_NOMENCLATURE")) -> list[Figure]:
    """Reading every statement anew, and writing what that changes."""
    versions = [each.version for each in list_installed(Path(installed))] if installed else []
    if installed is None or len(versions) < 2:
        return [Figure("a registry renormalised", None, "s", NONE), Figure("statements read anew", None, "1/s", NONE)]
    before, after = (open_release(Path(installed), version) for version in (versions[0], versions[-1]))
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.duckdb") as store:
        statements = _fill(store, before, registry(before, donors))
        return [*_renormalised(store, before, after, donors, statements)]


def _renormalised(store: Store, before: Release, after: Release, donors: int, statements: int) -> Iterator[Figure]:
    old, new = TypingNormaliser(before), TypingNormaliser(after)
    taken = seconds(lambda: renormalise(store, 1, old, new))
    title = f"a registry of {donors:,} donors renormalised"
    yield Figure(title, taken, "s", f"{before.version} to {after.version}; {GOAL}")
    yield Figure("statements of it read anew", statements / taken, "1/s", f"{statements:,} are distinct")
    changes = next(store.rows("select count(*) as changes from meaning_change"))["changes"]
    yield Figure("statements that mean something else", changes, "of them")


def _fill(store: Store, release: Release, typings: list[str]) -> int:
    """Put these typings, six of each donor, into the store; the number of distinct statements."""
    normaliser = TypingNormaliser(release)
    numbers = {text: number for number, text in enumerate(dict.fromkeys(typings), start=1)}
    rows = [_row(number, text, normaliser) for text, number in numbers.items()]
    with store.transaction("filling the registry") as connection:
        connection.execute("insert into release_in_use values (?)", [release.version])
        insert_statements(connection, rows)
        connection.execute(
            """insert into typing
            select place // 6 + 1, 0, place % 6, statement, '', '', '', '[]'
            from (select unnest($1::integer[]) as statement, unnest(range(len($1::integer[]))) as place)""",
            [[numbers[text] for text in typings]],
        )
    return len(numbers)


def _row(number: int, text: str, normaliser: TypingNormaliser) -> StatementRow:
    gene = text.partition("*")[0]
    printed = LocusTyping(locus=gene, state=state_of(text), reported=text, expression=text)
    statement, meant = statement_of(printed), normaliser.meaning(printed)
    return StatementRow(
        number,
        key64(*statement),
        *statement,
        normaliser.version or "",
        meant.glstring,
        meant.resolution,
        json_text(meant.flags),
    )
