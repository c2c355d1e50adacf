"""The site that the demo plays on: folders, two serial lines, and a site file as a technician would write it."""

import os
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from instruments.host import PRIVATE_FILE, private_folder
from instruments.simulated.serial_line import SerialCable
from pipeline.home import BUNDLED, Home
from pipeline.normalise.nomenclature.install import install

SAMPLES = BUNDLED / "demo" / "exports"
MINI_RELEASE = BUNDLED / "demo" / "nomenclature"

SITE_FILE = """\
# The demo's site: everything and everybody in it is invented.
[site]
name = "Graftline demo (invented)"

[[instrument]]
name = "typing-lab"
model = "generic-typing-folder"
folder = '{typing_folder}'
files = {{ settle_seconds = 0.4, give_up_seconds = 2.5 }}

[[instrument]]
name = "analyser"
model = "graftline-demo-analyser"
port = '{analyser_port}'

[[instrument]]
name = "separator"
model = "graftline-demo-separator"
port = '{separator_port}'

[[instrument]]
name = "separator-summary"
folder = '{summary_folder}'
format = "separator_log"
files = {{ settle_seconds = 0.4, give_up_seconds = 2.5 }}

[[instrument]]
name = "laboratory-system"
model = "generic-mllp-oru"
listen = "127.0.0.1:{mllp_port}"
"""


class Stage:
    """The scenery of one performance; the cables are unplugged when it is left."""

    def __init__(self, folder: Path, mllp_port: int) -> None:
        self.home = Home(folder).make()
        self.typing_folder = private_folder(folder / "exports" / "typing-lab")
        self.summary_folder = private_folder(folder / "exports" / "separator")
        self.site_file = folder / "site.toml"
        self.mllp_port = mllp_port
        self._cables = ExitStack()
        self.analyser = self._cables.enter_context(SerialCable())
        self.separator = self._cables.enter_context(SerialCable())

    def set_up(self) -> None:
        """Write the site file and install the invented nomenclature."""
        text = SITE_FILE.format(
            typing_folder=self.typing_folder,
            summary_folder=self.summary_folder,
            analyser_port=self.analyser.device,
            separator_port=self.separator.device,
            mllp_port=self.mllp_port,
        )
        descriptor = os.open(self.site_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        install(str(MINI_RELEASE), self.home.nomenclature)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cables.close()
