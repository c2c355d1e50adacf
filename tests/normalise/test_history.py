"""Every name is told with each accession number it meant, and when. The short lists are invented."""

from pathlib import Path

import pytest

from pipeline.errors import SiteError
from pipeline.normalise.nomenclature.history import History, Use, read_history


def write(path: Path, version: str, rows: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# version: Invented, version {version}\nAlleleID,Allele\n{rows}")


@pytest.fixture
def history(tmp_path: Path) -> History:
    write(tmp_path / "new/Allelelist.txt", "0.10.0", "T1,A*01:01:01\nT3,A*30:100\n")
    write(tmp_path / "new/allelelist/Allelelist.020.txt", "0.2.0", "T1,A*01:01\nT2,A*30:100\n")
    write(tmp_path / "new/Deleted_alleles.txt", "0.10.0", "T9,A*30:100,Invented; named in error, and again\n")
    return read_history([tmp_path / "new"])


def test_a_name_that_changed_owner_is_told_with_all_of_them(history: History) -> None:
    assert history.uses("HLA-A*30:100") == (Use("T2", ("0.2.0",)), Use("T3", ("0.10.0",)), Use("T9", ()))


def test_what_a_name_meant_in_one_release(history: History) -> None:
    assert history.accession_in("0.2.0", "HLA-A*30:100") == "T2"
    assert history.accession_in("0.10.0", "A*30:100") == "T3"
    assert history.accession_in("0.3.0", "A*30:100") is None


def test_a_release_that_stands_in_two_folders_is_read_once(tmp_path: Path, history: History) -> None:
    write(tmp_path / "old/Allelelist.txt", "0.2.0", "T1,A*01:01\nT2,A*30:100\n")
    assert read_history([tmp_path / "new", tmp_path / "old"]).uses("A*01:01") == (Use("T1", ("0.2.0",)),)


def test_what_was_never_used_is_nobody(history: History) -> None:
    assert history.uses("A*09:99") == ()
    assert history.accession_in("0.2.0", "A*09:99") is None


def test_a_list_that_does_not_say_its_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Allelelist.txt").write_text("AlleleID,Allele\nT1,A*01:01\n")
    with pytest.raises(SiteError, match=r"Allelelist\.txt: no line '# version"):
        read_history([tmp_path])


def test_every_genuine_name_is_told(shared: Path) -> None:
    folders = [shared / "ipd-imgt-hla" / each for each in ("3440", "3500", "3580")]
    history = read_history(folders)
    for path in [*shared.glob("ipd-imgt-hla/*/Allelelist.txt"), *shared.glob("ipd-imgt-hla/*/allelelist/*.txt")]:
        for line in path.read_text().splitlines():
            accession, _, name = line.partition(",")
            if "*" in name:
                assert accession in {use.accession for use in history.uses(name)}
    assert len(history.uses("A*30:100")) > 1
