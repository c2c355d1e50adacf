"""How fast receipts are loaded, dumped and searched. Every typing here is invented."""

import statistics
import tempfile
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

from parsers.records import LocusTyping, TypingReport
from pipeline.bench.figures import Figure, seconds
from pipeline.feed.search import Donor, read_donors, search
from pipeline.normalise.records import Identifier, NormalLocus, NormalTyping
from pipeline.store.entry import Entry, LoadedReport, Receipt
from pipeline.store.queries import dump
from pipeline.store.store import Store
from pipeline.store.writer import Writer

LOCI = ("A", "B", "C", "DRB1", "DQB1", "DPB1")
BATCHES = 20
BATCH = 1_000
DONORS = 100_000


class InventedGroups:
    """Every two-field name is a P group of its own."""

    def match_groups(self, token: str) -> frozenset[str]:
        """The first two fields of a name."""
        return frozenset({":".join(token.split(":")[:2])})

    def tce_groups(self, _: str) -> frozenset[int | None]:
        """No name has an epitope group."""
        return frozenset({None})


def run(batches: int = BATCHES, batch: int = BATCH, donors: int = DONORS) -> list[Figure]:
    """Loading, loading again, dumping, feeding and searching."""
    return [*_loading(batches, batch), *_searching(donors)]


def _loading(batches: int, batch: int) -> list[Figure]:
    receipts = batches * batch
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.duckdb") as store:
        writer = Writer(store)
        loads = [[entry(seq) for seq in range(start, start + batch)] for start in range(1, receipts + 1, batch)]
        times = [seconds(partial(writer.load, load)) for load in loads]
        again = seconds(partial(writer.load, loads[0]))
        dumped = seconds(lambda: sum(1 for _ in dump(store, "typings")))
        fed = seconds(lambda: sum(1 for _ in read_donors(store)))
    return [
        Figure(f"typing reports of six loci loaded, {batch:,} a batch", receipts / sum(times), "reports/s"),
        Figure("one batch, median", 1e3 * statistics.median(times), "ms"),
        Figure("the slowest batch", 1e3 * max(times), "ms", "a checkpoint falls into it"),
        Figure("a batch that is already there", 1e3 * again, "ms"),
        Figure("typings dumped", len(LOCI) * receipts / dumped, "typings/s"),
        Figure("donors read from the feed", receipts / fed, "donors/s"),
    ]


def _searching(donors: int) -> list[Figure]:
    registry = list(invented_donors(donors))
    patient = {locus: genotype(locus, 3) for locus in LOCI}
    taken = seconds(lambda: search(registry, patient, InventedGroups(), rule="8/10"))
    return [Figure(f"a search of {donors:,} donors in memory", taken, "s")]


def genotype(locus: str, donor: int) -> str:
    """An invented genotype; some 2,000 distinct ones a locus, one in five with a list."""
    first, second = donor * 7 % 50 + 1, donor * 13 % 40 + 1
    listed = f"/HLA-{locus}*{second:02d}:02:01:01" if donor % 5 == 0 else ""
    return f"HLA-{locus}*{first:02d}:01:01:01+HLA-{locus}*{second:02d}:01:01:01{listed}"


def invented_donors(number: int) -> Iterator[Donor]:
    """Donors as the feed gives them."""
    for each in range(number):
        yield Donor(f"D{each}", {locus: genotype(locus, each) for locus in LOCI})


def entry(seq: int) -> Entry:
    """A receipt with one report of six loci."""
    texts = {locus: genotype(locus, seq) for locus in LOCI}
    receipt = Receipt(
        receipt=f"R{seq}",
        seq=seq,
        source="lab",
        name=f"{seq}.xml",
        sha256=sha256(str(seq).encode()).hexdigest(),
        size=4000,
        received="2026-01-02T03:04:05Z",
    )
    report = LoadedReport(
        printed=_printed(f"S{seq:07d}", seq, texts), normal=_normal(f"S{seq:07d}", texts), message=_message(texts)
    )
    return Entry(receipt=receipt, state="loaded", format="hml", reports=(report,))


def _printed(sample: str, run_number: int, texts: dict[str, str]) -> TypingReport:
    loci = (
        LocusTyping(
            locus=locus, state="two_copies", reported=text, expression=text, method="NGS", stated_release="3.58.0"
        )
        for locus, text in texts.items()
    )
    return TypingReport(format="hml", sample=sample, report_id=f"run {run_number}", date="2026-01-02", loci=tuple(loci))


def _normal(sample: str, texts: dict[str, str]) -> NormalTyping:
    loci = (
        NormalLocus(locus=locus, state="two_copies", reported=text, glstring=text, release="3.58.0", method="NGS")
        for locus, text in texts.items()
    )
    return NormalTyping(sample=Identifier(scheme="LOCAL", value=sample, printed=sample), loci=tuple(loci))


def _message(texts: dict[str, str]) -> str:
    rows = (
        f"OBX|{number}|CWE|57290-9^HLA-{locus}^LN||{text}^^||||||F\r"
        for number, (locus, text) in enumerate(texts.items())
    )
    return "MSH|^~\\&|invented\r" + "".join(rows)
