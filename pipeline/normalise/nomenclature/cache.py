"""A release in a form that opens fast: one MessagePack file, one block per gene, each decoded when first asked for.

The cache is only ever a copy: it carries the digest of the text files it was made from and is made again when they
change, when its own layout changes (`LAYOUT`), or when it cannot be read.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from pipeline.normalise.nomenclature.allele_codes import CodeList
from pipeline.normalise.nomenclature.history import History
from pipeline.normalise.nomenclature.release import Reference, Release
from pipeline.normalise.nomenclature.release_files import LocusNames, ReleaseNames, read_release, source_digest
from pipeline.normalise.nomenclature.v2_names import OldNames, read_old_names

LAYOUT = 4


class Cached(msgspec.Struct):
    """What the cache file holds."""

    digest: str
    version: str
    title: str
    loci: dict[str, msgspec.Raw]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Cached)
_locus_decoder = msgspec.msgpack.Decoder(LocusNames)


def open_cached(
    folder: Path,
    codes: CodeList | None = None,
    history: Callable[[], History | None] = lambda: None,
    frequencies: Callable[[], Mapping[str, str]] = dict,
    others: Iterable[Path] = (),
) -> Release:
    """The release in `folder`, from its cache, which is made if it is missing or out of date.

    Names of before 2010 are read by its own table, or by that of the first of the `others` that brings it: it tells of
    one renaming, whatever the release. Multiple allele codes, former names and frequencies are read by what is given.
    """
    digest = source_digest(folder)
    cached = _read(cache_path(folder))
    if cached is None or cached.digest != digest:
        cached = _make(read_release(folder), digest)
        _write(cache_path(folder), cached)
    blocks = cached.loci
    reference = Reference(codes, lambda: _old_names((folder, *others)), history, frequencies)
    return Release(
        cached.version, cached.title, tuple(blocks), lambda locus: _locus_decoder.decode(blocks[locus]), reference
    )


def _old_names(folders: Iterable[Path]) -> OldNames | None:
    return next(filter(None, map(read_old_names, folders)), None)


def cache_path(folder: Path) -> Path:
    """Where the cache of this layout lies."""
    return folder / f"cache-{LAYOUT}.msgpack"


def _read(path: Path) -> Cached | None:
    try:
        return _decoder.decode(path.read_bytes())
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _make(names: ReleaseNames, digest: str) -> Cached:
    blocks = {locus: msgspec.Raw(_encoder.encode(block)) for locus, block in names.loci.items()}
    return Cached(digest, names.version, names.title, blocks)


def _write(path: Path, cached: Cached) -> None:
    """Put the cache in place whole or not at all; two programs that do so at once both end with a whole one."""
    temporary = path.with_suffix(f".{os.getpid()}.part")
    temporary.write_bytes(_encoder.encode(cached))
    temporary.replace(path)
