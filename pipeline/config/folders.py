"""Folders that everybody shares: no data folder may be one of them, and no export folder may hold one."""

import os
import tempfile
from pathlib import Path


def real(path: Path | str) -> Path:
    """Where a path leads in the end, behind links; it need not exist."""
    return Path(os.path.realpath(path))


def shared_folders() -> dict[str, Path]:
    """The folders of this account that other programs put their files into, by what they are."""
    return {
        "the home directory": real(os.path.expanduser("~")),  # noqa: PTH111  # Path.home() may raise
        "the folder for temporary files": real(tempfile.gettempdir()),
    }
