"""The text of a proposed profile: TOML for a person to read, with a comment wherever the proposal is in doubt."""

import json
from collections.abc import Iterable, Iterator

from parsers.format import Document
from parsers.lab_table_proposal import ENCODINGS, Proposal, proposal_for

OPENING = """\
# Proposed from one file: read every line and correct what is wrong. Then put it into the folder `profiles` of your data
# folder, under a name of its own, and try it with: graftline profile test NAME FILE
format = "lab_table"
title = "Typing table of our laboratory"
verified = "invented samples"  # say "real samples" once you have compared its records with the laboratory's report"""


def draft(document: Document) -> str:
    """A profile for this table, as TOML. Raises ParseError if no column looks like a sample or a typing."""
    return "\n".join(_lines(proposal_for(document))) + "\n"


def _lines(proposal: Proposal) -> Iterator[str]:
    yield OPENING
    yield "\n# All of these columns must be there: take out those that your tables do not always have."
    yield f"signature = {_list(proposal.signature)}"
    if proposal.encoding != ENCODINGS[0]:
        yield f"encoding = {_text(proposal.encoding)}  # a guess: the text is not UTF-8"
    if proposal.copies:
        yield f"copies = {_text(proposal.copies)}  # stands between two alleles in one cell"
    yield from (f"# unsure: {_comment(doubt)}" for doubt in proposal.doubts)
    yield "\n[columns]"
    yield from (f"{item} = {_text(name)}" for item, name in proposal.columns.items())
    if proposal.properties:
        yield f"properties = {_list(proposal.properties)}"
    yield from (f"# not read: {_text(name)}" for name in proposal.unread)
    yield from _typing_lines(proposal)
    yield from _word_lines(proposal)


def _typing_lines(proposal: Proposal) -> Iterator[str]:
    if proposal.long:
        locus, alleles = proposal.long
        yield f"\n[long]\nlocus = {_text(locus)}\nalleles = {_list(alleles)}"
    for gene, names in proposal.loci.items():
        yield f"\n[[locus]]\nname = {_text(gene)}\ncolumns = {_list(names)}"


def _word_lines(proposal: Proposal) -> Iterator[str]:
    if not (proposal.blank or proposal.words):
        return
    yield "\n[words]"
    if proposal.blank:
        yield f"blank = {_list(proposal.blank)}  # unsure: taken as not stated; it may mean absent, or the same again"
    if proposal.words:
        yield "# unsure: these cells are no alleles. NNNN, Absent, UUUU, XXXX and NEW are known; say whether the others"
        yield f"# mean absent, not_tested, failed, novel or blank: {_list(proposal.words)}"


def _text(text: str) -> str:
    """A TOML string: one of JSON, with the one control character escaped that JSON lets through."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _comment(text: str) -> str:
    return _text(text)[1:-1]
