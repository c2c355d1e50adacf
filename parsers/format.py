"""The plug-in contract of a format, and how formats and log profiles are found.

A format is one module in `parsers.formats` (or an entry point in the group `graftline.formats`) that offers

    FORMAT = Format(name="acme_typer", ..., looks_like=looks_like, parse=parse)

or, where one reader serves many layouts that are described by profiles (TOML files in config/profiles),

    def from_profiles(profiles: tuple[Profile, ...]) -> Format: ...

`looks_like(head)` sees the first 8 KiB, decompressed, and claims the input or leaves it; exactly one format may
claim any real file. `parse(document)` returns `Parsed` or raises `ParseError`, and nothing else, ever.
"""

import hashlib
import importlib
import pkgutil
import tomllib
import zlib
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal

import msgspec

from parsers.errors import ParseError
from parsers.records import Parsed

HEAD_BYTES = 8192
UNPACKED_LIMIT = 256 * 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"

Verified = Literal["real samples", "published descriptions", "invented samples"]


class Document(msgspec.Struct, frozen=True):
    """The bytes of one input, unpacked, and the file name (or message name) under which they came."""

    raw: bytes
    name: str = ""

    @property
    def head(self) -> bytes:
        """The first bytes, enough to recognise a format by."""
        return self.raw[:HEAD_BYTES]


class Profile(msgspec.Struct, frozen=True):
    """A layout described in TOML: its name, the format that reads it, its settings and the hash of its text."""

    name: str
    format: str
    sha256: str
    settings: dict[str, Any]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A way of reading bytes into records as printed."""

    name: str
    title: str
    verified: Verified
    looks_like: Callable[[bytes], bool]
    parse: Callable[[Document], Parsed]
    ignores: tuple[str, ...] = ()
    """Paths of fields that this format leaves out on purpose."""


def open_document(raw: bytes, name: str = "") -> Document:
    """The input as a document, gunzipped if it is gzip. Raises ParseError on a broken or overlarge archive."""
    if not raw.startswith(GZIP_MAGIC):
        return Document(raw, name)
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(raw, UNPACKED_LIMIT)
    except zlib.error as error:
        raise ParseError("this gzip file is damaged", where="gzip", expected="a whole gzip file") from error
    if unpacker.unconsumed_tail:
        raise ParseError("the unpacked file is too large", expected=f"at most {UNPACKED_LIMIT} bytes")
    if not unpacker.eof:
        raise ParseError("this gzip file ends early", where=f"byte {len(raw)}", expected="a whole gzip file")
    return Document(unpacked, name.removesuffix(".gz"))


def load_profiles(folders: Iterable[Path]) -> tuple[Profile, ...]:
    """Every profile of these folders, by name; a later folder overrides an earlier one. Raises ParseError."""
    found = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
    return tuple(_load_profile(path) for _, path in sorted(found.items()))


def _load_profile(path: Path) -> Profile:
    raw = path.read_bytes()
    try:
        settings = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParseError(f"the profile is not valid TOML: {error}", where=str(path)) from error
    if not isinstance(settings.get("format"), str):
        raise ParseError("the profile names no format", where=str(path), expected='a line like format = "lab_table"')
    return Profile(path.stem, settings["format"], hashlib.sha256(raw).hexdigest(), settings)


def load_formats(profiles: tuple[Profile, ...] = ()) -> dict[str, Format]:
    """Every format of the house and of installed plug-ins, by name, in the order of their names."""
    import parsers.formats as house  # noqa: PLC0415  # the package lists itself; importing it on top would be a cycle

    modules = [
        importlib.import_module(f"{house.__name__}.{found.name}") for found in pkgutil.iter_modules(house.__path__)
    ]
    modules += [point.load() for point in entry_points(group="graftline.formats")]
    formats = [_format_of(module, profiles) for module in modules]
    return {each.name: each for each in sorted(formats, key=lambda each: each.name)}


def _format_of(module: Any, profiles: tuple[Profile, ...]) -> Format:
    if hasattr(module, "from_profiles"):
        own = module.__name__.rpartition(".")[2]
        made: Format = module.from_profiles(tuple(each for each in profiles if each.format == own))
        return made
    fixed: Format = module.FORMAT
    return fixed


def recognise(document: Document, formats: dict[str, Format]) -> Format:
    """The one format that claims this document. Raises ParseError if none or more than one does."""
    claims = [each for each in formats.values() if each.looks_like(document.head)]
    if len(claims) == 1:
        return claims[0]
    if claims:
        names = ", ".join(each.name for each in claims)
        raise ParseError(
            f"more than one format claims this input: {names}",
            advice="Name the format of this source in the site file.",
        )
    from parsers.appearance import appearance_of  # noqa: PLC0415  # only needed when nothing fits

    seen = appearance_of(document)
    raise ParseError(
        f"no installed format reads this input; it looks like {seen.title}",
        expected="one of: " + ", ".join(formats),
        advice=seen.advice,
    )
