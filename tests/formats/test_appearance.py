"""A file that nothing reads is described truly and specifically, and without quoting anything personal."""

import pytest

from parsers.appearance import APPEARANCES, describe
from parsers.errors import ParseError
from parsers.format import Document, recognise

INVENTED = {
    b"": "an empty file",
    b"\xef\xbb\xbf \r\n": "an empty file",
    b'<?xml version="1.0"?><!-- x --><haml version="0.4.4"/>': "a HAML message (antibody results, not a typing)",
    bytes(500): "a file that begins with nothing but NUL bytes: room that was set aside for it and never written",
    b"<invoice><to>Somebody</to></invoice>": 'an XML document with the root element "invoice"',
    b"<!-- cut": "the beginning of an XML document",
    b'{"A": [["0", ["A*01:01"], 0.5]], "B": [], "C": []}': "an arcasHLA abundance file (JSON)",
    b'{"Somebody Else": 1, "sampleName": 2, "id": 3}': 'a JSON document with the keys "sampleName", "id"',
    b'{"Somebody": 1}': "a JSON document",
    b"[1, 2]": "a JSON document",
    b"sample,KIR2DL1-1,KIR2DL1-2\n": "a table of KIR typings (KIR, not HLA)",
    b"sample,KIR2DL1_1,KIR2DL1_2,A_1,A_2\n": "a typing table whose columns no profile describes",
    b'"sample";"A1";"A2";"B1";"B2"\n': "a typing table whose columns no profile describes",
    b'\xef\xbb\xbf"PatientID";"SampleIDName";"RunDate"\r\n"1";"2";"3"\r\n': (
        "a One Lambda Fusion antibody export (antibodies, not a typing)"
    ),
    b"PatientID,SampleIDName,RunDate\n": "a One Lambda Fusion antibody export (antibodies, not a typing)",
    b"Sample ID,Patient Name      ,Lot ID  ,Run Date  ,Allele ,Assignment,Raw Value\r\n": (
        "a MATCH IT! antibody export (antibodies, not a typing)"
    ),
    b"Sample ID,HLA-A,HLA-A,Assignment\n": "a typing table whose columns no profile describes",
    b"Sample ID;Patient Name;Lot ID;Run Date;Allele;Assignment;Raw Value\r\n": (
        "a MATCH IT! antibody export (antibodies, not a typing)"
    ),
    b"Sample ID,Patient Name,Lot ID,Run Date,Locus,Allele 1,Allele 2,Assignment,Raw Value\n": (
        "a MATCH IT! antibody export (antibodies, not a typing)"
    ),
    b"sample;bead;MFI\n1;2;3\n": "an antibody screening table (antibodies, not a typing)",
    b"MSH|^~\\&|X": "an HL7 message",
    b"# comment\nH|\\^&|||X\nL|1\n": "a text with ASTM records in it that does not begin with one",
    b"\x0226/01/01 ID# 1 Na 131 mmol/L\x03": "a message of an instrument's line that is not made of ASTM records",
    b"\x02\x1emt\x1epi|\x1eid|\x1d0\x03": "a message of an instrument's line that is not made of ASTM records",
    b"# Notes\n\ntext": "a text that begins with a heading or a comment (#), such as Markdown",
    b"{\\rtf1 text}": "an RTF document",
    b"first;second;third;fourth\n": "a table of 4 columns separated by semicolons",
    b"sep=;\r\nfirst;second;third;fourth\r\n": "a table of 4 columns separated by semicolons",
    b"Dear colleague,\n": "plain text",
    b"PK\x03\x04rest": "a zip archive, 8 bytes",
    bytes(range(256)): "binary content, 256 bytes",
}


@pytest.mark.parametrize(("raw", "phrase"), INVENTED.items(), ids=INVENTED.values())
def test_the_phrase_names_what_it_is(raw, phrase):
    assert describe(Document(raw)) == phrase


@pytest.mark.parametrize("raw", [b"Somebody, 1970-01-01, A*01:01\n", b"Somebody;Else;1970-01-01\n", b'{"Else": "A24"}'])
def test_nothing_of_the_content_is_quoted(raw):
    phrase = describe(Document(raw))
    assert not any(word in phrase for word in ("Somebody", "Else", "1970", "A24", "01:01"))


def test_an_unknown_input_is_refused_with_the_phrase(formats):
    with pytest.raises(ParseError, match=r"it looks like a HAML message"):
        recognise(Document(b"<haml/>"), formats)


def test_a_refusal_says_what_to_do(formats):
    for raw, advice in {b"sample,HLA-A\n": "in a profile", b"Dear colleague,\n": "keep such files out"}.items():
        with pytest.raises(ParseError) as refusal:
            recognise(Document(raw), formats)
        assert advice in refusal.value.explain()


def test_every_look_alike_has_one_kind_of_sign():
    assert all(sum(map(bool, (each.root, each.keys, each.pattern))) == 1 for each in APPEARANCES)
