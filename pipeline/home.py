"""The data folder of a site: where everything that must survive lies.

spool/          what arrived, byte for byte: the record
store.duckdb    the projection of it; `rebuild` makes it again
nomenclature/   installed releases of IPD-IMGT/HLA
profiles/       the site's own log and table layouts, beside those that come with the program
schemas/        the XML Schemas of HML, if the site has installed them; `check` holds messages against them
put_aside.json  how far quarantined files have been put into the folders that instruments name for them
worklist.jsonl  what analysers are to measure
snapshots/      what the feed has published
service.json    how to reach the running service on loopback, while it runs
"""

from pathlib import Path

import pipeline
from instruments.host import private_folder

BUNDLED = Path(pipeline.__file__).resolve().parent.parent / "config"
"""The configuration that comes with the program: the same place in a checkout and in an installed wheel."""


class Home:
    """The folders of one site; made on first use, private to their owner."""

    def __init__(self, path: Path) -> None:
        self.path = private_folder(path)
        self.spool = private_folder(path / "spool")
        self.nomenclature = private_folder(path / "nomenclature")
        self.profiles = private_folder(path / "profiles")
        self.snapshots = private_folder(path / "snapshots")
        self.schemas = path / "schemas"
        self.store = path / "store.duckdb"
        self.put_aside = path / "put_aside.json"
        self.worklist = path / "worklist.jsonl"
        self.service = path / "service.json"

    @property
    def profile_folders(self) -> tuple[Path, Path]:
        """Where layouts are looked for: the program's, then the site's, which win."""
        return (BUNDLED / "profiles", self.profiles)
