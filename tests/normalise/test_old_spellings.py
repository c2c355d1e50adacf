"""Names in the spelling of before April 2010 become today's where they have one reading, and never without a flag."""

from collections.abc import Callable
from pathlib import Path

import pytest

from parsers.records import LocusTyping
from pipeline.normalise.lifting import GLStringLifter
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.install import open_release
from pipeline.normalise.nomenclature.liftover import Lifter
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.reduction import reduce_glstring
from pipeline.normalise.typing import TypingNormaliser
from tests.normalise.conftest import copied

TABLE = """Current Name        Name as of April 2010
============        =====================
A*010101            A*01:01:01
A*0102              A*01:02
A*2409N             A*24:09N
A*0203              A*02:03
A*0205              A*02:05
A*0209              A*26:01
A*0344              A*03:02:01
Cw*0702             C*07:02
Cw*0701             None
"""


class Codes(dict[str, tuple[str, ...]]):
    """A list of multiple allele codes."""

    def members(self, code: str) -> tuple[str, ...] | None:
        return self.get(code)

    def close(self) -> None:
        """Nothing to let go of."""


CODES = Codes(
    AB=("01", "02"), KEPT=("03", "05"), MOVED=("05", "09"), LATER=("05", "134"), RARE=("01:01", "01:02", "02:01")
)


@pytest.fixture(scope="module")
def release(mini_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The mini-release with an invented table of old names and invented codes."""
    folder = copied(mini_folder, tmp_path_factory.mktemp("old") / "0.1.0")
    (folder / "Nomenclature_2009.txt").write_text(TABLE)
    return open_cached(folder, CODES)


Read = Callable[[str], tuple[str | None, list[tuple[str, str]]]]


@pytest.fixture(scope="module")
def read(release: Release) -> Read:
    normaliser = TypingNormaliser(release)

    def reading(expression: str) -> tuple[str | None, list[tuple[str, str]]]:
        gene = "C" if expression.startswith(("C*", "Cw*", "HLA-Cw*")) else "A"
        found = normaliser.locus(
            LocusTyping(locus=gene, state="one_stated", reported=expression, expression=expression)
        )
        assert found.reported == expression
        return found.glstring, [(flag.code, flag.token) for flag in found.flags]

    return reading


READ = [
    ("A*0101", "HLA-A*01:01", ["old_name_translated"]),
    ("A*0102/A*0101", "HLA-A*01:01/HLA-A*01:02", ["old_name_translated"] * 2),
    ("A*0102/A*01:01", "HLA-A*01:01/HLA-A*01:02", ["old_name_translated"]),
    ("A*2409N", "HLA-A*24:09N", ["old_name_translated", "null_allele"]),
    ("Cw*0702", "HLA-C*07:02", ["old_name_translated"]),
    ("C*0702", "HLA-C*07:02", ["old_name_translated"]),
    ("HLA-Cw*07:02", "HLA-C*07:02", ["old_gene_name"]),
    ("Cw*07:XX", "HLA-C*07:XX", ["old_gene_name"]),
    ("Cw*07:NEW/C*07:02", "HLA-C*07:02/HLA-C*07:NEW", ["old_gene_name", "novel_allele"]),
    ("Cw*07XX", "HLA-C*07:XX", ["colon_added"]),
    ("A*01AB", "HLA-A*01:AB", ["colon_added"]),
    ("A*01XX", "HLA-A*01:XX", ["colon_added"]),
    ("A*01NEW/A*01:01", "HLA-A*01:01/HLA-A*01:NEW", ["colon_added", "novel_allele"]),
    ("A*02LATER", "HLA-A*02:LATER", ["colon_added", "mac_member_gone"]),  # 0205/02134 were no old names together
    ("A*0344", "HLA-A*03:02:01", ["old_name_translated"]),  # the table speaks before the list of deleted names
]


@pytest.mark.parametrize(("expression", "glstring", "codes"), READ)
def test_an_old_spelling_is_written_as_it_is_called_today(
    read: Read, expression: str, glstring: str, codes: list[str]
) -> None:
    found, flags = read(expression)
    assert (found, [code for code, _ in flags]) == (glstring, codes)


REFUSED = [
    ("A*0301", "old_name"),  # the table is silent
    ("A*02MOVED", "old_name"),  # A*0209 is another allele than A*02:09
    ("A*02XX", "old_name"),  # and began with 02
    ("A*01ZZZZ", "unknown_mac"),
    ("A*02RARE", "mac_first_field"),
    ("Cw*0701", "deleted_allele"),
    ("Cw*99:99", "unknown_allele"),
    ("Cw*zork", "malformed_name"),
    ("A*0105N", "deleted_allele"),
]


@pytest.mark.parametrize(("expression", "code"), REFUSED)
def test_an_old_spelling_without_one_reading_is_refused(
    read: Read, release: Release, expression: str, code: str
) -> None:
    found, flags = read(expression)
    assert (found, [code for code, _ in flags]) == (None, [code])
    assert reduce_glstring(expression, "lgx", release).output == ""
    assert release.match_groups(expression) == frozenset()


def test_the_resolution_is_that_of_the_names_of_today(release: Release) -> None:
    normaliser = TypingNormaliser(release)
    texts = {"A*01XX+A*01XX": "low", "A*0101+A*0102": "high", "A*01AB+A*0101": "generic"}
    found = {
        text: normaliser.locus(LocusTyping(locus="A", state="two_copies", expression=text)).resolution for text in texts
    }
    assert found == texts


def test_typings_reductions_and_liftover_say_the_same_of_an_old_name(read: Read, release: Release) -> None:
    lifter = GLStringLifter(Lifter(release, release))
    for text in (expression for expression, *_ in READ):
        glstring, flags = read(text)
        reduced = reduce_glstring(text, "W", release)
        assert glstring and reduced.output == reduce_glstring(glstring, "W", release).output
        lifted = lifter.lift(text)
        assert lifted.output == lifter.lift(glstring).output
        told = {code for code, _ in flags} & {"old_name_translated", "old_gene_name", "colon_added"}
        assert told <= {flag.code for flag in reduced.flags} and told <= {flag.code for flag in lifted.flags}


def test_the_table_of_another_installed_release_stands_in(mini_folder: Path, tmp_path: Path) -> None:
    """A typing must not lose its meaning because a site reads it under a release that came without the table."""
    for version, table in (("0.1.0", ""), ("0.2.0", TABLE)):
        folder = copied(mini_folder, tmp_path / version)
        if table:
            (folder / "Nomenclature_2009.txt").write_text(table)
    assert open_release(tmp_path, "0.1.0").status("Cw*0702").successor == "HLA-C*07:02"


def test_the_genuine_table_speaks_before_the_list_of_deleted_names(real: Release) -> None:
    assert real.status("A*1150").successor == "HLA-A*11:50Q"
    assert real.status("B*3716").successor == "HLA-B*37:16Q"
    deleted = [f"{gene}*{name}" for gene in sorted(real.loci) for name in real.locus(gene).names.deleted]
    kinds = {name: real.status(name).kind for name in deleted}
    assert {name for name, kind in kinds.items() if kind != "deleted"} == {"A*1150", "B*3716", "E*01:130"}
    assert real.status("Cw*0402").successor == "C*04:01:01:01"


def test_no_genuine_old_name_of_c_became_another_than_its_digits_say(real: Release) -> None:
    """So `Cw*07:02` has one reading."""
    table = real.reference.old_names()
    assert table is not None
    for old, names in table.successors.items():
        gene, _, digits = old.partition("*")
        number = digits.rstrip("NLSCAQ")
        cut = ":".join(number[place : place + 2] for place in range(0, len(number), 2)) + digits[len(number) :]
        assert gene != "Cw" or names in ((), (f"C*{cut}",)), old
