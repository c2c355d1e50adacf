"""Whose a FHIR result is: report, result, specimen and alleles have to name one person."""

import pytest

from tests.parsers.fhir_documents import (
    P1,
    P2,
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
    subjects,
)


def test_a_contained_person_is_that_of_its_own_resource_alone():
    def of(value, glstring):
        return genotype(glstring, contained=[patient("p", value)], subject={"reference": "#p"})

    assert subjects(bundle(of("P1", "HLA-A*01:01"), of("P2", "HLA-A*02:01"))) == [
        ("P1", ["HLA-A*01:01"]),
        ("P2", ["HLA-A*02:01"]),
    ]


def test_persons_of_one_number_on_two_servers_stay_apart():
    addresses = [f"http://{server}.example/fhir/Patient/1" for server in "abc"]
    results = [genotype("HLA-A*01:01", subject={"reference": each}) for each in addresses]
    document = bundle(*results)
    document["entry"] += [
        {"fullUrl": address, "resource": patient("1", f"P-{server}")}
        for server, address in zip("ab", addresses, strict=False)
    ]
    assert [subject for subject, _ in subjects(document)] == ["P-a", "P-b", addresses[2]]


def test_a_reference_to_a_version_is_one_to_the_resource():
    result = genotype("HLA-A*01:01", subject={"reference": "Patient/1/_history/2"})
    assert subjects(bundle(patient("1", "P1"), result)) == [("P1", ["HLA-A*01:01"])]


def test_a_result_about_another_person_is_not_called_in_the_report_that_names_it():
    own = genotype("HLA-A*01:01+HLA-A*02:01", id="a")
    others = genotype("HLA-B*07:02+HLA-B*08:01", id="b", subject={"reference": "Patient/2"})
    both = report("Observation/a", "Observation/b")
    found = only(bundle(both, own, others))
    assert calls(found) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01"), "B": ("candidates", "")}
    assert ("sample_differs", "B") in codes(found)
    assert ("sample_differs", "B") in codes(only(bundle(both, own, others, patient("1", "P1"), patient("2", "P2"))))


def by_grid(number):
    return {"identifier": {"system": "http://www.isbt128.org/uri/GRID", "value": f"9999TEST00000000{number}"}}


def with_grid(own_id, number, **more):
    return {"resourceType": "Patient", "id": own_id, "identifier": [by_grid(number)["identifier"]], **more}


def specimen(own_id, **more):
    return {"resourceType": "Specimen", "id": own_id, "identifier": [{"value": f"tube {own_id}"}], **more}


OF_SPECIMEN = genotype("HLA-A*01:01+HLA-A*02:01", id="g", subject=P1, specimen={"reference": "Specimen/s"})


@pytest.mark.parametrize(
    "resources",
    [
        (OF_SPECIMEN, specimen("s", subject=P2)),
        (report("Observation/g"), OF_SPECIMEN, specimen("s", subject=P2)),
        (report("Observation/g", subject=by_grid(118)), genotype("HLA-A*01:01", id="g", subject=by_grid(216))),
        (report("Observation/g", subject=by_grid(216)), with_grid("1", 118), OF_SPECIMEN),
        (report("Observation/g", specimen=[{"reference": "Specimen/s"}]), OF_SPECIMEN, specimen("s", subject=P2)),
        (report("Observation/o", "Observation/g", subject={}), {**OF_SPECIMEN, "id": "o", "subject": P2}, OF_SPECIMEN),
        (OF_SPECIMEN, specimen("s", subject=by_grid(216)), with_grid("1", 118)),
    ],
    ids=[
        *("specimen", "reported specimen", "GRIDs", "GRID and person", "report's specimen"),
        *("results alone", "specimen by GRID"),
    ],
)
def test_a_result_that_names_two_persons_is_not_called(resources):
    (found,) = read(bundle(*resources)).reports
    assert (found.loci[-1].state, found.loci[-1].expression) == ("candidates", "")
    assert found.loci[-1].reported.startswith("HLA-A*01:01")
    assert ("sample_differs", "A") in codes(found)


@pytest.mark.parametrize(
    "resources",
    [
        (report("Observation/g", subject=by_grid(118)), with_grid("1", 118), OF_SPECIMEN),
        (report("Observation/g"), OF_SPECIMEN, specimen("s", subject={"reference": "http://a.example/Patient/1"})),
        (OF_SPECIMEN, specimen("s", subject={"display": "an invented person"})),
        ({**OF_SPECIMEN, "contained": [patient("p", "17")], "subject": {"reference": "#p"}}, specimen("s")),
    ],
    ids=["GRID and person", "address of a server", "a specimen of nobody", "contained"],
)
def test_one_person_may_be_named_in_several_ways(resources):
    assert calls(only(bundle(*resources))) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}


def test_alleles_of_another_person_make_no_genotype():
    alleles = [allele("1", "HLA-A*03:01", subject=P2), allele("2", "HLA-A*24:02", subject=P2)]
    found = only(bundle(of_alleles("1", "2"), *alleles))
    assert calls(found) == {"A": ("candidates", "")}
    assert ("sample_differs", "A") in codes(found)


def test_the_summary_of_a_report_about_two_persons_is_not_called():
    summary = report(conclusion="HLA-A*01:01+HLA-A*02:01", specimen=[{"reference": "Specimen/s"}])
    found = only(bundle(summary, specimen("s", subject=P2)))
    assert calls(found) == {"A": ("candidates", "")}
    assert ("sample_differs", "A") in codes(found)


def test_a_result_that_names_its_specimen_alone_is_about_the_specimens_person():
    result = {name: value for name, value in OF_SPECIMEN.items() if name != "subject"}
    assert subjects(bundle(result, specimen("s", subject=by_grid(118)))) == [
        ("9999TEST00000000118", ["HLA-A*01:01+HLA-A*02:01"])
    ]


def test_a_contained_person_without_an_identifier_is_nobody():
    result = genotype("HLA-A*01:01", contained=[{"resourceType": "Patient", "id": "p"}], subject={"reference": "#p"})
    assert only(result, "tube-17.json").subject == ""
    assert ("sample_from_name", "") in codes(only(result, "tube-17.json"))


@pytest.mark.parametrize(
    "again", [with_grid("1", 216), {**OF_SPECIMEN, **genotype("HLA-A*03:01")}, specimen("s", subject=P1)]
)
def test_a_resource_that_stands_here_twice_and_not_alike_is_said(again):
    once = (report("Observation/g"), with_grid("1", 118), OF_SPECIMEN, specimen("s"))
    assert all(("resources_differ", "") in codes(each) for each in read(bundle(*once, again)).reports)
    assert not any(("resources_differ", "") in codes(each) for each in read(bundle(*once, *once[1:])).reports)
    elsewhere = read(bundle(*once, with_grid("9", 216), with_grid("9", 118))).reports
    assert not any(("resources_differ", "") in codes(each) for each in elsewhere)


def focused(*focus, **more):
    return {**OF_SPECIMEN, "focus": list(focus), **more}


def by_code(name, **value):
    return {"extension": [{"url": f"http://hl7.org/fhir/StructureDefinition/{name}", **value}]}


DONOR = {"valueCodeableConcept": {"text": "donor"}}


@pytest.mark.parametrize(
    "resources",
    [
        (focused(P2), patient("1", "D1"), patient("2", "D2")),
        (focused(P2), patient("1", "D1"), patient("2", "D2"), report("Observation/g")),
        (focused(P1, P2),),
        (focused(by_grid(216)), with_grid("1", 118)),
        (focused({"display": "an invented donor"}), patient("1", "D1")),
        ({**OF_SPECIMEN, **by_code("observation-focusCode", **DONOR)}, patient("1", "D1")),
        ({**OF_SPECIMEN, **by_code("observation-focal-subject", **DONOR)}, patient("1", "D1")),
        ({**OF_SPECIMEN, **by_code("extension-Observation.focus", valueReference=P2)}, patient("1", "D1")),
        ({**of_alleles("1"), "id": "g"}, allele("1", "HLA-A*01:01", focus=[P2])),
    ],
    ids=["person", "in a report", "two", "GRID", "word", "code", "code of STU3", "extension", "allele"],
)
def test_a_result_about_somebody_else_than_its_subject_is_not_called(resources):
    (found,) = read(bundle(*resources)).reports
    assert [(each.state, each.expression) for each in found.loci] == [("candidates", "")]
    assert found.loci[0].reported.startswith("HLA-A*01:01")
    assert ("sample_differs", "A") in codes(found)


@pytest.mark.parametrize(
    "resources",
    [
        (focused(P1), patient("1", "D1")),
        (focused({"reference": "http://a.example/Patient/1"}), patient("1", "D1")),
        (focused(by_grid(118)), with_grid("1", 118)),
        (focused(P1, subject={}), patient("1", "D1")),
    ],
    ids=["reference", "address of a server", "GRID", "no subject"],
)
def test_a_result_that_focuses_on_its_subject_is_called(resources):
    assert calls(only(bundle(*resources))) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}


@pytest.mark.parametrize("others", [(), (report("Observation/g", "Observation/b"),)])
def test_a_result_about_somebody_else_leaves_the_others_of_its_subject_called(others):
    own = {**OF_SPECIMEN, **genotype("HLA-B*07:02+HLA-B*08:01"), "id": "b"}
    for results in ((focused(P2), own), (own, focused(P2))):
        found = only(bundle(*results, *others))
        assert calls(found) == {"A": ("candidates", ""), "B": ("two_copies", "HLA-B*07:02+HLA-B*08:01")}


DONOR_SYSTEM = "http://registry.example/identifier/donor"


def number(value, system=DONOR_SYSTEM, **more):
    return {"system": system, "value": value, **more}


def numbered(*identifiers):
    return {"resourceType": "Patient", "id": "1", "identifier": list(identifiers)}


@pytest.mark.parametrize(
    ("stated", "own", "called"),
    [
        (number("D1"), number("D2"), False),
        (number("D1"), {"value": "D2"}, False),
        (by_grid(118)["identifier"], by_grid(216)["identifier"], False),
        (number("D1"), number("D1"), True),
        (number("17", "http://hospital.example"), number("D1"), True),
    ],
    ids=["numbers", "no system", "GRIDs", "same", "other system"],
)
def test_a_reference_whose_own_identifier_is_not_that_of_its_resource_names_nobody(stated, own, called):
    found = only(bundle(numbered(stated), {**OF_SPECIMEN, "subject": {**P1, "identifier": own}}))
    assert [each.state for each in found.loci] == ["two_copies" if called else "candidates"]
    assert (("sample_differs", "A") not in codes(found)) is called


def test_a_reference_may_add_an_identifier_to_a_person_who_is_elsewhere():
    found = only({**OF_SPECIMEN, "subject": {**P1, "identifier": number("D1")}})
    assert (found.subject, [each.state for each in found.loci]) == ("D1", ["two_copies"])


def test_two_persons_without_a_number_are_not_one():
    nobody = [{**patient(each, "N/A")} for each in ("1", "2")]
    found = only(bundle(report("Observation/g"), {**OF_SPECIMEN, "subject": P2}, *nobody))
    assert ("sample_differs", "A") in codes(found)
