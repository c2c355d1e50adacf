"""What speaks against a FHIR result beside its own status: modifier extensions, specimens, bundles of the past."""

import pytest

from parsers.errors import ParseError
from tests.parsers.fhir_documents import (
    P1,
    allele,
    bundle,
    calls,
    codes,
    genotype,
    of_alleles,
    only,
    patient,
    read,
    report,
)

MODIFIER = {"modifierExtension": [{"url": "http://laboratory.example/wrong-patient", "valueBoolean": True}]}
RESULT = genotype("HLA-A*01:01+HLA-A*02:01", id="g", subject=P1, specimen={"reference": "Specimen/s"})
COMPONENT = {"component": [{"code": {"coding": [{"code": "48018-6"}]}, **MODIFIER}]}


def specimen(**more):
    return {"resourceType": "Specimen", "id": "s", "identifier": [{"value": "tube s"}], **more}


@pytest.mark.parametrize(
    "resources",
    [
        ({**RESULT, **MODIFIER},),
        ({**RESULT, **COMPONENT},),
        (RESULT, {**patient("1", "D1"), **MODIFIER}),
        (RESULT, specimen(**MODIFIER)),
        (RESULT, report("Observation/g", **MODIFIER)),
        (report(conclusion="HLA-A*01:01+HLA-A*02:01", **MODIFIER),),
        (of_alleles("1", "2"), allele("1", "HLA-A*01:01", **MODIFIER), allele("2", "HLA-A*02:01")),
    ],
    ids=["result", "component", "person", "specimen", "report", "summary", "allele"],
)
def test_what_rests_on_a_modifier_extension_is_not_called(resources):
    found = only(bundle(*resources))
    assert calls(found) == {"A": ("candidates", "")}
    assert found.loci[0].reported == "HLA-A*01:01+HLA-A*02:01"
    (message,) = {each.message for each in found.findings if each.code == "modifier_extension"}
    assert "http://laboratory.example/wrong-patient" in message
    assert ("modifier_extension", "A") in codes(found)


def test_a_modifier_extension_of_another_person_is_none_of_the_results():
    found = only(bundle(RESULT, patient("1", "D1"), {**patient("2", "D2"), **MODIFIER}))
    assert (calls(found)["A"][0], codes(found)) == ("two_copies", set())


@pytest.mark.parametrize(
    ("status", "called"), [("available", True), ("entered-in-error", False), ("unsatisfactory", False)]
)
def test_a_result_of_a_specimen_that_is_no_good_is_not_called(status, called):
    found = only(bundle(RESULT, specimen(status=status)))
    assert [each.state for each in found.loci] == ["two_copies" if called else "candidates"]
    assert (("unusable_specimen", "A") not in codes(found)) is called


def test_a_history_is_refused():
    with pytest.raises(ParseError, match="history") as refused:
        read({**bundle(RESULT), "type": "history"})
    assert "collection or searchset" in refused.value.explain()


def test_a_bundle_that_deletes_a_resource_is_refused():
    document = {**bundle(RESULT), "type": "transaction"}
    document["entry"].append({"request": {"method": "DELETE", "url": "Observation/g"}})
    with pytest.raises(ParseError, match="delete") as refused:
        read(document)
    assert refused.value.where == "entry 2, request.method"
    document["entry"][1]["request"]["method"] = "PUT"
    assert calls(only(document)) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}
