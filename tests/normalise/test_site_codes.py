"""A site lets go of its list of multiple allele codes when it is closed."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from pipeline.home import BUNDLED
from pipeline.normalise.nomenclature.mac import install_codes
from pipeline.site import open_site


def test_the_code_list_is_closed_with_the_site_and_opens_again(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED / "demo" / "nomenclature", tmp_path / "nomenclature" / "0.1.0")
    (tmp_path / "alpha.txt").write_text('"INVENTED"\n*\tCODE\tSUBTYPE\n\n\tAB\t01/02\n', encoding="utf-8")
    install_codes(tmp_path / "alpha.txt", tmp_path / "nomenclature")
    with open_site(tmp_path, None) as site:
        named, kept, used = site.release_named(None), site.release_if_installed("0.1.0"), site.release
        assert kept and used
        for release in (named, kept, used):
            assert release.status("A*01:AB").kind == "code"
    for release in (named, kept, used):
        with pytest.raises(sqlite3.ProgrammingError):
            release.status("A*01:AC")
    with site:
        assert site.release and site.release.status("A*01:AB").kind == "code"
