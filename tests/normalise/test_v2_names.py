"""Names of before April 2010 are what the official table says, or not translated. The short table is invented."""

from pathlib import Path

import pytest

from pipeline.errors import SiteError
from pipeline.normalise.nomenclature.v2_names import OldNames, read_old_names

TABLE = """Current Name        Name as of April 2010
============        =====================
A*01010101          A*01:01:01:01
A*01010102N         A*01:01:01:02N
A*9201              A*02:101
Cw*0101             None
Cw*030301           C*03:03:01
DPB1*0102           DPB1*104:01
B*9501              B*15:101
B*9502              B*15:102
A*020101            A*02:01:01
A*020116            A*02:134
"""


@pytest.fixture
def names(tmp_path: Path) -> OldNames:
    (tmp_path / "Nomenclature_2009.txt").write_text(TABLE)
    found = read_old_names(tmp_path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("A*01010101", ("A*01:01:01:01",)),
        ("HLA-A*9201", ("A*02:101",)),
        ("Cw*030301", ("C*03:03:01",)),
        ("DPB1*0102", ("DPB1*104:01",)),
        ("A*0101", ("A*01:01",)),  # all that begin with it share two fields
        ("A*0201", ("A*02:01", "A*02:134")),  # what begins with it has become two
        ("Cw*0101", ()),  # no successor
        ("A*0102", None),  # the table is silent, and nothing is worked out
        ("A*92", None),
    ],
)
def test_the_table_speaks(names: OldNames, old: str, now: tuple[str, ...] | None) -> None:
    assert names.current(old) == now


def test_a_line_that_does_not_fit_is_told(tmp_path: Path) -> None:
    (tmp_path / "Nomenclature_2009.txt").write_text(TABLE + "A*0103 A*0103\n")
    with pytest.raises(SiteError, match=r"Nomenclature_2009.txt:13: found 'A\*0103 A\*0103'"):
        read_old_names(tmp_path)


def test_a_release_without_the_table_has_none(tmp_path: Path) -> None:
    assert read_old_names(tmp_path) is None


def test_every_row_of_the_genuine_table_is_told(shared: Path) -> None:
    names = read_old_names(shared / "ipd-imgt-hla" / "3580")
    assert names is not None
    rows = [line.split() for line in (shared / "ipd-imgt-hla/3580/Nomenclature_2009.txt").read_text().splitlines()[2:]]
    rows = [row for row in rows if row]
    assert len(rows) == 4826
    assert all(names.current(old) == (() if now == "None" else (now,)) for old, now in rows)
    assert sum(names.current(old) == () for old, _ in rows) == 83
    assert names.current("A*0201") == ("A*02:01",)
    assert all(len(now) <= 1 for now in names.successors.values())
