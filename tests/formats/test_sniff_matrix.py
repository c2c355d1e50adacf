"""Every file of the sample collection held against every format: at most one claims it, and the one that it is of.

The list of sources beside the collection says what each file is. `None` is a file that nobody may claim: what is
malformed, what only looks like a result, and what describes results and holds none.
"""

import pytest

from parsers.format import open_document

EXPECTED = {
    "apheresis/published_identifiers.csv": None,
    "instruments/astm/cobas_c111.txt": "astm_records",
    "instruments/astm/example_lis2a2_0*.txt": "astm_records",
    "instruments/astm/pentra_xlr.redacted.txt": "astm_records",
    "instruments/astm/sysmex_xn550.redacted.txt": "astm_records",
    "instruments/astm/openelis_*.astm": None,
    "instruments/astm-nonstandard/*": None,
    "instruments/cell-counters/Beckman_*": "vicell_blu",
    "instruments/cell-counters/chemometec_*": "nucleoview",
    "instruments/flow-cytometry/*.fcs": "fcs",
    "instruments/flow-cytometry/*.xml": "facsdiva",
    "instruments/hl7v2/*.hl7": "hl7_oru",
    "instruments/luminex-xponent/*.csv": "luminex_xponent",
    "typing/arcashla/test.genotype.json": "arcashla",
    "typing/arcashla/test.em.json": None,
    "typing/atlas-donor-import/*.json": "atlas_donors",
    "typing/donornet-xml/*.xml": "donornet",
    "typing/fhir-hla/*": "fhir",
    "typing/gendx-tarr/*.xml": "gendx_tarr",
    "typing/glstring-csv/py-ard_sample.csv": "lab_table",
    "typing/glstring-csv/py-ard_sample_glstring.csv": "glstring_table",
    "typing/hapl-o-mat/*.dat": "lab_table",
    "typing/hapl-o-mat/*.glc": "glstring_table",
    "typing/hisat-genotype/*.report": "hisat_genotype",
    "typing/hla-hd/*.txt": "hla_hd",
    "typing/hla-la/*.txt": "hla_la",
    "typing/hml-1.0.1/*": "hml",
    "typing/hml-gateway/*.xsd": None,
    "typing/hml-legacy/*.xml": "hml_legacy",
    "typing/hml-xsd/*.xsd": None,
    "typing/immucor-eds/*.eds": None,
    "typing/lab-tool-csv/*.csv": "lab_table",
    "typing/lookalikes/HLAnte_sample_final.result.txt": "hla_hd",
    "typing/lookalikes/HLAnte_malformed.json": None,
    "typing/lookalikes/HLAnte_sample.genotype.json": None,
    "typing/lookalikes/HLAnte_sample_t1k_genotype.tsv": None,
    "typing/luminex-intelliflex/*.csv": "luminex_intelliflex",
    "typing/luminex-xponent/*.csv": "luminex_xponent",
    "typing/midas-table/*.txt": "lab_table",
    "typing/optitype-like/*.tsv": "optitype",
    "typing/polysolver/*.txt": "polysolver",
    "typing/score6-xml/*.xml": "score6",
    "typing/specimmune/*.txt": "specimmune",
    "typing/suretyper-xml/*.xml": "suretyper",
    "typing/t1k/*.tsv": "t1k",
}


@pytest.fixture(scope="session")
def collection(shared):
    return shared / "samples"


def claims(path, formats):
    head = open_document(path.read_bytes(), path.name).head
    return [each.name for each in formats.values() if each.looks_like(head)]


@pytest.mark.parametrize(("pattern", "expected"), EXPECTED.items())
def test_a_file_is_claimed_by_the_format_that_it_is_of_and_by_no_other(pattern, expected, collection, formats):
    paths = sorted(collection.glob(pattern))
    assert paths
    for path in paths:
        found = claims(path, formats)
        assert found == ([expected] if expected else []), path.name


def test_every_file_of_the_collection_has_its_row(collection):
    told = [path for pattern in EXPECTED for path in collection.glob(pattern)]
    files = {path for path in collection.rglob("*") if path.is_file() and path.name != "SOURCES.md"}
    assert len(told) == len(set(told)), "two rows tell of one file"
    assert files == set(told)


def test_a_list_of_sources_is_claimed_by_nobody(collection, formats):
    assert [claims(path, formats) for path in collection.glob("*/SOURCES.md")] == [[], [], []]
