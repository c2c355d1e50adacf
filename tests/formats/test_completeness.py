"""An input is whole, cut, or of a syntax that cannot tell."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.completeness import ends_whole

SAMPLES = Path(__file__).resolve().parent
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
ZIP = b"PK\x03\x04 some entries " + EMPTY_ZIP


@pytest.mark.parametrize(
    "raw",
    [
        b"<hml></hml>",
        b'<?xml version="1.0"?>\n<!-- > --><n:hml xmlns:n="u"><n:sample/></n:hml >\r\n<!-- end --><?pi?>\n',
        b'<hml version="1.0.1" />',
        "<hml>µ</hml>\n".encode("utf-16"),
        ZIP,
        ZIP[:-2] + b"\x03\0" + b"bye",
    ],
)
def test_an_end_mark_in_its_place_means_whole(raw):
    assert ends_whole(raw) is True


@pytest.mark.parametrize("raw", [b"<hml>", b"<hml><sample/>", b"<hml></sample>", b"<hml></hml", b"<!-- x", ZIP[:-1]])
def test_a_missing_end_mark_means_cut(raw):
    assert ends_whole(raw) is False


@pytest.mark.parametrize("raw", [b"sample;A\n1;2\n", b"MSH|^~\\&|", b""])
def test_text_without_an_end_mark_cannot_tell(raw):
    assert ends_whole(raw, "table.csv") is None


def test_an_empty_file_that_should_have_an_end_mark_is_cut():
    assert ends_whole(b"", "report.HML") is False


@given(st.integers(min_value=0, max_value=70))
def test_no_strict_prefix_of_a_document_is_whole(cut):
    raw = b'<?xml version="1.0"?><hml version="1.0.1"><sample id="hml"></sample></hml>'
    assert ends_whole(raw)
    assert not ends_whole(raw[:cut])


LONG = b'<?xml version="1.0"?><hml>' + b"<sample/>" * 20_000
"""More than is looked at in one go."""


@pytest.mark.parametrize(
    "end", [b"</hml>", b"</hml>\n\0\0", b"</hml><!-- " + b"x" * 100_000 + b"-->", b"</hml><?pi?>\n"]
)
def test_a_long_document_is_whole_by_its_end(end):
    assert ends_whole(LONG + end) is True
    assert ends_whole((b"<!-- " + b"x" * 10_000 + b" -->" + LONG + end).replace(b'<?xml version="1.0"?>', b"")) is True


@pytest.mark.parametrize("end", [b"", b"</hm", b"</sample>", b"</hml><!-- " + b"x" * 100_000])
def test_a_long_document_is_cut_by_its_end(end):
    assert ends_whole(LONG + end) is False


@pytest.mark.parametrize(
    ("export", "mark"),
    [
        ("luminex_xponent/quoted.csv", b"-- CRC --"),
        ("nucleoview/typical.csv", b"//["),
        ("nucleoview/typical.csv", b"]"),
    ],
)
def test_an_export_that_ends_with_a_checksum_is_not_whole_without_it(export, mark):
    raw = (SAMPLES / export).read_bytes()
    assert ends_whole(raw) is None, "what stands behind the mark may be cut all the same"
    assert ends_whole(raw[: raw.rindex(mark)]) is False
