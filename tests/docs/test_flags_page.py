"""docs/flags.md tells of every flag and finding that can occur, and of no other, with its severity."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from parsers.hml_statements import MEANINGS
from pipeline.normalise.findings import severities
from pipeline.normalise.name_flags import REFUSALS

REPOSITORY = Path(__file__).resolve().parents[2]
CODES = REPOSITORY / "config" / "codes"
ROW = re.compile(
    r"^\| `(?P<code>\w+)` \| (?P<severity>info|warning|error|info, warning|warning, error) \|", re.MULTILINE
)
MAKERS = {"Flag", "Finding", "note", "_difference"}
"""What makes a flag or a finding, with the code as its first argument."""


def documented() -> dict[str, str]:
    page = (REPOSITORY / "docs" / "flags.md").read_text(encoding="utf-8")
    return {row["code"]: row["severity"] for row in ROW.finditer(page)}


def made() -> set[str]:
    """Every code that stands in the source, in the code tables or in the queries."""
    sources = [path for room in ("parsers", "pipeline") for path in (REPOSITORY / room).rglob("*.py")]
    queries = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "pipeline").rglob("*.sql"))
    tables = {code for name in ("allele_words.csv", "expression.csv") for code in column(name, "code")}
    refused = {code for code, *_ in REFUSALS.values()}
    written = {code for path in sources for code in codes_in(ast.parse(path.read_text(encoding="utf-8")))}
    return written | tables | refused | set(MEANINGS) | set(re.findall(r"code: '(\w+)'", queries))


def codes_in(tree: ast.Module) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            if name in MAKERS:
                yield call.args[0].value


def column(table: str, name: str) -> list[str]:
    with (CODES / table).open(encoding="utf-8", newline="") as rows:
        return [row[name] for row in csv.DictReader(rows)]


def findings() -> set[str]:
    readers = (REPOSITORY / "parsers").rglob("*.py")
    return set(MEANINGS) | {code for path in readers for code in codes_in(ast.parse(path.read_text(encoding="utf-8")))}


def test_every_code_is_in_the_page_and_no_other() -> None:
    assert len(made()) > 50
    assert set(documented()) == made()


def test_every_finding_of_the_house_has_a_severity_and_no_other() -> None:
    assert set(severities()) == findings()


@pytest.mark.parametrize("code", sorted(severities()))
def test_the_page_states_the_severity_of_a_finding(code: str) -> None:
    assert documented()[code] == severities()[code]


def test_the_page_states_the_severity_of_a_refused_name() -> None:
    assert {code: severity for code, severity, _ in REFUSALS.values()} == {
        code: documented()[code] for code, *_ in REFUSALS.values()
    }
