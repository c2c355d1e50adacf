"""Multiple allele codes: laid down whole or not at all, members as printed, and back to the code.

The list is invented.
"""

import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import SiteError
from pipeline.normalise.nomenclature.mac import CODE_LIST, CodeList, install_codes, is_code_list, open_codes

HEADER = '"LAST UPDATED: 11/01/26"\n*\tCODE\tSUBTYPE\n\n'
ROWS = (
    "\tAB\t01/02\n\tZZY\t02/01\n\tAC\t01/02/03\n\tAD\t1001/02\n*\tAHY\t03:01/03:03N\n*\tAZU\t02:01/01:01/01:02/02:05\n"
)

Install = Callable[[str], CodeList]


@pytest.fixture
def lay_down(tmp_path: Path) -> Iterator[Install]:
    opened: list[CodeList] = []

    def install(text: str) -> CodeList:
        (tmp_path / "alpha.v3.txt").write_text(text, encoding="utf-8")
        install_codes(tmp_path / "alpha.v3.txt", tmp_path)
        opened.append(CodeList(tmp_path / CODE_LIST))
        return opened[-1]

    yield install
    for codes in opened:
        codes.close()


@pytest.fixture
def codes(lay_down: Install) -> CodeList:
    return lay_down(HEADER + ROWS)


def test_members_come_as_printed(codes: CodeList) -> None:
    assert codes.members("ZZY") == ("02", "01")
    assert codes.members("AHY") == ("03:01", "03:03N")
    assert codes.members("QQQ") is None
    assert (codes.title, codes.codes) == ("LAST UPDATED: 11/01/26", 6)


def test_a_code_with_first_fields_is_allele_specific(codes: CodeList) -> None:
    assert [code for code in ("AB", "AHY", "AZU", "QQQ") if codes.is_specific(code)] == ["AHY", "AZU"]


@pytest.mark.parametrize(
    ("alleles", "fields"),
    [
        ("02:01 02:02", "02:AB"),  # two codes hold this list: the shortest stands
        ("02:02 02:01 02:02", "02:AB"),
        ("02:1001 02:02", "02:AD"),
        ("02:01 02:02 02:04", None),  # one more, and there is no code
        ("02:01", None),
        ("03:01 03:03N", "03:AHY"),
        ("03:01 03:03", None),  # the null allele is not the expressed one
        ("01:01 01:02 02:05 02:01", "01:AZU"),  # a tie of first fields: the lowest
        ("", None),
    ],
)
def test_a_list_has_the_code_of_exactly_its_members(codes: CodeList, alleles: str, fields: str | None) -> None:
    assert codes.encode(alleles.split()) == fields


def test_the_list_by_members_and_a_zip_serve_as_well(tmp_path: Path) -> None:
    numer = "LAST UPDATED\n*\tSUBTYPE\tCODE\n\n\t01/02\tAB\n*\t03:01/03:03N\tAHY\n"
    with zipfile.ZipFile(tmp_path / "numer.v3.zip", "w") as archive:
        archive.writestr("numer.v3.txt", numer)
    assert is_code_list(tmp_path / "numer.v3.zip")
    install_codes(tmp_path / "numer.v3.zip", tmp_path)
    codes = open_codes(tmp_path)
    assert codes is not None
    with closing(codes):
        assert codes.members("AHY") == ("03:01", "03:03N")


def test_the_installed_list_is_private_and_a_newer_one_takes_its_place(lay_down: Install) -> None:
    first = lay_down(HEADER + ROWS)
    first.close()
    second = lay_down(HEADER + ROWS + "\tAE\t01/04\n")
    assert stat.S_IMODE(second.path.stat().st_mode) == 0o600
    assert second.members("AE") == ("01", "04")


@pytest.mark.parametrize(
    "row", ["\tAB\t01:01/01:02", "*\tAB\t01/02", "\tA1\t01/02", "\tAB", "\tAB\t01//02:01", "\tAC\t01/02\n\tAC\t01/02"]
)
def test_a_damaged_list_leaves_the_installed_one_alone(lay_down: Install, row: str) -> None:
    codes = lay_down(HEADER + ROWS)
    with pytest.raises(SiteError, match="nothing was installed"):
        lay_down(HEADER + row + "\n")
    assert codes.members("AB") == ("01", "02")
    assert [path.name for path in codes.path.parent.glob("*.part")] == []


def test_what_is_no_code_list_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("A\tB\nC\tD\n")
    assert not is_code_list(tmp_path / "other.txt")
    assert not is_code_list(tmp_path)
    (tmp_path / CODE_LIST).write_text("no database")
    with pytest.raises(SiteError, match="install the code list again"):
        open_codes(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(alleles=st.permutations(["01:01", "01:02", "02:01", "02:05"]))
def test_encoding_does_not_ask_for_the_order(codes: CodeList, alleles: list[str]) -> None:
    assert codes.encode(alleles) == "01:AZU"


def test_every_code_of_the_genuine_sample_comes_back(shared: Path, tmp_path: Path) -> None:
    installed = install_codes(shared / "mac" / "alpha.v3.sample.txt", tmp_path)
    assert installed.codes == 4045
    with closing(CodeList(tmp_path / CODE_LIST)) as codes:
        for line in (shared / "mac" / "alpha.v3.sample.txt").read_text().splitlines()[3:]:
            star, code, printed = line.split("\t")
            listed = printed.split("/")
            assert codes.members(code) == tuple(listed)
            alleles = listed if star else [f"02:{each}" for each in listed]
            found = codes.encode(alleles)
            assert found is not None
            assert set(codes.members(found.partition(":")[2]) or ()) in (set(listed), {a[3:] for a in alleles})
