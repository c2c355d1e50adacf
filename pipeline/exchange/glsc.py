"""GL String Code: a table of one row for each sample and release, `id,glstring`, that any GL String tool reads.

    D1,hla#3.58.0#HLA-A*01:01+HLA-A*02:01^HLA-B*08:01+HLA-B*44:02^HLA-DRB4*NNNN

A locus whose release nobody stated stands in a row of plain GL Strings; one that is absent, not tested or failed is so
under every release, and stands with the others of its sample. Genes of KIR stand in a row of their own, for their
releases are those of IPD-KIR (`kir#2.12.0#`). What it cannot hold: everything but id, GL String and release. The id is
the sample's, or the subject's where there is no sample.

Source: http://glstring.org; Mack 2023, doi:10.1111/tan.15126.
"""

import csv
import io
from collections.abc import Sequence

from parsers.glstring_code import coded, namespace_of
from parsers.records import TypingReport
from parsers.typing_states import UNCALLED
from pipeline.exchange.record import Dispatch, LeftOut, Written, glstring_of, why_not

HEADER = ("id", "glstring")


def write(reports: Sequence[TypingReport], dispatch: Dispatch) -> Written:  # noqa: ARG001  # every writer is given one
    """One table of every report."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(HEADER)
    left_out: list[LeftOut] = []
    tables = [_rows(report, left_out) for report in reports]
    table.writerows(row for rows in tables for row in rows)
    return Written(out.getvalue(), left_out, sum(map(bool, tables)))


def _rows(report: TypingReport, left_out: list[LeftOut]) -> list[tuple[str, str]]:
    """A row for each release that the report was typed under; what has no GL String is added to `left_out`."""
    name = report.sample or report.subject
    by_release: dict[tuple[str, str], list[str]] = {}
    called = [each for each in report.loci if each.state not in UNCALLED]
    usual = {namespace_of(each.locus): each.stated_release for each in reversed(called)}
    for locus in report.loci:
        namespace = namespace_of(locus.locus)
        if glstring := glstring_of(locus):
            release = usual.get(namespace, "") if locus.state in UNCALLED else locus.stated_release
            by_release.setdefault((namespace, release), []).append(glstring)
        else:
            left_out.append(LeftOut(name, locus.locus, why_not(locus)))
    return [(name, coded(release, "^".join(glstrings))) for (_, release), glstrings in by_release.items()]
