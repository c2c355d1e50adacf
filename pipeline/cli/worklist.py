"""Commands about what analysers are to measure: worklist load, worklist list."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from pipeline.cli.answers import counted
from pipeline.cli.session import Here

COLUMNS = ("specimen", "tests", "priority", "collected", "material", "subject", "instrument")


def load(file: Path, *, replace: Annotated[bool, Parameter(negative="")] = False, session: Here) -> int:
    """Load a work list, CSV with a header line: specimen, tests, and any of priority, collected, material, subject,
    instrument.

    Parameters
    ----------
    file
        The table. Tests are the analyser's own codes with blanks between them.
    replace
        Forget the present work list; without it, earlier orders for the same specimens and instruments are replaced.
    """
    from parsers.errors import ParseError  # noqa: PLC0415
    from pipeline.errors import ConfigError  # noqa: PLC0415
    from pipeline.worklist.table import read_table  # noqa: PLC0415

    try:
        orders = read_table(session.at(file))
    except ParseError as refusal:
        raise ConfigError(refusal.explain()) from None
    session.site.worklist.put(orders, replace=replace)
    total = len(session.site.worklist.orders())
    if session.answers.json:
        session.answers.object({"loaded": len(orders), "orders": total})
    else:
        session.answers.line(f"{counted(len(orders), 'order')} loaded; the work list holds {total}")
    return 0


def show(*, session: Here) -> int:
    """List the orders of the work list."""
    rows = [msgspec.to_builtins(order) for order in session.site.worklist.orders()]
    if not session.answers.table([dict.fromkeys(COLUMNS, "") | row for row in rows], COLUMNS):
        session.answers.say("the work list is empty")
    return 0
