"""INTELLIFLEX's export (CSV): bead signals of one plate, a table with a row for each well.

    INSTRUMENT TYPE,SERIAL NUMBER,SOFTWARE VERSION,PLATE NAME,PLATE START,WELL LOCATION,SAMPLE ID,R25: RP1 MEDIAN,...
    INTELLIFLEX,IFLEX...,...,PLATE_1,11/8/2024 12:12,A1,Unknown1,130.55469,...

Saved again on a computer that writes decimal commas, it is separated by semicolons.
Version 2.2 begins with MODEL NAME, adds columns of the calibration and ends with a block `--DOCUMENT SIGNATURE--`: it
is counted. A column whose name begins with a bead's region (`R25:`) is a signal, any other a property of the well.

Source: an export of the INTELLIFLEX software 2.0; for 2.2 its published columns.
"""

import re

from parsers.control_specimens import is_control
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.luminex_wells import date_findings, marked, name_findings
from parsers.open_end import NO_LINE_END
from parsers.records import Finding, Ignored, Observation, ObservationReport, Parsed, Printed
from parsers.tables import Row, first_line, read_text_table
from parsers.text_encoding import decoded

STARTS = (["INSTRUMENT TYPE"], ["MODEL NAME", "INSTRUMENT TYPE"])
SEPARATORS = (",", ";")
SIGNAL = re.compile(r"R[0-9]+: ")
SIGNATURE = "--DOCUMENT SIGNATURE--"
SAMPLE, WELL, PLATE, START = "SAMPLE ID", "WELL LOCATION", "PLATE NAME", "PLATE START"
DEVICE = ("INSTRUMENT TYPE", "SERIAL NUMBER")
PERSONAL = ("OPERATOR", "USER")


def looks_like(head: bytes) -> bool:
    """Whether the header is that of an INTELLIFLEX export."""
    names = [first_line(head).replace('"', "").split(each) for each in SEPARATORS]
    return any(each[: len(start)] == start for each in names for start in STARTS if len(each) > len(start))


def parse(document: Document) -> Parsed:
    """One ObservationReport per well. Raises ParseError."""
    text, _, signature = decoded(document.raw).partition(SIGNATURE)
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    table = read_text_table(text.rstrip(',;"\n') + "\n" if signature else text, separator)
    missing = [name for name in (SAMPLE, WELL) if name not in table.header]
    if missing or not table.rows:
        raise ParseError(
            f"this export has no column {missing[0]}" if missing else "this export holds no well",
            where="line 1",
            expected=f"the columns {SAMPLE} and {WELL}, and a row for each well",
        )
    doubts = () if text.endswith("\n") else (NO_LINE_END,)
    names = dict.fromkeys(table.header)
    signals = [name for name in names if SIGNAL.match(name)]
    others = [name for name in names if not SIGNAL.match(name) and name not in PERSONAL]
    reports = [
        _report(row, table.header, signals, others, doubts if row is table.rows[-1] else ()) for row in table.rows
    ]
    personal = [Ignored(name, len(table.rows)) for name in PERSONAL if name in table.header]
    block = [Ignored(SIGNATURE, len(signature.strip().splitlines()))] if signature.strip() else []
    return Parsed(reports=marked(reports), ignored=(*personal, *block))


def _report(
    row: Row, header: tuple[str, ...], signals: list[str], others: list[str], doubts: tuple[Finding, ...]
) -> ObservationReport:
    cells = dict(zip(header, row.cells, strict=True))
    if not cells[SAMPLE]:
        raise ParseError(
            "this well names no sample",
            where=f"line {row.line}, column {SAMPLE}",
            expected="a sample in every row",
            advice="Name the wells, and export the plate again.",
        )
    return ObservationReport(
        format="luminex_intelliflex",
        sample=cells[SAMPLE],
        report_id=f"{cells.get(PLATE, '')} {cells[WELL]}".strip(),
        device=" ".join(filter(None, (cells.get(name, "") for name in DEVICE))),
        date=cells.get(START, ""),
        quality_control=is_control(cells[SAMPLE]),
        observations=tuple([Observation(label=name, value=value) for name in signals if (value := cells[name])]),
        properties=tuple([Printed(name, value) for name in others if (value := cells[name])]),
        findings=(*doubts, *date_findings(START, cells.get(START, "")), *name_findings(cells[SAMPLE])),
    )


FORMAT = Format(
    name="luminex_intelliflex",
    title="Luminex INTELLIFLEX export (bead signals)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    ignores=PERSONAL,
)
