"""Invented alleles, donors and typings; the P groups are made up for these tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from parsers.records import LocusTyping, State, TypingReport
from pipeline.normalise.records import Flag, Identifier, NormalLocus, NormalTyping
from pipeline.store.entry import Entry, LoadedReport, Receipt
from pipeline.store.store import Store
from pipeline.store.writer import Writer


class InventedGroups:
    """A nomenclature of our own: every two-field name is its own P group, names on 99 are unknown."""

    def match_groups(self, token: str) -> frozenset[str]:
        gene, star, fields = token.partition("*")
        if not star or not fields[:1].isdigit():
            raise ValueError("not the name of an allele")
        if fields.startswith("99"):
            return frozenset()
        if fields.endswith(":XX"):
            return frozenset(f"{gene}*{fields[:2]}:{number:02d}P" for number in range(1, 40))
        first_two = ":".join(fields.split(":")[:2])
        return frozenset({token if fields.endswith("N") else f"{gene}*{first_two}P"})

    def tce_groups(self, token: str) -> frozenset[int | None]:
        """The epitope group of an allele is its first field, up to 3."""
        first = token.partition("*")[2].partition(":")[0]
        return frozenset({int(first) if first in ("01", "02", "03") else None})


@pytest.fixture(scope="session")
def groups() -> InventedGroups:
    return InventedGroups()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.duckdb") as opened:
        yield opened


Type = Callable[..., None]


def locus_typing(
    locus: str, text: str, state: State | None, resolution: Literal["high", "generic", "low"]
) -> NormalLocus:
    called = state or ("two_copies" if "+" in text else "one_stated")
    return NormalLocus(
        locus=locus, state=called, reported=text, glstring=text or None, release="0.1.0", resolution=resolution
    )


def subject_of(grid: str, person: str) -> Identifier | None:
    """The identifier of a person: a GRID, or a number of the source's own."""
    if grid:
        return Identifier(scheme="GRID", value=grid, printed=grid)
    return Identifier(scheme="LOCAL", value=person, printed=person) if person else None


@pytest.fixture
def typed(store: Store) -> Type:
    """Load one invented typing report: `typed(1, "S1", A="HLA-A*01:01+HLA-A*02:01")`."""

    def load(
        seq: int,
        sample: str,
        *,
        grid: str = "",
        person: str = "",
        run: str = "",
        source: str = "lab",
        state: State | None = None,
        upto: int | None = None,
        project: str = "",
        doubts: tuple[Flag, ...] = (),
        locus_doubts: tuple[Flag, ...] = (),
        resolution: Literal["high", "generic", "low"] = "generic",
        **loci: str,
    ) -> None:
        normal = NormalTyping(
            sample=Identifier(scheme="LOCAL", value=sample, printed=sample),
            subject=subject_of(grid, person),
            project=project,
            loci=tuple(
                replace(locus_typing(locus, text, state, resolution), doubts=locus_doubts)
                for locus, text in loci.items()
            ),
            flags=doubts,
        )
        printed = TypingReport(
            format="hml",
            sample=sample,
            report_id=run or f"run {seq}",
            project=project,
            loci=tuple(LocusTyping(locus=each.locus, state=each.state, reported=each.reported) for each in normal.loci),
        )
        receipt = Receipt(
            receipt=f"R{seq}", seq=seq, source=source, name="", sha256=f"{seq:064x}", size=1, received="2026-01-02"
        )
        report = LoadedReport(printed=printed, normal=normal, message="")
        Writer(store).load([Entry(receipt=receipt, state="loaded", format="hml", reports=(report,))], upto)

    return load
