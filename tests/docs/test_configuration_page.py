"""docs/configuration.md and config/site.toml tell of every setting, and of no other."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from pipeline.config import settings
from pipeline.config.site_file import BUNDLED_SITE, read_site
from pipeline.config.toml_file import TomlFile
from pipeline.config.vocabulary import LINKS, Vocabulary

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
SECTIONS = {
    "`[site]`": settings.Site,
    "`[nomenclature]`": settings.Nomenclature,
    "`[spool]`": settings.Spool,
    "`[store]`": settings.Store,
    "`[hl7]`": settings.Hl7,
    "`[feed]`": settings.Feed,
    "`[service]`": settings.Service,
    "`[[instrument]]`": settings.InstrumentEntry,
    "`[[destination]]`": settings.Destination,
    "`serial`": settings.SerialLine,
    "`timers`": settings.Timers,
    "`astm`": settings.Astm,
    "`lines`": settings.Lines,
    "`tls`": settings.Tls,
    "`files`": settings.Files,
    "The model file": settings.InstrumentModel,
}
ROW = re.compile(r"^\| `(?P<key>\w+)` \| (?P<default>[^|]+?) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)


def documented() -> dict[str, dict[str, str]]:
    sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        section.splitlines()[0]: {row["key"]: row["default"] for row in ROW.finditer(section)} for section in sections
    }


def default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    return "none" if field.default is None else f"`{json.dumps(field.default)}`"


def test_the_page_has_a_section_for_every_table():
    assert documented().keys() == SECTIONS.keys()


@pytest.mark.parametrize("title", SECTIONS)
def test_every_setting_is_on_the_page_and_the_page_names_no_other(title):
    declared = {field.name for field in msgspec.structs.fields(SECTIONS[title])}
    assert set(documented()[title]) == declared


@pytest.mark.parametrize("title", SECTIONS)
def test_the_page_states_the_default_that_the_program_uses(title):
    plain = {field.name: field for field in msgspec.structs.fields(SECTIONS[title]) if field.name not in NESTED}
    page = {key: text for key, text in documented()[title].items() if key not in NESTED}
    assert page == {name: default(field) for name, field in plain.items()}


NESTED = {"serial", "timers", "astm", "lines", "files"}


def test_the_tables_of_the_site_file_are_those_on_the_page():
    tables = {field.name for field in msgspec.structs.fields(settings.SiteFile)}
    assert tables == {title.strip("`[]") for title in SECTIONS if title.startswith("`[")}


def uncommented(text: str) -> str:
    """The site file with every example taken out of its comment."""
    return re.sub(r"^# (?=\[\[?\w|\w+ = )", "", text, flags=re.MULTILINE)


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    site = tmp_path / "site.toml"
    site.write_text(uncommented(BUNDLED_SITE.read_text(encoding="utf-8")), encoding="utf-8")
    return site


def keys(value: object, prefix: str = "") -> set[str]:
    """Every setting of a parsed site file, with its table: instrument.serial.baudrate."""
    if isinstance(value, list):
        return {name for entry in value for name in keys(entry, prefix)}
    if isinstance(value, dict):
        inner = (keys(entry, f"{prefix}.{key}".lstrip(".")) for key, entry in value.items())
        return set().union({prefix}, *inner) - {""}
    return {prefix}


def test_the_annotated_site_file_shows_every_setting(everything: Path):
    shown = keys(TomlFile(everything).tables)
    for field in msgspec.structs.fields(settings.SiteFile):
        assert field.name in shown
    for title in list(SECTIONS)[:8]:
        table = title.strip("`[]")
        assert {f"{table}.{key}" for key in documented()[title]} <= shown


def test_the_examples_in_the_annotated_site_file_work_when_the_hash_is_removed(everything: Path):
    vocabulary = Vocabulary(
        links=LINKS,
        formats=frozenset({"astm_records", "balance", "barcode_scan", "hl7_oru", "separator_log"}),
        profiles={"graftmix": "separator_log", "graftsep": "separator_log"},
    )
    site = read_site(everything, vocabulary)
    assert {instrument.source for instrument in site.instruments} == {"port", "listen", "connect", "folder"}
    assert site.nomenclature.release == "3.58.0"
