"""How fast receipts are loaded, dumped and searched. Every typing here is invented."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from parsers.records import LocusTyping, TypingReport
from pipeline.feed.search import Donor, read_donors, search
from pipeline.normalise.records import Identifier, NormalLocus, NormalTyping
from pipeline.store.entry import Entry, LoadedReport, Receipt
from pipeline.store.queries import dump
from pipeline.store.store import Store
from pipeline.store.writer import Writer

LOCI = ("A", "B", "C", "DRB1", "DQB1", "DPB1")
BATCH = 1_000
DONORS = 100_000


class InventedGroups:
    """Every two-field name is a P group of its own."""

    def match_groups(self, token: str) -> frozenset[str]:
        """The first two fields of a name."""
        return frozenset({":".join(token.split(":")[:2])})


def genotype(locus: str, donor: int) -> str:
    """An invented genotype; some 2,000 distinct ones a locus, one in five with a list."""
    first, second = donor * 7 % 50 + 1, donor * 13 % 40 + 1
    listed = f"/HLA-{locus}*{second:02d}:02:01:01" if donor % 5 == 0 else ""
    return f"HLA-{locus}*{first:02d}:01:01:01+HLA-{locus}*{second:02d}:01:01:01{listed}"


def entry(seq: int) -> Entry:
    """A receipt with one report of six loci."""
    sample = f"S{seq:07d}"
    texts = {locus: genotype(locus, seq) for locus in LOCI}
    printed = TypingReport(
        format="hml",
        sample=sample,
        report_id=f"run {seq}",
        date="2026-01-02",
        loci=tuple(
            LocusTyping(
                locus=locus, state="two_copies", reported=text, expression=text, method="NGS", stated_release="3.58.0"
            )
            for locus, text in texts.items()
        ),
    )
    normal = NormalTyping(
        sample=Identifier(scheme="LOCAL", value=sample, printed=sample),
        loci=tuple(
            NormalLocus(locus=locus, state="two_copies", reported=text, glstring=text, release="3.58.0", method="NGS")
            for locus, text in texts.items()
        ),
    )
    message = "MSH|^~\\&|invented\r" + "".join(
        f"OBX|{number}|CWE|57290-9^HLA-{locus}^LN||{text}^^||||||F\r"
        for number, (locus, text) in enumerate(texts.items())
    )
    receipt = Receipt(
        receipt=f"R{seq}",
        seq=seq,
        source="lab",
        name=f"{seq}.xml",
        sha256=sha256(str(seq).encode()).hexdigest(),
        size=4000,
        received="2026-01-02T03:04:05Z",
    )
    return Entry(
        receipt=receipt,
        state="loaded",
        format="hml",
        reports=(LoadedReport(printed=printed, normal=normal, message=message),),
    )


def seconds(work: Callable[[], object]) -> float:
    """How long this takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def invented_donors() -> Iterator[Donor]:
    """Donors as the feed gives them."""
    for number in range(DONORS):
        yield Donor(f"D{number}", {locus: genotype(locus, number) for locus in LOCI})


def run(batches: int = 20) -> list[tuple[str, float, str]]:
    """The figures: what was measured, how much, in which unit."""
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.duckdb") as store:
        writer = Writer(store)
        loads = [[entry(seq) for seq in range(start, start + BATCH)] for start in range(1, batches * BATCH, BATCH)]
        times = [seconds(lambda batch=batch: writer.load(batch)) for batch in loads]  # type: ignore[misc]  # mypy cannot type a default of a lambda
        again = seconds(lambda: writer.load(loads[0]))
        typings = len(LOCI) * batches * BATCH
        dumped = seconds(lambda: sum(1 for _ in dump(store, "typings")))
        fed = seconds(lambda: sum(1 for _ in read_donors(store)))
    donors = list(invented_donors())
    patient = {locus: genotype(locus, 3) for locus in LOCI}
    searched = seconds(lambda: search(donors, patient, InventedGroups(), rule="8/10"))
    return [
        ("typing reports of six loci loaded, 1,000 a batch, all batches", batches * BATCH / sum(times), "reports/s"),
        ("one batch of 1,000 typing reports, median", 1000 * statistics.median(times), "ms"),
        ("the slowest batch (a checkpoint falls into it)", 1000 * max(times), "ms"),
        ("a batch of 1,000 that is already there", 1000 * again, "ms"),
        ("typings dumped", typings / dumped, "typings/s"),
        ("donors read from the feed", batches * BATCH / fed, "donors/s"),
        (f"search of {DONORS:,} donors in memory", searched, "s"),
    ]


if __name__ == "__main__":
    import sys

    for name, figure, unit in run():
        sys.stdout.write(f"{name:65} {figure:12,.2f} {unit}\n")
