"""Atlas donor import (JSON), in which a registry hands its donors to the matcher. Built without its acceptance.

    {"updateMode": "full", "donors": [{"recordId", "changeType": "N", "donorType": "D", "donPool",
      "hla": {"a": {"dna": {"field1": "*02:01", "field2": "*33:01"}}, "b": ..., "c": ..., "drb1": ...}}]}

`updateMode` stands before the donors, for Atlas reads them as they come. A, B and DRB1 have to be there: a donor
without one of them is left out. What Atlas cannot hold: other loci, release, dates, method, alternative genotypes, the
subject beside the sample (recordId is the sample, or the subject where there is none).
"""

import json
from collections.abc import Sequence
from typing import Any

from parsers.records import TypingReport
from pipeline.exchange.donor_fields import held
from pipeline.exchange.record import Dispatch, LeftOut, Written

LOCI = ("A", "B", "C", "DPB1", "DQB1", "DRB1")
REQUIRED = ("A", "B", "DRB1")
INCOMPLETE = "Atlas takes no donor without A, B and DRB1"


def write(reports: Sequence[TypingReport], dispatch: Dispatch) -> Written:
    """One import with a donor for each report."""
    left_out: list[LeftOut] = []
    donors = [donor for report in reports if (donor := _donor(report, dispatch, left_out))]
    document = {"updateMode": "full", "donors": donors}
    return Written(json.dumps(document, indent=1, ensure_ascii=False) + "\n", left_out, len(donors))


def _donor(report: TypingReport, dispatch: Dispatch, left_out: list[LeftOut]) -> dict[str, Any] | None:
    name = report.sample or report.subject
    found = dict(held(report, LOCI, left_out))
    if not found.keys() >= set(REQUIRED):
        left_out.append(LeftOut(name, "", INCOMPLETE))
        return None
    pool = {"donPool": dispatch.pool} if dispatch.pool else {}
    hla = {
        locus.lower(): {
            "dna": {f"field{place}": f"*{value}" for place, value in enumerate(found[locus], start=1) if value}
        }
        for locus in LOCI
        if locus in found
    }
    return {"recordId": name, "changeType": "N", "donorType": "D", **pool, "hla": hla}
