"""Vendors' XML of the sample collection, read where it lies; and what no reader may do with one."""

import pytest

from parsers.format import Document, load_formats

FORMATS = load_formats()


def read(path):
    claims = [
        each for each in FORMATS.values() if each.name != "lab_table" and each.looks_like(path.read_bytes()[:8192])
    ]
    assert len(claims) == 1
    return claims[0].parse(Document(path.read_bytes(), path.name))


@pytest.fixture(scope="session")
def typing(shared):
    return shared / "samples" / "typing"


def loci(parsed):
    return {each.locus: each for report in parsed.reports for each in report.loci}


@pytest.mark.parametrize(
    ("name", "locus", "best", "listed"),
    [
        ("HLA-A_from_GenDx.tarr.xml", "A", "A*02:16+A*03:01:01:01", 53),
        ("HLA-C_from_GenDx.tarr.xml", "C", "C*07:04:01:01/C*07:04:01:03+C*15:02:01:01", 253),
    ],
)
def test_an_unreviewed_project_lists_candidates_and_agrees_with_its_own_list(name, locus, best, listed, typing):
    parsed = read(typing / "gendx-tarr" / name)
    (report,) = parsed.reports
    (found,) = report.loci
    assert (found.locus, found.state, found.reported, found.expression) == (locus, "candidates", best, "")
    assert (found.review, report.findings) == ("Not Reviewed", ())
    near_misses = "ProjectXml/Samples/Sample/Loci/Locus/TypingResult/GenoTypeList/Genotype"
    assert {each.path: each.count for each in parsed.ignored}[near_misses] == listed


@pytest.mark.parametrize("name", ["UnitTestXMLScore6_3.xml", "UnitTestXMLScore6_4.xml"])
def test_a_batch_without_calls_has_only_candidates(name, typing):
    parsed = read(typing / "score6-xml" / name)
    assert {each.state for each in loci(parsed).values()} == {"candidates"}
    assert not any(each.expression for each in loci(parsed).values())


def test_the_genes_of_drb_are_told_apart(typing):
    found = loci(read(typing / "score6-xml" / "UnitTestXMLScore6_4.xml"))
    assert found["DRB1"].reported.startswith("DRB1*04:04:01/") and "+DRB1*07:01:01:01/" in found["DRB1"].reported
    assert "+" not in found["DRB4"].reported.partition("|")[0]  # `-` beside it: one copy
    assert set(found["DRB4"].reported.replace("+", "/").replace("|", "/").split("/")) >= {"DRB4*01:02", "DRB4*03:01N"}


def test_a_laboratory_s_assignment_is_the_typing(typing):
    found = loci(read(typing / "suretyper-xml" / "UnitTestXMLSureTyper_3.xml"))
    assert {name: each.expression for name, each in found.items()} == {
        "A": "A*03+A*24",
        "B": "B*27+B*35",
        "C": "C*02+C*04",
        "DRB1": "DRB1*04+DRB1*07",
        "DRB4": "DRB4*01",
        "DQA1": "DQA1*02+DQA1*03",
        "DQB1": "DQB1*02+DQB1*03",
        "DPA1": "DPA1*01+DPA1*01",
        "DPB1": "DPB1*04:02+DPB1*15:01",
    }
    assert (found["A"].reported, found["DRB4"].state) == ("A3 A24", "one_stated")


def test_code_numbers_are_never_written_as_alleles_and_nobody_is_named(typing):
    parsed = read(typing / "donornet-xml" / "UnitTestXMLDonorNet_3.xml")
    found = loci(parsed)
    assert (found["A"].reported, found["C"].reported, found["C"].state) == ("1+2", "2", "one_stated")
    assert not any(each.expression for each in found.values())
    ignored = {each.path for each in parsed.ignored}
    assert {"donorupload/donor/lname", "donorupload/donor/fname", "donorupload/donor/dob"} <= ignored


def project(genotypes):
    allele = '<allele PriorityMM="{}" NonPriorityMM="0">A*01:{:02}</allele>'
    rows = (f"<Genotype>{allele.format(int(n > 0), n)}{allele.format(0, 999)}</Genotype>" for n in range(genotypes))
    return (
        (
            "<ProjectXml><Samples><Sample><Name>INVENTED</Name><Loci><Locus><Name>HLA-A</Name><TypingResult><GenoTypeList>"
            f"{''.join(rows)}</GenoTypeList><GLString>A*01:00+A*01:999</GLString></TypingResult></Locus></Loci></Sample>"
            "</Samples></ProjectXml>"
        )
        .replace("True", "1")
        .replace("False", "0")
    )


def test_the_best_of_twenty_thousand_genotypes_is_found():
    parsed = FORMATS["gendx_tarr"].parse(Document(project(20_000).encode(), "large.xml"))
    assert [each.findings for each in parsed.reports] == [()]


def test_a_genotype_that_differs_in_an_exon_is_no_known_one_whatever_the_priorities_say():
    raw = project(1).replace('NonPriorityMM="0">A*01:999', 'NonPriorityMM="0" ExonMM="1">A*01:999').encode()
    (report,) = FORMATS["gendx_tarr"].parse(Document(raw, "exon.xml")).reports
    assert ("novel_candidate", "A") in [(each.code, each.locus) for each in report.findings]


def batch(locus, calls, pairs=""):
    called = "".join(f"<alleleCall>{each}</alleleCall>" for each in calls)
    raw = (
        "<batchSubmission><patients><patient><samples><sample><sampleId>INVENTED</sampleId><typedLoci><typedLocus>"
        f"<locus>{locus}</locus>{called}<resultPairs>{pairs}</resultPairs></typedLocus></typedLoci></sample></samples>"
        "</patient></patients></batchSubmission>"
    )
    return FORMATS["score6"].parse(Document(raw.encode(), "batch.xml"))


def test_antigens_that_are_called_are_no_alleles():
    found = loci(batch("HLA-A", ["A2", "A2"]))["A"]
    assert (found.state, found.reported, found.expression) == ("candidates", "A2+A2", "")


def test_a_copy_that_is_not_present_belongs_to_the_gene_before_it():
    found = loci(batch("HLA-DRB", ["DRB1*03:01", "-", "DRB3*01:01", "-"]))
    assert {name: (each.state, each.reported) for name, each in found.items()} == {
        "DRB1": ("one_stated", "DRB1*03:01+-"),
        "DRB3": ("one_stated", "DRB3*01:01+-"),
    }


def combination(first, second):
    lists = (f"<alleleList{n}><allele>{each}</allele></alleleList{n}>" for n, each in ((1, first), (2, second)))
    return f"<resultCombination>{''.join(lists)}</resultCombination>"


@pytest.mark.parametrize(
    ("calls", "doubted"),
    [
        (["A*02:01", "A*01:01"], False),
        (["A*01", "A*02:01"], False),
        (["A*01:01", "-"], False),
        (["A*01:01", "A*02:03"], True),
        (["A*01:01", "A*01:01"], True),
    ],
)
def test_a_call_that_the_wells_do_not_allow_is_doubted(calls, doubted):
    parsed = batch("HLA-A", calls, combination("A*01:01:01", "A*02:01"))
    assert (("genotypes_differ", "A") in [(each.code, each.locus) for each in parsed.reports[0].findings]) is doubted


def test_two_samples_of_one_name_are_marked():
    raw = project(1).replace("</Sample></Samples>", "</Sample><Sample><Name>INVENTED</Name></Sample></Samples>")
    reports = FORMATS["gendx_tarr"].parse(Document(raw.encode(), "twice.xml")).reports
    assert all("duplicate_sample_id" in [each.code for each in report.findings] for report in reports)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("score6", "<batchSubmission><patients><patient><samples><sample><sampleId>S</sampleId><typedLoci>"
         "<typedLocus><locus>HLA-A</locus><alleleDb>HLADB_3.29.0</alleleDb></typedLocus>"
         "<typedLocus><locus>HLA-B</locus><alleleDb>HLADB_3.30.0</alleleDb></typedLocus>"
         "</typedLoci></sample></samples></patient></patients></batchSubmission>"),
        ("gendx_tarr", "<ProjectXml><Samples><Sample><Name>S</Name><Loci>"
         "<Locus><Name>HLA-A</Name><AlleleDB><Version>IMGT/HLA 3.38.0</Version></AlleleDB></Locus>"
         "<Locus><Name>HLA-B</Name><AlleleDB><Version>IMGT/HLA 3.39.0</Version></AlleleDB></Locus>"
         "</Loci></Sample></Samples></ProjectXml>"),
    ],
)  # fmt: skip
def test_two_releases_in_one_report_are_said(name, text):
    (report,) = FORMATS[name].parse(Document(text.encode(), "releases.xml")).reports
    assert "releases_differ" in [each.code for each in report.findings]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Approved", "two_copies"),
        ("approved by two persons", "two_copies"),
        ("Unapproved", "candidates"),
        ("Not approved", "candidates"),
        ("To be approved", "candidates"),
        ("Rejected", "failed"),
    ],
)
def test_only_what_was_approved_is_called(status, state):
    raw = project(1).replace("</TypingResult>", f'</TypingResult><ReviewList CurrentApprovalStatus="{status}"/>')
    (report,) = FORMATS["gendx_tarr"].parse(Document(raw.encode(), "status.xml")).reports
    assert report.loci[0].state == state


def assigned(**entries):
    entry = '<labAssignmentEntry name="HLA-{}">{}</labAssignmentEntry>'
    text = "".join(entry.format(*each) for each in entries.items())
    raw = (
        '<sureTyperHlaReport><testInfoSection><testInfoEntry name="Sample ID">S</testInfoEntry></testInfoSection>'
        f"<labAssignmentSection><labAssignmentEntryList>{text}</labAssignmentEntryList></labAssignmentSection>"
        "</sureTyperHlaReport>"
    )
    return FORMATS["suretyper"].parse(Document(raw.encode(), "report.xml"))


def test_an_assignment_in_words_states_no_copies():
    parsed = assigned(A="Insufficient Data", B="-", C="C7 C9", DQB1="DQB1*02:01, DQB1*03:01")
    found = {name: (each.state, each.reported, each.expression) for name, each in loci(parsed).items()}
    assert found == {
        "A": ("failed", "Insufficient Data", ""),
        "B": ("failed", "-", ""),
        "C": ("two_copies", "C7 C9", ""),
        "DQB1": ("two_copies", "DQB1*02:01, DQB1*03:01", "DQB1*02:01+DQB1*03:01"),
    }
    told = [(each.code, each.locus) for each in parsed.reports[0].findings if each.locus]
    assert told == [("no_call", "A"), ("no_call", "B"), ("serology", "C")]


def test_words_for_what_was_not_tested_and_for_a_second_antigen_that_was_not_found():
    parsed = assigned(A="A3 Blank", C="C*07:02 blank", DRB1="Not Tested", DRB345="DR53-Null", B="B62(15) Low B7")
    assert {name: (each.state, each.reported, each.expression) for name, each in loci(parsed).items()} == {
        "A": ("one_stated", "A3 Blank", ""),
        "C": ("one_stated", "C*07:02 blank", "C*07:02"),
        "DRB1": ("not_tested", "Not Tested", ""),
        "DRB345": ("candidates", "DR53-Null", ""),
        "B": ("candidates", "B62(15) Low B7", ""),
    }
    told = [(each.code, each.locus) for each in parsed.reports[0].findings if each.locus]
    assert told == [("serology", "A"), ("not_an_allele", "DRB345"), ("not_an_allele", "B")]


NULL_AT_A = (
    '<sureTyperHlaReport><testInfoSection><testInfoEntry name="Sample ID">S</testInfoEntry></testInfoSection>'
    '<hlaTestSummarySection><hlaTestResultList><hlaTestResult testName="HLA-A"><genotype>A*03 {}</genotype>'
    "<phenotype>{}</phenotype></hlaTestResult></hlaTestResultList></hlaTestSummarySection><labAssignmentSection>"
    '<labAssignmentEntryList><labAssignmentEntry name="HLA-A">{}</labAssignmentEntry></labAssignmentEntryList>'
    "</labAssignmentSection></sureTyperHlaReport>"
)


@pytest.mark.parametrize(
    ("allele", "phenotype", "assignment", "state", "told"),
    [
        ("A*24", "A3 Null", "A3 Null", "candidates", ["serology_differs"]),
        ("A*24", "A3 A24-Null", "A3 A24-Null", "candidates", ["serology_differs"]),
        ("A*24", "A3 Null", "A*03 A*24", "candidates", ["serology_differs"]),
        ("A*24:09N", "A3 Null", "A3 Null", "two_copies", []),
        ("A*24", "A3 Blank", "A3 Blank", "two_copies", []),
        ("A*24", "A3 A24", "A24 A3", "two_copies", []),
        ("A*24", "A3 A24", "A24, A3", "two_copies", []),
    ],
)
def test_a_null_that_only_serology_names_is_no_expressed_allele(allele, phenotype, assignment, state, told):
    raw = NULL_AT_A.format(allele, phenotype, assignment)
    parsed = FORMATS["suretyper"].parse(Document(raw.encode(), "report.xml"))
    locus = loci(parsed)["A"]
    assert (locus.state, bool(locus.expression)) == (state, state == "two_copies")
    assert [each.code for each in parsed.reports[0].findings if each.locus] == told


@pytest.mark.parametrize(
    ("calls", "serology", "state"),
    [
        (["A*02", "A*29"], ["A2", "Null"], "candidates"),
        (["A*02", "A*29:01:01:02N"], ["A2", "Null"], "two_copies"),
        (["A*02", "A*29"], ["A2", "A29"], "two_copies"),
        ([], ["A2", "Null"], "failed"),
    ],
)
def test_calls_beside_a_serological_null_are_called_if_one_is_null(calls, serology, state):
    pairs = "".join(f"<serologicalEquivalentCall>{each}</serologicalEquivalentCall>" for each in serology)
    parsed = batch("HLA-A", calls, f"</resultPairs>{pairs}<resultPairs>")
    assert (loci(parsed)["A"].state, bool(loci(parsed)["A"].expression)) == (state, state == "two_copies")
    doubted = "serology_differs" in [each.code for each in parsed.reports[0].findings]
    assert doubted == (state == "candidates")


def test_an_allele_of_another_gene_stays_at_the_locus_that_was_tested():
    told = assigned(
        B="C*07:02 C*04:01", DRB345="DRB3*01:01 DRB4*01:03", DQB1="DQA1*01:01 DQB1*02:01", DRB1="DRB3*01:01"
    )
    assert {name: each.expression for name, each in loci(told).items()} == {
        "B": "C*07:02+C*04:01",
        "DRB3": "DRB3*01:01",
        "DRB4": "DRB4*01:03",
        "DQB1": "DQA1*01:01+DQB1*02:01",
        "DRB1": "DRB3*01:01",
    }
    for locus, calls in (("HLA-B", ["C*07:02", "C*04:01"]), ("HLA-DRB", ["DQB1*02:01", "DQB1*03:01"])):
        batch_of_one = loci(batch(locus, calls))
        assert {name: each.expression for name, each in batch_of_one.items()} == {
            locus.removeprefix("HLA-"): "+".join(calls)
        }


def test_every_genotyping_of_a_workshop_sample_is_read():
    genotypings = "".join(f'<Genotyping Genotype_GL="HLA-{gene}*07:02+HLA-{gene}*08:01"/>' for gene in "BC")
    raw = f'<IHIW_Report><Lab LabCode="L"><Sample SampleID="S">{genotypings}</Sample></Lab></IHIW_Report>'
    assert list(loci(FORMATS["ihiw_workshop"].parse(Document(raw.encode(), "report.xml")))) == ["B", "C"]


def test_antigens_of_another_donor_than_the_upload_describes_are_an_error():
    antigens = "<donor_edit_crossmatchhla><don_id>{}</don_id><a1>1</a1></donor_edit_crossmatchhla>"
    raw = f"<donorupload><donor><don_id>A</don_id></donor>{antigens}</donorupload>"
    for donor, found in (("A", False), ("B", True)):
        (report,) = FORMATS["donornet"].parse(Document(raw.format(donor).encode(), "upload.xml")).reports
        assert ("sample_differs" in [each.code for each in report.findings]) is found
