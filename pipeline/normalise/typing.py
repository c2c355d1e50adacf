"""Typings in registry language: the canonical GL String of a locus, or the reason why there is none.

One name that is not understood leaves the whole locus without a GL String. The alternative, to drop that name, would
turn a list into a shorter list or a heterozygote into a homozygote, and a donor could be matched on it. The printed
text stays beside the flag, and a later release or an installed code list can make sense of it.

Names in the spelling of before April 2010 are written as they are called today (`old_spellings.py`), each with a flag
that says so, and a name of fewer fields that stands for null alleles only is written with the N that it left out. The
printed text keeps the spelling.

A typing is expressed under one release, that of the site. If the report says that it was made under another, the
alleles it names are looked up there, where that release is installed, and written as they are called in this one
(`renamed_allele`). Where it is not, the lists of its alleles that other releases bring tell whether a name was another
allele's; without any list, names that are current in both are taken as the same names. `release_differs` says so in
either case, and deleted names are flagged with what became of them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache

import msgspec

from parsers.glstring_code import ACCESSION, coded
from parsers.records import LocusTyping, State, TypingReport
from parsers.result_statuses import is_final
from pipeline.normalise.consistency import doubts_of
from pipeline.normalise.drb_copies import TOGETHER
from pipeline.normalise.findings import OF_AN_ORDER, flags_of, of_an_order
from pipeline.normalise.flag_places import placed, placed_in
from pipeline.normalise.genotypes import DRB345, genotype_flags, haplotypes
from pipeline.normalise.glstring import GLString, GLStringError, Tree, alternatives, leaves, read, text_of
from pipeline.normalise.identifiers import read_identifier, read_subject
from pipeline.normalise.name_flags import flag_for_error, flags_for_absence, flags_for_name
from pipeline.normalise.nomenclature.frequencies import Frequencies
from pipeline.normalise.nomenclature.names import WORDS, kind_of, split_name, word_of
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.nomenclature.renaming import Called, called_by_lists, renamed
from pipeline.normalise.rarity import rarity_flags
from pipeline.normalise.records import Flag, NormalLocus, NormalTyping
from pipeline.normalise.reduction_flags import old_note
from pipeline.normalise.resolution import ABSENT, NAMES_REMEMBERED, Resolution, is_named, resolution_of
from pipeline.normalise.serology import Serology, antigens_in, place_of_antigen
from pipeline.normalise.stated_release import number_of, same_release
from pipeline.normalise.times import impossible_time

CALLED = ("two_copies", "homozygous_stated", "one_stated", "novel", "candidates")
COPIES: dict[State, int] = {"two_copies": 2, "homozygous_stated": 2, "one_stated": 1}
SILENT = frozenset({ABSENT, "XXXX", "UUUU"})
DISTINCT_LIMIT = 200_000
LONGEST_REMEMBERED = 10_000
"""Characters of an expression that is remembered: the memory counts expressions, and one may have a million."""
CODE_NUMBERS = re.compile(r"[0-9]+(?:\+[0-9]+)*")
"""What a report states by numbers of antigens where no antigens have names (DQA1): no allele is called by it."""
NUMBERED = re.compile(rf"{ACCESSION.pattern} (?:HLA-)?[A-Za-z0-9]+\*[0-9A-Za-z:]+")
"""An accession number as printed, with the name that is displayed for it."""

NO_RELEASE = Flag(
    "no_release",
    "",
    "no nomenclature release is installed, so no GL String was made; install one and run: graftline renormalise",
)


class Meaning(msgspec.Struct, frozen=True):
    """What one locus expression means. It holds nothing of the sample it first stood in, for it is used again."""

    glstring: str | None
    resolution: Resolution
    flags: tuple[Flag, ...]


Releases = Callable[[str], Release | None]
"""Opens an installed release by its number; None where it is not installed."""


class TypingNormaliser:
    """Reads typings under one release; remembers every distinct locus expression, for registries repeat them."""

    def __init__(self, release: Release | None, others: Releases = lambda _: None) -> None:
        self.release = release
        self.version = release.version if release else None
        self._others = others
        self._serology = Serology(release) if release else None
        self._frequencies = Frequencies(release) if release else None
        self._known: dict[tuple[str, str, str, str, bool, tuple[str, ...]], Meaning] = {}
        self._names: dict[str, tuple[str, tuple[Flag, ...]]] = {}
        self._called = lru_cache(maxsize=NAMES_REMEMBERED)(self._named_here)

    def normalise(self, report: TypingReport) -> NormalTyping:
        """The report in registry language."""
        loci = [self.locus(each) for each in report.loci]
        named = {each.locus for each in loci}
        about = [each for each in report.findings if each.locus in named]
        doubts = doubts_of(report.loci, loci, self._serology)
        for each in about:
            doubts.setdefault(each.locus, []).extend(flags_of([each]))
        for name, flag in _of_its_order(report, named):
            doubts.setdefault(name, []).append(flag)
        return NormalTyping(
            sample=read_identifier(report.sample, assigner=report.sample_assigner),
            subject=read_subject(report.subject, report.sample, report.subject_assigner),
            report_id=report.report_id,
            centre=report.centre,
            project=report.project,
            date=report.date,
            software=report.software,
            loci=tuple(_doubted(each, doubts) if doubts else each for each in loci),
            flags=(
                *(() if self.release else (NO_RELEASE,)),
                *impossible_time(report.date),
                *flags_of(each for each in report.findings if each not in about),
            ),
        )

    def locus(self, printed: LocusTyping) -> NormalLocus:
        """One locus in registry language."""
        meaning = self.meaning(printed)
        return NormalLocus(
            locus=printed.locus,
            state=printed.state,
            reported=printed.reported,
            glstring=meaning.glstring,
            expression="" if meaning.glstring else _as_stated(printed),
            release=self.version,
            resolution=meaning.resolution,
            method=printed.method,
            test_id=printed.test_id,
            date=printed.date,
            flags=meaning.flags,
        )

    def meaning(self, printed: LocusTyping) -> Meaning:
        """What a locus says, whatever sample it stands in."""
        said, numbered = printed.expression or printed.reported, tuple(NUMBERED.findall(printed.reported))
        key = (printed.locus, printed.state, said, printed.stated_release, bool(printed.expression), numbered)
        if len(said) > LONGEST_REMEMBERED:
            return self._meaning(printed)
        meaning = self._known.get(key)
        if meaning is None:
            if len(self._known) >= DISTINCT_LIMIT:
                self._known.clear()
                self._names.clear()
            meaning = self._known[key] = self._meaning(printed)
        return meaning

    def _meaning(self, printed: LocusTyping) -> Meaning:
        if self.release is None:
            return Meaning(None, "generic", (NO_RELEASE,))
        if printed.state not in CALLED or not printed.expression:
            return Meaning(
                None, "generic", (*self.release_flags(printed.stated_release), *self._silence_flags(printed))
            )
        try:
            written = read(printed.expression, printed.locus)
        except GLStringError as error:
            return Meaning(None, "generic", (*self.release_flags(printed.stated_release), flag_for_error(error)))
        stated = printed.stated_release or written.release
        differing = tuple(placed_in(written, self.release_flags(stated)))
        written, renamings = self._called_here(written, stated)
        written, translations = _in_names_of_today(written, self.release)
        flags = (
            *differing,
            *renamings,
            *translations,
            *_number_flags(printed.reported, self.release),
            *placed_in(written, dict.fromkeys(self._flags(printed, written, self.release))),
        )
        if any(flag.severity == "error" or flag.code == "mac_not_installed" for flag in flags):
            return Meaning(None, "generic", flags)
        written = _with_nulls_marked(written, flags, self.release)
        named = any(map(is_named, written.names))
        return Meaning(written.text if named else None, resolution_of(written.tree, self.release), flags)

    def _called_here(self, written: GLString, stated: str) -> tuple[GLString, tuple[Flag, ...]]:
        """The same alleles as this release calls them, with a flag for each that it calls otherwise."""
        number = number_of(stated)
        if self.release is None or not number or same_release(stated, self.release.version):
            return written, ()
        new = {
            name: called for name in written.places if (called := self._called(name, number, self.release)) != (name,)
        }
        if not new:
            return written, ()
        flags = (_renaming_flag(name, called, self.release.version) for name, called in new.items())
        return written.renamed(lambda name: frozenset(new.get(name) or (name,))), tuple(placed_in(written, flags))

    def _named_here(self, name: str, stated: str, here: Release) -> Called:
        other = self._others(stated)
        return renamed(name, other, here) if other else called_by_lists(name, stated, here)

    def release_flags(self, stated: str) -> tuple[Flag, ...]:
        """The doubt about a typing that was made under another release than this one."""
        if not stated or self.version is None or same_release(stated, self.version):
            return ()
        return (Flag("release_differs", stated, f"typed under this release, read under {self.version}", "info"),)

    def _silence_flags(self, printed: LocusTyping) -> Iterator[Flag]:
        """What is wrong with a statement that names no allele: nothing could be read, or what is said is odd."""
        if printed.state == "absent":
            yield from flags_for_absence(printed.locus, printed.reported)
        if printed.state not in COPIES:
            return
        antigens = antigens_in(printed.reported, printed.locus)
        if not antigens and not CODE_NUMBERS.fullmatch(printed.reported):
            yield Flag("malformed_name", "", "the report calls alleles here, but none could be read", "error")
        elif antigens and self._serology:
            for flag in self._serology.oddities(antigens):
                yield placed(flag, place_of_antigen(flag.token, printed.reported, printed.locus))

    def _flags(self, printed: LocusTyping, written: GLString, release: Release) -> Iterator[Flag]:
        names = dict.fromkeys(written.names)
        phased = tuple(haplotypes(written.tree))
        expected = _expected_genes(printed.locus, phased)
        found = set()
        for name in names:
            locus, flags = self._names.get(name) or self._judged(name, release)
            found.add(locus)
            if locus not in expected:
                yield Flag("wrong_locus", name, f"an allele of {locus} in the typing of {printed.locus}", "error")
            yield from flags
        if found <= expected:  # a displaced allele has been flagged already
            yield from genotype_flags(written.tree)
        yield from _method_flags(names)
        if phased:
            message = "haplotypes over several genes are kept in phase; the feed does not split them for matching"
            yield Flag("phased_haplotypes", printed.locus, message, "info")
        yield from _count_flags(printed.state, written.tree)
        if found <= DRB345:
            yield from _copy_flags(written.tree)
        if self._frequencies and self._frequencies.are_known:
            yield from rarity_flags(written.tree, self._frequencies)

    def _judged(self, name: str, release: Release) -> tuple[str, tuple[Flag, ...]]:
        """The gene of a name, and what is to be said of the name wherever it stands; remembered."""
        judged = self._names[name] = split_name(name)[0], tuple(flags_for_name(name, release))
        return judged


def _method_flags(names: Collection[str]) -> Iterator[Flag]:
    """An antigen, which no `*` is written in, is found by serology: beside alleles it is no copy of a typing of DNA."""
    antigens = [name for name in names if "*" not in name]
    if len(antigens) < len(names):
        message = "an antigen stands among alleles; found by which method is not said, so the locus is not read"
        yield from (Flag("antigen_among_alleles", name, message, "error") for name in antigens)


def _as_stated(printed: LocusTyping) -> str:
    """The expression, as a GL String Code if it was stated under a release."""
    return coded(printed.stated_release, printed.expression) if printed.expression else ""


def _in_names_of_today(written: GLString, release: Release) -> tuple[GLString, tuple[Flag, ...]]:
    """The GL String with numbers and names of before 2010 as they are called today, and a flag for each of these."""
    today = {name: release.status(name) for name in filter(_is_old, written.names)}
    today = {name: status for name, status in today.items() if status.kind == "renamed"}
    if not today:
        return written, ()
    flags = (flag for name in today for flag in old_note(name, release))
    named = written.renamed(lambda name: frozenset(today[name].successor.split("/") if name in today else (name,)))
    return named, tuple(placed_in(written, flags))


def _with_nulls_marked(written: GLString, flags: Iterable[Flag], release: Release) -> GLString:
    """The GL String in which a short name of null alleles only carries its N, so that nobody reads it as expressed."""
    marked = {flag.token: release.marked(flag.token) for flag in flags if flag.code == "null_allele"}
    return written.renamed(lambda name: frozenset({marked.get(name, name)})) if marked else written


def _number_flags(reported: str, release: Release) -> Iterator[Flag]:
    """A name and the accession number that it is displayed for must be of one allele."""
    for pair in NUMBERED.findall(reported):
        number, name = pair.split()
        if not release.stands_for(name, number):
            message = "this is not the accession number of an allele that the name displayed for it stands for"
            yield Flag("accession_differs", pair, message, "error")


def _expected_genes(locus: str, phased: Iterable[frozenset[str]]) -> frozenset[str]:
    """The genes whose alleles belong in this locus's typing: its own, and those on one haplotype with them."""
    if locus in TOGETHER:
        return DRB345
    own = frozenset(gene.removeprefix("HLA-") for gene in locus.split("~"))
    return own.union(*(genes for genes in phased if genes & own))


def _of_its_order(report: TypingReport, named: set[str]) -> Iterator[tuple[str, Flag]]:
    """What is said of a whole report and holds for loci of it."""
    said = [each for each in report.findings if each.code in OF_AN_ORDER and each.locus not in named]
    if not said:
        return
    final = [is_final(report.format, _own_status(each)) for each in report.loci]
    for name in sorted(named):
        settled = all(own for each, own in zip(report.loci, final, strict=True) if each.locus == name)
        for flag in flags_of(of_an_order(said, is_final=settled)):
            yield name, flag


def _own_status(locus: LocusTyping) -> str:
    """The status that the sender gives a result itself: OBX-11 of HL7, else that of its review."""
    return next((each.text for each in locus.quality if each.label == "OBX-11"), locus.review)


def _doubted(locus: NormalLocus, doubts: dict[str, list[Flag]]) -> NormalLocus:
    found = doubts.get(locus.locus)
    return msgspec.structs.replace(locus, doubts=tuple(found)) if found else locus


@lru_cache(maxsize=NAMES_REMEMBERED)
def _is_old(name: str) -> bool:
    """Whether a name is an accession number, or written as before April 2010."""
    return kind_of(*split_name(name)) == "old"


def _renaming_flag(name: str, called: Called, version: str) -> Flag:
    if not called:
        message = f"in release {version} this name belongs to another allele, and the one that was meant has no name"
        return Flag("name_of_another_allele", name, message, "error")
    return Flag("renamed_allele", name, f"release {version} calls this allele {' or '.join(called)}", "info")


def _count_flags(state: State, tree: Tree) -> Iterator[Flag]:
    """A report may state a number of copies in words of its own; the alleles of its one gene must be as many."""
    expected = COPIES.get(state)
    if expected is None or len(alternatives(tree, "^")) > 1:
        return
    for genotype in alternatives(tree, "|"):
        found = sum(map(_is_stated, alternatives(genotype, "+")))
        if found != expected:
            message = f"the report says {state.replace('_', ' ')}; as alleles it writes {found}"
            yield Flag("copies_differ", text_of(genotype), message, "error")


def _is_stated(copy: Tree) -> bool:
    return not all(map(_is_silent, leaves(copy)))


@lru_cache(maxsize=NAMES_REMEMBERED)
def _is_silent(name: str) -> bool:
    """Whether this stands where no allele is, or none was found."""
    return word_of(split_name(name)[1]) in SILENT


def _copy_flags(tree: Tree) -> Iterator[Flag]:
    for genotype in (genotype for gene in alternatives(tree, "^") for genotype in alternatives(gene, "|")):
        copies: Iterable[Tree] = alternatives(genotype, "+")
        texts = [copy for copy in copies if isinstance(copy, str)]
        for name in dict.fromkeys(text for text in texts if texts.count(text) > 1):
            if word_of(split_name(name)[1]) not in WORDS:
                message = "stated twice; typing software writes this for a single copy of DRB3, DRB4 or DRB5, too"
                yield Flag("homozygous_drb345", name, message)
