"""Scanned symbols in words: the name of the structure, its date in ISO 8601, and a doubt where it cannot be right.

No symbol is a quantity, not even one that is made of digits; so none is read as a number.
"""

from parsers.records import Observation
from pipeline.normalise.isbt128 import identify
from pipeline.normalise.records import Flag, NormalObservation

FORMAT = "barcode_scan"
NO_SYMBOL = "text"
WITHOUT_IDENTIFIER = "GRID"


def scanned(printed: Observation) -> NormalObservation:
    """What a symbol says, under its data identifier; what is no symbol stays as it is."""
    if printed.label == NO_SYMBOL:
        return NormalObservation(label=NO_SYMBOL, code=NO_SYMBOL, system="L", value=printed.value)
    decoded = identify(printed.label.removeprefix(WITHOUT_IDENTIFIER) + printed.value)
    doubt = Flag("doubtful_scan", printed.value, decoded.message, "info")
    wrong = Flag("unreadable_scan", printed.value, decoded.message, "error")
    return NormalObservation(
        label=decoded.scheme,
        code=printed.label,
        system="L",
        value=decoded.parts[0].value if len(decoded.parts) == 1 else printed.value,
        flags=() if not decoded.message else (doubt,) if decoded.valid else (wrong,),
    )
