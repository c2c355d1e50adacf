"""LIS02-A2 records, written and put together again. Every message here is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.astm_messages import Delimiters, messages_of, unescape
from parsers.astm_writer import escape, put_together, take_apart, write_header, write_record

USUAL = Delimiters()
BECKMAN = Delimiters("|", "\\", "!", "~")
CEPHEID = Delimiters("|", "@", "^", "\\")
MESSAGE = (
    b"H|\\^&|7||INVENTED^1.2^C-7\rP|1||D-1||\rO|1|A9999^1||^^^WBC\\^^^HGB|R\rC|1|I|a&F&b &Zx& caf\xe9|G\r"
    b"R|1|^^^WBC|5.61|10*3/uL\r\nM|1|RAW|\x00\xff\rS|1|x\rQ|1|^A9999||ALL\rX-own|1\r\rL|1|N\r"
)


@pytest.mark.parametrize("raw", [MESSAGE, MESSAGE.replace(b"\r", b"\n"), MESSAGE + b"H|@^\\|1\rO|1|a@b^c\rL|1", b""])
def test_a_message_that_is_taken_apart_is_put_together_again_byte_for_byte(raw):
    assert put_together(take_apart(raw)) == raw


@given(st.binary(max_size=200))
def test_so_is_anything_else(raw):
    assert put_together(take_apart(raw)) == raw


@given(st.text("HOR|\\^&!@~1\r\n", max_size=60))
def test_and_anything_that_looks_like_records(text):
    raw = b"H" + text.encode()
    assert put_together(take_apart(raw)) == raw


def test_fields_repeats_and_components_stand_apart():
    order = take_apart(MESSAGE)[2]
    assert order.fields[2] == (("A9999", "1"),)
    assert order.fields[4] == (("", "", "", "WBC"), ("", "", "", "HGB"))


def test_every_message_has_the_delimiters_of_its_own_header():
    first, *_, last = take_apart(b"H|\\^&\rO|1|a^b\rL|1\rH|\\!~\rO|1|a^b!c\r")[:5]
    assert first.delimiters == USUAL
    assert (last.delimiters, last.fields[2]) == (BECKMAN, (("a^b", "c"),))


@pytest.mark.parametrize("delimiters", [USUAL, BECKMAN, CEPHEID])
@given(text=st.text(st.characters(max_codepoint=0xFF), max_size=40))
def test_an_escaped_value_is_read_as_what_it_was(delimiters, text):
    written = escape(text, delimiters)
    assert unescape(written, delimiters) == text
    assert not set(written) & {delimiters.field, delimiters.repeat, delimiters.component, "\r", "\n", "\x02"}


@pytest.mark.parametrize("delimiters", [USUAL, BECKMAN, CEPHEID])
def test_a_written_message_is_read_as_what_it_was(delimiters):
    tests = [("", "", "", "WBC"), ("", "", "", "A|B^C\\D&E")]
    text = "".join(
        [
            write_header(["7", "", "GRAFT|LINE"], delimiters),
            write_record(["O", "1", ("A9999", "1"), "", tests, "R", "", ""], delimiters),
            write_record(["L", "1", "N"], delimiters),
        ]
    )
    (records,) = messages_of(text)
    assert records[0].delimiters == delimiters
    assert records[0].value(5) == "GRAFT|LINE"
    assert records[1].components(3) == ["A9999", "1"]
    assert records[1].raw(6) == "R"
    signs = records[1].raw(5).split(delimiters.repeat)
    assert [unescape(each.split(delimiters.component)[3], delimiters) for each in signs] == ["WBC", "A|B^C\\D&E"]
