"""Which of a person's identifiers FHIR's reader takes: those in use, and one number of each registry."""

import pytest

from tests.parsers.fhir_documents import P1, bundle, codes, genotype, only

DONOR = "http://registry.example/identifier/donor"
GRID = "http://www.isbt128.org/uri/GRID"
OLD = {"use": "old"}
ENDED = {"period": {"start": "2001-01-01", "end": "2019-01-01"}}


def number(value, system=DONOR, **more):
    return {"system": system, "value": value, **more}


def of_person(*identifiers):
    person = {"resourceType": "Patient", "id": "1", "identifier": list(identifiers)}
    tube = {"resourceType": "Specimen", "id": "s", "identifier": [{"value": "tube s"}]}
    return only(bundle(person, tube, genotype("HLA-A*01:01", subject=P1, specimen={"reference": "Specimen/s"})))


def properties(report):
    return [(each.label, each.text) for each in report.properties]


@pytest.mark.parametrize(
    "retired", [number("D9", **OLD), number("D9", **ENDED), number("D9", GRID, **OLD)], ids=["old", "ended", "old GRID"]
)
def test_a_number_that_is_no_longer_in_use_is_not_the_persons(retired):
    for identifiers in ((retired, number("D1")), (number("D1", use="official"), retired)):
        found = of_person(*identifiers)
        assert (found.subject, properties(found)) == ("D1", [("retired identifier", "D9")])
        assert codes(found) == set()


def test_a_number_that_is_still_in_use_has_a_period_without_an_end():
    assert of_person(number("D1", period={"start": "2001-01-01"}), number("17", "x")).subject == "D1"


def test_a_retired_number_is_taken_where_there_is_no_other():
    assert of_person(number("D9", **OLD)).subject == "D9"


def test_a_retired_number_shows_nobody_to_be_the_person():
    result = genotype("HLA-A*01:01", subject={"identifier": number("D9")}, id="g")
    person = {"resourceType": "Patient", "id": "1", "identifier": [number("D9", **OLD), number("D1")]}
    report = {"resourceType": "DiagnosticReport", "subject": P1, "result": [{"reference": "Observation/g"}]}
    assert ("sample_differs", "A") in codes(only(bundle(report, person, result)))


@pytest.mark.parametrize(
    "numbers",
    [
        (number("D1"), number("D2")),
        (number("D1", use="official"), number("D2", use="official")),
        (number("D1"), number("D2"), number("D9", **OLD), number("17", "http://hospital.example")),
    ],
)
def test_none_of_two_numbers_of_one_registry_is_taken(numbers):
    found = of_person(*numbers)
    assert (found.sample, found.subject) == ("tube s", "")
    assert properties(found)[:2] == [("identifier", "D1"), ("identifier", "D2")]
    assert ("identifiers_differ", "") in codes(found)


@pytest.mark.parametrize(
    "numbers",
    [
        (number("D2", use="secondary"), number("D1")),
        (number("D2", use="usual"), number("D1", use="official")),
        (number("D1"), number("D1")),
        (number("D1"), number("D2", "http://other.example/identifier/donor")),
        (number("N/A"), number("D1"))[::-1],
    ],
    ids=["secondary", "official", "one", "two registries", "a word"],
)
def test_one_number_of_a_registry_is_taken(numbers):
    found = of_person(*numbers)
    assert (found.subject, codes(found)) == ("D1", set())


def grid(tail):
    return number(f"9999TEST00000000{tail}", GRID)


def test_none_of_two_grids_of_one_person_is_taken():
    found = of_person(grid(118), grid(216))
    assert (found.sample, found.subject) == ("tube s", "")
    assert properties(found) == [("GRID", "9999TEST00000000118"), ("GRID", "9999TEST00000000216")]
    assert ("identifiers_differ", "") in codes(found)
    assert ("identifiers_differ", "") not in codes(of_person(grid(118), number("9999-TEST-0000-0000-118", GRID)))
