"""Three releases of IPD-IMGT/HLA against py-ard, an independent implementation, and every difference accounted for.

Every name of a release, every shorter name, group, XX code, antigen, deleted and old name and every code of a sample
list is reduced by both in every mode that both offer, and the answers are compared as sets; then whole GL Strings of
names on which both agree. A difference has to be explained by pyard_deviations.toml. py-ard is needed for these tests
alone.
"""

import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import get_args

import pytest

from pipeline.normalise.nomenclature.allele_codes import usable_first_field
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.locus import two_fields
from pipeline.normalise.nomenclature.names import ANTIGENS, LETTERS
from pipeline.normalise.nomenclature.release import Mode, Release, UnknownName
from pipeline.normalise.reduction import reduce_glstring
from tests.normalise.pyard_deviations import BOTH_ANSWER, ONE_REFUSES, TEXTS, Difference, bare, explanation

RELEASES = ("3580", "3500", "3440")
SHARED_MODES: tuple[Mode, ...] = tuple(mode for mode in get_args(Mode) if mode != "TCE")
CODED = ("A", "B", "C", "DRB1", "DRB3", "DQB1", "DPB1")
STRINGS = 150
ODD = (
    "A*02:01:99:99", "A*01:01:01:01N", "A*01:01:01:02", "A*99:99", "A*01:01:01G:01", "DQA1*01:01:01:G", "A*1:1",
    "A*01:1", "A*02", "A*01:01g", "DRB4*NNNN", "A*UUUU", "A*01:NEW", "B*15:NEW", "DRB1*05:XX", "C*09:XX", "C*10:XX",
    "DRB1*02:XX",
    "A*09:XX", "DQB1*01:XX", "A*05:XX", "A*0105N", "A*24:459:02", "E*01:130", "A*9201",
)  # fmt: skip

Answers = dict[str, frozenset[str] | None]


class Codes(dict[str, tuple[str, ...]]):
    """A list of multiple allele codes."""

    def members(self, code: str) -> tuple[str, ...] | None:
        return self.get(code)


class Compared:
    """One release, what was asked under it, and py-ard's answers, which come from a process of its own."""

    def __init__(
        self, release: Release, asked: list[str], strings: list[str], answers: "Future[dict[str, list[str | None]]]"
    ):
        self.release, self.asked, self.strings, self._answers = release, asked, strings, answers

    def theirs(self, mode: Mode) -> Answers:
        found = self._answers.result()[mode]
        return dict(zip(self.asked, map(as_names, found[: len(self.asked)]), strict=True))

    def their_strings(self, mode: Mode) -> list[str | None]:
        return self._answers.result()[mode][len(self.asked) :]


def as_names(answer: str | None) -> frozenset[str] | None:
    return None if answer is None else frozenset(filter(None, answer.split("/")))


@pytest.fixture(scope="module")
def codes(shared: Path) -> Codes:
    lines = (shared / "mac" / "alpha.v3.sample.txt").read_text(encoding="utf-8").splitlines()[3:]
    return Codes({code: tuple(members.split("/")) for _, code, members in (line.split("\t") for line in lines)})


@pytest.fixture(scope="module")
def compared(shared: Path, codes: Codes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Compared]]:
    """Every release, with py-ard at work on it; GRAFTLINE_PYARD_CACHE names a folder to keep its databases in."""
    if importlib.util.find_spec("pyard") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("py-ard is not installed, and CI has to compare with it")
        pytest.skip("py-ard is not installed (pip install py-ard)")
    scratch = Path(os.environ.get("GRAFTLINE_PYARD_CACHE") or tmp_path_factory.mktemp("pyard"))
    scratch.mkdir(exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        found = {}
        for number in RELEASES:
            release = opened(shared / "ipd-imgt-hla" / number, tmp_path_factory.mktemp("imgt") / number, codes)
            asked, strings = list(dict.fromkeys(tokens(release, codes))), list(gl_strings(release))
            work = workers.submit(ask, shared, scratch / number, number, [*asked, *strings])
            found[number] = Compared(release, asked, strings, work)
        yield found


def opened(source: Path, folder: Path, codes: Codes) -> Release:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("allelelist"))
    folder.chmod(0o700)
    return open_cached(folder, codes)


def ask(shared: Path, scratch: Path, number: str, asked: list[str]) -> dict[str, list[str | None]]:
    scratch.mkdir(exist_ok=True)
    command = [sys.executable, str(Path(__file__).parent / "ask_pyard.py"), str(shared), str(scratch), number]
    question = json.dumps(dict.fromkeys(SHARED_MODES, asked)).encode()
    found: dict[str, list[str | None]] = json.loads(
        subprocess.run(command, input=question, capture_output=True, check=True).stdout
    )
    return found


def tokens(release: Release, codes: Codes) -> Iterator[str]:
    """Everything that both programs are asked about one release."""
    for gene in sorted(release.loci):
        locus = release.locus(gene)
        yield from (f"{gene}*{name}" for name in locus.names.alleles)
        yield from (f"{gene}*{name}" for name in locus.shorter if ":" in name)
        yield from (f"{gene}*{name}:XX" for name in locus.shorter if ":" not in name)
        yield from (f"{gene}*{name}" for name in (*locus.names.g_groups, *locus.names.p_groups, *locus.names.deleted))
        yield from (LETTERS[gene] + number for number in locus.names.antigens)
        yield from (*locus.names.splits, *locus.names.associated)
    yield from (antigen for antigen in ANTIGENS if antigen[-1].isdigit())
    yield from ("Bw4", "Bw6", "Dw1", "DPw2", "B40", "DR3")
    yield from release.reference.old_names().successors if release.reference.old_names() else ()
    yield from coded(release, codes)
    yield from ODD


def coded(release: Release, codes: Codes) -> Iterator[str]:
    """Every code once: with its own first field, or with one of many that most of its members exist for."""
    held = {gene: {*release.locus(gene).names.alleles, *release.locus(gene).shorter} for gene in CODED}
    firsts = [(gene, name) for gene in CODED for name in release.locus(gene).shorter if ":" not in name]
    for turn, (code, listed) in enumerate(codes.items()):
        if first := usable_first_field(listed):
            gene = max(CODED, key=lambda gene: sum(each in held[gene] for each in listed))
        else:
            near = islice(cycle(firsts), turn % len(firsts), turn % len(firsts) + 40)
            gene, first = max(near, key=lambda pair: sum(f"{pair[1]}:{each}" in held[pair[0]] for each in listed[:20]))
        yield f"{gene}*{first}:{code}"


def gl_strings(release: Release) -> Iterator[str]:
    """Genotypes of every shape, of expressed alleles in G groups."""
    dice = random.Random(1)
    pool = {gene: [f"{gene}*{name}" for name in plain_names(release, gene)] for gene in CODED}
    for _ in range(STRINGS):
        chosen = dice.sample(CODED, dice.randint(1, 3))
        text = "^".join(genotypes(dice, pool[gene]) for gene in chosen)
        yield text.replace("A*", "HLA-A*") if dice.random() < 0.3 else text
    for _ in range(STRINGS // 10):
        yield "+".join("~".join(dice.choice(pool[gene]) for gene in ("B", "C", "A")) for _ in range(2))


def plain_names(release: Release, gene: str) -> list[str]:
    """Expressed alleles in G groups that py-ard names as the release does, with an antigen if any of the gene has."""
    locus, invented = release.locus(gene), invented_names(release).values()
    related = locus.antigens_of or locus.p_of
    return [
        name
        for name, group in locus.g_of.items()
        if name in related and f"{gene}*{group}" not in invented and locus.short_of[group] == two_fields(group)
    ]


def genotypes(dice: random.Random, pool: list[str]) -> str:
    return "|".join(
        "+".join("/".join(dice.choices(pool, k=dice.randint(1, 4))) for _ in range(2))
        for _ in range(dice.randint(1, 3))
    )


def invented_names(release: Release) -> dict[str, str]:
    """The names that py-ard works out for groups, and the official ones."""
    found = {}
    for gene in release.loci:
        for official, members in release.locus(gene).names.g_groups.items():
            fields = members[0].rstrip("NLSQ").split(":")
            if (invented := ":".join([*fields[:3], "01"][:3]) + "G") != official:
                short = f"{gene}*{':'.join(fields[:2])}", f"{gene}*{':'.join(official.split(':')[:2])}"
                found |= {
                    f"{gene}*{invented}": f"{gene}*{official}",
                    short[0]: short[1],
                    f"{short[0]}g": f"{short[1]}g",
                }
    return found


def reduced(release: Release, token: str, mode: Mode) -> frozenset[str] | None:
    try:
        return bare(release.reduce(token, mode))
    except UnknownName:
        return None


def differences(compared: Compared, mode: Mode) -> Iterator[Difference]:
    official, their_lgx = invented_names(compared.release), compared.theirs("lgx")
    for token, theirs in compared.theirs(mode).items():
        ours = reduced(compared.release, token, mode)
        if ours != theirs:
            yield Difference(compared.release, token, mode, ours, theirs, official, their_lgx[token])


@pytest.fixture(scope="module")
def explained() -> Counter[str]:
    """How often each deviation was needed."""
    return Counter()


@pytest.mark.parametrize("mode", SHARED_MODES)
@pytest.mark.parametrize("number", RELEASES)
def test_every_difference_is_a_listed_deviation(
    compared: dict[str, Compared], explained: Counter[str], number: str, mode: Mode
) -> None:
    left = []
    for each in differences(compared[number], mode):
        why = explanation(each)
        explained.update(why or ())
        if why is None:
            left.append((each.token, each.ours, each.theirs))
    assert not left, f"{len(left)}: {left[:5]}"


def test_every_listed_deviation_occurs(compared: dict[str, Compared], explained: Counter[str]) -> None:
    assert set(TEXTS) == {*BOTH_ANSWER, *ONE_REFUSES}
    assert {name for name in TEXTS if explained[name]} == set(TEXTS)


@pytest.mark.parametrize("mode", SHARED_MODES)
@pytest.mark.parametrize("number", RELEASES)
def test_whole_strings_agree(compared: dict[str, Compared], number: str, mode: Mode) -> None:
    found = compared[number]
    agreeing = 0
    for text, theirs in zip(found.strings, found.their_strings(mode), strict=True):
        ours = reduce_glstring(text, mode, found.release).output
        if mode == "S" and "*" in ours:
            continue  # a name without serology, which py-ard drops
        assert theirs is not None
        assert meaning(ours) == meaning(theirs), text
        agreeing += 1
    assert agreeing >= STRINGS / 3


def meaning(text: str) -> object:
    """What a GL String says, whatever the order of its alternatives, copies and genes."""
    bare_text = text.replace("HLA-", "")
    return frozenset(frozenset(map(genotype, gene.split("|"))) for gene in bare_text.split("^"))


def genotype(text: str) -> frozenset[tuple[object, int]]:
    copies = Counter(tuple(frozenset(allele.split("/")) for allele in copy.split("~")) for copy in text.split("+"))
    return frozenset(copies.items())


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_example_of_a_deviation_holds(compared: dict[str, Compared], name: str) -> None:
    text = TEXTS[name]
    found = compared[text.get("release", "3580")]
    mode: Mode = next(each for each in SHARED_MODES if each == text["mode"])
    ours = reduced(found.release, text["token"], mode)
    theirs = found.theirs(mode)[text["token"]]
    assert "/".join(sorted(ours or ())) == text["ours"]
    assert "/".join(sorted(theirs or ())) == text["theirs"]
