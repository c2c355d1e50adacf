"""The state of a typing, read off its expression: how many copies are stated, and which words stand in for a call.

An expression is text in GL String grammar, weakest operator first: `^` between loci, `|` between alternative
genotypes, `+` between the two copies, `~` along one haplotype, `/` between alternative alleles. Registries put a word
where an allele should be (WMDA: NNNN absent, UUUU not tested, XXXX no usable result, NEW not yet named). No name is
looked up here, and a single allele is never doubled: whether it is homozygous is not for a parser to say.

`NEW` may also follow fields, in capitals or small letters, with a colon or without (`A*02:NEW`, `02:01new`). A multiple
allele code has these letters, too, but registries mean a novel allele by them, and a code that is meant would be a call
that nobody can tell from it. A small v, i, e or x with a number behind a name (`A*01:01:01:01e1`) is how software told
of a new allele in the 17th workshop.
"""

import re
from collections.abc import Mapping

import msgspec

from parsers.name_blanks import closed_up
from parsers.records import LocusTyping, State
from parsers.remembered import remembered

UNCALLED: frozenset[State] = frozenset({"absent", "not_tested", "failed"})


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of a source that stand in for an allele, in any case; those of the WMDA where nothing else is said."""

    absent: tuple[str, ...] = ("NNNN", "Absent")
    not_tested: tuple[str, ...] = ("UUUU",)
    failed: tuple[str, ...] = ("XXXX",)
    novel: tuple[str, ...] = ("NEW",)

    def states(self) -> dict[str, State]:
        """Each word, in capitals and without blanks, with the state it stands for."""
        return {
            **dict.fromkeys(map(_compact, self.absent), "absent"),
            **dict.fromkeys(map(_compact, self.not_tested), "not_tested"),
            **dict.fromkeys(map(_compact, self.failed), "failed"),
            **dict.fromkeys(map(_compact, self.novel), "novel"),
        }


def _compact(word: str) -> str:
    return "".join(word.split()).upper()


SEVERAL_GENES = {"DRB": ("DRB1", "DRB3", "DRB4", "DRB5"), "DRB345": ("DRB3", "DRB4", "DRB5")}
"""What a test for several genes of DRB is called, and which they are."""

NOVEL = re.compile(r"new$|[0-9](?::?NEW|[viex][0-9]+)$")
"""How a name ends that says of an allele that it differs from the one it is named after."""
WMDA_WORDS = Words().states()
USUAL_WORDS = {state: word for word, state in reversed(WMDA_WORDS.items())}
"""The word of the WMDA for each state that has one; it alone may stand in a GL String."""


def in_usual_words(expression: str, words: Mapping[str, State]) -> str:
    """The expression with these words, where one is a copy, bare or behind its gene, as the WMDA writes them."""
    return "".join(_in_usual_word(each, words) for each in re.split(r"([+|^])", expression))


def _in_usual_word(copy: str, words: Mapping[str, State]) -> str:
    value = copy.partition("*")[2] or copy
    state = words.get(_compact(value))
    return f"{copy.removesuffix(value)}{USUAL_WORDS[state]}" if state else copy


def state_of(expression: str, words: dict[str, State] = WMDA_WORDS) -> State:
    """The state of one locus by its expression; `failed` if nothing stands there."""
    return _usual_state(expression) if words is WMDA_WORDS else _state(expression, words)


@remembered
def _usual_state(expression: str) -> State:
    return _state(expression, WMDA_WORDS)


def _state(expression: str, words: dict[str, State]) -> State:
    if "?" in expression or " " in closed_up(expression):  # alternative genes, or names that nobody can tell apart
        return "candidates"
    if "|" in expression:
        return _state_of_alternatives(expression, words)
    copies = [copy for copy in expression.split("+") if copy]
    spoken = [_word_state(copy, words) for copy in copies]
    if any(spoken):
        return _state_of_words(spoken)
    return _state_of_alleles(copies)


def uncalled(typing: LocusTyping) -> LocusTyping:
    """The same typing where it is doubtful what was called: candidates, as printed. A locus without a call is left."""
    return typing if typing.state in UNCALLED else msgspec.structs.replace(typing, state="candidates", expression="")


def _word_state(copy: str, words: dict[str, State]) -> State | None:
    """What words say of a whole copy: a haplotype that names any allele is called, and one novel allele is enough."""
    values = [name.rpartition("*")[2] for name in re.split("[~/]", copy)]
    spoken = {"novel" if NOVEL.search(value) else words.get(value.upper()) for value in values}
    if "novel" in spoken:
        return "novel"
    return spoken.pop() if len(spoken) == 1 else None


def _state_of_alleles(copies: list[str]) -> State:
    match copies:
        case []:
            return "failed"
        case [_]:
            return "one_stated"
        case [first, second]:
            same = first.removeprefix("HLA-") == second.removeprefix("HLA-")
            return "homozygous_stated" if same and "/" not in first else "two_copies"
    return "candidates"


def _state_of_words(spoken: list[State | None]) -> State:
    if "novel" in spoken:
        return "novel"
    if None in spoken:
        return "one_stated" if len(spoken) == 2 else "candidates"
    first = spoken[0]
    return first if first and set(spoken) == {first} else "failed"


def _state_of_alternatives(expression: str, words: dict[str, State]) -> State:
    states = {_state(genotype, words) for genotype in expression.split("|") if genotype}
    if states and states <= {"two_copies", "homozygous_stated"}:
        return "two_copies"
    return states.pop() if len(states) == 1 else "candidates"


@remembered
def gene_of(expression: str) -> str:
    """The gene of an expression's first allele without `HLA-`; the genes of its haplotype joined by `~`; else ""."""
    gene, star, _ = expression.partition("*")
    if "~" not in expression and "|" not in gene and "+" not in gene:
        return gene_name(gene) if star else ""
    copy = expression.partition("|")[0].partition("+")[0]
    if "~" in copy:
        return "~".join(gene_of(allele) for allele in copy.split("~"))
    return gene_name(copy.partition("*")[0]) if "*" in copy else ""


def gene_within(locus: str, expression: str) -> str:
    """Whose typing this is under a test of a locus: its gene's where the test is for several, else the tested locus's.

    An allele of any other gene stays with the locus that was tested, so that both are seen: it is displaced.
    """
    gene = gene_of(expression)
    return gene if not locus or gene in SEVERAL_GENES.get(locus, ()) else locus


@remembered
def gene_name(locus: str) -> str:
    """A locus as named in a report, without the prefix `HLA-` (or `HLA_`); HLA-C was called Cw before April 2010."""
    gene = locus.strip().removeprefix("HLA-").removeprefix("HLA_")
    return "C" if gene == "Cw" else gene
