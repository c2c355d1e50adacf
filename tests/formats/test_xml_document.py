"""XML from strangers is read without doing what it asks for."""

import pytest
from lxml import etree

from parsers.errors import ParseError
from parsers.xml_document import TAG_LIMIT, read_xml, root_name

EXTERNAL = '<!DOCTYPE hml [<!ENTITY x SYSTEM "{address}">]><hml><sample id="s">&x;</sample></hml>'
LAUGHS = (
    "<!DOCTYPE hml [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]><hml>&a9;</hml>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [EXTERNAL, LAUGHS, '<!DOCTYPE hml SYSTEM "{address}"><hml/>'])
def test_a_document_type_definition_is_refused_unfetched(text, encoding, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("must not be read", encoding="utf-8")
    with pytest.raises(ParseError) as refusal:
        read_xml(text.replace("{address}", secret.as_uri()).encode(encoding))
    assert "must not be read" not in refusal.value.explain()
    assert "document type definition" in str(refusal.value)


def test_too_many_tags_are_refused_before_a_tree_is_built():
    with pytest.raises(ParseError, match="too large"):
        read_xml(b"<a>" + b"<b/>" * (TAG_LIMIT + 1) + b"</a>")


def test_nesting_without_end_is_refused():
    with pytest.raises(ParseError, match="not well-formed"):
        read_xml(b"<a>" * 5000 + b"</a>" * 5000)


def test_a_refusal_does_not_log_what_it_quotes():
    with pytest.raises(ParseError) as refusal:
        read_xml(b'<hml>\n<sample id="Somebody"><typing></sample></hml>')
    assert "Somebody" in refusal.value.explain()
    assert "Somebody" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.where.startswith("line 2")


def test_comments_inside_a_text_do_not_cut_it():
    root = read_xml(b"<glstring>HLA-A*01<!-- remark -->:01<?pi?>+HLA-A*02:01</glstring>")
    assert root.text == "HLA-A*01:01+HLA-A*02:01"
    assert not etree.tostring(root).count(b"remark")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<hml/>", "hml"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- <other> --><n:hml xmlns:n='u'>", "hml"),
        ("<hml>".encode("utf-16-be"), "hml"),
        (b"<!-- before --><?xml version='1.0'?>\n<!DOCTYPE hml PUBLIC 'x' 'y'>\n<hml version='0.3'>", "hml"),
        (b"<!-- never closed <hml>", None),
        (b"plain <hml>", None),
        (b"<", None),
        (b"", None),
    ],
)
def test_the_root_is_found_behind_whatever_stands_before_it(head, name):
    assert root_name(head) == name
