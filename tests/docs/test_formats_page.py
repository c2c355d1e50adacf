"""docs/formats.md tells of every format and profile of the house with its state, and of no other."""

import re
from pathlib import Path

from parsers.format import load_formats, load_profiles

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "formats.md").read_text(encoding="utf-8")
PROFILES = load_profiles([REPOSITORY / "config" / "profiles"])


def rows_of(section: str) -> dict[str, list[str]]:
    """The rows of a section's table by the name in their first cell."""
    text = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:3] == "| `"]
    return {cells[0].strip("`"): cells for cells in rows}


def test_every_format_stands_in_the_page_with_its_state() -> None:
    stated = {name: cells[3] for name, cells in rows_of("Formats").items()}
    assert stated == {name: each.verified for name, each in load_formats(PROFILES).items()}


def test_every_format_says_who_writes_it_what_is_kept_and_what_is_not() -> None:
    for name, cells in rows_of("Formats").items():
        assert len(cells) == 6, name
        assert all(len(cell.strip(" |-")) > 2 for cell in cells), name


def test_every_profile_stands_in_the_page_with_its_format_and_state() -> None:
    stated = {name: (cells[2], cells[3]) for name, cells in rows_of("Profiles").items()}
    assert stated == {each.name: (each.format, each.settings["verified"]) for each in PROFILES}


def test_every_look_alike_that_is_known_by_name_stands_in_the_page() -> None:
    from parsers.appearance import APPEARANCES  # noqa: PLC0415  # the only test that needs it

    names = {re.sub(r"^an? |^text.*| \(.*", "", each.title) for each in APPEARANCES}
    first_words = {name.split()[0] for name in names if name[:1].isupper()}
    assert {word for word in first_words if word not in PAGE.replace("\\", "")} == set()
