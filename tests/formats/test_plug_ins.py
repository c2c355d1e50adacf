"""A format plugs in by a module or an entry point, and edits nothing."""

import importlib
import textwrap
from importlib.metadata import EntryPoint

import pytest

import parsers.formats
from parsers.errors import ParseError
from parsers.format import Document, load_formats, recognise

MODULE = textwrap.dedent(
    '''
    """An invented format: lines that begin with ACME."""
    from parsers.format import Format
    from parsers.records import Parsed, TypingReport


    def parse(document):
        return Parsed(reports=(TypingReport(format="acme_typer", sample=document.raw[5:].decode().strip()),))


    FORMAT = Format(
        name="acme_typer",
        title="Acme Typer",
        verified="invented samples",
        looks_like=lambda head: head.startswith(b"ACME "),
        parse=parse,
    )
    '''
)
PROFILED = MODULE.replace("FORMAT = Format(", "def from_profiles(profiles):\n    return Format(")


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """A folder with one module in it, made part of the house's formats."""
    monkeypatch.setattr(parsers.formats, "__path__", [*parsers.formats.__path__, str(tmp_path)])
    yield tmp_path
    importlib.invalidate_caches()


def test_a_module_in_the_folder_is_a_format(acme, monkeypatch):
    (acme / "acme_typer.py").write_text(MODULE, encoding="utf-8")
    formats = load_formats()
    monkeypatch.delitem(importlib.sys.modules, "parsers.formats.acme_typer")
    assert list(formats) == sorted(formats)
    document = Document(b"ACME S-1\n")
    assert recognise(document, formats).parse(document).reports[0].sample == "S-1"


def test_an_entry_point_is_a_format(tmp_path, monkeypatch):
    (tmp_path / "acme_plug_in.py").write_text(MODULE, encoding="utf-8")
    distribution = tmp_path / "acme-1.0.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", encoding="utf-8")
    (distribution / "entry_points.txt").write_text("[graftline.formats]\nacme_typer = acme_plug_in\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert "acme_typer" in load_formats()
    monkeypatch.undo()
    assert "acme_typer" not in load_formats()


def test_a_plug_in_may_be_described_by_profiles(tmp_path, monkeypatch):
    (tmp_path / "acme_profiled.py").write_text(PROFILED, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint(name="acme_typer", value="acme_profiled", group="graftline.formats")
    monkeypatch.setattr("parsers.format.entry_points", lambda *, group: [point] if group == point.group else [])
    assert load_formats()["acme_typer"].title == "Acme Typer"


def test_an_input_that_two_formats_claim_is_refused(formats):
    hml = formats["hml"]
    with pytest.raises(ParseError, match="more than one format claims this input: hml, hml"):
        recognise(Document(b"<hml/>"), {"one": hml, "two": hml})
