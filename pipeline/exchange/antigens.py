"""The antigens of a typing by serology, and their numbers, which is all that registries write of them.

    A2+A24(9)  of HLA-A    A2, A24    2, 24
    5          of HLA-C    Cw5        5

They are written only if their numbers are read again as the same antigens of as many copies.
"""

from parsers.records import LocusTyping, State
from parsers.typing_states import USUAL_WORDS, state_of
from pipeline.normalise.nomenclature.names import ANTIGEN
from pipeline.normalise.serology import antigens_in, is_serologic

HELD: tuple[State, ...] = ("two_copies", "homozygous_stated", "one_stated")
UNWRITABLE = "its antigens are not one or two that can be read and that the target can write"


def states_antigens(locus: LocusTyping) -> bool:
    """Whether antigens are what is said of a locus; a test by serology that gave none says what any test says."""
    return is_serologic(locus) and locus.state not in USUAL_WORDS


def antigens_of(locus: LocusTyping) -> tuple[str, ...]:
    """The antigens of a locus, one or two; none if their numbers would not say what the locus says."""
    antigens = antigens_in(locus.reported, locus.locus)
    written = "+".join(map(number_of, antigens))
    told = antigens_in(written, locus.locus) == antigens and state_of(written) == locus.state
    return antigens if told and locus.state in HELD else ()


def number_of(antigen: str) -> str:
    """An antigen without its letters."""
    found = ANTIGEN.fullmatch(antigen)
    return found[2] if found else ""
