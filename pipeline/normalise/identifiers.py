"""Identifiers of donors and donations: GRID and DIN, read from print, keyboard and barcode.

Their forms stand in parsers/identifier_forms.py. An identifier that has the form of a GRID or DIN and the wrong check
is never used as one: it is kept as printed, as a local identifier, with a flag. Digits alone without the right check
character are taken for a local number, and so are fifteen characters that were not scanned: nothing says that they are
a DIN. A word or sign that stands where there is none (`N/A`) names nobody.
"""

import re

from msgspec.structs import replace

from parsers.identifier_forms import Number, in_capitals, names_nobody, number_in, unprefixed
from pipeline.normalise.records import Flag, Identifier

TWO_DONORS = "identifiers_differ"
SMALL_LETTERS = "in capitals this would be a GRID or DIN, which have no small letters: compare it with the label"


def read_identifier(printed: str, *, labelled: bool = False, assigner: str = "") -> Identifier:
    """The identifier in `printed`: GRID, DIN or a local one; a wrong check character makes it local, with a flag.

    `labelled` if what it stands under is for donation numbers alone: then a DIN may be typed with its flags and without
    its check character. The `assigner` of a local one is kept with it; the others name one thing everywhere.
    """
    text = unprefixed(printed)
    if names_nobody(text):
        doubt = Flag("no_identifier", text, "the report names no identifier here", "error")
        return Identifier(scheme="LOCAL", value="", printed=printed, flags=(doubt,))
    if number := number_in(text, labelled=labelled):
        return _numbered(number, printed)
    doubts = [Flag("small_letters", printed, f"{SMALL_LETTERS}; kept as printed")] if _is_small(text) else []
    return Identifier(scheme="LOCAL", value=text, printed=printed, assigner=assigner, flags=tuple(doubts))


def read_subject(printed: str, sample: str, assigner: str = "") -> Identifier | None:
    """Whom a report about this sample is about; None where it does not say, a flag where the two do not go together."""
    if not printed:
        return None
    subject, sampled = read_identifier(printed, assigner=assigner), read_identifier(sample)
    if sampled.scheme != "GRID" or subject.scheme == "LOCAL" or subject.value == sampled.value:
        return subject
    if subject.scheme == "DIN":
        message = "a donation number stands where the donor's should, and a GRID where the donation's should"
        return replace(subject, flags=(*subject.flags, Flag("identifiers_exchanged", printed, message)))
    message = "the sample bears the GRID of another donor, so that nobody can tell whose it is: it is told of neither"
    return replace(subject, flags=(*subject.flags, Flag(TWO_DONORS, printed, message, "error")))


def _is_small(text: str) -> bool:
    return in_capitals(re.sub(r"[ -]", "", text))


def _numbered(number: Number, printed: str) -> Identifier:
    if number.check == "wrong":
        form = f"has the form of a {number.scheme}"
        message = f"{form}, but its check does not fit: a character is wrong; kept as printed"
        doubt = Flag("bad_check_characters", printed, message)
        return Identifier(scheme="LOCAL", value=printed.strip(), printed=printed, flags=(doubt,))
    unchecked = Flag("no_check_character", printed, "a DIN without its check character cannot be checked", "info")
    flags = (unchecked,) if number.check == "absent" else ()
    return Identifier(scheme=number.scheme, value=number.value, printed=printed, flags=flags)
