"""MIRING: whether an HML message of version 1.0 tells all that a genotyping by NGS should tell about itself.

The rules are the table config/codes/miring.toml. A breach says nothing against a typing, and nearly every message of a
laboratory has one; so it is told to whoever checks a file, and is no doubt that goes with the typing.
"""

from functools import cache
from typing import Any, cast

import msgspec
from lxml import etree

from parsers.code_tables import settings
from parsers.records import Finding
from parsers.xml_document import read_xml
from parsers.xml_walk import local, place


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: its number in the validator of the NMDP, an XPath that finds what breaks it, and what it asks for."""

    number: str
    offenders: str
    sentence: str


@cache
def rules() -> tuple[tuple[Rule, etree.XPath], ...]:
    """The rules, in the order of their numbers."""
    table = msgspec.convert(settings("miring.toml")["rule"], tuple[Rule, ...])
    joins = {(None, "reference"): _reference, (None, "used"): _is_used}
    return tuple((rule, etree.XPath(rule.offenders, extensions=joins)) for rule in table)


def _reference(context: Any, ids: list[str]) -> list[etree._Element]:
    """The reference-sequence that has one of these ids; XPath 1.0 alone cannot join elements by their ids."""
    if "references" not in context.eval_context:
        found = context.context_node.getroottree().iter("reference-sequence")
        context.eval_context["references"] = {each.get("id"): each for each in found}
    references = context.eval_context["references"]
    return [references[each] for each in ids if each in references]


def _is_used(context: Any, ids: list[str]) -> bool:
    """Whether some block names one of these ids."""
    if "used" not in context.eval_context:
        found = context.context_node.getroottree().iter("consensus-sequence-block")
        context.eval_context["used"] = {each.get("reference-sequence-id") for each in found}
    return not context.eval_context["used"].isdisjoint(ids)


def breaches(raw: bytes) -> tuple[Finding, ...]:
    """A finding for every rule that the message breaks: how often, and where first. Raises ParseError."""
    root = read_xml(raw)
    for element in root.iter():
        element.tag = local(element)
    found = ((rule, cast(list[etree._Element], offenders(root))) for rule, offenders in rules())
    return tuple(_finding(rule, elements) for rule, elements in found if elements)


def _finding(rule: Rule, elements: list[etree._Element]) -> Finding:
    times = f", {len(elements)} times" if len(elements) > 1 else ""
    return Finding("miring", f"MIRING {rule.number}{times}: {rule.sentence}", place(elements[0]))
