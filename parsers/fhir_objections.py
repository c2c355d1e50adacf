"""What the resources of a FHIR document say against the results that rest on them, beside the results' own status.

    modifierExtension       of a resource or of a component: may turn what it stands with into its contrary
    Specimen.status         entered-in-error, unsatisfactory
    Bundle.type history     states that were replaced, beside the newest ones
    entry.request DELETE    a resource that is no more

FHIR asks of whoever takes a resource in to understand its modifier extensions or to leave it alone. None is understood
here, so what carries one is kept as printed.

Source: HL7 FHIR R4 (extensibility.html, specimen.html, http.html).
"""

from collections.abc import Iterator

from msgspec.structs import replace

from parsers.elements import Element
from parsers.errors import ParseError
from parsers.fhir_resources import place
from parsers.records import Finding
from parsers.result_statuses import FHIR_SPECIMEN

NEWEST = "a collection or searchset that holds every resource once, in its newest state"
EXPORT_AGAIN = "Have the sender export the resources as they are now."


def refuse_past_states(root: Element) -> None:
    """Nothing, for a document that shows resources as they are. Raises ParseError for one that tells their past."""
    if root.name == "Bundle" and root.first("type").text == "history":
        raise ParseError(
            "this Bundle is a history: states that were replaced or deleted stand in it beside the newest ones",
            found="history",
            where="Bundle.type",
            expected=NEWEST,
            advice=EXPORT_AGAIN,
        )
    for number, entry in enumerate(root.each("entry"), start=1):
        if entry.first("request", "method").text == "DELETE":
            raise ParseError(
                "this Bundle asks to delete a resource, and what was read of it before cannot be taken back so",
                found="DELETE",
                where=f"entry {number}, request.method",
                expected=NEWEST,
                advice=EXPORT_AGAIN,
            )


def objections(resource: Element) -> Iterator[Finding]:
    """Why nobody may call what rests on this resource."""
    for holder in (resource, *resource.each("component")):
        for extension in holder.each("modifierExtension"):
            yield Finding("modifier_extension", _unknown(resource, extension), place(resource))
    if resource.name == "Specimen" and (doubt := FHIR_SPECIMEN.get(resource.first("status").text)):
        yield replace(doubt, where=place(resource))


def _unknown(resource: Element, extension: Element) -> str:
    return (
        f"{resource.name} carries a modifier extension that is not known here, {extension.first('url').text}: it may "
        "say the contrary of what it stands with; what rests on it is kept as printed"
    )
