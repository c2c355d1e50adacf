"""HLA typings in ORU^R01: one OBX per locus, its value a GL String.

    OBX-3   the code of the locus (LOINC's, or the sender's own if a profile names it), or 84413-4 with the gene in a
            companion OBX (48018-6) of the same OBX-4
    OBX-5   a GL String, or a GL String Code `hla#3.58.0#HLA-A*01:01+HLA-A*02:01`; coded (CWE: code, text, system and,
            in component 9, the text as the laboratory printed it) or plain (ST, TX, FT)
            `""` is HL7's null: nothing is reported
    OBX-11  X where no result could be obtained, N where the locus was not asked for, O where an order is described, I
            where the result is pending; D and W take a result back, wherever it stands in the order. What stands beside
            X, N, O, D or W is kept as printed and never called

What is written in no form of an allele (`A2, A24`, a remark) states no copies: it is kept as candidates.

Our own messages carry what HL7 has no place for in companions of the local coding system 99GRAFT: the state of a locus,
and what was stated of one that has no GL String. Their notes say why a report may not be used. What MSH says of their
sender is the program that wrote them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple, get_args

from msgspec.structs import replace

from parsers.canonical_marks import LOCAL
from parsers.er7 import Segment
from parsers.glstring_code import CODE, coding_findings, is_well_formed, unwrapped
from parsers.hl7_codes import LOINC_ALONE, Coding
from parsers.hl7_ledger import Ledger
from parsers.hl7_mending import CODED, GENES
from parsers.hl7_orders import Order, Result
from parsers.loinc import GENE, REPORT
from parsers.name_blanks import closed_up
from parsers.records import Finding, LocusTyping, Printed, State
from parsers.remembered import remembered
from parsers.result_statuses import DENIED, HL7, NO_RESULT, is_value
from parsers.typing_states import UNCALLED, WMDA_WORDS, gene_name, gene_of, state_of

STATES: tuple[State, ...] = get_args(State)

_NULL = '""'
_ALLELE = re.compile(
    r"(?:(?:(?:HLA-)?[A-Z][A-Za-z0-9]*)?\*)?[0-9]{2,8}[A-Z]*(?::[0-9A-Z]+)*(?::?new|NEW|[viex][0-9]+)?"
)
_GENELESS = re.compile(r"[0-9]{2,4}(?::[0-9A-Z]+)*[A-Z]?")
_TEXTS = (1, 2, 4, 5, 9, 10, 11)
"""Components of a CWE that may name the value: code and text, the text as printed (9), alternate codes and texts."""
_CANCELLED = "X"
_PENDING = "I"
_PRELIMINARY = "P"
_UNASSIGNED: State = "candidates"


class Value(NamedTuple):
    """What an OBX-5 states: the text as printed, its GL String, the release that it names.

    `repeats` if it holds several values: repeated codes, or alleles of one gene joined by `~` as no haplotype is.
    `others` are the other texts of a coded value that name alleles.
    """

    reported: str
    expression: str
    release: str
    repeats: bool
    others: tuple[str, ...] = ()


def is_typing(result: Result) -> bool:
    """Whether an OBX holds the typing of a locus."""
    return result.locus is not None


def is_companion(result: Result) -> bool:
    """Whether an OBX says something about another: the gene of a genotype, or a local attribute."""
    return result.code == GENE or is_attribute(result)


def is_attribute(result: Result) -> bool:
    """Whether an OBX carries an attribute of ours that HL7 has no place for."""
    return result.system == LOCAL


def is_typing_order(order: Order) -> bool:
    """Whether an order reports a typing, be it one in which no locus could be typed."""
    asked = order.request.value(4) if order.request else ""
    return asked == REPORT or any(is_typing(result) for result in order.results)


def attributes_of(results: list[Result], sub_id: str, ledger: Ledger) -> dict[str, str]:
    """The local attributes that stand beside the results of one OBX-4, by code."""
    return _attributes([each for each in results if each.sub_id == sub_id and is_attribute(each)], ledger)


def _attributes(beside: list[Result], ledger: Ledger) -> dict[str, str]:
    return {each.code: _attribute_value(each.obx, ledger) for each in beside}


def _attribute_value(obx: Segment, ledger: Ledger) -> str:
    return ledger.value(obx, 5) if obx.value(2) == "CWE" else ledger.text(obx, 5)


class Read(NamedTuple):
    """What one OBX says: its code, its loci, whether their state is stated by us, whether it was taken back."""

    code: str
    loci: list[LocusTyping]
    stated: bool
    withdrawn: bool


def loci_of(order: Order, ledger: Ledger, coding: Coding = LOINC_ALONE) -> tuple[list[LocusTyping], list[Finding]]:
    """Every locus of an order, in its order, and what was odd about their values."""
    read: list[Read] = []
    findings: list[Finding] = []
    beside: dict[str, list[Result]] = {}
    for result in filter(is_attribute, order.results):
        beside.setdefault(result.sub_id, []).append(result)
    for result in filter(is_typing, order.results):
        value, stated = _value_of(result.obx, ledger, coding), _stated_locus(result, order.results, ledger)
        attributes = _attributes(beside.get(result.sub_id, []), ledger) if result.sub_id else {}
        ours = _stated_state(attributes) is not None
        if not ours:  # what we print beside a GL String may be in the names of another release
            value = value._replace(others=_other_texts(result.obx, value))
        found = _loci_of_result(result, value, attributes, stated, ledger)
        withdrawn = _is_withdrawn(result.obx) or order.status == _CANCELLED
        if state := NO_RESULT.get(_status(result.obx)):
            found = [_uncalled(locus, state) for locus in found]
        read.append(Read(result.code, found, ours, withdrawn))
        findings += _status_findings(result, attributes, value, found)
        findings += _findings(result, value, stated, found)
    read = _with_copies_joined(_without_the_withdrawn(read), coding)
    repeated = _repeated([locus for each in read for locus in each.loci])
    findings += [
        Finding("locus_repeated", f"several OBX hold {locus}; they are kept apart", "", locus) for locus in repeated
    ]
    loci = [
        locus if each.stated or locus.locus not in repeated else _unpaired(locus)
        for each in read
        for locus in each.loci
    ]
    return loci, findings


def _without_the_withdrawn(read: list[Read]) -> list[Read]:
    """What was taken back is called no more, wherever the order says it once again; another value may replace it."""
    if not any(each.withdrawn for each in read):
        return read
    withdrawn = {_statement(locus) for each in read if each.withdrawn for locus in each.loci if locus.expression}
    return [_without(withdrawn, each) for each in read]


def _without(withdrawn: set[tuple[str, ...]], read: Read) -> Read:
    gone = [read.withdrawn or _statement(locus) in withdrawn for locus in read.loci]
    loci = [_uncalled(locus, "failed") if out else locus for locus, out in zip(read.loci, gone, strict=True)]
    return read._replace(loci=loci, withdrawn=any(gone))


def _statement(locus: LocusTyping) -> tuple[str, ...]:
    """What a locus says, in whatever order and with or without `HLA-`."""
    copies = (sorted(map(gene_name, copy.split("/"))) for copy in locus.expression.split("+"))
    return locus.locus, *sorted("/".join(each) for each in copies)


def _uncalled(locus: LocusTyping, state: State) -> LocusTyping:
    """A locus for which there is no result, whatever stands there; a word that says just that is kept."""
    return replace(locus, state=state, expression=locus.expression if locus.state == state else "")


def _with_copies_joined(read: list[Read], coding: Coding) -> list[Read]:
    """The two OBX of a locus that a profile calls its copies, as one; where a code is there twice, all stay apart."""
    for first_code, second_code in filter(None, (each.copies for each in coding.locus)):
        pair = [each for each in read if each.code in (first_code, second_code)]
        whole = [each.code for each in pair] in ([first_code, second_code], [second_code, first_code])
        if whole and all(len(each.loci) == 1 and not each.stated for each in pair):
            first, second = sorted(pair, key=lambda each: each.code != first_code)
            joined = _joined(first, second)
            read = [joined if each is pair[0] else each for each in read if each is not pair[1]]
    return read


def _joined(first: Read, second: Read) -> Read:
    """Two copies of a locus; nothing is called if one of them was taken back."""
    (one,), (other,) = first.loci, second.loci
    withdrawn = first.withdrawn or second.withdrawn
    expression = "" if withdrawn else "+".join(filter(None, (one.expression, other.expression)))
    uncalled: State = one.state if one.state == other.state else "failed"
    locus = replace(
        one,
        state=_state(expression) if expression else uncalled,
        reported="+".join(filter(None, (one.reported, other.reported))),
        expression=expression,
        stated_release=one.stated_release if one.stated_release == other.stated_release else "",
        quality=(*one.quality, *other.quality),
        references=(*one.references, *other.references),
    )
    return Read(first.code, [locus], stated=False, withdrawn=withdrawn)


def _stated_state(attributes: dict[str, str]) -> State | None:
    """The state that a companion of ours states; it is never read off the value then."""
    return next((each for each in STATES if each == attributes.get("STATE")), None)


def _loci_of_result(
    result: Result, value: Value, attributes: dict[str, str], stated: str, ledger: Ledger
) -> list[LocusTyping]:
    obx, state = result.obx, _stated_state(attributes)
    shared = LocusTyping(
        locus=stated,
        state=state or "candidates",
        reported=value.reported,
        method=ledger.value(obx, 17, 2) or ledger.value(obx, 17),
        test_id=attributes.get("TEST_ID", ""),
        stated_release=attributes.get("RELEASE", "") or value.release,
        date=attributes.get("DATE", "") or ledger.text(obx, 14),
        references=(
            Printed("OBX-3", ledger.text(obx, 3), obx.where),
            *(Printed("other coding", each, obx.where) for each in value.others),
        ),
        quality=(*_quality(obx, attributes, ledger), *notes_of(result.notes, ledger)),
    )
    parts = [each for part in value.expression.split("^") for each in _of_one_gene(_with_gene(part, stated), stated)]
    if state and not value.expression:
        expression, release = unwrapped(attributes.get("EXPRESSION", ""))
        return [replace(shared, expression=expression, stated_release=release if expression else shared.stated_release)]
    if state or value.repeats:
        return [replace(shared, expression="^".join(parts))]
    if not value.expression and _status(obx) == _PENDING:
        return [replace(shared, state="not_tested")]
    return [replace(shared, expression=part, locus=gene_of(part) or stated, state=_state(part)) for part in parts]


def _quality(obx: Segment, attributes: dict[str, str], ledger: Ledger) -> Iterator[Printed]:
    status = ledger.text(obx, 11)
    if status:
        yield Printed("OBX-11", status, obx.where)
    if obx.value(5).strip() == _NULL:
        yield Printed("OBX-5", _NULL, obx.where)
    for code, text in attributes.items():
        if code not in ("TEST_ID", "RELEASE", "EXPRESSION", "DATE") and not (code == "STATE" and text in STATES):
            yield Printed(code, text, obx.where)


def _of_one_gene(part: str, stated: str) -> list[str]:
    """The copies of each gene for themselves, where the code is of several genes (DRB3, DRB4 and DRB5 in one)."""
    if "+" not in stated or "|" in part or "~" in part:
        return [part]
    if part.upper() in WMDA_WORDS:
        return [f"{gene}*{part}" for gene in stated.split("+")]
    genes: dict[str, list[str]] = {}
    for copy in part.split("+"):
        genes.setdefault(gene_of(copy), []).append(copy)
    return ["+".join(copies) for copies in genes.values()]


@remembered
def _state(expression: str) -> State:
    return state_of(expression) if _is_of_alleles(expression) else "candidates"


def _is_of_alleles(expression: str) -> bool:
    """Whether every name has the form of an allele, or is a word that stands in for one, and none is missing."""
    if expression[-1:] in ("/", "|", "~"):
        return False
    names = filter(None, re.split(r"[?|+~/]", expression))
    return all(_ALLELE.fullmatch(each) or each.rpartition("*")[2].upper() in WMDA_WORDS for each in names)


def _status(obx: Segment) -> str:
    return obx.value(11).strip()


def _is_withdrawn(obx: Segment) -> bool:
    doubt = HL7.get(_status(obx))
    return doubt is not None and doubt.code == "withdrawn_result"


def _names_a_gene_twice(expression: str) -> bool:
    """Whether alleles of one gene are joined by `~`, as in no haplotype."""
    haplotypes = re.split(r"[+|^]", expression) if "~" in expression else []
    genes = (GENES.findall(haplotype) for haplotype in haplotypes)
    return any(first == second for each in genes for first, second in pairwise(each))


def _stated_locus(result: Result, results: list[Result], ledger: Ledger) -> str:
    locus = result.locus or ""
    for each in results:
        if not locus and each.code == GENE and each.sub_id == result.sub_id:
            locus = gene_name(ledger.value(each.obx, 5, 2) or ledger.value(each.obx, 5))
    return locus


def _with_gene(expression: str, locus: str) -> str:
    """The expression with the gene put before alleles that were written without it (`02:01/02:02+24:02`)."""
    if "*" in expression:
        return expression
    tokens = re.split(r"([+/|~])", expression)
    alleles = [token for token in tokens[0::2] if token.upper() not in WMDA_WORDS]
    if not locus.isalnum() or not all(map(_GENELESS.fullmatch, alleles)):
        return expression
    return "".join(f"{locus}*{token}" if _GENELESS.fullmatch(token) else token for token in tokens)


def _value_of(obx: Segment, ledger: Ledger, coding: Coding) -> Value:
    whole = ledger.text(obx, 5)
    printed, repeated = "", len(obx.repetitions(5)) > 1
    if obx.value(2) in CODED:
        if repeated:
            return Value(whole, "", "", repeats=True)
        code, text, printed = (obx.value(5, place) for place in (1, 2, 9))
        whole = code if CODE.fullmatch(code) or not text else text
    glstring, release = unwrapped("" if whole.strip() == _NULL else whole)
    expression = coding.in_usual_words(closed_up(glstring))
    return Value(printed or glstring, expression, release, repeated or _names_a_gene_twice(expression))


def _other_texts(obx: Segment, value: Value) -> tuple[str, ...]:
    """The other texts of a coded value that are GL Strings, in a code or not, and no remarks."""
    if obx.value(2) not in CODED or value.repeats:
        return ()
    texts = {text: _written(text) for text in (obx.value(5, place) for place in _TEXTS)}
    texts = {text: written for text, written in texts.items() if written != value.expression and "*" in written}
    return tuple(text for text, written in texts.items() if is_well_formed(written))


def _written(text: str) -> str:
    return closed_up(unwrapped(text).glstring)


def notes_of(notes: list[Segment], ledger: Ledger) -> tuple[Printed, ...]:
    """Notes as printed; the label is the note's own type, or NTE."""
    return tuple(Printed(ledger.text(note, 4) or "NTE", ledger.text(note, 3), note.where) for note in notes)


def own_errors(order: Order) -> Iterator[Finding]:
    """Why a whole report may not be used, as a message of ours says of it in its notes."""
    for note in order.notes:
        code, where, system, severity, about = (note.value(4, place) for place in range(1, 6))
        if (system, severity, about) == (LOCAL, "error", "") and code != "not_production":  # MSH-11 says that
            yield Finding(code, note.value(3), where)


def is_unassigned_alone(order: Order) -> bool:
    """Whether an order of ours is preliminary (OBR-25 P) because it holds candidates, and for no other reason."""
    states = (each.obx.value(5) for each in order.results if is_attribute(each) and each.code == "STATE")
    notes = (*order.notes, *(note for each in order.results for note in each.notes))
    return order.status == _PRELIMINARY and _UNASSIGNED in states and not _says_preliminary(notes)


def _says_preliminary(notes: Iterable[Segment]) -> bool:
    """Whether a note of ours says that the sender called the result preliminary."""
    return any((note.value(4), note.value(4, 3)) == (HL7[_PRELIMINARY].code, LOCAL) for note in notes)


def _status_findings(
    result: Result, attributes: dict[str, str], value: Value, found: list[LocusTyping]
) -> Iterator[Finding]:
    """What OBX-11 says against a typing; candidates of ours are preliminary by themselves."""
    obx, status = result.obx, _status(result.obx)
    overruled = is_value(value.expression) and not any(locus.expression for locus in found)
    doubt = DENIED if overruled and status in NO_RESULT else HL7.get(status)
    unassigned = status == _PRELIMINARY and attributes.get("STATE") == _UNASSIGNED
    if doubt and not (unassigned and not _says_preliminary(result.notes)):
        loci = dict.fromkeys(locus.locus for locus in found)
        yield from (replace(doubt, where=f"{obx.where}, OBX-11", locus=locus) for locus in loci)


def _findings(result: Result, value: Value, stated: str, found: list[LocusTyping]) -> Iterator[Finding]:
    obx = result.obx
    where = f"{obx.where}, OBX-5"
    named = [locus.locus for locus in found]
    yield from coding_findings(value.expression, map(_written, value.others), where, named[0])
    if value.repeats:
        message = "OBX-5 repeats; it does not say whether as copies or as choices"
        yield Finding("repeated_value", message, where, named[0])
    if stated and not set(stated.split("+")).intersection(named):
        named_by = "OBX-3" if result.locus else "the gene beside it"
        message = f"{named_by} names {stated}, OBX-5 names {' and '.join(named)}"
        yield Finding("locus_differs", message, where, named[0])
    if result.misspelt:
        message = f"{result.code} is called LOINC, but its check digit is wrong"
        yield Finding("code_check_digit", message, f"{obx.where}, OBX-3", named[0])


def _repeated(loci: list[LocusTyping]) -> list[str]:
    called = Counter(locus.locus for locus in loci if locus.state not in UNCALLED)
    return [locus for locus, count in called.items() if count > 1]


def _unpaired(locus: LocusTyping) -> LocusTyping:
    """Two OBX of one locus with one allele each may be its two copies or two tests: nobody has said which."""
    return replace(locus, state="candidates") if locus.state == "one_stated" else locus
