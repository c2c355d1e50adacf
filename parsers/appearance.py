"""What an input looks like that no format reads: said without quoting anything a person could be known by."""

from parsers.format import Document


def describe(document: Document) -> str:
    """A phrase for people, such as `an XML document with the root element "haml"`."""
    return f"{len(document.raw)} bytes"
