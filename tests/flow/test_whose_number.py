"""A number means something to whoever gave it: person 17 of one hospital is not person 17 of another."""

import json

import pytest

from pipeline.site import Site
from pipeline.store import queries

GENOTYPES = {"A": "HLA-A*01:01:01:01+HLA-A*02:01:01:01", "B": "HLA-B*07:02:01:01+HLA-B*08:01:01:01"}
LOINC = {"A": "57290-9", "B": "57291-7"}


def hl7(assigner: str, locus: str) -> str:
    return "\r".join(
        (
            "MSH|^~\\&|TYPELAB|INVENTED LAB|R|H|20261120101500||ORU^R01^ORU_R01|M1|P|2.5.1",
            f"PID|1||17^^^{assigner}^MR",
            f"OBR|1||F-{assigner}|51969-4^HLA typing^LN|||20261118|||||||||||||||20261120|||F",
            f"OBX|1|ST|{LOINC[locus]}^HLA^LN|1|{GENOTYPES[locus]}||||||F",
            f"SPM|1|S-{assigner}&LAB||BLD",
            "",
        )
    )


def hml(assigner: str, locus: str) -> str:
    typing = f"<typing><allele-assignment><glstring>{GENOTYPES[locus]}</glstring></allele-assignment></typing>"
    sample = f"<sample id='17' center-code='{assigner}'>{typing}</sample>"
    return f"<hml version='1.0.1'><reporting-center reporting-center-id='999'/>{sample}</hml>"


def fhir(assigner: str, locus: str) -> str:
    genotype = {"coding": [{"system": "http://glstring.org", "code": f"hla#0.1.0#{GENOTYPES[locus]}"}]}
    person = {"identifier": {"system": f"http://{assigner}.invented/mrn", "value": "17"}}
    code = {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]}
    gene = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "48018-6"}]},
        "valueCodeableConcept": {"text": f"HLA-{locus}"},
    }
    observation = {"resourceType": "Observation", "status": "final", "code": code, "subject": person}
    return json.dumps(observation | {"valueCodeableConcept": genotype, "component": [gene]})


def wmda(pool: str, locus: str) -> str:
    first, second = (allele.split("*")[1] for allele in GENOTYPES[locus].split("+"))
    typing = f"<{locus}><DNA><FIELD1>{first}</FIELD1><FIELD2>{second}</FIELD2></DNA></{locus}>"
    listed = f"<DONOR><ID>17</ID><HLA>{typing}</HLA></DONOR>"
    return f"<INVENTORIES><INVENTORY LISTING_ORGANIZATION='9999' POOL='{pool}'>{listed}</INVENTORY></INVENTORIES>"


WAYS = {"report.hl7": hl7, "donor.hml": hml, "observation.json": fhir, "inventory.xml": wmda}


@pytest.mark.parametrize("name", WAYS)
def test_one_number_of_two_assigners_is_two_donors(site: Site, name: str) -> None:
    for assigner, locus in (("hospa", "A"), ("hospb", "B")):
        site.spool.append_messages("lab", [(name, WAYS[name](assigner, locus).encode())])
    donors = list(queries.dump(site.ready_store(), "donors"))
    assert [(row["donor"], row["loci"]) for row in donors] == [("17", {gene: said}) for gene, said in GENOTYPES.items()]


def test_one_number_of_one_assigner_is_one_donor_whoever_types_him(site: Site) -> None:
    for locus in GENOTYPES:
        message = hl7("hospa", locus).replace("INVENTED LAB", f"LAB OF {locus}")
        site.spool.append_messages("lab", [("report.hl7", message.encode())])
    [row] = queries.dump(site.ready_store(), "donors")
    assert row["loci"] == GENOTYPES


def test_who_gave_a_number_is_of_no_matter_for_a_grid(site: Site) -> None:
    for assigner, locus in (("hospa", "A"), ("hospb", "B")):
        message = hl7(assigner, locus).replace("|17^", "|9999TEST00000000118^")
        site.spool.append_messages("lab", [("report.hl7", message.encode())])
    [row] = queries.dump(site.ready_store(), "donors")
    assert row["loci"] == GENOTYPES


def test_a_sample_with_another_donor_s_grid_is_told_of_neither(site: Site) -> None:
    message = hl7("hospa", "A").replace("|17^", "|9999TEST00000000118^").replace("S-hospa", "9999TEST00000000216")
    site.spool.append_messages("lab", [("report.hl7", message.encode())])
    assert list(queries.dump(site.ready_store(), "donors")) == []
    [typing] = queries.dump(site.store, "typings")
    assert typing["glstring"] == GENOTYPES["A"]
