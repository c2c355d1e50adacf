"""docs/nomenclature-deviations.md tells of every deviation in pyard_deviations.toml; `--accept` writes it."""

from pathlib import Path

from pipeline.normalise.nomenclature.release import MODES
from tests.normalise.pyard_deviations import TEXTS

PAGES = Path(__file__).resolve().parents[2] / "docs"
PAGE = PAGES / "nomenclature-deviations.md"
BEGIN, END = "<!-- from tests/normalise/pyard_deviations.toml -->\n", "<!-- to here -->\n"


def test_the_page_tells_of_every_deviation(accept: bool) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    expected = f"{before}{BEGIN}{''.join(map(section, TEXTS.values()))}{END}{after}"
    if accept:
        PAGE.write_text(expected, encoding="utf-8")
    assert page == expected, "pytest --accept writes it anew; read the difference"


def section(text: dict[str, str]) -> str:
    release = f"{text.get('release', '3580')[0]}.{text.get('release', '3580')[1:3]}.0"
    ours = f"`{text['ours']}`" if text["ours"] else "refused"
    theirs = f"`{text['theirs']}`" if text["theirs"] else "nothing, or refused"
    return (
        f"\n### {text['title'].replace('*', chr(92) + '*')}\n\n{text['reason'].replace('*', chr(92) + '*')}\n\n"
        f"Example ({release}, {text['mode']}): `{text['token']}` is {ours}; py-ard: {theirs}.\n"
    )


def test_the_page_of_modes_tells_of_every_mode() -> None:
    page = (PAGES / "nomenclature.md").read_text(encoding="utf-8")
    assert all(f"\n| `{mode}` |" in page for mode in MODES)
