"""Installing a release of IPD-IMGT/HLA on a site: from the publisher, from a folder, or from a zip.

The program carries no nomenclature of its own: the owners publish under a licence that forbids modified copies and ask
not to be mirrored. A release is fetched once, checked against the publisher's md5checksum.txt, and laid down with its
licence and a note on how to cite it. It appears under nomenclature/<version> whole or not at all.
"""

import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import msgspec

from parsers.code_tables import CODES
from pipeline.errors import SiteError, Unavailable
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.frequencies import InstalledTable, install_table, is_table, read_table
from pipeline.normalise.nomenclature.history import read_history
from pipeline.normalise.nomenclature.mac import InstalledCodes, install_codes, is_code_list, open_codes
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.nomenclature.release_files import (
    OLDER_LIST,
    OPTIONAL,
    REQUIRED,
    read_version,
    source_digest,
    verify_checksums,
)

PUBLISHER = "https://raw.githubusercontent.com/ANHIG/IMGTHLA"
URL_VARIABLE = "GRAFTLINE_IMGT_URL"
RELEASE_NUMBER = re.compile(r"(\d)\.(\d{2})\.(\d)")
FILE_LIMIT = 64 * 1024 * 1024
SECONDS = 60
OFFLINE = (
    "Without network, download the release elsewhere (github.com/ANHIG/IMGTHLA, branch of the release, as zip) "
    "and run: graftline nomenclature install ZIP"
)

Fetch = Callable[[str], bytes | None]
"""Bytes of a URL, or None if the publisher has no such file."""


class Installed(msgspec.Struct, frozen=True):
    """A release on this site: `fresh` says whether this call laid it down or found it there."""

    version: str
    title: str
    folder: Path
    fresh: bool = False


def install(what: str, home_nomenclature: Path, *, fetch: Fetch | None = None) -> Installed:
    """Install the release that `what` names: a number such as 3.58.0, a folder, or a zip. Raises SiteError."""
    home_nomenclature.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home_nomenclature, prefix=".incoming-") as temporary:
        folder = Path(temporary) / "release"
        _collect(what, folder, fetch or fetch_url)
        verify_checksums(folder)
        version, title = read_version(folder)
        expected = what if RELEASE_NUMBER.fullmatch(what) else version
        if version != expected:
            raise SiteError(f"release {expected} was asked for, but the files say they are {title}; nothing installed")
        open_cached(folder)
        read_history([folder])
        _cite(folder, title)
        return _settle(folder, home_nomenclature / version, title)


def install_any(what: str, home_nomenclature: Path) -> Installed | InstalledCodes | InstalledTable:
    """Install what `what` names: a release, a list of multiple allele codes or a frequency table. Raises SiteError."""
    if Path(what).is_file() and is_code_list(Path(what)):
        return install_codes(Path(what), home_nomenclature)
    if Path(what).is_file() and is_table(Path(what)):
        return install_table(Path(what), home_nomenclature)
    return install(what, home_nomenclature)


def list_installed(home_nomenclature: Path) -> tuple[Installed, ...]:
    """Every installed release, newest last. Raises SiteError if one of them is damaged."""
    folders = [
        path.parent for path in home_nomenclature.glob("*/Allelelist.txt") if not path.parent.name.startswith(".")
    ]
    found = [Installed(*read_version(folder), folder) for folder in folders]
    return tuple(sorted(found, key=lambda each: _number(each.version)))


def open_release(home_nomenclature: Path, version: str | None = None) -> Release:
    """The installed release of this number; the newest if none is given. Raises Unavailable if it is not there."""
    folders = {path.parent.name: path.parent for path in home_nomenclature.glob("[0-9]*/Allelelist.txt")}
    if version is None and folders:
        version = max(folders, key=_number)
    if version is None or version not in folders:
        wanted = f"nomenclature release {version} is not" if version else "no nomenclature release is"
        there = f" (installed: {', '.join(sorted(folders, key=_number))})" if folders else ""
        raise Unavailable(
            f"{wanted} installed{there}. Install one: graftline nomenclature install {version or '3.58.0'}"
        )
    return open_cached(
        folders[version],
        open_codes(home_nomenclature),
        lambda: read_history(folders.values()),
        lambda: read_table(home_nomenclature),
        [folders[each] for each in sorted(folders, key=_number, reverse=True)],
    )


def fetch_url(url: str) -> bytes | None:
    """The bytes at an http(s) address, None if there are none. Raises Unavailable if it cannot be reached."""
    if not url.startswith(("https://", "http://")):
        raise SiteError(f"{url}: only http and https addresses are fetched")
    try:
        with urlopen(Request(url, headers={"User-Agent": "graftline"}), timeout=SECONDS) as answer:  # noqa: S310  # checked above
            body: bytes = answer.read(FILE_LIMIT + 1)
    except HTTPError as error:
        with error:
            if error.code == 404:
                return None
            raise Unavailable(f"{url}: the server answers {error.code}. {OFFLINE}") from error
    except (URLError, OSError) as error:
        raise Unavailable(f"{url} cannot be reached: {getattr(error, 'reason', error)}. {OFFLINE}") from error
    if len(body) > FILE_LIMIT:
        raise SiteError(f"{url}: more than {FILE_LIMIT} bytes; this is not a release file")
    return body


def _collect(what: str, folder: Path, fetch: Fetch) -> None:
    path = Path(what)
    if match := RELEASE_NUMBER.fullmatch(what):
        _download("".join(match.groups()), folder, fetch)
    elif path.is_dir():
        inside = (each.relative_to(path).as_posix() for each in sorted(path.glob("allelelist/*.txt")))
        _lay_down(folder, lambda name: _bytes_of(path / name), inside)
    elif zipfile.is_zipfile(path):
        _unzip(path, folder)
    else:
        raise SiteError(f'"{what}" is no release number like 3.58.0, no folder, no zip file, no code list and no table')


def _download(branch: str, folder: Path, fetch: Fetch) -> None:
    address = os.environ.get(URL_VARIABLE, PUBLISHER).rstrip("/")
    _lay_down(folder, lambda name: fetch(f"{address}/{branch}/{name}"))


def _unzip(path: Path, folder: Path) -> None:
    """Take the known names out of the zip and nothing else, so that no name in it can choose where it lands."""
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        roots = [PurePosixPath(name).parent for name in members if PurePosixPath(name).name == "Allelelist.txt"]
        root = min(roots, key=lambda each: len(each.parts), default=PurePosixPath())

        def member_bytes(name: str) -> bytes | None:
            member = members.get(str(root / name))
            if member is None:
                return None
            with archive.open(member) as handle:
                body = handle.read(FILE_LIMIT + 1)
            if len(body) > FILE_LIMIT:
                raise SiteError(f"{path}: {member.filename} is larger than {FILE_LIMIT} bytes; not a release file")
            return body

        inside = (PurePosixPath(name).relative_to(root) for name in members if PurePosixPath(name).is_relative_to(root))
        _lay_down(folder, member_bytes, map(str, inside))


def _bytes_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _lay_down(folder: Path, content: Fetch, inside: Iterable[str] = ()) -> None:
    """Put the files of a release into the folder; of those `inside` the source the allele lists of older releases."""
    for name in (*REQUIRED, *OPTIONAL, *filter(OLDER_LIST.fullmatch, inside)):
        body = content(name)
        if body is None and name in REQUIRED:
            raise SiteError(f"{name} is missing; a release needs {', '.join(REQUIRED)}. Nothing was installed.")
        if body is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(body)


def _cite(folder: Path, title: str) -> None:
    if title.startswith("IPD-IMGT/HLA"):
        text = (CODES / "imgt_citation.txt").read_text(encoding="utf-8").format(title=title)
    else:
        text = f"This folder holds {title}. It is not published by IPD-IMGT/HLA.\n"
    (folder / "CITATION.txt").write_text(text, encoding="utf-8")


def _settle(folder: Path, target: Path, title: str) -> Installed:
    """Move the finished folder to its place; an installed release of other content is left alone."""
    if not target.exists():
        folder.rename(target)
        return Installed(target.name, title, target, fresh=True)
    if source_digest(target) != source_digest(folder):
        raise SiteError(
            f"{target}: this release is installed with other content (the publisher corrects old releases at times). "
            "To replace it, move that folder away first, install again, then run: graftline rebuild"
        )
    return Installed(target.name, title, target)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
