"""What is to be said of a name that was reduced: each note stands beside the result and refuses nothing."""

from collections.abc import Iterator

import msgspec

from parsers.glstring_code import ACCESSION
from pipeline.normalise.nomenclature.locus import Locus
from pipeline.normalise.nomenclature.names import (
    ANTIGEN,
    EXPRESSION,
    OLD_LETTER,
    kind_of,
    split_name,
    suffix_of,
)
from pipeline.normalise.nomenclature.reductions import OF_GROUPS, Mode
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.nomenclature.tce import PREFIX, group_of
from pipeline.normalise.records import Flag

NULL = "N"
OLD_SPELLINGS = frozenset({"old_name_translated", "old_gene_name", "colon_added", "accession_number"})
"""What is said of an accession number, or a name in the spelling of before April 2010, that could be read."""


def notes(name: str, mode: Mode, release: Release) -> tuple[Flag, ...]:
    """Everything to be noted when `name`, which the release holds, is reduced in this mode."""
    kind = kind_of(*split_name(name))
    if kind == "word":
        return ()
    if kind == "old":
        return tuple(dict.fromkeys((*old_note(name, release), *_notes_of_today(name, mode, release))))
    gene, fields = split_name(name)
    locus = release.locus(gene)
    found = [split_name(each)[1] for each in release.reduce(name, mode)]
    return (
        *_null_note(name, fields, found, locus),
        *_letter_note(name, fields, found),
        *_group_note(name, mode, locus),
        *_relation_notes(name, fields, mode, found, locus),
        *(code_notes(name, release) if kind == "MAC" else ()),
        *(_antigen_note(name, fields, locus) if kind == "serology" else ()),
    )


def _notes_of_today(name: str, mode: Mode, release: Release) -> Iterator[Flag]:
    for today in release.status(name).successor.split("/"):
        yield from (msgspec.structs.replace(flag, token=name) for flag in notes(today, mode, release))


def old_note(name: str, release: Release) -> Iterator[Flag]:
    """What an accession number, or a name in the spelling of before 2010, is called today."""
    today, bare = release.status(name).successor, split_name(name)[1].removeprefix(OLD_LETTER)
    if ACCESSION.fullmatch(bare):
        message = f"an accession number; release {release.version} calls its allele {today}"
        yield Flag("accession_number", name, message, "info")
    elif ":" in bare or not bare[:1].isdecimal():
        yield Flag("old_gene_name", name, f"HLA-C was called Cw until April 2010; this is read as {today}", "info")
    elif bare[-2:].isalpha():
        yield Flag("colon_added", name, f"a code written without its colon; this is read as {today}", "info")
    else:
        yield Flag("old_name_translated", name, f"a name of before April 2010; it is {today} today", "info")


def _null_note(name: str, fields: str, found: list[str], locus: Locus) -> Iterator[Flag]:
    if not all(suffix_of(each.removesuffix("g")) == NULL for each in found) and locus.is_null(fields):
        message = "a null allele; the name it reduces to says nothing about expression, so do not match by it"
        yield Flag("null_in_group", name, message, "info")


def _letter_note(name: str, fields: str, found: list[str]) -> Iterator[Flag]:
    letter = suffix_of(fields)
    if letter in ("", NULL) or all(suffix_of(each.removesuffix("g")) == letter for each in found):
        return
    if not any(map(ANTIGEN.fullmatch, found)):
        message = f"{letter}, {EXPRESSION[letter]['meaning']}; the name it reduces to does not say so"
        yield Flag("expression_not_told", name, message, "info")


def _group_note(name: str, mode: Mode, locus: Locus) -> Iterator[Flag]:
    if mode in OF_GROUPS and not locus.has_groups:
        message = f"the release defines no groups for {locus.gene}; the name is left as it is"
        yield Flag("gene_without_groups", name, message, "info")


def _relation_notes(name: str, fields: str, mode: Mode, found: list[str], locus: Locus) -> Iterator[Flag]:
    if mode == "S":
        if not all(map(ANTIGEN.fullmatch, found)):
            yield Flag("no_serology", name, "the release relates no antigen to it; the name is left as it is", "info")
    elif mode == "TCE" and locus.names.tce:
        if not all(each.startswith(PREFIX) for each in found):
            message = "the release states no T-cell epitope group for it; the name is left as it is"
            yield Flag("no_tce_group", name, message, "info")
        assigned = {locus.names.tce.get(member, "") for member in locus.members(fields)}
        if any("$" in each and group_of(each) for each in assigned):
            yield Flag("tce_predicted", name, "the T-cell epitope group is predicted from the sequence", "info")


def code_notes(name: str, release: Release) -> Iterator[Flag]:
    """What became of the members of a multiple allele code."""
    gene, fields = split_name(name)
    expansion = release.locus(gene).expansion(fields)
    if expansion.renamed:
        message = ", ".join(f"{old} is now {now}" for old, now in expansion.renamed)
        yield Flag("mac_member_renamed", name, f"members of this code have other names today: {message}", "info")
    if expansion.lost:
        told = ", ".join(_told(member, release.locus(gene)) for member in expansion.lost)
        yield Flag(
            "mac_member_gone", name, f"members of this code that the release does not hold were left out: {told}"
        )


def _told(member: str, locus: Locus) -> str:
    """A member that is not held, and what is held with another expression letter."""
    held = locus.near(member)
    return f"{member} ({held})" if held else member


def _antigen_note(name: str, fields: str, locus: Locus) -> Iterator[Flag]:
    if associated := locus.names.associated.get(fields):
        message = f"{', '.join(associated)} may be reported as {fields}, too; their alleles are not among its own"
        yield Flag("associated_antigens", name, message, "info")
