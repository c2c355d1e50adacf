"""A format in a package of its own joins by an entry point, under one name, or is refused for a reason."""

import json
import sys
import types
from importlib.metadata import EntryPoint

import pytest

from parsers.errors import ParseError
from parsers.format import Document, Format, Profile, format_names, load_formats, load_profiles, profile_labels
from parsers.records import Parsed

SITE = """
[[instrument]]
name = "acme-exports"
model = "generic-typing-folder"
folder = '{folder}'
format = "acme_typer"
"""


@pytest.fixture
def package(tmp_path, acme_typer):
    """A folder that holds what `pip install acme-formats` would leave."""
    folder = tmp_path / "site-packages"
    (folder / "acme_formats-1.0.dist-info").mkdir(parents=True)
    (folder / "acme_formats").mkdir()
    (folder / "acme_formats" / "__init__.py").touch()
    (folder / "acme_formats" / "table.py").write_text(acme_typer, encoding="utf-8")
    about = folder / "acme_formats-1.0.dist-info"
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-formats\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[graftline.formats]\nacme_typer = acme_formats.table\n", encoding="utf-8")
    return folder


def test_its_name_serves_on_the_command_line_and_in_the_site_file(graftline, checkout, package, tmp_path, acme_table):
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "run.csv").write_text(acme_table, encoding="utf-8")
    site = tmp_path / "site.toml"
    site.write_text(SITE.format(folder=exports), encoding="utf-8")
    doctor = graftline("--config", site, "doctor", also=package)
    found = [json.loads(line) for line in doctor.stdout.splitlines()]
    assert [each["level"] for each in found if each["area"] == "configuration"] == ["ok"]
    taken = graftline("--config", site, "ingest", exports, "--format", "acme_typer", also=package)
    assert json.loads(taken.stdout)["loaded"] == 1
    assert checkout.changed() == set()


def offer(monkeypatch, name="acme", **contents):
    """Make a module with these contents the only plug-in; without any, there is no such module."""
    if contents:
        module = types.ModuleType("acme_table")
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, "acme_table", module)
    point = EntryPoint(name, "acme_table", "graftline.formats")
    monkeypatch.setattr("parsers.format.entry_points", lambda *, group: [point] if group == point.group else [])


def a_format(name):
    return Format(
        name=name,
        title="Acme (invented)",
        verified="invented samples",
        looks_like=lambda head: head.startswith(b"ACME"),
        parse=lambda _: Parsed(reports=()),
    )


@pytest.mark.parametrize(
    ("name", "contents", "reason"),
    [
        ("acme", {"FORMAT": a_format("acme_typer")}, 'it calls itself "acme_typer"'),
        ("hml", {"FORMAT": a_format("hml")}, "there is another of this name"),
        ("acme", {"FROMAT": a_format("acme")}, "its module offers neither FORMAT nor from_profiles"),
        ("acme", {"FORMAT": "acme"}, "its module offers neither FORMAT nor from_profiles"),
        ("acme", {}, "its module cannot be imported (ModuleNotFoundError)"),
    ],
)
def test_an_unusable_format_is_refused_by_name(name, contents, reason, monkeypatch):
    offer(monkeypatch, name, **contents)
    with pytest.raises(ParseError) as refusal:
        load_formats()
    assert refusal.value.message == f'the format "{name}" cannot be used: {reason}'
    assert refusal.value.advice


def test_a_plug_in_gets_the_profiles_that_name_it_whatever_its_module_is_called(monkeypatch):
    given = []
    offer(monkeypatch, from_profiles=lambda profiles: given.extend(profiles) or a_format("acme"))
    mine, other = (Profile(name, name, "0" * 64, {}) for name in ("acme", "acme_table"))
    assert load_formats((mine, other))["acme"].looks_like(Document(b"ACME 1").head)
    assert given == [mine]


def test_the_names_are_known_without_loading_anything(monkeypatch):
    offer(monkeypatch)
    assert {"acme", "hml"} <= set(format_names())


def test_the_labels_of_a_profile_are_asked_of_its_plug_in(monkeypatch):
    profile = Profile("acme_layout", "acme", "0" * 64, {})
    offer(monkeypatch, from_profiles=lambda _: a_format("acme"), labels=lambda *given: ((given[1].name,), ()))
    assert profile_labels(Document(b"ACME"), profile) == (("acme_layout",), ())


def test_a_format_that_takes_no_profiles_has_no_labels():
    with pytest.raises(ParseError, match="it takes no profiles"):
        profile_labels(Document(b""), Profile("acme", "hml", "0" * 64, {}))


def test_a_profile_for_a_format_that_is_not_installed_is_refused(tmp_path):
    (tmp_path / "typo.toml").write_text('format = "seperator_log"\n', encoding="utf-8")
    with pytest.raises(ParseError, match='a format that is not installed: "seperator_log"') as refusal:
        load_profiles([tmp_path])
    assert "separator_log" in refusal.value.expected


def test_a_profile_for_a_format_that_takes_none_is_refused():
    with pytest.raises(ParseError, match=r'profile acme: the format "hml" cannot be used: it takes no profiles'):
        load_formats((Profile("acme", "hml", "0" * 64, {}),))
