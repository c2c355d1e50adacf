"""An invented layout of a laboratory's table, and tables read under it."""

import pytest

from parsers.errors import ParseError
from parsers.format import Document, Profile
from parsers.formats.lab_table import from_profiles


def profile(name="invented", **settings):
    basic = {
        "format": "lab_table",
        "title": "Invented layout",
        "verified": "invented samples",
        "signature": ["id", "A1"],
        "columns": {"sample": "id"},
        "locus": [{"name": "A", "columns": ["A1", "A2"]}],
    }
    return Profile(name, "lab_table", "0" * 64, {**basic, **settings})


def read(text, encoding="utf-8", **settings):
    raw = text if isinstance(text, bytes) else text.encode(encoding)
    return from_profiles((profile(**settings),)).parse(Document(raw, "table.csv"))


def only_locus(text, **settings):
    return read(text, **settings).reports[0].loci[0]


def refusal_of(text, **settings):
    with pytest.raises(ParseError) as refusal:
        read(text, **settings)
    return refusal.value


TABLE = "id,A1,A2\nS-1,01:01,02:01\n"
