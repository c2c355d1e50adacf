"""The page about the serial link is written from the table that the link runs on."""

from pathlib import Path

from instruments.links import astm_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "astm.md"


def test_the_page_is_written_from_the_present_table():
    assert PAGE.read_text(encoding="utf-8") == astm_page.page(), "python -m instruments.links.astm_page > docs/astm.md"
