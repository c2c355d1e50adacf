"""Atlas donor import (JSON), in which a registry hands its donors to the matcher. Built without its acceptance.

    {"updateMode": "full", "donors": [{"recordId", "changeType": "N", "donorType": "D", "donPool",
      "hla": {"a": {"dna": {"field1": "*02:01", "field2": "*33:01"}, "ser": {"field1": "2", "field2": "33"}},
              "b": ..., "c": ..., "drb1": ...}}]}

`updateMode` stands before the donors, for Atlas reads them as they come. A, B and DRB1 have to be there: a donor
without one of them is left out, and so are donors of whom two would have one recordId. What Atlas cannot hold: other
loci, release, dates, method, alternative genotypes, the subject beside the sample (recordId is the sample, or the
subject where there is none).
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from parsers.records import TypingReport
from pipeline.exchange.donor_fields import Listed, by_donor, held
from pipeline.exchange.record import Dispatch, LeftOut, Written

LOCI = ("A", "B", "C", "DPB1", "DQB1", "DRB1")
REQUIRED = ("A", "B", "DRB1")
SAME_NAME = "another donor of this file has the same id, and Atlas would take the two for one"
INCOMPLETE = "Atlas takes no donor without A, B and DRB1"


def write(reports: Sequence[TypingReport], dispatch: Dispatch) -> Written:
    """One import of the donors that these reports are about."""
    told = by_donor(reports)
    named = Counter(map(_name, told))
    left_out = [LeftOut(name, "", SAME_NAME) for name, count in named.items() if count > 1]
    donors = [donor for each in told if named[_name(each)] == 1 and (donor := _donor(each, dispatch, left_out))]
    document = {"updateMode": "full", "donors": donors}
    return Written(json.dumps(document, indent=1, ensure_ascii=False) + "\n", left_out, len(donors))


def _name(report: TypingReport) -> str:
    return report.sample or report.subject


def _donor(report: TypingReport, dispatch: Dispatch, left_out: list[LeftOut]) -> dict[str, Any] | None:
    found = held(report, LOCI, left_out)
    if not found.keys() >= set(REQUIRED):
        left_out.append(LeftOut(_name(report), "", INCOMPLETE))
        return None
    pool = {"donPool": dispatch.pool} if dispatch.pool else {}
    hla = {locus.lower(): _values(found[locus]) for locus in LOCI if locus in found}
    return {"recordId": _name(report), "changeType": "N", "donorType": "D", **pool, "hla": hla}


def _values(listed: Listed) -> dict[str, dict[str, str]]:
    """What is said of a locus by each method; a star stands before what was found by DNA."""
    said = {"dna": [f"*{value}" for value in listed.dna if value], "ser": [value for value in listed.serology if value]}
    return {
        method: {f"field{place}": value for place, value in enumerate(values, start=1)}
        for method, values in said.items()
        if values
    }
