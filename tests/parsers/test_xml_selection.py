"""What a reader takes of a document and what is counted: nothing is in neither."""

from lxml import etree

from parsers.xml_selection import Selection

DOCUMENT = b'<a x="1"><b y="2">kept</b><b>left</b><c><d>deep</d><d z="3"/></c><e/>text</a>'


def selection():
    return Selection(etree.fromstring(DOCUMENT))


def left(chosen):
    return {each.path: each.count for each in chosen.left()}


def test_an_untouched_document_is_counted_by_its_uppermost_parts():
    assert left(selection()) == {"a/@x": 1, "a/b": 2, "a/c": 1, "a/text()": 1}


def test_what_is_taken_is_not_counted_and_what_stands_beside_it_is():
    chosen = selection()
    assert chosen.text(chosen.root, "b") == "kept"
    assert chosen.text(chosen.root, "c/d") == "deep"
    assert left(chosen) == {"a/@x": 1, "a/b": 1, "a/b/@y": 1, "a/c/d": 1, "a/text()": 1}


def test_an_element_that_holds_nothing_is_not_counted():
    assert "a/e" not in left(selection())


def test_names_are_local():
    chosen = Selection(etree.fromstring(b'<p:a xmlns:p="urn:x" p:q="1"><p:b>text</p:b></p:a>'))
    assert chosen.texts(chosen.root, "b") == ["text"]
    assert left(chosen) == {"a/@q": 1}


def test_what_is_not_there_is_empty():
    chosen = selection()
    nowhere = chosen.first(chosen.root, "nowhere")
    assert (nowhere, chosen.text(nowhere), chosen.attribute(nowhere, "x")) == (None, "", "")
