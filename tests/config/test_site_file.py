"""A right site file becomes instruments that can be opened: the site's settings over those of the model."""

import sys
from pathlib import Path

import msgspec
import pytest

from instruments.sources.folder import FolderSettings
from instruments.sources.serial_port import SerialSettings
from pipeline.config.addresses import heard_at
from pipeline.config.instrument_models import load_models, model_folders
from pipeline.config.problems import WrongSettings
from pipeline.config.settings import Files, SerialLine, Site, SiteSettings, Timers
from pipeline.config.site_file import read_site
from pipeline.config.vocabulary import LINKS, installed
from pipeline.errors import ConfigError
from pipeline.home import BUNDLED


@pytest.fixture
def site(tmp_path, vocabulary, models):
    """Reads a site file of this text."""

    def read(text: str, encoding: str = "utf-8") -> SiteSettings:
        path = tmp_path / "site.toml"
        path.write_text(text, encoding=encoding)
        return read_site(path, vocabulary, models)

    return read


def only(site: SiteSettings):
    (instrument,) = site.instruments
    return instrument


def test_the_file_that_comes_with_the_program_is_right_and_used_when_none_is_named(vocabulary):
    bundled = read_site(None, vocabulary)
    assert bundled.path == BUNDLED / "site.toml"
    assert bundled.instruments == ()
    assert bundled.service.allow_remote is False


def test_an_empty_file_is_a_site_without_instruments(site):
    empty = site("")
    assert empty.site == Site()
    assert empty.spool.low_water_mb == 512
    assert empty.instruments == ()


def test_a_file_saved_by_windows_notepad_is_read(site):
    assert site('[site]\nname = "Köln"\n', encoding="utf-8-sig").site.name == "Köln"


def test_an_instrument_takes_from_its_model_what_it_does_not_state(site):
    instrument = only(site('[[instrument]]\nname = "xn-1"\nmodel = "sysmex-xn"\nport = "COM3"\n'))
    assert (instrument.source, instrument.address) == ("port", "COM3")
    assert (instrument.link, instrument.format, instrument.profile) == ("astm", "astm_records", None)
    assert instrument.serial == SerialLine(baudrate=9600, bytesize=8, parity="N", stopbits=1)
    assert instrument.timers == Timers(patience_seconds=30)


def test_what_it_states_wins_setting_by_setting(site):
    text = """
        [[instrument]]
        name = "xn-1"
        model = "sysmex-xn"
        port = "COM3"
        link = "mllp"
        format = "hl7_oru"
        silence_hours = 8
        [instrument.serial]
        baudrate = 19200
        [instrument.timers]
        patience_seconds = 0.5
    """
    instrument = only(site(text))
    assert (instrument.link, instrument.format) == ("mllp", "hl7_oru")
    assert instrument.serial == SerialLine(baudrate=19200, bytesize=8, parity="N", stopbits=1)
    assert instrument.timers == Timers(patience_seconds=0.5)
    assert instrument.silence_hours == 8


@pytest.mark.parametrize("way", ['port = "loop://"', 'listen = "127.0.0.1:0"', 'connect = "10.0.0.7:4001"'])
def test_without_a_model_link_and_format_are_enough(site, way):
    instrument = only(site(f'[[instrument]]\nname = "a"\nlink = "astm"\nformat = "astm_records"\n{way}\n'))
    assert instrument.source == way.split(" ", maxsplit=1)[0]
    assert (instrument.model, instrument.link, instrument.format) == (None, "astm", "astm_records")


def test_a_folder_needs_neither_model_nor_format(site):
    instrument = only(site('[[instrument]]\nname = "exports"\nfolder = "/exports"\n'))
    assert (instrument.link, instrument.format) == (None, None)
    assert instrument.files == Files(settle_seconds=3, give_up_seconds=300)


def test_an_export_folder_of_a_model_with_a_link_keeps_the_format_and_drops_the_link(site):
    instrument = only(site('[[instrument]]\nname = "xn"\nmodel = "sysmex-xn"\nfolder = "/exports"\n'))
    assert (instrument.link, instrument.format) == (None, "astm_records")


def test_a_relative_folder_is_seen_from_the_site_file(site, tmp_path):
    text = '[feed]\npublish_to = "matcher"\n[[instrument]]\nname = "exports"\nfolder = "exports/hml"\n'
    read = site(text)
    assert only(read).address == str(tmp_path / "exports" / "hml")
    assert read.feed.publish_to == str(tmp_path / "matcher")


def test_a_folder_that_is_not_there_yet_is_no_error(site, tmp_path):
    assert only(site('[[instrument]]\nname = "e"\nfolder = "nowhere"\n')).address == str(tmp_path / "nowhere")


def test_a_windows_path_in_single_quotes_is_kept_as_written(site):
    assert only(site("[[instrument]]\nname = 'e'\nfolder = 'C:\\typings\\new'\n")).address.endswith("C:\\typings\\new")


@pytest.mark.parametrize("address", ["0.0.0.0:2575", "10.1.2.3:2575", "[::]:2575", "laboratory-pc:2575"])
def test_listening_to_other_machines_needs_leave(site, address):
    text = f'[[instrument]]\nname = "lis"\nmodel = "generic-mllp-oru"\nlisten = "{address}"\n'
    with pytest.raises(ConfigError, match="open to other machines"):
        site(text)
    assert only(site(f"[service]\nallow_remote = true\n{text}")).address == address


@pytest.mark.parametrize("address", ["127.0.0.1:2575", "localhost:2575", "[::1]:2575", "127.8.8.8:0"])
def test_listening_on_this_machine_alone_needs_none(site, address):
    text = f'[[instrument]]\nname = "lis"\nmodel = "generic-mllp-oru"\nlisten = "{address}"\n'
    assert only(site(text)).address == address


@pytest.mark.parametrize("address", ["127.0.0.1", ":2575", "127.0.0.1:99999", "::1:2575", "a b:1", "127.0.0.1:x"])
def test_an_address_is_host_colon_port(site, address):
    with pytest.raises(ConfigError, match="no network address"):
        site(f'[[instrument]]\nname = "lis"\nmodel = "generic-mllp-oru"\nlisten = "{address}"\n')


def test_two_instruments_may_listen_on_any_free_port_each(site):
    text = '[[instrument]]\nname = "{}"\nmodel = "generic-mllp-oru"\nlisten = "127.0.0.1:0"\n'
    assert len(site(text.format("a") + text.format("b")).instruments) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
@pytest.mark.parametrize("source", ["folder", "port"])
def test_a_link_makes_no_second_folder_or_port(site, tmp_path, source):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    text = f'[[instrument]]\nname = "{{0}}"\nmodel = "sysmex-xn"\n{source} = "{tmp_path}/{{0}}"\n'
    with pytest.raises(ConfigError, match=f"two instruments have the same {source}, the other is on line 4"):
        site(text.format("real") + text.format("link"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("127.0.0.1:5000", "localhost:5000", True),
        ("[::1]:5000", "[0:0:0:0:0:0:0:1]:5000", True),
        ("127.0.0.1:5000", "127.0.0.1:05000", True),
        ("127.0.0.1:5000", "127.0.0.2:5000", False),
        ("127.0.0.1:5000", "localhost:5001", False),
        ("127.0.0.1:0", "localhost:0", False),
    ],
)
def test_an_address_is_the_same_however_its_host_is_written(one, other, same):
    assert (heard_at(one) == heard_at(other) != "") is same


def test_all_problems_of_a_file_are_told_at_once_in_the_order_of_its_lines(site):
    with pytest.raises(WrongSettings) as caught:
        site('[site]\nnome = "x"\n[spool]\nlow_water_mb = 0\n[[instrument]]\nname = ""\nport = "COM1"\nlink = "x"\n')
    lines = [int(problem.place.rpartition(":")[2]) for problem in caught.value.problems]
    assert lines == sorted(lines)
    assert lines == [2, 4, 5, 6, 8]


def test_a_site_s_own_model_stands_beside_its_site_file_and_wins_over_ours(tmp_path, vocabulary):
    (tmp_path / "instruments").mkdir()
    ours = (BUNDLED / "instruments" / "sysmex-xn.toml").read_text(encoding="utf-8")
    own = ours.replace("baudrate = 9600", "baudrate = 38400")
    (tmp_path / "instruments" / "sysmex-xn.toml").write_text(own, encoding="utf-8")
    site = tmp_path / "site.toml"
    site.write_text('[[instrument]]\nname = "xn"\nmodel = "sysmex-xn"\nport = "COM3"\n', encoding="utf-8")
    assert only(read_site(site, vocabulary)).serial.baudrate == 38400
    assert (
        load_models(model_folders(site), vocabulary).keys()
        == load_models((BUNDLED / "instruments",), vocabulary).keys()
    )


def test_a_line_is_opened_with_the_settings_and_defaults_of_the_port():
    assert msgspec.convert(msgspec.to_builtins(SerialLine()), SerialSettings) == SerialSettings()
    assert SerialLine.__struct_fields__ == SerialSettings.__struct_fields__


def test_a_folder_is_watched_with_the_defaults_of_the_watcher():
    assert (Files().settle_seconds, Files().give_up_seconds) == (FolderSettings().settle, FolderSettings().give_up)


def test_the_models_of_the_house_say_how_sure_we_are_of_them(models):
    assert {name: model.state for name, model in models.items() if name.startswith("graftline-demo")} == {
        "graftline-demo-analyser": "invented",
        "graftline-demo-separator": "invented",
    }
    assert models["sysmex-xn"].state == "verified on real messages"


def test_the_models_of_the_house_name_what_is_installed():
    vocabulary = installed([BUNDLED / "profiles"])
    assert vocabulary.links == LINKS
    assert load_models((BUNDLED / "instruments",), vocabulary)


def test_a_broken_profile_is_a_problem_of_the_configuration(tmp_path):
    Path(tmp_path / "broken.toml").write_text("# Invented\nformat = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"broken\.toml: the profile names no format"):
        installed([tmp_path])
