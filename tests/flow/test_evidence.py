"""The bead counts of a Luminex plate are named beside the typing of their sample, and the typing beside the plate."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.rebuild import rebuild
from pipeline.site import Site
from pipeline.store import queries
from pipeline.store.queries import Row

PLATE = """"Program","xPONENT","","FlexMAP 3D"
"Build","4.3.229.0"
"Date","03/14/2026","6:42 PM"
"SN","INVSN1"
"Batch","{batch}"
"BatchStartTime","3/14/2026 6:42:29 PM"
"Samples","2","Min Events","60","Per Bead"
"Results"
"DataType:","Median"
"Location","Sample","NC","PC","104","Total Events"
"1(1,A1)","{first}","161","18205","{signal}","8243"
"2(1,B1)","{second}","113","18000","69","8576"

"DataType:","Count"
"Location","Sample","NC","PC","104","Total Events"
"1(1,A1)","{first}","87","104","112","8243"
"2(1,B1)","{second}","92","120","82","8576"

-- CRC --
"CRC32: 0123ABCD"
"""
INTELLIFLEX = (
    "INSTRUMENT TYPE,SERIAL NUMBER,SOFTWARE VERSION,PLATE NAME,PLATE START,WELL LOCATION,SAMPLE ID,R25: RP1 MEDIAN\n"
    "INTELLIFLEX,INVSN2,Invented Bundle - 2.0,PLATE_INV_1,11/28/2026 12:12,A1,{first},130.5\n"
)
TYPING = "\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n0\tA*01:01\tA*02:01\tB*07:02\tB*08:01\tC*07:01\tC*07:02\t1\t1\n"


def arrive(site: Site, source: str, name: str, text: str) -> str:
    site.spool.append_messages(source, [(name, text.replace("\n", "\r\n").encode())])
    return str(list(queries.dump(site.ready_store(), "receipts"))[-1]["receipt"])


def plate(site: Site, first: str = "D-1", second: str = "D-2", batch: str = "INV_PLATE_1", signal: int = 63) -> str:
    text = PLATE.format(first=first, second=second, batch=batch, signal=signal)
    return arrive(site, "xponent", f"{batch}.csv", text)


def typing(site: Site, sample: str = "D-1", source: str = "lab") -> str:
    return arrive(site, source, f"{sample}_result.tsv", TYPING)


def evidence(site: Site, receipt: str) -> list[Row]:
    shown = queries.show(site.ready_store(), receipt)
    assert shown is not None
    return list(shown["evidence"])


def named(site: Site, receipt: str) -> list[tuple[str, str]]:
    return [(row["sample"], row["receipt"]) for row in evidence(site, receipt)]


def test_a_typing_names_the_plates_of_its_sample_and_a_plate_its_typings(site: Site) -> None:
    beads, first, second = plate(site), typing(site), typing(site, "D-2", source="other-lab")
    assert named(site, first) == [("D-1", beads)]
    assert named(site, beads) == [("D-1", first), ("D-2", second)]
    [told] = evidence(site, first)
    assert {key: told[key] for key in ("source", "name", "format", "kind")} == {
        "source": "xponent", "name": "INV_PLATE_1.csv", "format": "luminex_xponent", "kind": "observations"
    }  # fmt: skip


def test_a_plate_of_another_instrument_is_evidence_too(site: Site) -> None:
    made = typing(site)
    beads = [plate(site), arrive(site, "flex", "flex.csv", INTELLIFLEX.format(first="D-1"))]
    assert named(site, made) == [("D-1", each) for each in beads]
    assert named(site, beads[1]) == [("D-1", made)]


def test_plates_are_no_evidence_of_plates_nor_typings_of_typings(site: Site) -> None:
    plates = [plate(site), plate(site, batch="INV_PLATE_2")]
    typings = [typing(site, source="lab"), typing(site, source="other-lab")]
    assert [receipt for _, receipt in named(site, plates[0])] == typings
    assert [receipt for _, receipt in named(site, typings[0])] == plates


@pytest.mark.parametrize("name", ["D-10", "d-1", "Unknown1"])
def test_another_name_and_a_name_of_the_program_s_own_join_nothing(site: Site, name: str) -> None:
    beads = plate(site, first=name, second="D-9")
    made = typing(site, "Unknown1" if name == "Unknown1" else "D-1")
    assert named(site, made) == named(site, beads) == []


def test_only_the_newest_version_of_a_plate_is_named(site: Site) -> None:
    plate(site)
    made, again = typing(site), plate(site, signal=64)
    assert named(site, made) == [("D-1", again)]


def test_what_is_no_bead_count_is_no_evidence(site: Site, exports: Path) -> None:
    counts = arrive(site, "analyser", "oru.hl7", (exports / "oru-cbc.hl7").read_text())
    sample = next(queries.dump(site.ready_store(), "reports"))["sample"]
    assert named(site, typing(site, sample)) == named(site, counts) == []


def test_a_rebuilt_store_names_the_same(site: Site) -> None:
    beads, made = plate(site), typing(site)
    before = [named(site, each) for each in (beads, made)]
    assert rebuild(site).frames == 2
    assert [named(site, each) for each in (beads, made)] == before == [[("D-1", made)], [("D-1", beads)]]


def test_show_tells_a_person_and_a_program(site: Site, home: Path, graftline: Callable[..., Any]) -> None:
    beads, made = plate(site), typing(site)
    site.close()
    assert (
        f"-- bead counts of D-1: {beads}, luminex_xponent from xponent, INV_PLATE_1.csv\n"
        in graftline("show", made).stdout
    )
    assert f"-- typing of D-1: {made}, optitype from lab, D-1_result.tsv\n" in graftline("show", beads).stdout
    [told] = json.loads(graftline("--json", "show", made).stdout)["evidence"]
    assert told.keys() == {"sample", "receipt", "source", "name", "received", "format", "kind"}
