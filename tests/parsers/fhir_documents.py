"""FHIR resources of invented people, and what is read in them."""

import json

from parsers.format import Document
from parsers.formats.fhir import FORMAT

GENOTYPE = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]},
    "subject": {"reference": "Patient/1"},
    "valueCodeableConcept": {
        "coding": [{"system": "http://glstring.org", "code": "hla#3.58.0#HLA-A*01:01+HLA-A*02:01"}]
    },
}


def read(resource, name="message.json"):
    return FORMAT.parse(Document(json.dumps(resource).encode(), name))


def only(resource, name="message.json"):
    (report,) = read(resource, name).reports
    return report


def calls(report):
    return {each.locus: (each.state, each.expression) for each in report.loci}


def codes(report):
    return {(each.code, each.locus) for each in report.findings}


def coded(*codings):
    value = {"coding": [dict(zip(("system", "code"), each, strict=True)) for each in codings]}
    return {**GENOTYPE, "valueCodeableConcept": value}


def bundle(*resources):
    return {"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}


def patient(own_id, value):
    return {"resourceType": "Patient", "id": own_id, "identifier": [{"value": value}]}


def genotype(glstring, **more):
    return {**coded(("http://glstring.org", f"hla#3.58.0#{glstring}")), **more}


def subjects(document):
    return [(each.subject, [locus.expression for locus in each.loci]) for each in read(document).reports]


def report(*results, **more):
    named = [{"reference": each} for each in results]
    return {"resourceType": "DiagnosticReport", "subject": {"reference": "Patient/1"}, "result": named, **more}


P1, P2 = {"reference": "Patient/1"}, {"reference": "Patient/2"}


def of_alleles(*alleles):
    references = [{"reference": f"Observation/{each}"} for each in alleles]
    without_value = {name: value for name, value in GENOTYPE.items() if name != "valueCodeableConcept"}
    return {**without_value, "derivedFrom": references}


def allele(own_id, name, **more):
    code = {"coding": [{"system": "http://loinc.org", "code": "84414-2"}]}
    return {**coded(("http://www.ebi.ac.uk/ipd/imgt/hla", name)), "id": own_id, "code": code, **more}
