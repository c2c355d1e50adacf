"""Invented receipts: every sample, identifier and typing below is made up."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parsers.records import (
    CollectionReport,
    Ignored,
    LocusTyping,
    Observation,
    ObservationReport,
    Quantity,
    Reading,
    TypingReport,
)
from pipeline.normalise.records import (
    Flag,
    Identifier,
    NormalCollection,
    NormalLocus,
    NormalObservation,
    NormalObservations,
    NormalTyping,
)
from pipeline.store.entry import Entry, LoadedReport, Receipt
from pipeline.store.store import Store
from pipeline.store.writer import Writer

RELEASE = "0.1.0"


def local(value: str) -> Identifier:
    return Identifier(scheme="LOCAL", value=value, printed=value)


def typing(sample: str = "S1", *, run: str = "run-1", software: str = "", grid: str = "", **loci: str) -> LoadedReport:
    """A typing report; `A="01:01+02:01"` states HLA-A, an empty text states a locus that failed."""
    called = {
        locus: "+".join(f"HLA-{locus}*{one}" for one in text.split("+")) if text else "" for locus, text in loci.items()
    }
    states = {
        locus: ("two_copies" if "+" in text else "one_stated") if text else "failed" for locus, text in called.items()
    }
    printed = TypingReport(
        format="hml",
        sample=sample,
        report_id=run,
        subject=grid,
        software=software,
        loci=tuple(
            LocusTyping(locus=locus, state=states[locus], reported=text, expression=text, stated_release="0.0.9")
            for locus, text in called.items()
        ),
    )
    normal = NormalTyping(
        sample=local(sample),
        subject=Identifier(scheme="GRID", value=grid, printed=grid) if grid else None,
        report_id=run,
        software=software,
        loci=tuple(
            NormalLocus(
                locus=locus,
                state=states[locus],
                reported=text,
                glstring=text or None,
                release=RELEASE,
                flags=() if text else (Flag("failed", locus, "no usable result"),),
            )
            for locus, text in called.items()
        ),
    )
    return LoadedReport(printed=printed, normal=normal, message=f"MSH|invented|{sample}\rOBX|1\r")


def counts(sample: str = "S1", *, run: str = "order-1", control: bool = False, **values: str) -> LoadedReport:
    """A count of one specimen; `WBC="5.4"` in 10*9/L."""
    printed = ObservationReport(
        format="astm_records",
        sample=sample,
        report_id=run,
        quality_control=control,
        observations=tuple(Observation(label=label, value=value, unit="10^9/L") for label, value in values.items()),
    )
    normal = NormalObservations(
        sample=local(sample),
        report_id=run,
        quality_control=control,
        observations=tuple(
            NormalObservation(
                label=label,
                code=f"code-{label}",
                system="L",
                value=value,
                number=float(value),
                unit="10*9/L",
                time="2026-01-02T03:04:05",
                analyser_flags=("H",),
                flags=(Flag("unknown_code", label, "no LOINC code is known for this label", "info"),),
            )
            for label, value in values.items()
        ),
    )
    return LoadedReport(printed=printed, normal=normal, message=f"MSH|invented|{sample}\r")


def collection(sample: str = "DIN1", *, run: str = "P1", inlet: str = "1000", readings: int = 2) -> LoadedReport:
    """A run of a cell separator with one final volume and some readings."""
    quantity = Quantity(item="INLET_VOL_ML", label="Inlet", value=inlet, unit="mL")
    final = NormalObservation(
        label="Inlet", code="INLET_VOL_ML", system="99APH", value=inlet, number=float(inlet), unit="mL"
    )
    printed = CollectionReport(
        format="separator_log",
        sample=sample,
        report_id=run,
        readings=tuple(Reading(time=f"10:0{minute}", values=(quantity,)) for minute in range(readings)),
        finals=(quantity,),
    )
    normal = NormalCollection(
        sample=local(sample),
        report_id=run,
        procedure="CMNC",
        device="invented separator",
        started="2026-01-02T10:00:00",
        readings=tuple(
            NormalObservation(
                label="Inlet",
                code="INLET_VOL_ML",
                system="99APH",
                value=str(minute),
                number=minute,
                unit="mL",
                time=f"2026-01-02T10:0{minute}:00",
            )
            for minute in range(readings)
        ),
        finals=(final,),
        alarms=("access pressure low",),
    )
    return LoadedReport(printed=printed, normal=normal, message="MSH|invented\r")


def entry(
    seq: int,
    *reports: LoadedReport,
    content: str = "",
    source: str = "lab",
    reason: str = "",
    ignored: int = 0,
    listing: bool = False,
) -> Entry:
    """An arrival; without reports it is one that could not be read. `content` stands for its bytes."""
    sha256 = hashlib.sha256((content or f"content {seq}").encode()).hexdigest()
    return Entry(
        receipt=Receipt(
            receipt=f"R{seq}-{sha256[:6]}",
            seq=seq,
            source=source,
            name=f"{seq}.xml",
            sha256=sha256,
            size=100 + seq,
            received="2026-01-02T03:04:05Z",
        ),
        state="loaded" if reports else "quarantined",
        format=reports[0].printed.format if reports else "",
        reason="" if reports else reason or "no installed format reads this input",
        reports=reports,
        ignored=(Ignored("Patient/Name", ignored),) if ignored else (),
        listing=listing,
    )


class Made:
    """The makers of invented records, for tests."""

    entry = staticmethod(entry)
    typing = staticmethod(typing)
    counts = staticmethod(counts)
    collection = staticmethod(collection)


@pytest.fixture(scope="session")
def make() -> type[Made]:
    return Made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


@pytest.fixture
def load(store: Store) -> Callable[..., list[str]]:
    """Load entries into the store in one batch."""

    def run(*entries: Entry, upto: int | None = None) -> list[str]:
        return list(Writer(store).load(entries, upto))

    return run
