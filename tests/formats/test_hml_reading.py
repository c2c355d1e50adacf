"""HML: the same message says the same thing however it is written, and its contradictions are noted."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats.hml import parse

MESSAGE = """<hml version="1.0.1" project-name="INVENTED"><hmlid root="1.2.3" extension="x"/>
<reporting-center reporting-center-id="999"/><sample id="S-1"><typing gene-family="HLA" date="2026-01-01">
<allele-assignment date="2026-01-01" allele-db="IMGT/HLA" allele-version="3.58.0">{assignment}</allele-assignment>
<typing-method><sbt-ngs locus="HLA-A" test-id="K" test-id-source="invented"/></typing-method></typing></sample></hml>"""
GLSTRING = "<glstring>HLA-A*01:01+HLA-A*02:01</glstring>"


def read(text, encoding="utf-8"):
    return parse(Document(text.encode(encoding)))


def report(assignment):
    (only,) = read(MESSAGE.format(assignment=assignment)).reports
    return only


def codes(assignment):
    return [each.code for each in report(assignment).findings]


def prefixed(text):
    text = re.sub(r"<(/?)([a-z])", r"<\1n:\2", text)
    return text.replace("<n:hml ", '<n:hml xmlns:n="http://schemas.nmdp.org/spec/hml/1.0.2" ')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("spelling", [str, prefixed, lambda text: text.replace("\n", "\r\n")])
def test_prefix_encoding_and_line_ends_do_not_matter(spelling, encoding):
    text = MESSAGE.format(assignment=GLSTRING)
    assert read(spelling(text), encoding) == read(text)


def test_a_gl_string_code_states_its_release():
    text = "hla#3.50.0#HLA-A*01:01+HLA-A*02:01"
    read_from_code = report(f"<glstring>{text}</glstring>")
    (locus,) = read_from_code.loci
    assert (locus.locus, locus.expression, locus.stated_release) == ("A", "HLA-A*01:01+HLA-A*02:01", "3.50.0")
    assert "releases_differ" in [each.code for each in read_from_code.findings]
    assert report(f"<glstring>{text.replace('50', '58')}</glstring>") == report(GLSTRING)


def test_cw_is_the_gene_c():
    by_haploid = '<haploid locus="HLA-Cw" method="DNA" type="0702"/>'
    for assignment in ("<glstring>HLA-Cw*0702</glstring>", by_haploid):
        (locus,) = report(assignment).loci
        assert (locus.locus, locus.state) == ("C", "one_stated")


@pytest.mark.parametrize("version", ["1.0", "1.0.1", "1.0.2"])
def test_every_version_of_one_point_zero_is_read(version):
    text = MESSAGE.format(assignment=GLSTRING).replace('version="1.0.1"', f'version="{version}"')
    assert read(text).reports == read(MESSAGE.format(assignment=GLSTRING)).reports


@pytest.mark.parametrize("version", ["0.3", "0.9.7", "1.1", "2.0", "one"])  # those below 1.0 have their own reader
def test_another_version_is_refused_by_its_name(version):
    with pytest.raises(ParseError) as refusal:
        read(MESSAGE.format(assignment=GLSTRING).replace('version="1.0.1"', f'version="{version}"'))
    assert refusal.value.found == version
    assert "1.0.2" in refusal.value.expected


@given(st.text(alphabet=" \t\n", max_size=4), st.text(alphabet=" \t\n", max_size=4))
def test_white_space_inside_a_glstring_says_nothing(before, inside):
    (locus,) = report(f"<glstring>{before}HLA-A*01:01{inside}+HLA-A*02:01{before}</glstring>").loci
    assert locus.expression == "HLA-A*01:01+HLA-A*02:01"
    assert locus.reported == f"HLA-A*01:01{inside}+HLA-A*02:01"


def test_a_glstring_by_address_only_is_a_candidate_and_is_not_fetched():
    (locus,) = report('<glstring uri="http://example.invalid/1"/>').loci
    assert (locus.locus, locus.state, locus.expression) == ("A", "candidates", "")
    assert locus.references[0].text == "http://example.invalid/1"
    assert codes('<glstring uri="http://example.invalid/1"/>') == ["glstring_by_reference"]


@pytest.mark.parametrize("assignment", ["", "<glstring/>", "<glstring>  \n </glstring>"])
def test_an_empty_assignment_is_a_failed_locus(assignment):
    (locus,) = report(assignment).loci
    assert (locus.locus, locus.state, locus.reported, locus.method) == ("A", "failed", "", "NGS")
    assert codes(assignment) == ["no_call"]


def test_a_glstring_of_several_loci_is_one_typing_per_locus():
    loci = report("<glstring>HLA-DRB1*01:01+HLA-DRB1*03:01^HLA-DRB3*01:01^HLA-DRB4*NNNN</glstring>").loci
    assert [(each.locus, each.state) for each in loci] == [
        ("DRB1", "two_copies"),
        ("DRB3", "one_stated"),
        ("DRB4", "absent"),
    ]


def haploids(*types, locus="HLA-A", method="DNA"):
    return "".join(f'<haploid locus="{locus}" method="{method}" type="{each}"/>' for each in types)


@pytest.mark.parametrize(
    ("types", "state", "expression"),
    [
        (["01:01", "02:01"], "two_copies", "HLA-A*01:01+HLA-A*02:01"),
        (["01:01", "01:01"], "homozygous_stated", "HLA-A*01:01+HLA-A*01:01"),
        (["01:01", ""], "one_stated", "HLA-A*01:01"),
        (["*01:AB"], "one_stated", "HLA-A*01:AB"),
        (["NNNN"], "absent", ""),
        (["UUUU"], "not_tested", ""),
        (["XXXX", "XXXX"], "failed", ""),
        (["NEW", "01:01"], "novel", "HLA-A*NEW+HLA-A*01:01"),
        ([" "], "failed", ""),
    ],
)
def test_haploids_become_an_expression(types, state, expression):
    (locus,) = report(haploids(*types)).loci
    assert (locus.state, locus.expression) == (state, expression)
    assert locus.reported == "+".join(filter(None, map(str.strip, types)))


def test_serology_is_kept_as_printed_and_never_written_as_alleles():
    (locus,) = report(haploids("1", "24", method="SER")).loci
    assert (locus.method, locus.reported, locus.expression) == ("SER", "1+24", "")


@pytest.mark.parametrize(
    ("types", "contradicts"),
    [
        (["01:01", "02:01"], False),
        (["02", "01"], False),
        (["01:AB", "02:XX"], False),
        (["01:01:01G", "02:01"], False),
        (["01:01"], True),
        (["01:01", "03:01"], True),
        (["01:02", "02:01"], True),
        (["NNNN"], True),
    ],
)
def test_haploids_that_contradict_the_glstring_are_noted(types, contradicts):
    assert ("haploid_differs" in codes(haploids(*types) + GLSTRING)) == contradicts
    (locus,) = report(haploids(*types) + GLSTRING).loci
    assert locus.expression == "HLA-A*01:01+HLA-A*02:01"
    assert locus.references[0].text == "+".join(types)


def test_a_method_of_another_locus_is_noted():
    assert codes("<glstring>HLA-B*07:02+HLA-B*08:01</glstring>") == ["locus_differs"]


def test_a_method_without_a_result_is_a_failed_locus():
    text = MESSAGE.format(assignment=GLSTRING).replace("<sbt-ngs", '<sso locus="HLA-B" scores="18"/><sbt-ngs')
    failed = read(text).reports[0].loci[1]
    assert (failed.locus, failed.state, failed.method, failed.quality[0].text) == ("B", "failed", "SSO", "18")


def test_what_the_whole_message_says_stands_in_every_report():
    two = MESSAGE.format(assignment=GLSTRING).replace("</hml>", '<sample id="S-2"/></hml>')
    first, second = read(two).reports
    assert (first.report_id, first.centre, first.project) == (second.report_id, second.centre, second.project)
    assert first.report_id == "1.2.3^x"
    assert [each.code for each in second.findings] == ["no_typing"]


ODD = st.sampled_from(
    ["<haploid/>", GLSTRING, "<glstring>^+|/~*</glstring>", "<genotype-list><x/></genotype-list>", "t"]
)


@given(st.lists(ODD, max_size=5))
def test_any_assignment_gives_a_locus_and_never_an_error(parts):
    made = report("".join(parts))
    assert made.loci
    assert msgspec.json.encode(made)


CONSENSUS = """<consensus-sequence date="2026-01-01"><reference-database name="IMGT/HLA" version="3.58.0">
<reference-sequence id="r" accession="HLA00001" start="0" end="{end}"/></reference-database>
<consensus-sequence-block reference-sequence-id="r" start="{first}" end="{last}" phase-set="{set}"
 expected-copy-number="1"><sequence>{bases}</sequence></consensus-sequence-block></consensus-sequence>"""


def with_consensus(*blocks):
    stated = {"end": "100", "first": "10", "last": "14", "set": "1", "bases": "AC\nGT"}
    text = "".join(CONSENSUS.format(**{**stated, **each}) for each in blocks)
    (only,) = read(MESSAGE.format(assignment=GLSTRING).replace("</typing>", f"{text}</typing>")).reports
    return only


def test_what_a_consensus_sequence_was_aligned_to_stands_beside_the_call():
    made = with_consensus({}, {"set": "2"})
    assert [(each.label, each.text) for each in made.loci[0].quality] == [
        ("phase-set", "1,2"),
        ("expected-copy-number", "1"),
    ]
    assert [each.text for each in made.loci[0].references][:2] == [
        "name=IMGT/HLA;version=3.58.0",
        "id=r;accession=HLA00001;start=0;end=100",
    ]
    assert made.findings == ()


@pytest.mark.parametrize(
    "block", [{"last": "13"}, {"first": "14", "last": "10"}, {"end": "12"}, {"first": "-1"}, {"first": "x"}]
)
def test_coordinates_that_do_not_fit_are_noted_with_the_report_and_the_call_stands(block):
    made = with_consensus(block)
    assert [(each.code, each.locus) for each in made.findings] == [("coordinates_differ", "")]
    assert made.loci[0].expression == "HLA-A*01:01+HLA-A*02:01"


def test_coordinates_that_are_not_stated_contradict_nothing():
    assert with_consensus({"first": "", "last": "", "end": ""}).findings == ()


def test_scores_have_the_names_of_their_tests_beside_them_wherever_the_names_stand():
    names = (
        '<typing-test-names test-id="K"><typing-test-name name="P1"/><typing-test-name name="P2"/></typing-test-names>'
    )
    scored = MESSAGE.format(assignment=GLSTRING).replace("<sbt-ngs", '<sso scores="18"')
    for text in (scored.replace("</hml>", names + "</hml>"), scored.replace("<sample", names + "<sample")):
        (locus,) = read(text).reports[0].loci
        assert locus.quality[0].text == "18"
        assert [(each.label, each.text) for each in locus.references] == [("test names", "P1;P2")]


@pytest.mark.parametrize("absent", ["NNNN", "Absent"])
def test_a_word_for_an_absent_copy_is_written_as_registries_do(absent):
    (locus,) = report(f"<glstring>HLA-DRB3*{absent}+HLA-DRB3*02:02</glstring>").loci
    assert (locus.state, locus.expression) == ("one_stated", "HLA-DRB3*NNNN+HLA-DRB3*02:02")
    (locus,) = report(haploids(absent, "02:02", locus="HLA-DRB3")).loci
    assert (locus.state, locus.expression) == ("one_stated", "HLA-DRB3*NNNN+HLA-DRB3*02:02")


@pytest.mark.parametrize("names", [("HLA-A", "A"), ("HLA-Cw", "HLA-C")])
def test_two_haploids_of_one_locus_are_its_copies_however_it_is_spelt(names):
    first, second = names
    read_from = report(haploids("01:02", locus=first) + haploids("02:02", locus=second))
    assert [each.state for each in read_from.loci] == ["two_copies"]
    assert "haploid_differs" not in [each.code for each in read_from.findings]
