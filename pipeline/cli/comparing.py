"""The command that holds typings against each other: compare."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parsers.errors import ParseError
from pipeline.cli.session import FormatName, Here
from pipeline.cli.sides import side_of

COLUMNS = ("sample_a", "sample_b", "locus", "verdict", "fields", "a", "b")


def compare(a: str, b: str, *, ids: Path | None = None, format_name: FormatName = "", session: Here) -> int:
    """Hold the typings of two files or receipts against each other: same, compatible, or contradictory.

    Parameters
    ----------
    a
        A file, or a receipt's id: the listed typing, say.
    b
        What to hold against it: the verification typing, say.
    ids
        A file with an id of A and the id of B for the same person in each line.
    format_name
        The format to read files as; found out if not given.
    """
    from pipeline.comparing import compared, read_id_map, unmet  # noqa: PLC0415
    from pipeline.normalise.comparison import comparison_under  # noqa: PLC0415
    from pipeline.reading import is_grave  # noqa: PLC0415

    comparison = comparison_under(session.site.working_release)
    meaning = session.site.working_bench.normaliser.typings
    id_map = read_id_map(session.at(ids).read_bytes()) if ids else {}
    try:
        sides = [side_of(side, format_name, session).typings for side in (a, b)]
    except ParseError as error:
        session.answers.say(error.explain())
        return 1
    one, other = ([meaning.normalise(each) for each in side] for side in sides)
    verdicts: Counter[str] = Counter()
    if unknown := unmet(one, other, id_map):
        session.answers.say(
            f"{unknown} of the {len(id_map)} lines of the id map name somebody who is not on both sides"
        )

    def told() -> Iterator[dict[str, Any]]:
        for row in compared(one, other, id_map, comparison):
            verdicts[row.verdict] += 1
            yield row._asdict()

    session.answers.table(told(), COLUMNS)
    session.answers.say(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) or "no typing")
    return int(verdicts["contradicts"] > 0 or any(map(is_grave, [*one, *other])))
