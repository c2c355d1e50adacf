"""From the [[instrument]] tables of a site file to instruments that can be opened."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.config.addresses import check_address, files_at, folder_at, heard_at
from pipeline.config.folders import real
from pipeline.config.instrument_models import check_name, check_names, check_profile
from pipeline.config.put_away import check_places, places
from pipeline.config.settings import Instrument, InstrumentModel, SourceKind
from pipeline.config.toml_file import TomlFile
from pipeline.config.toml_places import KeyPath
from pipeline.config.vocabulary import ORDERS, Vocabulary, is_line_by_line, links_of

SOURCES: tuple[SourceKind, ...] = ("port", "listen", "connect", "folder")
FITTING: dict[str, tuple[SourceKind, ...]] = {
    "serial": ("port",),
    "link": ("port", "listen", "connect"),
    "timers": ("port", "listen", "connect"),
    "astm": ("port", "listen", "connect"),
    "lines": ("port", "listen", "connect"),
    "tls": ("listen", "connect"),
    "files": ("folder",),
}
"""Which settings mean something for which source; anywhere else they would be without effect."""


class Instruments:
    """The instruments of one site file, each checked alone and against the others."""

    def __init__(self, file: TomlFile, models: Mapping[str, InstrumentModel], vocabulary: Vocabulary) -> None:
        self.file = file
        self.models = models
        self.vocabulary = vocabulary

    def resolve(self, tables: list[dict[str, Any]], *, allow_remote: bool) -> tuple[Instrument, ...]:
        """Every instrument that is right; what is wrong with the others is noted in the file's problems."""
        self._check_shared(tables)
        self._check_nested(tables)
        found = [self._resolve(stated, number, allow_remote) for number, stated in enumerate(tables)]
        check_places(self.file, found)
        return tuple(each for each in found if each)

    def _resolve(self, stated: dict[str, Any], number: int, allow_remote: bool) -> Instrument | None:
        where: KeyPath = ("instrument", number)
        written = self.file.tables["instrument"][number]
        check_name(self.file, stated.get("model"), (*where, "model"), self.models)
        check_names(self.file, stated, where, self.vocabulary)
        source = self._source(written, where)
        if source is None or source not in stated:
            return None
        check_address(self.file, source, stated[source], (*where, source), allow_remote=allow_remote)
        merged = layered(defaults(self.models.get(stated.get("model", ""))), stated)
        if stated.get("model", "") in ("", *self.models):
            self._check_complete({**merged, **written}, source, where)
        check_profile(self.file, merged, where, self.vocabulary)
        self._check_fitting(stated, source, where)
        if source != "folder":
            self._check_link(merged, where)
        return self._made(merged, source) if "name" in stated else None

    def _made(self, merged: dict[str, Any], source: SourceKind) -> Instrument:
        kept = {key: merged[key] for key in Instrument.__struct_fields__ if key in merged}
        kept |= {"tls": files_at(self.file, merged["tls"])} if "tls" in merged else {}
        address = self._opened(merged, source)
        if source == "folder":
            kept.pop("link", None)
            kept["files"] = {**merged.get("files", {}), **places(address, merged.get("files", {}))}
        return msgspec.convert({**kept, "source": source, "address": address}, Instrument)

    def _opened(self, stated: Mapping[str, Any], source: SourceKind) -> str:
        address: str = stated[source]
        return folder_at(self.file, address) if source == "folder" else address

    def _source(self, written: object, where: KeyPath) -> SourceKind | None:
        if not isinstance(written, dict):
            return None
        named = [source for source in SOURCES if source in written]
        if len(named) == 1:
            return named[0]
        found = " and ".join(named)
        message = "this instrument has more than one way in" if named else "this instrument has no way in"
        self.file.blame(where, message, found=found, expected="exactly one of " + ", ".join(SOURCES))
        return None

    def _check_complete(self, settings: Mapping[str, Any], source: SourceKind, where: KeyPath) -> None:
        needed = () if source == "folder" else ("link",) if settings.get("link") == ORDERS else ("link", "format")
        for key in (key for key in needed if key not in settings):
            message = f"this instrument has no {key}, nor has its model"
            self.file.blame(
                where, message, expected=f'a line like {key} = "..."', advice="Or name a model that has it."
            )

    def _check_fitting(self, stated: Mapping[str, Any], source: SourceKind, where: KeyPath) -> None:
        for key in (key for key, sources in FITTING.items() if key in stated and source not in sources):
            self.file.blame(
                (*where, key),
                f'the setting "{key}" has no effect on an instrument with a {source}',
                expected=f"{key} with " + " or ".join(source for source in FITTING[key]),
                advice="Remove it.",
            )

    def _check_link(self, settings: Mapping[str, Any], where: KeyPath) -> None:
        """Note a format of the house that cannot come over this link; those of plug-ins come over any."""
        link, written_in = settings.get("link"), settings.get("format")
        fitting = links_of(written_in) if written_in else None
        if link not in self.vocabulary.links or fitting is None:
            return
        if link not in fitting:
            expected = f"the link {' or '.join(fitting)}" if fitting else "a folder, because this format comes in files"
            message = f"the format {written_in} does not come over the link {link}"
            self.file.blame((*where, "link"), message, found=f'"{link}"', expected=expected)
        elif link == "lines" and "profile" not in settings and not is_line_by_line(written_in):
            message = "this instrument has no profile, so every line of its log would be a message of its own"
            self.file.blame(
                where, message, expected='a line like profile = "..."', advice="Or name a model that has it."
            )

    def _check_nested(self, tables: list[dict[str, Any]]) -> None:
        """Note an export folder within another: both instruments would take what lies in the inner one."""
        seen: list[tuple[Path, KeyPath]] = []
        for number, stated in enumerate(tables):
            if "folder" not in stated:
                continue
            where: KeyPath = ("instrument", number, "folder")
            place = Path(str(real(self._opened(stated, "folder"))).casefold())
            for other, first in seen:
                if other in place.parents or place in other.parents:
                    message = (
                        f"of two export folders one lies in the other, the other is on line {self.file.line(first)}"
                    )
                    expected = "folders side by side"
                    self.file.blame(where, message, found=f'"{stated["folder"]}"', expected=expected)
            seen.append((place, where))

    def _check_shared(self, tables: list[dict[str, Any]]) -> None:
        """Note two instruments of one name, or on one port, address or folder, whatever links or names lead there."""
        seen: dict[tuple[str, str], KeyPath] = {}
        for number, stated in enumerate(tables):
            for key, value in self._exclusive(stated):
                where = ("instrument", number, key)
                first = seen.setdefault((key, value.casefold()), where)
                if first != where:
                    message = f"two instruments have the same {key}, the other is on line {self.file.line(first)}"
                    self.file.blame(where, message, found=f'"{stated[key]}"')

    def _exclusive(self, stated: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if "name" in stated:
            yield "name", stated["name"]
        if "folder" in stated:
            yield "folder", str(real(self._opened(stated, "folder")))
        if "port" in stated:
            yield "port", stated["port"] if "://" in stated["port"] else str(real(stated["port"]))
        if "listen" in stated and (address := heard_at(stated["listen"])):
            yield "listen", address


def defaults(model: InstrumentModel | None) -> dict[str, Any]:
    """What a model brings to an instrument."""
    if model is None:
        return {}
    stated = msgspec.to_builtins(model)
    return {key: value for key, value in stated.items() if value is not None and key in Instrument.__struct_fields__}


def layered(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of `base` with those of `over` on top, table by table."""
    merged = dict(base)
    for key, value in over.items():
        inner = merged.get(key)
        merged[key] = layered(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
