"""A text whose last line has no end may have been cut short, and a name that is cut short is another allele's.

`A*24:02:01:02L` without its last character is expressed, `DRB1*04:101` is `DRB1*04:10`, and nothing in the text tells
it. So a locus that stands on such a line keeps what is printed and is not called: a donor who lacks a locus is typed
again, one with a wrong allele is not. Of a line with all loci of a person it is the last one, if the line ends in it.
"""

from msgspec.structs import replace

from parsers.records import Finding, TypingReport
from parsers.typing_states import uncalled

NO_LINE_END = Finding("no_final_line_end", "the last line has no end: the file may be cut short", "last line")
MAY_BE_CUT = "the last line has no end: what stands last may be cut short, so this locus is not called"


def with_open_end(report: TypingReport, *loci: str) -> TypingReport:
    """The last report of a text without a final line end; `loci` are those that the end may have cut."""
    if not any(loci):
        return replace(report, findings=(*report.findings, NO_LINE_END))
    doubts = [Finding(NO_LINE_END.code, MAY_BE_CUT, NO_LINE_END.where, locus) for locus in dict.fromkeys(loci) if locus]
    return replace(
        report,
        loci=tuple([uncalled(each) if each.locus in loci else each for each in report.loci]),
        findings=(*report.findings, *doubts),
    )


def loci_at_end(report: TypingReport, text: str) -> tuple[str, ...]:
    """The report's last locus if the text ends in it; none if a quotation mark or another cell follows it."""
    return tuple([last.locus for last in report.loci[-1:] if text.endswith(last.reported)])
