"""A work list as a table: CSV with a header line; the columns may stand in any order."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from parsers.errors import ParseError
from pipeline.worklist.orders import PRIORITIES, ROUTINE, Order

REQUIRED = ("specimen", "tests")
OPTIONAL = ("priority", "collected", "material", "subject", "instrument")
SEPARATORS = ";,\t"


def read_table(path: Path) -> list[Order]:
    """The orders of a table. Raises ParseError for what is no work list, OSError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ParseError("the work list is not UTF-8 text", where=path.name, advice="Save it as CSV UTF-8.") from None
    lines = text.splitlines()
    head = lines[0] if lines else ""
    separator = max(SEPARATORS, key=head.count)
    rows = csv.reader(lines, delimiter=separator, strict=True)
    columns = [name.strip().lower() for name in next(rows, [])]
    _check_columns(columns, path)
    return list(_orders(rows, columns, path))


def _check_columns(columns: list[str], path: Path) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown or len(set(columns)) < len(columns):
        raise ParseError(
            "the header line does not name the columns of a work list",
            found=", ".join(columns),
            where=f"{path.name}, line 1",
            expected=f"{', '.join(REQUIRED)} and any of {', '.join(OPTIONAL)}, each once",
            advice="Leave out names and birth dates: analysers do not need them.",
        )


def _orders(rows: Iterable[list[str]], columns: list[str], path: Path) -> Iterator[Order]:
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path.name}, line {number}"
        if len(cells) != len(columns):
            raise ParseError(
                "a line has another number of cells than the header",
                found=str(len(cells)),
                where=where,
                expected=str(len(columns)),
            )
        yield _order(dict(zip(columns, map(str.strip, cells), strict=True)), where)


def _order(row: dict[str, str], where: str) -> Order:
    tests = tuple(row.pop("tests").split())
    priority = row.pop("priority", "").upper() or ROUTINE
    if not row["specimen"] or not tests:
        raise ParseError(
            "an order needs a specimen and at least one test", where=where, expected="tests as WBC HGB PLT"
        )
    if priority not in list(PRIORITIES):
        raise ParseError(
            "this priority is not known", found=priority, where=where, expected="one of S A R C P, or nothing"
        )
    return Order(tests=tests, priority=priority, **row)
