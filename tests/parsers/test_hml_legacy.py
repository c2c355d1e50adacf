"""HML before 1.0: what stands before the document is taken out and nothing is fetched; old names stay as printed."""

import pytest

from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats import hml, hml_legacy
from parsers.formats.hml_legacy import KNOWN_VERSIONS, parse, without_prolog

MESSAGE = """<hml version="0.3">
<project name="INVENTED"><sample id="S-1"><typing>
<interpretation date="20040305"><haploid locus="A" method="DNA" type="01BC"/>
<haploid locus="A" method="DNA" type="0201"/>
</interpretation></typing></sample></project></hml>"""
DOCTYPE = '<!DOCTYPE hml PUBLIC "-//NMDP//DTD HML 0.3//EN"\n "http://example.invalid/hml-0.3.dtd">\n'
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
REMARK = "<!-- Lab 999 typed\nan invented sample -->\n"


def read(text):
    (only,) = parse(Document(text.encode())).reports
    return only


def codes(text):
    return [each.code for each in read(text).findings]


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("", []),
        (DECLARATION, []),
        (DOCTYPE, ["doctype_left_out"]),
        (DECLARATION + REMARK + DOCTYPE + REMARK, ["doctype_left_out"]),
        ("<!DOCTYPE hml SYSTEM 'hml.dtd'>", ["doctype_left_out"]),
        ("<!DOCTYPE hml>", ["doctype_left_out"]),
        (REMARK + DECLARATION, ["text_before_declaration"]),
        ("\n  " + DECLARATION, ["text_before_declaration"]),
        (REMARK + "  " + DECLARATION + DOCTYPE, ["text_before_declaration", "doctype_left_out"]),
        (REMARK + DOCTYPE, ["doctype_left_out"]),
    ],
)
def test_what_stands_before_the_message_changes_nothing_in_it(before, found):
    made = read(before + MESSAGE)
    assert made.loci == read(MESSAGE).loci
    assert [each.code for each in made.findings] == [*found, "no_hmlid"]
    assert {each.where for each in made.findings} == {f"line {before.count(chr(10)) + 1}"}


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE hml [<!ENTITY x "y">]>',
        '<!DOCTYPE hml PUBLIC "p" "s" [<!ENTITY x SYSTEM "file:///etc/invented">]>',
        "<!DOCTYPE hml SYSTEM>",
        '<!DOCTYPE hml PUBLIC "p" "s"><!DOCTYPE hml>',
    ],
)
def test_a_doctype_that_says_more_is_refused(doctype):
    with pytest.raises(ParseError, match="document type definition"):
        read(doctype + MESSAGE)


def test_a_reference_to_an_entity_that_a_left_out_dtd_may_have_defined_is_not_guessed():
    with pytest.raises(ParseError, match="not well-formed"):
        read(DOCTYPE + MESSAGE.replace("01BC", "&code;"))


def test_a_remark_that_looks_like_a_declaration_is_a_remark():
    text = f"<!-- {DECLARATION} -->\n{MESSAGE}"
    assert without_prolog(text.encode()) == (text.encode(), [])
    assert codes(text) == ["no_hmlid"]


def test_many_remarks_before_a_declaration_that_never_comes_take_no_longer_than_they_are():
    raw = b"<!---->" * 20_000 + b"<hml"  # a pattern that tried every way to divide them would not come back
    assert without_prolog(raw) == (raw, [])


def test_old_names_and_dates_are_kept_as_printed():
    (locus,) = read(MESSAGE).loci
    assert (locus.locus, locus.state, locus.reported) == ("A", "two_copies", "01BC+0201")
    assert (locus.expression, locus.date) == ("A*01BC+A*0201", "20040305")


def test_the_project_of_the_samples_is_that_of_the_report():
    assert (read(MESSAGE).project, read(MESSAGE).format) == ("INVENTED", "hml_legacy")


@pytest.mark.parametrize("version", [*KNOWN_VERSIONS, "0.5", "1.0.1", "2.0", ""])
def test_each_version_is_claimed_by_one_of_the_two_readers(version):
    head = MESSAGE.replace("0.3", version).encode()
    assert [hml.looks_like(head), hml_legacy.looks_like(head)] == [
        not version.startswith("0."),
        version.startswith("0."),
    ]


@pytest.mark.parametrize("version", KNOWN_VERSIONS)
def test_every_known_version_is_read(version):
    assert read(MESSAGE.replace("0.3", version)).loci == read(MESSAGE).loci


def test_combinations_of_several_loci_are_typings_of_their_own():
    half = "<locus-block><allele-list><allele>{}</allele></allele-list></locus-block>"
    both = "".join(
        f'<diploid-combination locus="{locus}">{half.format("0101")}{half.format("0201")}</diploid-combination>'
        for locus in ("A", "B", "A")
    )
    text = (
        MESSAGE[: MESSAGE.index("<haploid")]
        + f"<genotype-list>{both}</genotype-list>"
        + MESSAGE[MESSAGE.index("</int") :]
    )
    assert [each.expression for each in read(text).loci] == ["A*0101+A*0201|A*0101+A*0201", "B*0101+B*0201"]
