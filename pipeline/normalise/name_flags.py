"""What is to be said of a single name under a release, wherever it stands: why it cannot be used, or what it means."""

from collections.abc import Iterator

from pipeline.normalise.glstring import AmbiguousAbbreviation, GLStringError
from pipeline.normalise.nomenclature.names import EVERYBODYS, EXPRESSION, WORDS, split_name, suffix_of, word_of
from pipeline.normalise.nomenclature.release import Release, Status
from pipeline.normalise.records import Flag, Severity
from pipeline.normalise.reduction_flags import code_notes, old_note

ABSENT = "gene_absent"
REFUSALS: dict[str, tuple[str, Severity, str]] = {
    "deleted": ("deleted_allele", "error", "this name was given up{successor}{reason}"),
    "unknown": ("unknown_allele", "error", "release {version} does not hold this name{reason}"),
    "MAC": (
        "mac_not_installed",
        "warning",
        "a multiple allele code; no code list is installed to say what it stands for",
    ),
    "unknown_code": ("unknown_mac", "error", "the installed list of multiple allele codes does not hold this code"),
    "misused_code": (
        "mac_first_field",
        "error",
        "this multiple allele code names alleles with their first field{reason}",
    ),
    "old": ("old_name", "error", "a name without colons, from before April 2010, to be translated by hand{reason}"),
    "malformed": ("malformed_name", "error", "this is no HLA name; expected one like A*01:01:01:01"),
}


def flags_for_name(name: str, release: Release) -> Iterator[Flag]:
    """What is to be said of a name under this release, wherever it stands."""
    status, (locus, fields) = release.status(name), split_name(name)
    if status.kind in REFUSALS:
        yield flag_for_status(name, status, release.version)
    elif status.kind == "word":
        word = WORDS[word_of(fields)]
        yield Flag(word["code"], name, word["message"], "info")
        if word["code"] == ABSENT:
            yield from flags_for_absence(locus, name)
    elif status.kind == "code":
        yield from code_notes(name, release)
    elif status.kind == "renamed":
        yield from old_note(name, release)
    else:
        yield from _expression_flags(name, fields, release)


def flags_for_absence(locus: str, printed: str) -> Iterator[Flag]:
    """The doubt about a gene that is called absent, where everybody has it."""
    if locus in EVERYBODYS:
        message = f"{locus} is called absent, and everybody has it: another word may have been meant"
        yield Flag("never_absent", printed, message)


def flag_for_status(name: str, status: Status, version: str) -> Flag:
    """The flag of a name that cannot be used under this release."""
    code, severity, message = REFUSALS[status.kind]
    successor = f"; it is now {status.successor}" if status.successor else ""
    reason = f" ({status.reason})" if status.reason else ""
    return Flag(code, name, message.format(successor=successor, reason=reason, version=version), severity)


def flag_for_error(error: GLStringError) -> Flag:
    """The flag of an expression that is no GL String, or not one only, with the place at which it ceases to be one."""
    if isinstance(error, AmbiguousAbbreviation):
        return Flag("ambiguous_abbreviation", error.found, error.explain(), "error", error.position)
    return Flag("malformed_name", error.found, error.explain(), "error", error.position)


def _expression_flags(name: str, fields: str, release: Release) -> Iterator[Flag]:
    if suffix := suffix_of(fields):
        row = EXPRESSION[suffix]
        severity: Severity = "warning" if row["severity"] == "warning" else "info"
        yield Flag(row["code"], name, row["meaning"], severity)
    elif release.is_null(name):
        yield Flag("null_allele", name, "every allele of this name is null, though the name does not say so", "warning")
