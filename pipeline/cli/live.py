"""The demo's live status: a table that renews itself on a terminal, a line now and then anywhere else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.cli.answers import Answers

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.demo.performance import Moment

LOOKS_PER_LINE = 6
COLUMNS = ("received", "loaded", "duplicates", "quarantined")


def follow(moments: Iterable["Moment"], answers: Answers) -> None:
    """Show every moment, on stderr, until there are no more."""
    if answers.err.isatty():
        follow_on_terminal(moments, answers)
        return
    for number, moment in enumerate(moments):
        if number % LOOKS_PER_LINE == 0:
            answers.say(status_line(moment))


def follow_on_terminal(moments: Iterable["Moment"], answers: Answers) -> None:
    """Show one table in place."""
    from rich.console import Console  # noqa: PLC0415  # only where a person looks on
    from rich.live import Live  # noqa: PLC0415

    with Live(console=Console(file=answers.err), refresh_per_second=4) as live:
        for moment in moments:
            live.update(status_table(moment))


def status_table(moment: "Moment") -> "Table":
    """A row for each instrument."""
    from rich.table import Table  # noqa: PLC0415  # as above

    table = Table("instrument", "line", *COLUMNS, box=None, title=f"{moment.elapsed:.0f} s", title_justify="left")
    for source in moment.sources:
        counts = moment.counts.get(source.name, {})
        table.add_row(source.name, source.state, *(str(counts.get(column, 0)) for column in COLUMNS))
    return table


def status_line(moment: "Moment") -> str:
    """The live status on one line."""
    parts = []
    for source in moment.sources:
        counts = moment.counts.get(source.name, {})
        parts.append(
            f"{source.name} {source.state} {counts.get('received', 0)} in, {counts.get('loaded', 0)} loaded"
            + (f", {counts['quarantined']} quarantined" if counts.get("quarantined") else "")
        )
    return f"{moment.elapsed:5.1f} s  " + "  |  ".join(parts)
