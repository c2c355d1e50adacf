"""The ER7 tokeniser: nothing is lost, delimiters are read, escapes are decoded once."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.er7 import Encoding, escape, parse_message, serialise, split_messages, unescape
from parsers.errors import ParseError

HEADER = b"MSH|^~\\&|SENDER|LAB|||20261120||ORU^R01|1|P|2.5.1"


def message(*segments, header=HEADER, end=b"\r"):
    return end.join([header, *segments]) + end


@settings(max_examples=150)
@given(st.binary(max_size=200), st.sampled_from([b"", b"UNICODE UTF-8", b"8859/1", b"ASCII", b"8859/15", b"KLINGON"]))
@example("OBX|1|TX|µ".encode() + b"\xff\x81", b"8859/15")
def test_every_message_comes_back_byte_for_byte(rest, charset):
    raw = HEADER + b"||||||" + charset + b"\r" + rest
    assert serialise(parse_message(raw)) == raw


def test_real_messages_come_back_byte_for_byte(shared):
    files = sorted((shared / "samples" / "instruments" / "hl7v2").glob("*.hl7"))
    assert len(files) >= 5
    for file in files:
        raw = file.read_bytes()
        assert serialise(parse_message(raw)) == raw, file.name
        for each in split_messages(raw).messages:
            assert serialise(parse_message(each)) == each, file.name


@given(st.text())
@example("\\F\\ \\E\\ \\.br\\ |^~\\& \r\n \x0b\x1c")
def test_a_value_survives_its_escapes(text):
    escaped = escape(text)
    assert unescape(escaped, Encoding()) == text
    assert not set(escaped) & set("|^~&\r\n\x0b\x1c")


@pytest.mark.parametrize(
    ("escaped", "value"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"one\.br\two", "one\ntwo"),
        (r"\X41C3A9\\X0D\ ", "Aé\r "),
        (r"\L\ is the truncation sign", "# is the truncation sign"),
        (r"\H\bold\N\ \.sp3\ \Zvendor\ \Q\ ", r"\H\bold\N\ \.sp3\ \Zvendor\ \Q\ "),
        (r"\X4\ and \XFF\ are no text in UTF-8", r"\X4\ and \XFF\ are no text in UTF-8"),
        (r"C:\path and a lone \ stay", r"C:\path and a lone \ stay"),
        (r"\E\F\E\ decodes once", r"\F\ decodes once"),
    ],
)
def test_escapes_are_decoded_once_and_unknown_ones_stay(escaped, value):
    assert unescape(escaped, Encoding()) == value


def test_positions_are_those_of_the_standard():
    parsed = parse_message(message(rb"OBX|2|CWE|a^b\T\c^L~d^e|x&y|v"))
    header, obx = parsed.segments
    assert (header.field(1), header.field(2), header.value(9, 2)) == ("|", "^~\\&", "R01")
    assert (obx.value(3, 2), obx.value(3, 1, 2), obx.value(3, 9), obx.value(99)) == ("b&c", "d", "", "")
    assert obx.repetitions(3) == ["a^b\\T\\c^L", "d^e"]
    assert obx.text(4) == "x&y"


def test_every_component_that_holds_something_has_its_place():
    segment = parse_message(message(rb"OBX|1||a^^\T\~d^e||x&y")).segments[1]
    assert [(number, *leaf) for number in segment.filled() for leaf in segment.leaves(number)] == [
        *[(1, 1, 1, "1"), (3, 1, 1, "a"), (3, 1, 3, "\\T\\"), (3, 2, 1, "d"), (3, 2, 2, "e"), (5, 1, 1, "x&y")]
    ]


def test_a_sender_may_choose_its_delimiters():
    parsed = parse_message(b"MSH#*@!%#A*B#LAB\rPID#1##7*8@9!S!0\r")
    assert parsed.header.value(3, 2) == "B"
    assert parsed.segments[1].value(3, 1, 2) == "9*0"


@pytest.mark.parametrize("header", [b"MSH|^^\\&|A", b"MSHA^~\\&|A", b"MSH|", b"MSH", b"MSH||A", b"MSH|^~\\\\&|A"])
def test_separators_that_make_no_sense_are_refused(header):
    with pytest.raises(ParseError) as refusal:
        parse_message(header + b"|LAB\rPID|1\r")
    assert refusal.value.where == "MSH-1 and MSH-2"


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\n\r\n"])
def test_segments_end_with_any_line_end(end):
    parsed = parse_message(message(b"PID|1", b"OBX|1", end=end))
    assert [segment.name for segment in parsed.segments] == ["MSH", "PID", "OBX"]


def test_after_a_carriage_return_a_bare_line_feed_belongs_to_the_text():
    parsed = parse_message(message(b"OBX|1|TX|a||first\nsecond"))
    assert parsed.segments[1].field(5) == "first\nsecond"


@pytest.mark.parametrize(
    ("charset", "raw", "value", "finding"),
    [
        (b"UNICODE UTF-8", "µ".encode(), "µ", None),
        (b"8859/1", b"\xb5", "µ", None),
        (b"", "µ".encode(), "µ", "read as utf-8"),
        (b"", b"\xb5", "µ", "read as cp1252"),
        (b"ASCII", b"\xb5", "µ", "states the character set ASCII"),
        (b"KLINGON", b"\x81", "\x81", "read as latin-1"),
        (b"8859/7~UNICODE", b"\xe1", "α", None),
        (b"", b"u", "u", None),
    ],
)
def test_the_character_set_is_the_stated_one_or_a_finding_says_which(charset, raw, value, finding):
    parsed = parse_message(message(b"OBX|1|TX|a||" + raw, header=HEADER + b"||||||" + charset))
    assert parsed.segments[1].value(5) == value
    assert [each.code for each in parsed.findings] == (["charset"] if finding else [])
    assert not finding or finding in parsed.findings[0].message


@settings(max_examples=200)
@given(st.binary(max_size=120))
def test_any_bytes_are_messages_or_a_parse_error(raw):
    try:
        for each in split_messages(raw).messages:
            parse_message(each)
    except ParseError:
        pass


ONE, TWO = message(b"OBX|1||a||  trailing blanks  "), message(b"OBX|1||b")


@pytest.mark.parametrize(
    "raw",
    [
        ONE + TWO,
        ONE.replace(b"\r", b"\r\n") + b"\r\n\r\n" + TWO,
        b"\x0b" + ONE + b"\x1c\r\x0b" + TWO + b"\x1c\r",
        b"FHS|^~\\&|X\rBHS|^~\\&|X\r" + ONE + TWO + b"BTS|2\rFTS|1\r",
        b"\xef\xbb\xbf\r\n" + ONE + TWO,
    ],
)
def test_all_messages_of_an_input_are_found(raw):
    found = [parse_message(each).segments[1].line for each in split_messages(raw).messages]
    assert found == ["OBX|1||a||  trailing blanks  ", "OBX|1||b"]


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "byte 0"),
        (b"PID|1\r" + ONE, "byte 0"),
        (b"MSHX|\r", "byte 0"),
        (b"BHS|^~\\&\r" + ONE, "the batch"),
        (b"BHS|^~\\&\r" + ONE + b"BTS|3\r", "BTS-1"),
        (b"FHS|^~\\&\rBHS|^~\\&\r" + ONE + b"BTS|1\r", "the batch"),
        (b"\x0b" + ONE + b"\x1c\r\x0b" + TWO, f"byte {len(ONE) + len(TWO) + 4}"),
    ],
)
def test_what_is_cut_short_or_does_not_begin_as_hl7_is_refused(raw, where):
    with pytest.raises(ParseError) as refusal:
        split_messages(raw)
    assert refusal.value.where == where


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("F", True),
        ("^x", True),
        (" ^ ~", False),
        ("^^", False),
        ("~", False),
        ("\\F\\", True),
        ("&", True),
        ("^0", True),
    ],
)
def test_a_field_of_separators_and_blanks_says_nothing(field: str, says: bool) -> None:
    (_, segment) = parse_message(f"MSH|^~\\&|A\rOBX|{field}\r").segments
    assert segment.says_something(1) is says
