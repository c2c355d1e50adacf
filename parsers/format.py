"""The plug-in contract of a format, and how formats and log profiles are found.

A format is one module in `parsers.formats` (or an entry point in the group `graftline.formats`) that offers

    FORMAT = Format(name="acme_typer", ..., looks_like=looks_like, parse=parse)

or, where one reader serves many layouts that are described by profiles (TOML files in config/profiles),

    def from_profiles(profiles: tuple[Profile, ...]) -> Format: ...
    def labels(document: Document, profile: Profile) -> Labels: ...     # for `graftline profile test`

A format has one name: that of its module (or entry point), of its `Format` and of its records, and by it profiles and
site files ask for it. So these can be checked without loading any format.

`looks_like(head)` is asked of inputs that begin as the format's `syntax` says. It sees the first 8 KiB, decompressed,
and claims the input or leaves it; exactly one format may claim any real file. `parse(document)` returns `Parsed` or
raises `ParseError`, and nothing else, ever.
"""

import hashlib
import pkgutil
import tomllib
import zlib
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from parsers.errors import ParseError
from parsers.records import Parsed

GROUP = "graftline.formats"
HEAD_BYTES = 8192
UNPACKED_LIMIT = 256 * 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
"""Byte order marks, white space, and the other half of a character of UTF-16."""

Labels = tuple[tuple[str, ...], tuple[str, ...]]
"""What a profile maps of a document, and what it does not."""
Fit = TypeVar("Fit")
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


Syntax = Literal["text", "xml"]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A way of reading bytes into records as printed."""

    name: str
    title: str
    verified: Verified
    looks_like: Callable[[bytes], bool]
    parse: Callable[[Document], Parsed]
    ignores: tuple[str, ...] = ()
    """Paths of fields that this format leaves out on purpose."""
    independent: bool = False
    """Every input is a result of its own, as of a balance; else equal ones are one result that was sent twice, and a
    later one of the same run is a new version of it."""
    sample_in_name: bool = False
    """The sample may stand in the name of the file alone: equal bytes under another name are another sample's result,
    as those of siblings with the same alleles are."""
    listing: bool = False
    """Each report is all that a registry lists of a donor: the newest takes the place of those before."""
    syntax: tuple[Syntax, ...] = ("text",)
    """`xml` if inputs may begin with `<`; a format is asked only for what it may be, for there are many."""


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


def format_names() -> tuple[str, ...]:
    """The names of the formats of the house and of installed plug-ins, in order; none of them is loaded."""
    return tuple(dict.fromkeys(offer.name for offer in _offers()))


def house_formats() -> tuple[str, ...]:
    """The names of the formats of the house."""
    import parsers.formats as house  # noqa: PLC0415  # the package lists itself; importing it on top would be a cycle

    return tuple(found.name for found in pkgutil.iter_modules(house.__path__))


def _offers() -> list[EntryPoint]:
    """Where each format is to be had, in the order of their names."""
    own = [EntryPoint(name, f"parsers.formats.{name}", GROUP) for name in house_formats()]
    return sorted([*own, *entry_points(group=GROUP)], key=lambda offer: offer.name)


def load_profiles(folders: Iterable[Path]) -> tuple[Profile, ...]:
    """Every profile of these folders, by name; a later folder overrides an earlier one. Raises ParseError."""
    found = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
    formats = format_names()
    return tuple(_load_profile(path, formats) for _, path in sorted(found.items()))


def _load_profile(path: Path, formats: tuple[str, ...]) -> Profile:
    raw = path.read_bytes()
    try:
        settings = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParseError(f"the profile is not valid TOML: {error}", where=str(path)) from error
    if not isinstance(settings.get("format"), str):
        raise ParseError("the profile names no format", where=str(path), expected='a line like format = "lab_table"')
    if settings["format"] not in formats:
        raise ParseError(
            f'the profile is for a format that is not installed: "{settings["format"]}"',
            where=str(path),
            expected="one of: " + ", ".join(formats),
        )
    return Profile(path.stem, settings["format"], hashlib.sha256(raw).hexdigest(), settings)


def load_formats(profiles: tuple[Profile, ...] = ()) -> dict[str, Format]:
    """Every format of the house and of installed plug-ins, by name, in the order of their names. Raises ParseError."""
    formats: dict[str, Format] = {}
    for offer in _offers():
        if offer.name in formats:
            raise _unusable(offer, "there is another of this name")
        formats[offer.name] = _format_of(offer, tuple(each for each in profiles if each.format == offer.name))
    return formats


def _format_of(offer: EntryPoint, profiles: tuple[Profile, ...]) -> Format:
    module = _module_of(offer)
    if not hasattr(module, "from_profiles") and profiles:
        raise _unusable(offer, "it takes no profiles", where=f"profile {profiles[0].name}")
    made: Format = module.from_profiles(profiles) if hasattr(module, "from_profiles") else module.FORMAT
    if made.name != offer.name:
        raise _unusable(offer, f'it calls itself "{made.name}"')
    return made


def _module_of(offer: EntryPoint) -> Any:
    try:
        module = offer.load()
    except Exception as error:  # in any way; to go on without the format would quarantine its files
        raise _unusable(offer, f"its module cannot be imported ({type(error).__name__})") from error
    if not hasattr(module, "from_profiles") and not isinstance(getattr(module, "FORMAT", None), Format):
        raise _unusable(offer, "its module offers neither FORMAT nor from_profiles")
    return module


def best_fitting(
    fitting: Iterable[Fit], weight: Callable[[Fit], int], tie: Callable[[Fit, Fit], ParseError]
) -> Fit | None:
    """Of the profiles that fit, the one with most weight, if any. Raises what `tie` makes of two with as much."""
    ranked = sorted(fitting, key=weight, reverse=True)
    if len(ranked) > 1 and weight(ranked[0]) == weight(ranked[1]):
        raise tie(ranked[0], ranked[1])
    return ranked[0] if ranked else None


def profile_labels(document: Document, profile: Profile) -> Labels:
    """The labels of a log, or the columns of a table, that a profile maps, and those it does not. Raises ParseError."""
    offer = next(offer for offer in _offers() if offer.name == profile.format)
    labels = getattr(_module_of(offer), "labels", None)
    if labels is None:
        raise _unusable(offer, "it takes no profiles", where=f"profile {profile.name}")
    found: Labels = labels(document, profile)
    return found


def _unusable(offer: EntryPoint, reason: str, where: str = "") -> ParseError:
    return ParseError(
        f'the format "{offer.name}" cannot be used: {reason}',
        where=where or offer.value,
        expected="a module with FORMAT or from_profiles, under one name everywhere",
        advice="Correct it, or remove the package that brings it.",
    )


def recognise(document: Document, formats: dict[str, Format]) -> Format:
    """The one format that claims this document. Raises ParseError if none or more than one does."""
    head = document.head
    syntax: Syntax = "xml" if head[:64].lstrip(BEFORE_MARKUP).startswith(b"<") else "text"
    claims = [each for each in formats.values() if syntax in each.syntax and each.looks_like(head)]
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
        expected=f"one of the {len(formats)} formats that `graftline formats` lists",
        advice=seen.advice,
    )
