"""A report that came over a line that was away meanwhile: what it states stands, and some of it may be missing."""

from msgspec.structs import replace

from parsers.records import Finding, Report


def with_gap(report: Report, note: str) -> Report:
    """The report with what its link noted of the way here; as it is where that is nothing."""
    return replace(report, findings=(*report.findings, Finding("lines_missing", note))) if note else report
