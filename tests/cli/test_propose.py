"""`profile propose` proposes nothing that would leave a file unread. Every table is invented."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

READ = {
    "ID,GL\nS1,HLA-A*01:01+HLA-A*02:01^HLA-B*07:02\n": "the format glstring_table",
    "ID,A_1,A_2\nS1,01:01,02:01\n": "the profile lab_table_underscored",
}


@pytest.mark.parametrize(("table", "reader"), READ.items(), ids=READ.values())
def test_a_table_that_is_read_already_gets_no_profile(
    graftline: Callable[..., Any], here: Path, table: str, reader: str
) -> None:
    (here / "table.csv").write_text(table)
    answer = graftline("profile", "propose", "table.csv")
    assert (answer.code, answer.out) == (1, "")
    assert f"This table is read already, by {reader}; expected a table that nothing reads yet." in answer.err


def test_a_proposal_makes_its_table_readable(graftline: Callable[..., Any], here: Path) -> None:
    proposed = graftline("profile", "propose", "typings.csv")
    assert proposed.code == 0
    (here / "graftline-data" / "profiles").mkdir(exist_ok=True)
    (here / "graftline-data" / "profiles" / "ours.toml").write_text(proposed.out)
    assert [row["profile"] for row in graftline("--json", "parse", "typings.csv").rows()] == ["ours", "ours"]
