"""A checkout of one's own, as a contributor has it, and the program run from it.

Everything that is contributed here is invented: the Acme typer, the Borealis analyser and separator, their layouts.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PARTS = ("config", "instruments", "parsers", "pipeline", "tests/formats")
FILES = ("pyproject.toml", "tests/conftest.py")
LEFTOVERS = shutil.ignore_patterns("__pycache__", ".*")

Run = Callable[..., subprocess.CompletedProcess[str]]


class Checkout:
    """A copy of the sources and of the formats' tests, to which a contributor adds files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in PARTS:
            shutil.copytree(REPOSITORY / part, folder / part, ignore=LEFTOVERS)
        for name in FILES:
            shutil.copyfile(REPOSITORY / name, folder / name)
        self._before = self._contents()

    def add(self, name: str, text: str) -> Path:
        """A new file, under its path in the checkout."""
        path = self.folder / name
        assert not path.exists(), "a contributor adds files and edits none"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    def changed(self) -> set[str]:
        """The files that are not as they were, by their path."""
        now = self._contents()
        return {name for name in self._before.keys() | now.keys() if self._before.get(name) != now.get(name)}

    def _contents(self) -> dict[str, str]:
        """The digest of every file by its path; what tools keep for themselves begins with a point."""
        paths = [path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file()]
        own = [path for path in paths if not path.as_posix().startswith(".")]
        return {path.as_posix(): hashlib.sha256((self.folder / path).read_bytes()).hexdigest() for path in own}

    def run(self, *words: object, also: Path | None = None) -> subprocess.CompletedProcess[str]:
        """`python -m ...` in the checkout; packages in the folder `also` count as installed."""
        places = [str(place) for place in (self.folder, also) if place]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, "-m", *map(str, words)],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def graftline(checkout: Checkout, home: Path) -> Run:
    """A command of the checkout, on a data folder of its own, answering in JSON."""

    def run(*words: object, also: Path | None = None) -> subprocess.CompletedProcess[str]:
        return checkout.run("pipeline.cli.app", "--home", home, "--json", *words, also=also)

    return run


ACME_TYPER = '''"""The table of the Acme typer, which does not exist: a sample, a locus and two alleles a row."""

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed, TypingReport
from parsers.text_encoding import decoded
from parsers.typing_states import state_of

HEADER = "acme sample,locus,first,second"


def looks_like(head: bytes) -> bool:
    return head.startswith(HEADER.encode())


def parse(document: Document) -> Parsed:
    header, *lines = decoded(document.raw).rstrip("\\n").split("\\n")
    if header != HEADER or not lines:
        raise ParseError("this is no table of the Acme typer", found=header, where="line 1", expected=HEADER)
    return Parsed(reports=tuple(_report(number, line) for number, line in enumerate(lines, start=2)))


def _report(number: int, line: str) -> TypingReport:
    cells = line.split(",")
    if len(cells) != 4:
        raise ParseError("this row is not whole", found=line, where=f"line {number}", expected="four cells")
    sample, locus, *alleles = cells
    stated = "+".join(filter(None, alleles))
    typing = LocusTyping(locus=locus, state=state_of(stated), reported=stated, expression=stated)
    return TypingReport(format="acme_typer", sample=sample, loci=(typing,))


FORMAT = Format(
    name="acme_typer",
    title="Acme typer (invented)",
    verified="invented samples",
    looks_like=looks_like,
    parse=parse,
)
'''
ACME_TABLE = "acme sample,locus,first,second\nINV-1,A,A*01:01,A*02:01\nINV-2,B,B*07:02,\n"


@pytest.fixture
def acme_typer() -> str:
    """The source of a format's module."""
    return ACME_TYPER


@pytest.fixture
def acme_table() -> str:
    """A sample of that format."""
    return ACME_TABLE
