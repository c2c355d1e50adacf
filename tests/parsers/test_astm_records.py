"""ASTM records as observations: delimiters, escapes, specimens, controls, frames, and what must be refused."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats.astm_records import FORMAT, looks_like

HEADER = r"H|\^&|||COUNTER^1.0|||||||P|LIS2-A2|20261120101500"


def read(*records, end="\r"):
    return FORMAT.parse(Document((end.join([*records, "L|1|N"]) + end).encode()))


def report(*records):
    return read(HEADER, *records).reports[0]


def result(record):
    return report("O|1|S1", record).observations[0]


def frames(*texts, first=1):
    return b"".join(frame(number % 8, text) for number, text in enumerate(texts, start=first))


def frame(number, text, end=b"\x17"):
    body = str(number).encode() + text + end
    return b"\x02" + body + b"%02X" % (sum(body) % 256) + b"\r\n"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_message_is_records_with_any_line_end(end):
    parsed = read(HEADER, "P|1||D1", "O|1|S1", "R|1|^^^WBC|8.5|10*3/uL|4-10|H\\A||F||op|1|2|M1", end=end)
    (found,) = parsed.reports
    assert (found.sample, found.subject, found.device, found.date) == ("S1", "D1", "COUNTER^1.0", "2")
    value = found.observations[0]
    assert (value.label, value.value, value.unit, value.reference_range) == ("WBC", "8.5", "10*3/uL", "4-10")
    assert (value.flags, value.status, value.time, value.device) == (("H", "A"), "F", "2", "M1")


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("^^^WBC", ("WBC", "", "", "")),
        ("^^^^WBC^1", ("WBC", "", "", "1")),
        ("^^^WBC^804-5^1", ("WBC", "804-5", "LN", "1")),
        ("718-7^Haemoglobin^LN", ("718-7", "718-7", "LN", "Haemoglobin^LN")),
        ("687^HbA1c^99X^A1C", ("A1C", "687", "", "HbA1c^99X")),
        ("CBC", ("CBC", "", "", "")),
        ("^^^WBC^804-6", ("WBC", "", "", "804-6")),
        ("^^^LYM#", ("LYM#", "", "", "")),
    ],
)
def test_the_label_and_the_code_of_a_universal_test_id(identifier, expected):
    found = result(f"R|1|{identifier}|1")
    assert (found.label, found.code, found.system, found.sub_id) == expected


@pytest.mark.parametrize("text", ["-----", "*****", "<0.1", "----^W", "not measured", ""])
def test_values_stay_as_text(text):
    assert result(f"R|1|^^^WBC|{text}").value == text


def test_delimiters_are_read_from_each_message():
    parsed = read(r"H|\!~|||DX!2", "O|1|S1!x", "R|1|!!!A|a~S~b^c", "L|1", r"H|\^&", "O|1|S2", "R|1|^^^B|2")
    assert [(each.sample, each.observations[0].label) for each in parsed.reports] == [("S1", "A"), ("S2", "B")]
    assert parsed.reports[0].observations[0].value == "a!b^c"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PNG&R&1&R&a.PNG", "PNG\\1\\a.PNG"),
        ("a&F&b&S&c&E&d", "a|b^c&d"),
        ("&X41B5&", "Aµ"),
        ("a & b &Zq& &H&", "a & b &Zq& &H&"),
    ],
)
def test_escapes_are_decoded_after_the_splitting_and_unknown_ones_stay(text, value):
    assert result(f"R|1|^^^X|{text}").value == value


@pytest.mark.parametrize(
    ("order", "sample", "findings"),
    [
        ("O|1|  S1  ||", "S1", []),
        ("O|1|S1^00^00", "S1", []),
        ("O|1||7^3^            27^B", "27", ["specimen_from_instrument"]),
        ("O|1||^^   27^M", "27", ["specimen_from_instrument"]),
        ("O|1||T20 10134^^6", "T20 10134^^6", ["specimen_from_instrument"]),
        ("O|1", "", ["no_specimen"]),
    ],
)
def test_the_specimen_is_read_never_guessed(order, sample, findings):
    found = report(order, "R|1|^^^A|1")
    assert (found.sample, [each.code for each in found.findings]) == (sample, findings)


@pytest.mark.parametrize(
    ("header", "order", "control"),
    [
        (HEADER, "O|1|S1|||||||||N", False),
        (HEADER, "O|1|S1|||||||||Q", True),
        (HEADER, "O|1|QC-12345", True),
        (HEADER, "O|1|BACKGROUNDCHECK", True),
        (HEADER, "O|1|S-QC-1", False),
        (r"H|\^&||||||||||Q", "O|1|S1", True),
    ],
)
def test_control_material_is_marked(header, order, control):
    assert read(header, order, "R|1|^^^A|1").reports[0].quality_control is control


def test_what_stands_under_the_header_is_said_of_every_order():
    said = ("C|1|I|of all|G", "M|1|RUN|7")
    patients = ("P|1||D1", "C|1|I|of D1|G", "O|1|S1", "R|1|^^^A|1", "O|2|S2", "R|1|^^^A|2", "P|2||D2", "O|1|S3")
    parsed = read(HEADER, *said, *patients)
    remarks = [[each.text for each in report.properties if each.label in ("C-4", "M")] for report in parsed.reports]
    assert remarks == [["of all", "M|1|RUN|7", "of D1"], ["of all", "M|1|RUN|7"], ["of all", "M|1|RUN|7"]]
    assert not [each.path for each in parsed.ignored if each.path == "C-4"]
    bare = read(HEADER, *said, "R|1|^^^A|1").reports[0]
    assert [each.text for each in bare.properties if each.label in ("C-4", "M")] == ["of all", "M|1|RUN|7"]


def test_results_belong_to_their_order_and_comments_to_their_record():
    parsed = read(
        *(HEADER, "P|1||D1", "C|1|L|on the donor", "O|1|S1", "C|1|L|on the order"),
        *(
            "R|1|^^^A|1",
            "C|1|I|on A",
            "C|2|I|more on A",
            "R|2|^^^B|2",
            "M|1|CAL|7",
            "O|2|S2",
            "R|1|^^^A|3",
            "P|2||D2",
            "R|1|^^^A|4",
        ),
    )
    first, second, third = parsed.reports
    assert [(each.label, each.comments) for each in first.observations] == [("A", ("on A", "more on A")), ("B", ())]
    texts = [each.text for each in first.properties]
    assert {"on the donor", "M|1|CAL|7"} <= set(texts)
    assert [each.comments for each in parsed.reports] == [("on the order",), (), ()]
    assert [(each.subject, each.sample) for each in (second, third)] == [("D1", "S2"), ("D2", "")]
    assert [each.code for each in third.findings] == ["no_specimen"]


def test_an_order_without_results_is_kept_with_a_finding():
    found = read(HEADER, "O|1|S1", "O|2|S2", "R|1|^^^A|1").reports
    assert [(each.sample, [finding.code for finding in each.findings]) for each in found] == [
        ("S1", ["no_results"]),
        ("S2", []),
    ]


def test_names_are_in_no_record_and_declared_by_path():
    person = "P|1|||D1|Surname^Given|Maiden|19900101|F|X|Some Road||5551234|Doctor"
    parsed = read(HEADER, person, "O|1|S1", "R|1|^^^A|1|||||||Operator")
    text = msgspec.json.encode(parsed.reports).decode()
    assert not [
        secret for secret in ("Surname", "Maiden", "1990", "Road", "555", "Doctor", "Operator") if secret in text
    ]
    assert {"P-6", "P-7", "P-8", "P-9", "P-10", "P-11", "P-13", "P-14", "R-11"} <= {
        each.path for each in parsed.ignored
    }


@pytest.mark.parametrize(
    ("records", "reason", "where"),
    [
        (["P|1", "R|1|^^^A|1", "L|1"], "must begin with a header record", "line 1"),
        (["# comment", HEADER, "R|1|^^^A|1", "L|1"], "must begin with a header record", "line 1"),
        (["H||||", "L|1"], "must begin with a header record", "line 1"),
        (["H;^&;;;X", "L;1"], "must begin with a header record", "line 1"),
        ([HEADER, "R|1|^^^A|1"], "no terminator record", "line 2 (R)"),
        ([HEADER, "X|1", "L|1"], "unknown type", "line 2"),
        ([HEADER, "RR|1", "L|1"], "unknown type", "line 2"),
        ([HEADER, "R|1|^^^A|1", HEADER, "L|1"], "before the last one ended", "line 3"),
        ([HEADER, "R|1|^^^A|1", "L|1", "R|1|^^^A|1"], "must begin with a header record", "line 4"),
        ([HEADER, "Q|1|^S1||ALL", "L|1"], "is a query", "line 1 (H)"),
        ([HEADER, "P|1", "L|1"], "holds no results", "line 1 (H)"),
        ([], "holds no record", "line 1"),
    ],
)
def test_what_is_not_a_complete_message_of_results_is_refused(records, reason, where):
    with pytest.raises(ParseError) as refusal:
        FORMAT.parse(Document("\r".join(records).encode()))
    assert reason in refusal.value.message
    assert refusal.value.where == where


RECORDS = [HEADER.encode() + b"\r", b"O|1|S1\r", *(b"R|%d|^^^A%d|1\r" % (n, n) for n in range(1, 9)), b"L|1\r"]


@pytest.mark.parametrize(
    "capture",
    [
        frames(*RECORDS),
        b"\x05" + frames(*RECORDS) + b"\x04",
        frames(*RECORDS).replace(b"\r\n\x02", b"\n\x02"),
        frames(*(b"".join(RECORDS)[place : place + 30] for place in range(0, len(b"".join(RECORDS)), 30))),
        frames(*RECORDS[:4]) + frame(4, RECORDS[3]) + frames(*RECORDS[4:], first=5),
    ],
    ids=["frames", "with ENQ and EOT", "without CR behind the checksum", "split in the middle of records", "repeated"],
)
def test_frames_of_a_capture_are_taken_off(capture):
    assert looks_like(capture)
    assert FORMAT.parse(Document(capture)) == FORMAT.parse(Document(b"".join(RECORDS)))


def test_a_capture_may_hold_several_sessions():
    twice = frames(*RECORDS) + b"\x04\x05" + frames(*RECORDS)
    assert len(FORMAT.parse(Document(twice)).reports) == 2


@pytest.mark.parametrize(
    ("capture", "reason"),
    [
        (frames(*RECORDS[:3], *RECORDS[4:])[:-4] + b"00\r\n", "checksum"),
        (frames(*RECORDS[:3]) + frames(*RECORDS[4:], first=5), "missing or out of order"),
        (frames(*RECORDS[:3]) + frame(3, RECORDS[3]), "missing or out of order"),
        (frames(*RECORDS)[:-6], "damaged or unfinished"),
        (frames(*RECORDS[:3]) + b"noise" + frames(*RECORDS[3:], first=4), "damaged or unfinished"),
        (frames(*RECORDS[:-1]), "no terminator"),
    ],
)
def test_a_damaged_capture_is_refused(capture, reason):
    with pytest.raises(ParseError, match=reason):
        FORMAT.parse(Document(capture))


@settings(max_examples=60)
@given(st.data())
def test_no_changed_byte_of_a_frame_passes_unseen(data):
    capture = frames(*RECORDS)
    place = data.draw(st.integers(0, len(capture) - 1).filter(lambda place: capture[place] not in b"\r\n"))
    byte = data.draw(st.integers(33, 255).filter(lambda byte: byte != capture[place]))
    changed = capture[:place] + bytes([byte]) + capture[place + 1 :]
    case = bytes([byte]).lower() == capture[place : place + 1].lower()
    try:
        found = FORMAT.parse(Document(changed))
    except ParseError:
        return
    assert case, "only the case of a checksum digit may change"
    assert found == FORMAT.parse(Document(capture))


@pytest.mark.parametrize(("raw", "unit"), [("µg/L".encode(), "µg/L"), (b"\xb5g/L", "µg/L"), (b"\x81g/L", "\x81g/L")])
def test_bytes_outside_ascii_are_read_with_a_finding(raw, unit):
    records = [HEADER.encode(), b"O|1|S1", b"R|1|^^^A|1|" + raw, b"L|1\r"]
    (found,) = FORMAT.parse(Document(b"\r".join(records))).reports
    assert found.observations[0].unit == unit
    assert [each.code for each in found.findings] == ["charset"]


@pytest.mark.parametrize(
    ("name", "samples", "results"),
    [
        ("cobas_c111.txt", ["T20 10134GA D28^^6"], [1]),
        ("pentra_xlr.redacted.txt", ["S1234"], [21]),
        ("sysmex_xn550.redacted.txt", ["27"], [41]),
        ("example_lis2a2_01.txt", ["927529"], [2]),
        ("example_lis2a2_02.txt", ["927529", "927533"], [2, 2]),
    ],
)
def test_real_messages_load_whole(shared, name, samples, results):
    raw = (shared / "samples" / "instruments" / "astm" / name).read_bytes()
    assert looks_like(raw)
    found = FORMAT.parse(Document(raw)).reports
    assert ([each.sample for each in found], [len(each.observations) for each in found]) == (samples, results)


def test_a_real_analyser_states_loinc_and_values_that_are_no_numbers(shared):
    raw = (shared / "samples" / "instruments" / "astm" / "pentra_xlr.redacted.txt").read_bytes()
    values = {each.label: each for each in FORMAT.parse(Document(raw)).reports[0].observations}
    assert (values["WBC"].code, values["WBC"].system, values["WBC"].value) == ("804-5", "LN", "8.5")
    assert (values["BAS#"].value, values["BAS#"].flags, values["BAS#"].status) == ("-----", ("HH",), "X")
    assert values["PLT"].comments == ("PLATELET AGGREGATS",)


@pytest.mark.parametrize("name", ["openelis_malformed", "openelis_hematology-cbc", "openelis_horiba-micros60-cbc"])
def test_files_with_comment_lines_are_not_astm(shared, name):
    raw = (shared / "samples" / "instruments" / "astm" / f"{name}.astm").read_bytes()
    assert not looks_like(raw)
    with pytest.raises(ParseError) as refusal:
        FORMAT.parse(Document(raw))
    assert refusal.value.where == "line 1"


ORDERS = [
    ("", "", []),
    ("N", "F", []),
    ("A", "C", []),
    ("", "P", [("preliminary_result", "line 2 (O), O-26")]),
    ("", "I", [("preliminary_result", "line 2 (O), O-26")]),
    ("N", "X", [("withdrawn_result", "line 2 (O), O-26")]),
    ("C", "F", [("withdrawn_result", "line 2 (O), O-12")]),
    ("C", "X", [("withdrawn_result", "line 2 (O), O-26"), ("withdrawn_result", "line 2 (O), O-12")]),
]


@pytest.mark.parametrize(("action", "status", "found"), ORDERS)
def test_an_order_speaks_against_its_results_whatever_they_say_of_themselves(action, status, found):
    order = f"O|1|S1||^^^CBC|R||||||{action}||||||||||||||{status}"
    for own in ("F", ""):
        read_report = report(order, f"R|1|^^^WBC|5.4|10*3/uL||N||{own}")
        assert [(each.code, each.where) for each in read_report.findings] == found
    assert [each.code for each in read(HEADER, order, "O|2|S2", "R|1|^^^A|1").reports[0].findings] == ["no_results"]


@pytest.mark.parametrize("code", ["T", "R", "E"])
def test_a_message_that_was_broken_off_says_so(code):
    (found,) = FORMAT.parse(Document("\r".join([HEADER, "O|1|S1", "R|1|^^^A|1", f"L|1|{code}"]).encode())).reports
    assert [(each.code, each.where) for each in found.findings] == [("message_aborted", f"line 4 (L), L-3 is {code}")]


@pytest.mark.parametrize("end", ["L", "L|1", "L|1|N", "L|1|F"])
def test_a_message_that_ended_well_says_nothing(end):
    (found,) = FORMAT.parse(Document("\r".join([HEADER, "O|1|S1", "R|1|^^^A|1", end]).encode())).reports
    assert found.findings == ()


@pytest.mark.parametrize(("purpose", "codes"), [("P", []), ("T", ["not_production"]), ("D", ["not_production"])])
def test_a_training_message_says_so(purpose, codes):
    header = HEADER.replace("|P|", f"|{purpose}|")
    (found,) = read(header, "O|1|S1", "R|1|^^^WBC|8.5").reports
    assert [each.code for each in found.findings] == codes
