"""The whole way of a typical report: a 5 KB HML file on the disk until its rows are committed.

The limit is lxml reading the same bytes and nothing else. Where the time goes is told by each stage alone, over all
reports. On the whole way DuckDB writes one batch while the next is read, typings are met for the first time, and the
stages take turns in the processor's caches; so the sum of the stages is not the whole.
"""

import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from lxml import etree

from parsers.format import open_document, recognise
from parsers.records import Report
from pipeline.bench.figures import Figure, best
from pipeline.bench.reports import report_writer
from pipeline.errors import IntegrityError
from pipeline.hl7.message import Envelope, render
from pipeline.home import BUNDLED, Home
from pipeline.ingest import ingest
from pipeline.normalise.nomenclature.install import install
from pipeline.process import Workbench, process
from pipeline.site import Site, open_site
from pipeline.spool.spool import Spool
from pipeline.store.entry import Entry, Receipt
from pipeline.store.store import Store
from pipeline.store.writer import Writer

REPORTS = 2_000
ROUNDS = 3
GOAL = 1_000
GOAL_TIMES = 5
SENT = "2026-11-20T08:41:00Z"

Microseconds = Callable[[Callable[[], object]], float]


def run(reports: int = REPORTS, rounds: int = ROUNDS) -> list[Figure]:
    """The whole way, its limit, and its stages; the best of several rounds of each."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write = _report_writer(place)
        payloads = [write(number) for number in range(reports)]
        files = _on_disk(place / "files", payloads)

        def each(work: Callable[[], object]) -> float:
            return best(work, rounds) / reports * 1e6

        limit = each(lambda: [_tags(payload) for payload in payloads])
        looked_at = each(lambda: [_look_at_everything(payload) for payload in payloads])
        whole = min(_whole_way(place / f"round-{number}", files, reports) for number in range(rounds))
        with open_site(_home(place / "stages"), None) as site:
            stages = [*_reading(site, payloads, each), *_keeping(site, place, payloads, each)]
    size = sum(map(len, payloads)) / reports
    return [
        Figure("files to committed rows", 1e6 / whole, "reports/s", f"goal: {GOAL}"),
        Figure("one report on that way", whole, "us/report"),
        Figure("lxml.etree.fromstring on the same bytes", limit, "us/report", f"the limit; {size:.0f} bytes a report"),
        Figure("lxml, and everything that stands there looked at once", looked_at, "us/report"),
        Figure("one report on that way, of lxml", whole / limit, "times", f"goal: at most {GOAL_TIMES}"),
        *stages,
    ]


def _report_writer(place: Path) -> Callable[[int], bytes]:
    with open_site(_home(place / "writer"), None) as site:
        return report_writer(site.release_named(None))


def _home(path: Path) -> Path:
    """A data folder with the invented mini-release installed."""
    install(str(BUNDLED / "demo" / "nomenclature"), Home(path).nomenclature)
    return path


def _on_disk(folder: Path, payloads: list[bytes]) -> Path:
    folder.mkdir()
    for number, payload in enumerate(payloads):
        (folder / f"{number:06d}.hml").write_bytes(payload)
    return folder


def _tags(payload: bytes) -> str:
    """What is left of a report here: a tree that is let go at once, as on the whole way."""
    return str(etree.fromstring(payload).tag)


def _look_at_everything(payload: bytes) -> int:
    """What any reader in Python does at the least: asks lxml for every name, text and attribute, and keeps none."""
    seen = 0
    for element in etree.fromstring(payload).iter():
        seen += len((element.tag, element.text, element.tail, *element.items()))
    return seen


def _whole_way(home: Path, files: Path, reports: int) -> float:
    """Microseconds a report from the files to the store, in a new site that is open and has seen nothing."""
    with open_site(_home(home), None) as site:
        site.ready_store()  # opening is not what is measured
        begun = time.perf_counter()
        done = ingest([files], site, source="bench", progress=lambda _: None)
        taken = time.perf_counter() - begun
    if done.loaded != reports:
        raise IntegrityError(f"{done.loaded} of {reports} invented reports were loaded; the figure would mean nothing")
    return taken / reports * 1e6


def _reading(site: Site, payloads: list[bytes], each: Microseconds) -> list[Figure]:
    bench = site.bench
    documents = [open_document(payload) for payload in payloads]
    reader = bench.formats["hml"]
    printed: list[Report] = [report for document in documents for report in reader.parse(document).reports]
    normal = [bench.normaliser.normalise(report) for report in printed]
    envelope = Envelope(control_id="invented", sent_at=SENT, facility=bench.facility)

    def parse() -> None:
        for document in documents:
            reader.parse(document)

    return [
        _stage("recognise", each(lambda: [recognise(document, bench.formats) for document in documents])),
        _stage("parse", each(parse)),
        _stage("normalise, loci seen before", each(lambda: [bench.normaliser.normalise(report) for report in printed])),
        _stage("render", each(lambda: [render(report, envelope) for report in normal])),
    ]


def _keeping(site: Site, place: Path, payloads: list[bytes], each: Microseconds) -> list[Figure]:
    receipts = [_receipt(number) for number in range(len(payloads))]
    entries = _processed(site.bench, receipts, payloads)
    numbers = count()

    def load(batch: list[Entry]) -> None:
        with Store(place / f"store-{next(numbers)}.duckdb") as store:
            Writer(store).load(batch, 1)

    with Spool(place / "spool") as spool:
        named = [(receipt.name, payload) for receipt, payload in zip(receipts, payloads, strict=True)]
        kept = each(lambda: spool.append_messages("bench", named))
    return [
        _stage("spool, in one batch", kept),
        _stage("recognise to render, together", each(lambda: _processed(site.bench, receipts, payloads))),
        _stage("store, in one batch", each(lambda: load(entries)) - each(lambda: load([]))),
    ]


def _processed(bench: Workbench, receipts: list[Receipt], payloads: list[bytes]) -> list[Entry]:
    return [process(receipt, payload, bench) for receipt, payload in zip(receipts, payloads, strict=True)]


def _receipt(number: int) -> Receipt:
    return Receipt(
        receipt=f"R{number + 1}",
        seq=number + 1,
        source="bench",
        name=f"{number:06d}.hml",
        sha256=f"{number:064x}",
        size=0,
        received=SENT,
    )


def _stage(name: str, microseconds: float) -> Figure:
    return Figure(f"  of it: {name}", microseconds, "us/report")
