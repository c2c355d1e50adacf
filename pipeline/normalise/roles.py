"""Whose typing a report holds: a donor's, or that of a patient, who must never be taken for a donor."""

RECIPIENT = "RECIPIENT"
"""Projects of this name type patients, in capitals or not."""


def is_recipient(project: str) -> bool:
    """Whether a project types patients."""
    return RECIPIENT in project.upper()
