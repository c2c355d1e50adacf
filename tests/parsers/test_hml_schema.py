"""HML messages held against installed schemas: breaches are told with their lines, and nothing is fetched."""

import shutil

import pytest

from pipeline.errors import SiteError
from pipeline.hml_schema import SHOWN, breaches

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{namespace}" targetNamespace="{namespace}"
 elementFormDefault="qualified">{more}
<xs:element name="hml"><xs:complexType><xs:sequence>
<xs:element name="sample" maxOccurs="unbounded">
<xs:complexType><xs:attribute name="id" use="required"/></xs:complexType></xs:element>
</xs:sequence><xs:attribute name="version"/></xs:complexType></xs:element></xs:schema>"""
NAMESPACE = "http://schemas.nmdp.org/spec/hml/1.0.1"
MESSAGE = f'<hml xmlns="{NAMESPACE}" version="1.0.1">\n<sample id="S-1"/>\n</hml>'


@pytest.fixture
def folder(tmp_path):
    """An invented schema, far smaller than the real one, as that of 1.0.1."""
    install(tmp_path, SCHEMA.format(namespace=NAMESPACE, more=""))
    return tmp_path


def install(folder, text):
    (folder / "hml-1.0.1.xsd").write_text(text, encoding="utf-8")


def told(text, folder):
    return [(each.where, each.message) for each in breaches(text.encode(), folder)]


def test_a_valid_message_breaches_nothing(folder):
    assert told(MESSAGE, folder) == []


def test_a_breach_is_told_with_its_line(folder):
    ((where, message),) = told(MESSAGE.replace(' id="S-1"', ""), folder)
    assert where == "line 2"
    assert message == "Element 'sample': The attribute 'id' is required but missing."


def test_without_the_schema_of_the_version_nothing_is_said(folder, tmp_path):
    assert told(MESSAGE.replace('"1.0.1"', '"1.0.9"'), folder) == []
    assert told(MESSAGE, tmp_path / "no such folder") == []
    assert told(MESSAGE.replace('"1.0.1"', '"../hml-1.0.1"'), folder) == []


def test_another_namespace_is_a_breach_and_the_rest_is_checked_all_the_same(folder):
    relayed = MESSAGE.replace(NAMESPACE, "urn:invented:relay").replace(' id="S-1"', "")
    assert [where for where, _ in told(relayed, folder)] == ["line 1", "line 2"]


def test_a_schema_under_another_namespace_than_its_name_is_used_all_the_same(folder):
    """As the published schema of 1.0.2 is: it describes the namespace of 1.0."""
    install(folder, SCHEMA.format(namespace="http://schemas.nmdp.org/spec/hml/1.0", more=""))
    assert told(MESSAGE, folder) == []


def test_many_breaches_are_counted(folder):
    lines = told(MESSAGE.replace("<sample id", "<magic/>" + "<sample/>" * 200 + "<sample id"), folder)
    assert len(lines) <= SHOWN + 1
    many = MESSAGE.replace('<sample id="S-1"/>', "<sample/>\n" * 200)
    assert told(many, folder)[-1][1] == "150 more breaches of the schema hml-1.0.1.xsd"
    assert len(told(many, folder)) == SHOWN + 1


@pytest.mark.parametrize(
    "schema",
    [
        "no schema",
        "<other/>",
        SCHEMA.format(
            namespace=NAMESPACE, more='<xs:import namespace="n" schemaLocation="http://example.invalid/n.xsd"/>'
        ),
        SCHEMA.format(namespace=NAMESPACE, more='<xs:include schemaLocation="../secret.xsd"/>'),
    ],
)
def test_a_file_that_is_no_schema_or_asks_for_others_is_named(schema, folder):
    install(folder, schema)
    with pytest.raises(SiteError, match=r"hml-1\.0\.1\.xsd"):
        told(MESSAGE, folder)


def test_the_files_of_the_collection_are_valid_or_not_as_its_notes_say(shared, tmp_path):
    typing = shared / "samples" / "typing"
    for schema in (typing / "hml-xsd").iterdir():
        shutil.copy(schema, tmp_path)
    wanted = {
        "dash_DaSSH_CIBMTR_HML_Donor.hml.xml": 0,
        "dash_DaSSH_CIBMTR_Recipient_1.hml.xml": 0,
        "immunogenetr_hml_2_AlloSeqAssign.hml": 2,
    }
    found = {name: len(breaches((typing / "hml-1.0.1" / name).read_bytes(), tmp_path)) for name in wanted}
    assert found == wanted
    assert breaches((typing / "hml-1.0.1" / "ngs_invalid-schema.xml").read_bytes(), tmp_path)
