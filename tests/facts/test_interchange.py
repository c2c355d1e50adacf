"""Typings that come and go between laboratories and registries: what reaches the matcher, and what two sides say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Graftline = Callable[..., Any]

GRID = "9999TEST00000000216"
HML = (
    '<hml xmlns="http://schemas.nmdp.org/spec/hml/1.0.1" version="1.0.1" project-name="{project}">'
    '<hmlid root="2.16.1" extension="{number}"/><reporting-center reporting-center-id="999"/>'
    '<sample id="DONOR-7"><typing gene-family="HLA" date="2026-09-23"><allele-assignment date="2026-09-23"'
    ' allele-db="IMGT/HLA" allele-version="0.1.0">{said}</allele-assignment><typing-method>'
    '<sbt-ngs locus="HLA-A" test-id="X" test-id-source="gtr"/></typing-method></typing></sample></hml>'
)
ORU = (
    "MSH|^~\\&|LIS|LAB|||20260923||ORU^R01^ORU_R01|{number}|{mode}|2.5.1\rPID|1||DONOR-7^^^LAB^MR\r"
    "OBR|1||F1|51969-4^HLA^LN|||20260923\rSPM|1|S1\r{results}\r"
)
CALLED, OTHER = "A*01:01+A*02:01", "A*01:01+A*03:01"
CODES = {
    "A*01:01": "57290-9 13298-5 78014-8",
    "B*07:02": "57291-7 13299-3 78015-5",
    "C*07:01": "77636-9 57297-4 13302-5 96636-6",
    "DRB1*03:01": "57293-3 57298-2 96664-8",
    "DRB3*01:01": "57294-1 59022-4",
    "DRB4*01:03": "57295-8 59021-6",
    "DRB5*01:01": "57296-6 59020-8",
    "DQA1*01:02": "59019-0 94495-9 44728-4 96654-9",
    "DQB1*06:02": "57299-0 53938-7 43291-4 78017-1",
    "DPA1*01:03": "59018-2 96643-2",
    "DPB1*04:01": "59017-4 96648-1",
}


def hml(said: str, number: int = 1, project: str = "LAB") -> str:
    text = said if not said or said.startswith("<") else f"<glstring>{said}</glstring>"
    return HML.format(said=text, number=number, project=project)


def oru(*values: tuple[str, str], number: int = 1, mode: str = "P") -> str:
    results = (f"OBX|{at}|TX|57290-9^A^LN|{at}|{value}||||||{status}" for at, (value, status) in enumerate(values, 1))
    return ORU.format(number=number, mode=mode, results="\r".join(results))


def fed(graftline: Graftline, donor: str = "DONOR-7") -> dict[str, str] | None:
    """The loci that the matcher is told of a donor; none where it is told nothing of anybody of that name."""
    donors = {row["donor"]: row["loci"] for row in graftline("--json", "dump", "donors").rows()}
    return donors.get(donor)


def take(graftline: Graftline, name: str, *texts: str) -> list[str]:
    """The receipts of texts that arrive one after the other."""
    receipts = []
    for number, text in enumerate(texts, 1):
        path = Path(f"{number}-{name}")
        path.write_bytes(text.encode())
        receipts.append(graftline("--json", "ingest", path).row()["files"][0]["receipt"])
    return receipts


def states(graftline: Graftline, name: str, text: str) -> dict[str, tuple[str, str | None]]:
    Path(name).write_bytes(text.encode())
    loci = [locus for row in graftline("parse", name).rows() for locus in row.get("loci", ())]
    return {locus["locus"]: (locus["state"], locus.get("glstring")) for locus in loci}


STATEMENTS = {
    "A*02:01+A*01:01|A*01:01+A*02:01": "HLA-A*01:01+HLA-A*02:01",
    "A*01:01": "HLA-A*01:01",
    "\n A*01:11N\n + A*02:01 ": "HLA-A*01:11N+HLA-A*02:01",
    '<glstring uri="http://gl.invalid/1"/><glstring>A*01:01+A*01:01</glstring>': "HLA-A*01:01+HLA-A*01:01",
    '<haploid locus="A" method="DNA" type="01:01"/><haploid locus="A" method="DNA" type=""/>': "HLA-A*01:01",
    "A*01:01+A*02:01+A*03:01": None,
    "A*01:01|A*01:01+A*02:01": None,
    "A*01:01v1+A*02:01": None,
    "A*01:01/02+A*03:01": None,
    "A*01:11+A*02:01": None,
    '<haploid locus="A" method="SER" type="1"/>': None,
    '<glstring uri="http://gl.invalid/1"/>': None,
    "": None,
}


def test_what_the_matcher_is_told_of_a_statement(graftline: Graftline) -> None:
    """One copy is never two, a null never loses its N, and what nobody has called reaches nobody."""
    start, sample, end = hml("A*01:01").partition('<sample id="DONOR-7">')
    samples = [
        (sample + end.removesuffix("</hml>"))
        .replace("DONOR-7", f"D{at}")
        .replace("<glstring>A*01:01</glstring>", said if said.startswith("<") else f"<glstring>{said}</glstring>")
        for at, said in enumerate(STATEMENTS)
    ]
    take(graftline, "run.hml", f"{start}{''.join(samples)}</hml>")
    told = {row["donor"]: row["loci"].get("A") for row in graftline("--json", "dump", "donors").rows()}
    assert {said: told[f"D{at}"] for at, said in enumerate(STATEMENTS)} == STATEMENTS


def test_every_code_of_a_locus_names_it_where_the_value_names_no_gene(graftline: Graftline) -> None:
    for at in range(4):
        chosen = {name: codes.split()[at] for name, codes in CODES.items() if len(codes.split()) > at}
        rows = [f"OBX|1|TX|{code}^x^LN|1|{name.partition('*')[2]}||||||F" for name, code in chosen.items()]
        read = states(graftline, "loci.hl7", ORU.format(number=1, mode="P", results="\r".join(rows)))
        assert set(read) == {name.partition("*")[0] for name in chosen}


@pytest.mark.parametrize("status", ["W", "D"])
def test_a_result_that_is_taken_back_leaves_the_feed(graftline: Graftline, status: str) -> None:
    take(graftline, "lab.hl7", oru((CALLED, "F")), oru((CALLED, status), number=2))
    assert fed(graftline) == {}


def test_a_corrected_result_takes_the_place_of_the_first_and_is_no_contradiction(graftline: Graftline) -> None:
    take(graftline, "lab.hl7", oru((CALLED, "F")), oru((CALLED, "D"), (OTHER, "C"), number=2))
    assert fed(graftline) == {"A": "HLA-A*01:01+HLA-A*03:01"}
    assert graftline("--json", "dump", "conflicts").rows() == []


def test_a_training_message_is_nobodys_typing(graftline: Graftline) -> None:
    take(graftline, "lab.hl7", oru((CALLED, "F"), mode="T"))
    assert fed(graftline) is None


def test_a_failed_or_untested_locus_takes_nothing_from_an_earlier_call(graftline: Graftline) -> None:
    take(graftline, "one.hml", hml(CALLED), hml("", 2), hml('<haploid locus="HLA-A" method="DNA" type="UUUU"/>', 3))
    assert fed(graftline) == {"A": "HLA-A*01:01+HLA-A*02:01"}


def test_a_recipient_of_the_same_id_contradicts_no_donor(graftline: Graftline) -> None:
    recipient = hml(OTHER, 2, "RES_CIBMTR_FHIR_RECIPIENT")
    take(graftline, "one.hml", hml(CALLED, 1, "RES_CIBMTR_FHIR_DONOR"), recipient)
    assert fed(graftline) == {"A": "HLA-A*01:01+HLA-A*02:01"}
    assert graftline("--json", "dump", "conflicts").rows() == []


def test_a_donor_and_a_recipient_of_one_number_in_one_row_are_two_persons(graftline: Graftline) -> None:
    take(graftline, "pairs.csv", f"rid,did,recip_gl,donor_gl\nDONOR-7,DONOR-7,{CALLED},{OTHER}\n")
    assert fed(graftline) == {"A": "HLA-A*01:01+HLA-A*03:01"}


def test_a_decision_does_not_bind_what_comes_later_and_survives_a_rebuild(graftline: Graftline) -> None:
    first, _ = take(graftline, "one.hml", hml(CALLED, 1), hml(OTHER, 2))
    assert fed(graftline) == {}
    assert graftline("--json", "quarantine", "keep", first).row()["ended"] == 1
    assert fed(graftline) == {"A": "HLA-A*01:01+HLA-A*02:01"}
    take(graftline, "later.hml", hml(OTHER, 3))
    assert fed(graftline) == {}
    assert graftline("--json", "rebuild").row()["equal"] is True
    assert fed(graftline) == {}


def test_a_third_typing_that_fits_both_sides_ends_no_contradiction(graftline: Graftline) -> None:
    take(graftline, "one.hml", hml(CALLED, 1), hml("A*01:02+A*02:01", 2), hml("A*01:XX+A*02:01", 3))
    assert fed(graftline) == {}


VERDICTS = {
    ("A*01:01+A*02:01", "A*01:11N+A*02:01"): "contradicts",
    ("A*01:01+A*01:01", "A*01:01+A*01:11N"): "contradicts",
    ("A*01:01/A*01:11N+A*02:01", "A*01:11N+A*02:01"): "compatible",
    ("A*01:01+A*01:11N", "A*01:01"): "compatible",
    ("A*01:01", "A*03:01+A*02:01"): "contradicts",
    ("A*01:01+A*02:01|A*01:02+A*03:01", "A*01:01+A*03:01"): "contradicts",
    ("DRB4*NNNN", "DRB4*01:03:01:02N"): "contradicts",
    ("DRB4*NNNN", "DRB4*NNNN+DRB4*NNNN"): "same",
    ("DRB4*NNNN", "DRB4*UUUU"): "unread",
}


def test_two_sides_of_one_person_whichever_is_named_first(graftline: Graftline) -> None:
    for side, name in enumerate(("a.csv", "b.csv")):
        rows = [f"D{at},{said[side]}\n" for at, said in enumerate(VERDICTS)]
        Path(name).write_text(f"id,glstring\n{''.join(rows)}")
    for sides in (("a.csv", "b.csv"), ("b.csv", "a.csv")):
        told = {row["sample_a"]: row["verdict"] for row in graftline("--json", "compare", *sides).rows()}
        assert {said: told[f"D{at}"] for at, said in enumerate(VERDICTS)} == VERDICTS


def test_an_id_map_may_cross_two_persons(graftline: Graftline) -> None:
    Path("a.csv").write_text(f"id,glstring\nD1,{CALLED}\nD2,{OTHER}\n")
    Path("b.csv").write_text(f"id,glstring\nD1,{OTHER}\nD2,{CALLED}\n")
    Path("ids.csv").write_text("D1,D2\nD2,D1\n")
    rows = graftline("--json", "compare", "a.csv", "b.csv", "--ids", "ids.csv").rows()
    assert [(row["sample_a"], row["sample_b"], row["verdict"]) for row in rows] == [
        ("D1", "D2", "same"),
        ("D2", "D1", "same"),
    ]


SECOND_FIELDS = {
    "": ("one_stated", "HLA-A*01:01"),
    ',"field2":null': ("one_stated", "HLA-A*01:01"),
    ',"field2":" "': ("one_stated", "HLA-A*01:01"),
    ',"field2":"*01:01"': ("homozygous_stated", "HLA-A*01:01+HLA-A*01:01"),
    ',"field2":"*01:11N"': ("two_copies", "HLA-A*01:01+HLA-A*01:11N"),
    ',"field2":"blank"': ("candidates", None),
    ',"field2":"-"': ("candidates", None),
}


def test_the_second_field_of_an_atlas_import(graftline: Graftline) -> None:
    entries = [
        f'{{"recordId":"{at}","changeType":"N","hla":{{"a":{{"dna":{{"field1":"*01:01"{field2}}}}}}}}}'
        for at, field2 in enumerate(SECOND_FIELDS)
    ]
    Path("d.json").write_text(f'{{"updateMode":"diff","donors":[{",".join(entries)}]}}')
    read = [row["loci"][0] for row in graftline("parse", "d.json").rows()]
    assert [(locus["state"], locus.get("glstring")) for locus in read] == list(SECOND_FIELDS.values())


def test_a_grid_in_groups_of_four_is_that_donors(graftline: Graftline) -> None:
    locus = "<A><DNA><FIELD1>01:01</FIELD1><FIELD2>02:01</FIELD2></DNA></A>"
    donors = [
        f"<DONOR><ID>{grid}</ID><GRID>{grid}</GRID><HLA>{locus}</HLA></DONOR>"
        for grid in ("9999-TEST-0000-0000-216", "9999 TEST 0000 0000 216", GRID)
    ]
    inventory = f'<INVENTORY LISTING_ORGANIZATION="9999">{"".join(donors)}</INVENTORY>'
    take(graftline, "i.xml", f"<INVENTORIES>{inventory}</INVENTORIES>")
    told = [row for row in graftline("--json", "dump", "donors").rows() if "216" in row["donor"]]
    assert [(row["donor"], row["loci"]) for row in told] == [(GRID, {"A": "HLA-A*01:01+HLA-A*02:01"})]


def test_what_is_written_says_the_same(graftline: Graftline) -> None:
    """Nulls, letters, lists, one copy and two of the same: nothing of it changes on the way through a file."""
    said = "A*01:11N+A*24:02:01:02L^B*07:02^C*07:01/C*07:18+C*07:02^DRB1*03:01+DRB1*03:01"
    table = f"id,glstring\n{GRID},{said}\n"
    before = states(graftline, "one.csv", table)
    for target in ("hml", "fhir", "glsc", "wmda", "atlas"):
        written = graftline("--json", "write", target, "one.csv", "--date", "2026-09-23").row()
        assert written["left_out"] == []
        assert states(graftline, f"back.{target}", written["document"]) == before


def test_a_report_entered_in_error_leaves_nothing_to_the_matcher(graftline: Graftline) -> None:
    def report(state: str) -> str:
        coding = [{"system": "http://glstring.org", "code": f"hla#0.1.0#{CALLED}"}]
        resource = {
            "resourceType": "Observation",
            "id": "typing-1",
            "status": state,
            "code": {"coding": [{"system": "http://loinc.org", "code": "57290-9"}]},
            "subject": {"identifier": {"system": "http://www.isbt128.org/uri/GRID", "value": GRID}},
            "valueCodeableConcept": {"coding": coding},
        }
        return json.dumps(resource)

    take(graftline, "f.json", report("final"))
    assert fed(graftline, GRID) == {"A": "HLA-A*01:01+HLA-A*02:01"}
    take(graftline, "g.json", report("entered-in-error"))
    assert not fed(graftline, GRID)
