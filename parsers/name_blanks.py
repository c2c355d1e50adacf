"""White space in names: it is left out where it can only stand within one name, and stays where two names may meet.

    HLA-A *02:01    02:01 / 02:02    B*15:26 N    A 24      HLA-A*02:01    02:01/02:02    B*15:26N    A24
    02 03           0201 0101        A*02:01 A*03:01        as they stand

Laboratories write both copies into one cell, and SSP and SSO find first fields. `02 03` without its blank is the name
of a third allele, which nobody stated. Whether two names stand there or a broken one is not for a parser to say: what
has a blank left in it is no name, so it states no copies (`state_of`) and has no meaning.
"""

import re

LOOSE = re.compile("(?<![0-9A-Za-z]) | (?![0-9A-Za-z])")
BEHIND_LETTERS = re.compile(r"(?<![^+|~/^?])((?:HLA-)?(?:A|Bw?|Cw?|D[PQR]w?)) (?=[0-9])")
"""The letters of an antigen and its number."""
BEFORE_SUFFIX = re.compile(r"(?<=[0-9]) (?=(?:[NLSCAQGPg]|new|XX)(?![^+|~/^?]))")
"""A name and what says how its allele is expressed, of which group it is, or that it is new: none of them is a name."""


def closed_up(text: str) -> str:
    """The names in a text without the white space that is theirs; a blank between two names stays, as one space."""
    parts = text.split()
    if parts == [text]:
        return text  # the same, not another: a run holds thousands of them
    closed = LOOSE.sub("", " ".join(parts))
    return BEFORE_SUFFIX.sub("", BEHIND_LETTERS.sub(r"\1", closed)) if " " in closed else closed
