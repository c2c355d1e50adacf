"""The SQL of the store, kept as .sql files beside the code that runs them."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def script(name: str) -> str:
    """The text of `sql/<name>.sql`: one statement."""
    return (HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def migrations() -> list[tuple[int, str, str]]:
    """Number, name and text of every schema migration, in the order in which they are applied."""
    found = sorted((HERE / "schema").glob("[0-9]*.sql"))
    return [(int(path.stem[:4]), path.stem, path.read_text(encoding="utf-8")) for path in found]
