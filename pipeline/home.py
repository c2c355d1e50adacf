"""The data folder of a site: where everything that must survive lies.

spool/          what arrived, byte for byte: the record
store.duckdb    the projection of it; `rebuild` makes it again
nomenclature/   installed releases of IPD-IMGT/HLA
profiles/       the site's own log and table layouts, beside those that come with the program
schemas/        the XML Schemas of HML, if the site has installed them; `check` holds messages against them
put_aside.json  how far quarantined files have been put into the folders that instruments name for them
taken.jsonl     files taken from export folders that may still be written to, or cannot be moved away
worklist.jsonl  what analysers are to measure
snapshots/      what the feed has published
service.json    how to reach the running service on loopback, while it runs
"""

from pathlib import Path
from typing import Self

import pipeline
from instruments.host import private_folder

BUNDLED = Path(pipeline.__file__).resolve().parent.parent / "config"
"""The configuration that comes with the program: the same place in a checkout and in an installed wheel."""


class Home:
    """Where the parts of one site lie. Naming them makes nothing: who only reads a file leaves no folder behind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.spool = path / "spool"
        self.nomenclature = path / "nomenclature"
        self.profiles = path / "profiles"
        self.snapshots = path / "snapshots"
        self.schemas = path / "schemas"
        self.store = path / "store.duckdb"
        self.put_aside = path / "put_aside.json"
        self.taken_files = path / "taken.jsonl"
        self.worklist = path / "worklist.jsonl"
        self.service = path / "service.json"

    def make(self) -> Self:
        """Make the folders that are not there yet, all of them private to their owner. Raises OSError."""
        for folder in (self.path, self.spool, self.nomenclature, self.profiles, self.snapshots):
            private_folder(folder)
        return self

    @property
    def profile_folders(self) -> tuple[Path, Path]:
        """Where layouts are looked for: the program's, then the site's, which win."""
        return (BUNDLED / "profiles", self.profiles)
