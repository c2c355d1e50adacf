"""An input is whole, cut, or of a syntax that cannot tell."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.completeness import ends_whole, has_end_mark, looks_whole

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


def fcs(*, header=True, events=10, extra=b""):
    """An FCS file of two parameters of 16 bits; without `header` its places stand in TEXT alone."""
    begins = 256
    ends = begins + events * 4 - 1
    text = f"/$PAR/2/$P1B/16/$P2B/16/$TOT/{events}/$DATATYPE/I/$FIL/a//b/$BEGINDATA/{begins}/$ENDDATA/{ends}/".encode()
    places = (58, 58 + len(text) - 1, *((begins, ends) if header else (0, 0)), 0, 0)
    head = b"FCS3.1    " + b"".join(b"%8d" % each for each in places)
    return (head + text).ljust(begins) + bytes(events * 4) + extra


@pytest.mark.parametrize("header", [True, False])
def test_an_fcs_file_is_whole_with_its_last_event(header):
    raw = fcs(header=header)
    assert ends_whole(raw) and ends_whole(raw + b"checksum")
    assert not any(ends_whole(raw[:cut]) for cut in range(10, len(raw)))


def test_an_fcs_file_whose_places_are_not_filled_in_yet_is_not_whole():
    raw = fcs()
    assert not ends_whole(raw[:10] + b"%8d" % 0 * 6 + raw[58:])
    unknown = raw.replace(b"$ENDDATA", b"$OTHERS!").replace(b"$TOT/10", b"$TOT/XY")
    assert ends_whole(unknown), "the header tells where DATA ends"


@pytest.mark.parametrize("name", ["quoted.csv", "saved_by_a_spreadsheet.csv"])
def test_a_batch_of_xponent_is_whole_with_its_check_sum(name):
    raw = (SAMPLES / "luminex_xponent" / name).read_bytes()
    assert ends_whole(raw) is None
    end = raw.rindex(b"CRC32: ")
    assert not any(ends_whole(raw[:cut]) is None for cut in range(100, end, 97))
    assert ends_whole(raw[:end]) is False


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        (b"sample;A\n1;2\n", True),
        (b"sample;A\n1;", False),
        (b"MSH|^~\\&|\rPID|1\r", True),
        ("sample;A\n1;2\n".encode("utf-16"), True),
        ("sample;A\n1;2".encode("utf-16"), False),
        (b'{"A": ["A*01:01"]}', True),
        (b'{"A": ["A*01:0', False),
        (b"H|\\^&\rL|1|N\r\x0306\r\n\x04", True),
        ((SAMPLES / "nucleoview/typical.csv").read_bytes(), True),
        (b"<hml></hml>", True),
        (b"<hml>\n", False),
        (b"\x89PNG\0\0", True),
    ],
)
def test_text_looks_whole_when_its_last_line_has_ended(raw, whole):
    assert looks_whole(raw) is whole


def test_with_an_end_mark_of_the_site_nothing_else_need_follow():
    assert looks_whole(b"a;b\n# end", "# end")
    assert not looks_whole(b"a;b\n", "# end")
    assert not looks_whole(b"<hml>\n# end", "# end")


def test_an_end_mark_of_the_site_is_looked_for_on_the_last_line_in_any_encoding():
    for encoding in ("utf-8", "utf-16"):
        assert has_end_mark("a;b\n1;2\n# end of table\r\n\n".encode(encoding), "# end")
        assert not has_end_mark("a;b\n# end\n1;2\n".encode(encoding), "# end")


def test_an_fcs_file_that_names_the_byte_behind_its_last_event_is_whole():
    raw = fcs()
    last = 256 + 10 * 4 - 1
    behind = raw.replace(b"%8d" % last, b"%8d" % (last + 1)).replace(b"/%d/" % last, b"/%d/" % (last + 1))
    assert behind != raw
    assert ends_whole(behind)
    assert not ends_whole(behind[:-1])
