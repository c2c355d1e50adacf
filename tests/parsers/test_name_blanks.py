"""White space in names: two names with a blank between them are never glued into a third. All inputs are invented."""

import pytest

from parsers.format import Document, load_formats
from parsers.name_blanks import closed_up
from parsers.typing_states import state_of
from tests.formats.invented_tables import only_locus

FORMATS = load_formats()


@pytest.mark.parametrize(
    ("written", "closed"),
    [
        ("A*02:01", "A*02:01"),
        (" HLA-A *02:01 ", "HLA-A*02:01"),
        ("HLA- A*02:01", "HLA-A*02:01"),
        ("02: 01 / 02 :02\n+ 03:01 | 01:01~ 02:01 ^B*07:02", "02:01/02:02+03:01|01:01~02:01^B*07:02"),
        ("B*15:26 N", "B*15:26N"),
        ("B*15:26 N / B*15:27", "B*15:26N/B*15:27"),
        ("A 24 + A 2", "A24+A2"),
        ("Cw 7", "Cw7"),
    ],
)
def test_white_space_that_is_a_name_s_own_is_left_out(written, closed):
    assert closed_up(written) == closed


@pytest.mark.parametrize(
    "written",
    [
        "02 03",
        "0201 0101",
        "A*02 24",
        "02 NT",
        "15:01 01:01",
        "A*02:01 A*03:01",
        "NT 02",
        "02 N 03",
        "02:01 NEW",
    ],
)
def test_a_blank_between_two_names_stays_and_nothing_is_called(written):
    assert closed_up(written.replace(" ", " \n\t")) == written
    assert state_of(closed_up(written)) == state_of(f"{written}+01:01") == "candidates"


def hl7(value):
    return (
        f"MSH|^~\\&|LIS|L|G|R|20240101||ORU^R01^ORU_R01|1|P|2.5.1\rOBR|1||F1\rOBX|1|TX|78014-8^A^LN||{value}||||||F\r"
    )


def hml(value):
    return (
        '<hml xmlns="http://schemas.nmdp.org/spec/hml/1.0.1" version="1.0.1" project-name="L"><sample id="S" '
        'center-code="1"><typing gene-family="HLA" date="2024-01-01"><allele-assignment date="2024-01-01">'
        f'<haploid locus="HLA-A" method="DNA" type="{value}"/></allele-assignment></typing></sample></hml>'
    )


def wmda(value):
    return (
        '<INVENTORIES><INVENTORY LISTING_ORGANIZATION="1" POOL="2" CONTENT_TYPE="D"><DONOR><ID>D1</ID><HLA><A><DNA>'
        f"<FIELD1>{value}</FIELD1></DNA></A></HLA></DONOR></INVENTORY></INVENTORIES>"
    )


def fhir(value):
    code = f"hla#3.58.0#HLA-A*{value}"
    coding = f'{{"system": "http://glstring.org", "code": "{code}"}}'
    return (
        '{"resourceType": "Observation", "status": "final", "subject": {"identifier": {"value": "S"}}, '
        '"code": {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]}, '
        f'"valueCodeableConcept": {{"coding": [{coding}]}}}}'
    )


READERS = [
    ("fhir", fhir),
    ("hl7_oru", hl7),
    ("hml", hml),
    ("wmda_inventory", wmda),
    ("glstring_table", "id,glstring\nD1,A*{}\n".format),
]


@pytest.mark.parametrize("value", ["02 03", "0201 0101", "02 NT"])
@pytest.mark.parametrize(("name", "written"), READERS)
def test_no_reader_calls_two_names_in_one_place(name, written, value):
    (locus,) = FORMATS[name].parse(Document(written(value).encode(), "invented")).reports[0].loci
    assert (locus.locus, locus.state) == ("A", "candidates")
    assert value in locus.reported
    assert value.replace(" ", "") not in locus.expression


@pytest.mark.parametrize("value", ["02 03", "A*0201 0101", "02 NT"])
def test_a_laboratory_s_cell_with_two_names_is_not_called(value):
    locus = only_locus(f"id,A1,A2\nS-1,{value},\n")
    assert (locus.state, locus.reported) == ("candidates", value)
    assert value.replace(" ", "") not in locus.expression


def test_words_of_a_profile_may_have_blanks():
    assert only_locus("id,A1,A2\nS-1,HLA-A*not done,\n", words={"not_tested": ["not done"]}).state == "not_tested"
