"""What becomes of every typing file of the sample collection: other people's files, read where they lie.

A number is how many samples and loci are read; a text is part of the refusal, or of what the file looks like.
"""

import hashlib

import msgspec
import pytest

from parsers.errors import ParseError
from parsers.format import open_document, recognise

HML = {
    "dash_DaSSH_CIBMTR_HML_Donor.hml.xml": (1, 6, {"missing_prefix"}),
    "dash_DaSSH_CIBMTR_Recipient_1.hml.xml": (1, 8, set()),
    "dash_E22_haploid_example1.hml.xml": (1, 10, set()),
    "hml-fhir-app_hml_01.hml": (1, 1, set()),
    "immunogenetr_hml_2_AlloSeqAssign.hml": (5, 76, {"no_call", "coordinates_differ"}),
    "miring_Element3.glstring.textanduri.xml": (1, 1, set()),
    "miring_Element3.glstring.uri.xml": (1, 1, set()),
    "miring_HMLWithCustomNamespace.xml": (1, 1, set()),
    "miring_demobad.xml": (1, 2, {"no_hmlid", "locus_differs", "coordinates_differ"}),
    "miring_hml_1_0_1_example_miring.xml": (2, 2, {"haploid_differs"}),
    "ngs_hml-example.xml": (1, 2, {"no_hmlid", "locus_differs", "coordinates_differ"}),
    "pyHML_1111.hml101-1.xml": (1, 2, set()),
}

HML_LEGACY = {
    "dash_case.05.1.v093.xml": (1, 1, set()),
    "dash_case.05.1a.v030.xml": (1, 1, {"text_before_declaration", "doctype_left_out"}),
    "dash_case_2_1.v093.xml": (3, 3, set()),
    "dash_case_3_1.v093.xml": (1, 1, set()),
    "dash_ex_4_1.v033.xml": (1, 1, {"doctype_left_out", "hemizygous_product"}),
    "dash_ex_4_1.v093.xml": (1, 1, set()),
}

TABLES = {
    "arcashla/test.genotype.json": ("arcashla", 1, 7),
    "hisat-genotype/assembly_graph-hla.NA12892.report": ("hisat_genotype", 1, 1),
    "hisat-genotype/assembly_graph-hla.test-1.report": ("hisat_genotype", 1, 1),
    "hla-hd/test_normal_dna.result.txt": ("hla_hd", 1, 29),
    "hla-la/NA12878_example_output_G.txt": ("hla_la", 1, 6),
    "hla-la/sample1_bestguess_G.txt": ("hla_la", 1, 3),
    "lookalikes/HLAnte_sample_final.result.txt": ("hla_hd", 1, 6),
    "polysolver/orig.winners.hla.txt": ("polysolver", 1, 3),
    "specimmune/HG00171.HLA.final.type.result.formatted.txt": ("specimmune", 1, 40),
    "gendx-tarr/HLA-A_from_GenDx.tarr.xml": ("gendx_tarr", 1, 1),
    "gendx-tarr/HLA-C_from_GenDx.tarr.xml": ("gendx_tarr", 1, 1),
    "score6-xml/UnitTestXMLScore6_3.xml": ("score6", 1, 8),
    "score6-xml/UnitTestXMLScore6_4.xml": ("score6", 1, 9),
    "suretyper-xml/UnitTestXMLSureTyper_3.xml": ("suretyper", 1, 9),
    "donornet-xml/UnitTestXMLDonorNet.xml": ("donornet", 1, 7),
    "donornet-xml/UnitTestXMLDonorNet_3.xml": ("donornet", 1, 7),
    "fhir-hla/dash_02BundleHLAReport.xml": ("fhir", 1, 3),
    "fhir-hla/hla-reporting-ig_DiagnosticReport-HLA-AB-SummaryReportExample.json": ("fhir", 1, 2),
    "fhir-hla/hla-reporting-ig_Observation-HLA-A-AlleleExample1.json": ("fhir", 1, 1),
    "fhir-hla/hla-reporting-ig_Observation-HLA-A-GenotypeExample.json": ("fhir", 1, 1),
    "optitype-like/HLAnte_sample_result.tsv": ("optitype", 1, 3),
    "lab-tool-csv/testoutput_lab.csv": ("lab_table", 3, 30),
    "lab-tool-csv/testoutput_tool.csv": ("lab_table", 3, 30),
    "lab-tool-csv/pretypings_example.csv": ("lab_table", 3, 21),
    "midas-table/MiDAS_tut_HLA.txt": ("lab_table", 1000, 9000),
    "hapl-o-mat/populationData_a.dat": ("lab_table", 100, 600),
    "hapl-o-mat/populationData_b.glc": ("glstring_table", 100, 600),
    "glstring-csv/py-ard_sample_glstring.csv": ("glstring_table", 4, 8),
    "glstring-csv/py-ard_sample.csv": ("lab_table", 3, 24),
    "atlas-donor-import/1000-initial-donors.json": ("atlas_donors", 1000, 6000),
    "atlas-donor-import/validDonorTypes.json": ("atlas_donors", 2, 6),
}

PLATES = {
    "luminex-intelliflex/luminex_intelliflex_single_dataset.csv": ("luminex_intelliflex", 3, 252),
    "luminex-xponent/hlapro_LSA1-test.csv": ("luminex_xponent", 2, 40),
    "luminex-xponent/luminex_xPONENT_example03.csv": ("luminex_xponent", 4, 32),
    "luminex-xponent/luminex_xPONENT_NaN_and_not_reported_values.csv": ("luminex_xponent", 96, 960),
}

REFUSED = {
    "arcashla/test.em.json": "an arcasHLA abundance file",
    "t1k/*": "holds no HLA gene",
    "hml-1.0.1/ngs_invalid-schema.xml": "no sample element",
    "hml-1.0.1/ngs_invalid-syntax.xml": "ends in the middle",
    "immucor-eds/*": "a LIFECODES kit file",
    "fhir-hla/*_MolecularSequence-*.json": "holds no HLA typing",
    "hml-xsd/*": "an XML Schema",
    "hml-gateway/*": "an XML Schema",
    "lookalikes/HLAnte_malformed.json": "plain text",
    "lookalikes/HLAnte_sample.genotype.json": "an arcasHLA-like genotype file",
    "lookalikes/HLAnte_sample_t1k_genotype.tsv": "a table of 5 columns separated by tabs",
}


@pytest.fixture(scope="session")
def typing_samples(shared):
    return shared / "samples" / "typing"


def read(path, formats):
    document = open_document(path.read_bytes(), path.name)
    reader = recognise(document, formats)
    return reader, reader.parse(document)


@pytest.mark.parametrize(("name", "expected"), HML.items())
def test_an_hml_message_of_the_collection_is_read(name, expected, typing_samples, formats):
    reader, parsed = read(typing_samples / "hml-1.0.1" / name, formats)
    samples, loci, findings = expected
    assert reader.name == "hml"
    assert (len(parsed.reports), sum(len(each.loci) for each in parsed.reports)) == (samples, loci)
    assert {finding.code for each in parsed.reports for finding in each.findings} == findings


@pytest.mark.parametrize(("name", "expected"), HML_LEGACY.items())
def test_an_old_hml_message_of_the_collection_is_read(name, expected, typing_samples, formats):
    reader, parsed = read(typing_samples / "hml-legacy" / name, formats)
    samples, loci, findings = expected
    assert reader.name == "hml_legacy"
    assert (len(parsed.reports), sum(len(each.loci) for each in parsed.reports)) == (samples, loci)
    assert {finding.code for each in parsed.reports for finding in each.findings} == findings | {"no_hmlid"}


@pytest.mark.parametrize(("name", "expected"), TABLES.items())
def test_a_table_of_the_collection_is_read(name, expected, typing_samples, formats):
    reader, parsed = read(typing_samples / name, formats)
    assert (reader.name, len(parsed.reports), sum(len(each.loci) for each in parsed.reports)) == expected
    assert all(each.sample for each in parsed.reports)


@pytest.mark.parametrize(("name", "expected"), PLATES.items())
def test_a_plate_of_the_collection_is_read(name, expected, typing_samples, formats):
    reader, parsed = read(typing_samples / name, formats)
    assert (reader.name, len(parsed.reports), sum(len(each.observations) for each in parsed.reports)) == expected


@pytest.mark.parametrize(("pattern", "reason"), REFUSED.items())
def test_any_other_file_of_the_collection_is_refused_for_its_reason(pattern, reason, typing_samples, formats):
    paths = sorted(typing_samples.glob(pattern))
    assert paths
    for path in paths:
        with pytest.raises(ParseError) as refusal:
            read(path, formats)
        assert reason in refusal.value.explain()


def test_no_file_of_the_collection_is_left_without_an_expectation(typing_samples):
    patterns = [
        *(f"hml-1.0.1/{name}" for name in HML),
        *(f"hml-legacy/{name}" for name in HML_LEGACY),
        *TABLES,
        *PLATES,
        *REFUSED,
        "SOURCES.md",
    ]
    told = {path for pattern in patterns for path in typing_samples.glob(pattern)}
    assert {path for path in typing_samples.rglob("*") if path.is_file()} == told


def test_the_alloseq_export_keeps_its_states(typing_samples, formats):
    _, parsed = read(typing_samples / "hml-1.0.1" / "immunogenetr_hml_2_AlloSeqAssign.hml", formats)
    third = {each.locus: each for each in parsed.reports[2].loci}
    assert parsed.reports[2].software.startswith("AlloSeq Assign")
    assert (third["MICB"].state, third["DRB4"].state, third["A"].state) == (
        "failed",
        "one_stated",
        "homozygous_stated",
    )
    assert third["MICA"].allele_db == "IMGT/MIC"


def test_an_absent_drb4_of_the_collection_is_absent(typing_samples, formats):
    _, parsed = read(typing_samples / "hml-1.0.1" / "dash_DaSSH_CIBMTR_Recipient_1.hml.xml", formats)
    states = {each.locus: each.state for each in parsed.reports[0].loci}
    assert (states["DRB3"], states["DRB4"], states["DRB5"]) == ("one_stated", "absent", "one_stated")


def test_every_glstring_of_the_collection_stands_in_a_record_letter_by_letter(typing_samples, formats):
    """An inventory of our own, with nothing in common with the reader: the texts between the tags."""
    for name in HML:
        path = typing_samples / "hml-1.0.1" / name
        text = path.read_text(encoding="utf-8")
        parts = [part.partition(">")[2].partition("<")[0] for part in text.split("glstring")[1:]]
        wanted = {"".join(part.split()) for part in parts if "*" in part}
        kept = {locus.expression for report in read(path, formats)[1].reports for locus in report.loci}
        assert wanted - kept == {each for each in wanted if "^" in each}
        assert {each for text in wanted for each in text.split("^")} <= kept


def test_the_collection_reads_the_same_every_time(typing_samples, formats):
    def digest():
        paths = [typing_samples / "hml-1.0.1" / name for name in HML]
        return [hashlib.sha256(msgspec.json.encode(read(path, formats)[1])).hexdigest() for path in paths]

    assert digest() == digest()
