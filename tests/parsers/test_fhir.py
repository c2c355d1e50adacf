"""FHIR typings: what the published examples hold, and what a resource may leave out."""

import pytest

from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats.fhir import FORMAT
from tests.parsers.fhir_documents import (
    GENOTYPE,
    allele,
    bundle,
    calls,
    coded,
    codes,
    genotype,
    of_alleles,
    only,
    read,
    report,
    subjects,
)


def sample(shared, name):
    path = shared / "samples" / "typing" / "fhir-hla" / name
    return FORMAT.parse(Document(path.read_bytes(), path.name))


def test_the_stu3_bundle_is_put_together_from_its_alleles(shared):
    (report,) = sample(shared, "dash_02BundleHLAReport.xml").reports
    assert calls(report) == {
        "A": ("two_copies", "HLA-A*01:01:01G+HLA-A*01:02"),
        "B": ("two_copies", "HLA-B*15:01:01G+HLA-B*57:01:01G"),
        "C": ("two_copies", "HLA-C*01:02:01+HLA-C*03:04:01:01"),
    }
    assert {each.stated_release for each in report.loci} == {"3.23"}
    assert (report.sample, report.subject, report.date) == ("Specimen/403", "Patient/402", "2016-12-15")


def test_the_colon_in_place_of_a_star_in_the_stu3_summary_is_said_and_not_mended(shared):
    (report,) = sample(shared, "dash_02BundleHLAReport.xml").reports
    assert ("malformed_glstring", "A") in codes(report)
    assert not any("HLA-A:01" in each.expression for each in report.loci)


def test_the_stray_sign_in_the_published_summary_is_said_and_not_mended(shared):
    (report,) = sample(shared, "hla-reporting-ig_DiagnosticReport-HLA-AB-SummaryReportExample.json").reports
    assert calls(report)["B"] == ("two_copies", "#HLA-B*57:01:01:01+HLA-B*15:01:01:01")
    assert {("malformed_glstring", "B"), ("results_elsewhere", "")} <= codes(report)


def test_a_genotype_alone_is_read_and_an_allele_alone_is_one_copy(shared):
    (genotype,) = sample(shared, "hla-reporting-ig_Observation-HLA-A-GenotypeExample.json").reports
    (allele,) = sample(shared, "hla-reporting-ig_Observation-HLA-A-AlleleExample1.json").reports
    assert calls(genotype) == {"A": ("two_copies", "HLA-A*01:01:01:01+HLA-A*01:02")}
    assert calls(allele) == {"A": ("one_stated", "HLA-A*01:01:01:01")}


def test_no_name_of_a_person_is_read(shared):
    assert "Chalmers" not in repr(sample(shared, "dash_02BundleHLAReport.xml"))


def test_a_resource_that_names_nobody_takes_the_name_of_its_file_and_reaches_no_matcher():
    nobody = {name: value for name, value in GENOTYPE.items() if name != "subject"}
    assert only(nobody, "tube-17.json").sample == "tube-17"
    assert ("sample_from_name", "") in codes(only(nobody, "tube-17.json"))
    with pytest.raises(ParseError, match="nobody could tell"):
        read(nobody, "")


def test_an_observation_without_a_value_failed_or_was_not_asked_for():
    silent = {name: value for name, value in GENOTYPE.items() if name != "valueCodeableConcept"}
    silent["code"] = {"coding": [{"system": "http://loinc.org", "code": "57290-9"}]}
    for reason, state in (("error", "failed"), ("not-performed", "not_tested")):
        absent = {**silent, "dataAbsentReason": {"coding": [{"code": reason}]}}
        assert calls(only(absent)) == {"A": (state, "")}


@pytest.mark.parametrize(
    ("value", "reason", "state", "codes_found"),
    [
        ("HLA-A*01:01+HLA-A*02:01", "error", "failed", {("value_without_result", "A")}),
        ("HLA-A*01:01+HLA-A*02:01", "not-performed", "not_tested", {("value_without_result", "A")}),
        ("HLA-A*UUUU", "not-performed", "not_tested", set()),
        ("HLA-A*XXXX", "error", "failed", set()),
    ],
)
def test_a_value_beside_the_reason_why_there_is_none_is_kept_and_not_called(value, reason, state, codes_found):
    found = only({**genotype(value), "dataAbsentReason": {"coding": [{"code": reason}]}})
    assert calls(found) == {"A": (state, "")}
    assert (found.loci[0].reported, codes(found)) == (value, codes_found)
    assert ("dataAbsentReason", reason) in [(each.label, each.text) for each in found.loci[0].quality]


@pytest.mark.parametrize("absent", ["1", "g"])
def test_a_genotype_of_an_allele_that_is_said_to_be_absent_is_not_called(absent):
    resources = [{**of_alleles("1", "2"), "id": "g"}, allele("1", "HLA-A*01:01"), allele("2", "HLA-A*02:01")]
    reason = {"dataAbsentReason": {"text": "no result"}}
    found = only(bundle(*({**each, **(reason if each["id"] == absent else {})} for each in resources)))
    assert calls(found) == {"A": ("failed", "")}
    assert ("value_without_result", "A") in codes(found)


def test_two_alleles_without_a_genotype_are_nobodys_pair():
    def allele(name):
        value = {"coding": [{"system": "http://glstring.org", "code": f"hla#3.58.0#{name}"}]}
        code = {"coding": [{"system": "http://loinc.org", "code": "84414-2"}]}
        return {"resource": {**GENOTYPE, "code": code, "valueCodeableConcept": value}}

    bundle = {"resourceType": "Bundle", "entry": [allele("HLA-A*01:01"), allele("HLA-A*02:01")]}
    report = only(bundle)
    assert [each.state for each in report.loci] == ["candidates", "candidates"]
    assert ("locus_repeated", "A") in codes(report)


def test_persons_of_one_bundle_stay_apart():
    entries = [{"resource": {**GENOTYPE, "subject": {"reference": f"Patient/{number}"}}} for number in (1, 2)]
    reports = read({"resourceType": "Bundle", "entry": entries}).reports
    assert [each.subject for each in reports] == ["Patient/1", "Patient/2"]


def test_a_code_that_only_looks_like_loinc_is_said():
    wrong = {"coding": [{"system": "http://loinc.org", "code": "84413-7"}, {"system": "x", "code": "84413-4"}]}
    assert ("code_check_digit", "") in codes(only({**GENOTYPE, "code": wrong}))


def test_the_value_and_the_code_of_a_locus_may_contradict_each_other():
    other = {"coding": [{"system": "http://loinc.org", "code": "57291-7"}]}
    report = only({**GENOTYPE, "code": other})
    assert calls(report) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}
    assert ("locus_differs", "A") in codes(report)


def test_the_gl_string_code_is_the_value_wherever_it_stands_among_the_codings():
    alleles = ("http://www.ebi.ac.uk/ipd/imgt/hla", "HLA-A*01:01")
    report = only(coded(alleles, ("http://glstring.org", "hla#3.58.0#HLA-A*01:01+HLA-A*02:01")))
    assert calls(report) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}
    assert ("other coding", "HLA-A*01:01") in [(each.label, each.text) for each in report.loci[0].references]
    assert ("codings_differ", "A") not in codes(report)


def test_codings_that_name_other_alleles_are_doubted():
    first, second = "hla#3.58.0#HLA-A*01:01+HLA-A*02:01", "hla#3.58.0#HLA-A*01:01+HLA-A*03:01"
    report = only(coded(("http://glstring.org", first), ("http://glstring.org", second)))
    assert calls(report) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}
    assert ("codings_differ", "A") in codes(report)


def test_a_word_of_the_wmda_is_a_value_without_its_gene_too():
    absent = {**coded(("http://glstring.org", "NNNN")), "code": {"coding": [{"code": "57295-8"}]}}
    assert calls(only(absent)) == {"DRB4": ("absent", "")}


def test_a_typing_under_a_code_that_cannot_be_loincs_is_read_and_the_code_doubted():
    code = {"coding": [{"system": "http://loinc.org", "code": "84413-7"}]}
    report = only({**GENOTYPE, "code": code})
    assert [each.locus for each in report.loci] == ["A"]
    assert ("code_check_digit", "") in codes(report)


def test_what_an_antibody_binds_is_no_typing():
    antibody = coded(("http://www.ebi.ac.uk/ipd/imgt/hla", "HLA-A*02:01"))
    with pytest.raises(ParseError, match="no HLA typing"):
        read({**antibody, "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}})


def test_a_value_that_is_not_read_is_declared():
    other = {**GENOTYPE, "code": {"coding": [{"code": "718-7"}]}, "valueString": "nothing of HLA"}
    del other["valueCodeableConcept"]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": GENOTYPE}, {"resource": other}]}
    assert "Bundle/entry/resource/Observation" in [each.path for each in read(bundle).ignored]


def test_signs_that_nobody_sees_are_no_part_of_a_name():
    report = only(coded(("http://glstring.org", "hla#3.58.0#HLA-A\u200b*01:01+HLA-A*02:01")))
    assert calls(report) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}
    assert "\u200b" in report.loci[0].reported


def test_two_releases_in_one_report_are_said():
    later = coded(("http://glstring.org", "hla#3.59.0#HLA-B*07:02"))
    assert ("releases_differ", "") in codes(only(bundle(genotype("HLA-A*01:01"), later)))
    assert ("releases_differ", "") not in codes(only(bundle(genotype("HLA-A*01:01"), genotype("HLA-B*07:02"))))


def test_results_of_several_specimens_are_said():
    results = [genotype(f"HLA-{gene}*07:02", id=gene, specimen={"reference": f"Specimen/{gene}"}) for gene in "BC"]
    assert ("several_specimens", "") in codes(only(bundle(report("Observation/B", "Observation/C"), *results)))


def test_a_contained_result_is_read():
    inner = genotype("HLA-A*01:01", id="o")
    assert subjects(report("#o", contained=[inner])) == [("Patient/1", ["HLA-A*01:01"])]


def test_a_genotype_that_names_no_gene_is_known_by_its_alleles():
    found = only(bundle(of_alleles("1", "2"), allele("1", "HLA-A*01:01"), allele("2", "HLA-A*02:01")))
    assert calls(found) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}


def numbered(own_id, number, display="", **more):
    coding = {"system": "http://www.ebi.ac.uk/ipd/imgt/hla", "code": number, "display": display}
    return allele(own_id, "", valueCodeableConcept={"coding": [coding]}, **more)


A_GENOTYPE = {"code": {"coding": [{"system": "http://loinc.org", "code": "57290-9"}]}}


def test_an_allele_that_is_an_accession_number_alone_is_kept_as_the_number():
    found = only(bundle({**of_alleles("1", "2"), **A_GENOTYPE}, numbered("1", "HLA00001"), numbered("2", "HLA00005")))
    assert calls(found) == {"A": ("two_copies", "HLA00001+HLA00005")}
    assert (found.loci[0].reported, codes(found)) == ("HLA00001+HLA00005", set())


def test_the_name_displayed_for_an_accession_number_is_taken_and_both_are_kept_as_printed():
    parts = numbered("1", "HLA00001", "HLA-A*01:01"), numbered("2", "HLA00005", "HLA-A*02:01")
    found = only(bundle({**of_alleles("1", "2"), **A_GENOTYPE}, *parts))
    assert calls(found) == {"A": ("two_copies", "HLA-A*01:01+HLA-A*02:01")}
    assert found.loci[0].reported == "HLA00001 HLA-A*01:01+HLA00005 HLA-A*02:01"


def test_a_genotype_whose_alleles_say_nothing_failed_and_prints_nothing():
    found = only(bundle({**of_alleles("1", "2"), **A_GENOTYPE}, numbered("1", ""), numbered("2", "")))
    assert [(each.state, each.reported) for each in found.loci] == [("failed", "")]


def test_a_code_of_no_allele_is_kept_as_printed():
    found = only(genotype("", valueCodeableConcept={"coding": [{"code": "LA-17"}]}, **A_GENOTYPE))
    assert found.loci[0].reported == "LA-17"
    assert ("malformed_glstring", "A") in codes(found)


def test_a_copy_that_is_not_in_the_document_is_not_left_out_unsaid():
    found = only(bundle(of_alleles("1", "elsewhere"), allele("1", "HLA-A*01:01")))
    assert calls(found) == {"A": ("candidates", "HLA-A*01:01")}
    assert ("results_elsewhere", "A") in codes(found)


def test_a_sequence_that_is_not_in_the_document_is_no_copy():
    result = of_alleles("1")
    result["derivedFrom"].append({"reference": "MolecularSequence/9"})
    assert calls(only(bundle(result, allele("1", "HLA-A*01:01")))) == {"A": ("one_stated", "HLA-A*01:01")}


def test_a_genotype_of_an_allele_that_was_withdrawn_is_not_called():
    withdrawn = allele("2", "HLA-A*02:01", status="entered-in-error")
    found = only(bundle(of_alleles("1", "2"), allele("1", "HLA-A*01:01"), withdrawn))
    assert calls(found) == {"A": ("failed", "")}
    assert ("withdrawn_result", "A") in codes(found)
