"""HML messages held against the XML Schemas of the NMDP, where the site has installed them.

The schemas are not part of the program. A site puts them, under their published names (`hml-1.0.1.xsd`), into the
folder `schemas` of its data folder; a message of version 1.0.1 is held against the file of that name. Nothing is
fetched: a schema that asks for another file is not used.

Elements are compared under the schema's own namespace: real messages of 1.0.2 use one that its schema does not (it says
`.../hml/1.0`), and relays change the namespace. That a namespace is another than the version's is a finding of its own.
"""

from functools import lru_cache
from pathlib import Path

from lxml import etree

from parsers.format import HEAD_BYTES
from parsers.records import Finding
from parsers.xml_document import READ_SAFELY, read_xml, root_attribute
from parsers.xml_walk import local, place
from pipeline.errors import SiteError

SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
FETCHING = (f"{SCHEMA}import", f"{SCHEMA}include", f"{SCHEMA}redefine")
NAMESPACE = "http://schemas.nmdp.org/spec/hml/"
SHOWN = 50
"""So many breaches of one message are told one by one."""


def breaches(raw: bytes, folder: Path) -> tuple[Finding, ...]:
    """What the schema of its version says against a message; nothing if the site has not installed that schema.

    Raises ParseError if the message is not XML, SiteError if the installed file is no schema that can be used.
    """
    path = folder / f"hml-{Path(root_attribute(raw[:HEAD_BYTES], 'version')).name}.xsd"
    if not path.is_file():
        return ()
    root = read_xml(raw)
    schema, namespace = _schema(path, path.stat().st_mtime_ns)
    said = [*_foreign_namespace(root), *_said(schema, _under(namespace, root))]
    if len(said) > SHOWN:
        said[SHOWN:] = [Finding("schema", f"{len(said) - SHOWN} more breaches of the schema {path.name}")]
    return tuple(said)


@lru_cache(maxsize=8)
def _schema(path: Path, _changed: int) -> tuple[etree.XMLSchema, str]:
    """The schema of a file, and the namespace that it describes."""
    try:
        tree = etree.parse(str(path), etree.XMLParser(**READ_SAFELY))
        if any(True for _ in tree.iter(*FETCHING)):
            raise SiteError(f"{path} asks for other files and is not used; install a schema that stands alone")
        return etree.XMLSchema(tree), tree.getroot().get("targetNamespace", "")
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise SiteError(f"{path} is no XML Schema that can be used: {error}") from error


def _foreign_namespace(root: etree._Element) -> list[Finding]:
    namespace = etree.QName(root).namespace or ""
    if namespace == NAMESPACE + root.get("version", ""):
        return []
    return [Finding("schema", f'the namespace "{namespace}" is not that of the stated version', place(root))]


def _under(namespace: str, root: etree._Element) -> etree._Element:
    """The message with its own elements in this namespace."""
    for element in root.iter():
        element.tag = f"{{{namespace}}}{local(element)}"
    return root


def _said(schema: etree.XMLSchema, root: etree._Element) -> list[Finding]:
    schema.validate(root)
    return [
        Finding("schema", entry.message.replace(f"{{{etree.QName(root).namespace}}}", ""), f"line {entry.line}")
        for entry in schema.error_log  # type: ignore[attr-defined]  # the stubs forget that it can be iterated
    ]
