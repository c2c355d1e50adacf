"""A locus as printed, normalised."""

from typing import Any

from parsers.records import LocusTyping
from parsers.typing_states import state_of
from pipeline.normalise.records import NormalLocus
from pipeline.normalise.typing import TypingNormaliser


def locus_of(normaliser: TypingNormaliser, expression: str, locus: str = "", **fields: Any) -> NormalLocus:
    """What a locus means that is printed so; its gene and state are read off the expression where none is given."""
    gene = locus or expression.removeprefix("HLA-").split("*")[0]
    fields = {"state": state_of(expression.rpartition("#")[2]), "reported": expression, **fields}
    return normaliser.locus(LocusTyping(locus=gene, expression=expression, **fields))
