"""Typings as printed become canonical GL Strings, or say why not; nothing is coerced and nothing dropped."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.records import Finding, LocusTyping, Printed, TypingReport
from pipeline.normalise.nomenclature.history import read_history
from pipeline.normalise.nomenclature.release import Reference, Release
from pipeline.normalise.nomenclature.release_files import LocusNames
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import NormalTyping
from pipeline.normalise.typing import TypingNormaliser
from tests.normalise.typed_loci import locus_of

CALLED = [
    ("A*01:01:01:01+A*02:01:01:01", "HLA-A*01:01:01:01+HLA-A*02:01:01:01", "high"),
    ("A*02:01+A*01:01", "HLA-A*01:01+HLA-A*02:01", "high"),
    ("A*01:01:01G+A*02:01P", "HLA-A*01:01:01G+HLA-A*02:01P", "high"),
    ("A*01:01:01:01/A*01:32+A*02:01:01:01", "HLA-A*01:01:01:01/HLA-A*01:32+HLA-A*02:01:01:01", "high"),
    ("A*01:01/A*01:02+A*02:01", "HLA-A*01:01/HLA-A*01:02+HLA-A*02:01", "generic"),
    ("A*01:01+A*02:01|A*01:32+A*02:09", "HLA-A*01:01+HLA-A*02:01|HLA-A*01:32+HLA-A*02:09", "high"),
    ("A*01:01+A*02:01|A*01:02+A*02:05", "HLA-A*01:01+HLA-A*02:01|HLA-A*01:02+HLA-A*02:05", "generic"),
    ("A*01:XX+A*02:XX", "HLA-A*01:XX+HLA-A*02:XX", "low"),
    ("A*01+A*02", "HLA-A*01+HLA-A*02", "low"),
    ("A*01:XX+A*02:01", "HLA-A*01:XX+HLA-A*02:01", "generic"),
    ("MICA*008:01+MICA*002", "MICA*002+MICA*008:01", "generic"),
]


@pytest.mark.parametrize(("expression", "glstring", "resolution"), CALLED)
def test_understood(normaliser: TypingNormaliser, expression: str, glstring: str, resolution: str) -> None:
    found = locus_of(normaliser, expression)
    assert (found.glstring, found.resolution, found.release) == (glstring, resolution, "0.1.0")
    assert found.flags == ()
    assert found.reported == expression


SILENT = [
    ("absent", "DRB4*NNNN", None, []),
    ("absent", "DRBX*NNNN", None, []),
    ("absent", "MICA*NNNN", None, []),
    ("absent", "A*NNNN", None, ["never_absent"]),
    ("absent", "DRB1*NNNN", None, ["never_absent"]),
    ("absent", "DPB1*NNNN", None, ["never_absent"]),
    ("one_stated", "A*01:01+A*NNNN", "HLA-A*01:01+HLA-A*NNNN", ["gene_absent", "never_absent"]),
    ("not_tested", "A*UUUU", None, []),
    ("failed", "", None, []),
    ("novel", "A*NEW", None, ["novel_allele"]),
    ("novel", "A*01:NEW+A*02:01", "HLA-A*01:NEW+HLA-A*02:01", ["novel_allele"]),
    ("novel", "A*01:new+A*02:01", "HLA-A*01:NEW+HLA-A*02:01", ["novel_allele"]),
    ("novel", "A*02:01new", None, ["novel_allele"]),
    ("novel", "A*01:01v1+A*02:01", "HLA-A*01:01:NEW+HLA-A*02:01", ["novel_allele"]),
    ("novel", "A*01:01:01:01x10", None, ["novel_allele"]),
    ("novel", "", None, []),
    ("one_stated", "A*01:01", "HLA-A*01:01", []),
    ("one_stated", "DRB4*01:03+DRB4*NNNN", "HLA-DRB4*01:03+HLA-DRB4*NNNN", ["gene_absent"]),
    ("candidates", "A*01:01+A*02:01+A*02:05", "HLA-A*01:01+HLA-A*02:01+HLA-A*02:05", ["more_than_two_copies"]),
    ("two_copies", "A*01:01", None, ["copies_differ"]),
    ("one_stated", "A*01:01+A*02:01", None, ["copies_differ"]),
    ("homozygous_stated", "A*01:01+A*01:01+A*01:01", None, ["more_than_two_copies", "copies_differ"]),
    ("two_copies", "", None, ["malformed_name"]),
    ("homozygous_stated", "A*01:01+A*01:01", "HLA-A*01:01+HLA-A*01:01", []),
    ("homozygous_stated", "DRB3*02:02+DRB3*02:02", "HLA-DRB3*02:02+HLA-DRB3*02:02", ["homozygous_drb345"]),
]


@pytest.mark.parametrize(("state", "expression", "glstring", "codes"), SILENT)
def test_states(
    normaliser: TypingNormaliser, state: str, expression: str, glstring: str | None, codes: list[str]
) -> None:
    found = locus_of(normaliser, expression, locus=expression.partition("*")[0] or "A", state=state)
    assert (found.state, found.glstring, [flag.code for flag in found.flags]) == (state, glstring, codes)


def test_what_is_remembered_of_one_sample_never_shows_in_another(mini: Release) -> None:
    normaliser = TypingNormaliser(mini)
    for expression in ("", "A*01:01", "A*99:99", "A*01:01+"):
        first = locus_of(normaliser, expression, locus="A", reported="SAMPLE-ONE", test_id="1", date="2026-01-01")
        second = locus_of(normaliser, expression, locus="A", reported="SAMPLE-TWO")
        assert "SAMPLE-ONE" not in repr(first.flags)
        assert (second.reported, second.test_id, second.date) == ("SAMPLE-TWO", "", "")


def test_drb345_may_share_a_cell(normaliser: TypingNormaliser) -> None:
    found = locus_of(normaliser, "DRB4*01:03+DRB3*02:02", locus="DRB3/4/5")
    assert (found.glstring, found.flags) == ("HLA-DRB3*02:02+HLA-DRB4*01:03", ())
    found = locus_of(normaliser, "DRB4*01:03^DRB3*02:02+DRB3*02:02", locus="DRB345")
    assert found.glstring == "HLA-DRB3*02:02+HLA-DRB3*02:02^HLA-DRB4*01:03"
    assert ([flag.code for flag in found.flags], found.resolution) == (["homozygous_drb345"], "high")


PHASED = [
    ("DRB1~DRB5", "DRB1*15:01:01:01~DRB5*01:01:01:01+DRB1*03:01:01:01~DRB3*01:01:02:01"),
    ("DRB1", "DRB1*15:01:01:01~DRB5*01:01:01:01+DRB1*03:01:01:01~DRB3*01:01:02:01"),
    ("DRB1~DRB5", "DRB1*15:01:01:01~DRB5*01:01:01:01+DRB1*01:01:01:01"),
    ("B~C", "B*07:02~C*07:02+B*44:02~C*07:02"),
]


@pytest.mark.parametrize(("locus", "expression"), PHASED)
def test_phased_haplotypes_over_several_genes_stay_together(
    normaliser: TypingNormaliser, locus: str, expression: str
) -> None:
    found = locus_of(normaliser, expression, locus=locus)
    assert [(flag.code, flag.token, flag.severity) for flag in found.flags] == [("phased_haplotypes", locus, "info")]
    assert found.glstring is not None
    assert set(found.glstring.replace("HLA-", "").split("+")) == set(expression.split("+"))


def test_a_haplotype_of_other_genes_is_still_in_the_wrong_place(normaliser: TypingNormaliser) -> None:
    found = locus_of(normaliser, "B*07:02~C*07:02+B*44:02~C*07:02", locus="A")
    assert found.glstring is None
    assert [flag.token for flag in found.flags if flag.code == "wrong_locus"] == [
        "HLA-B*07:02", "HLA-C*07:02", "HLA-B*44:02",
    ]  # fmt: skip


STATED = [
    ("", False), ("0.1.0", False), ("0.1", False), ("IPD-IMGT/HLA 0.1.0", False),
    ("3.25.0", True), ("0.10.0", True), ("0.11", True), ("2024-09-23", True), ("unknown", True), ("3580", True),
]  # fmt: skip


def test_a_name_that_was_another_alleles_under_a_release_known_by_its_list_only(tmp_path: Path) -> None:
    rows = "T1,A*01:01\nT2,A*01:02\nT3,A*01:03\n"
    (tmp_path / "Allelelist.txt").write_text(f"# version: Invented, version 3.10.0\nAlleleID,Allele\n{rows}")
    names = LocusNames(alleles={"01:01:01": "T1", "01:09": "T2", "01:02": "T4", "01:03": "T5"})
    reference = Reference(history=lambda: read_history([tmp_path]))
    normaliser = TypingNormaliser(Release("3.20.0", "Invented", ("A",), {"A": names}.__getitem__, reference))
    found = locus_of(normaliser, "A*01:01+A*01:02", stated_release="3.10")
    assert found.glstring == "HLA-A*01:01+HLA-A*01:09", "the list does not say that A*01:01 was meant to be narrower"
    assert [flag.code for flag in found.flags] == ["release_differs", "renamed_allele"]
    lost = locus_of(normaliser, "A*01:01+A*01:03", stated_release="3.10.0")
    assert (lost.glstring, lost.flags[-1].code) == (None, "name_of_another_allele")
    assert locus_of(normaliser, "A*01:01+A*01:02", stated_release="3.11.0").glstring == "HLA-A*01:01+HLA-A*01:02"


SHORT = LocusNames(
    alleles={
        "01:01:01": "T1",
        "01:01:02": "T2",
        "01:01:03N": "T3",
        "02:01:01": "T4",
        "02:01:02": "T5",
        "03:01:01": "T6",
    },
    p_groups={"02:01P": ("02:01:01", "02:01:02")},
)
SHORT_TODAY = LocusNames(
    alleles={
        "01:01": "T1", "01:09N": "T2", "01:10N": "T3", "02:01:01": "T4", "02:01:02": "T5", "02:01:03": "T7",
        "03:01:01": "T8", "03:02": "T9",
    },
    p_groups={"02:01P": ("02:01:01", "02:01:02", "02:01:03")},
)  # fmt: skip
"""A*01:01:02 was found to be null, and so has another name; A*03:01:01 was given up and its name given anew."""
SHORT_CALLED = [
    ("A*01:01", "HLA-A*01:01/HLA-A*01:09N", ["renamed_allele", "null_allele"]),  # and not the null it did not allow
    ("A*01:XX", "HLA-A*01:XX", []),
    ("A*02:01", "HLA-A*02:01", []),  # one more allele today
    ("A*02:01P", "HLA-A*02:01P", []),
    ("A*03:01", None, ["name_of_another_allele"]),
    ("A*03:02", "HLA-A*03:02", []),  # not known there
]


def release_known_by_its_list(folder: Path) -> Reference:
    rows = "".join(f"{number},A*{fields}\n" for fields, number in SHORT.alleles.items())
    (folder / "Allelelist.txt").write_text(f"# version: Invented, version 3.10.0\nAlleleID,Allele\n{rows}")
    return Reference(history=lambda: read_history([folder]))


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize(("stated", "today", "codes"), SHORT_CALLED)
def test_an_allele_that_left_a_shorter_name_is_written_beside_it(
    stated: str, today: str | None, codes: list[str], installed: bool, tmp_path: Path
) -> None:
    reference = Reference() if installed else release_known_by_its_list(tmp_path)
    before = Release("3.10.0", "Invented", ("A",), {"A": SHORT}.__getitem__)
    after = Release("3.20.0", "Invented", ("A",), {"A": SHORT_TODAY}.__getitem__, reference)
    normaliser = TypingNormaliser(after, {"3.10.0": before}.get if installed else lambda _: None)
    found = locus_of(normaliser, stated, state="one_stated", stated_release="3.10.0")
    assert (found.glstring, [flag.code for flag in found.flags]) == (today, ["release_differs", *codes])
    assert locus_of(normaliser, "A*01:01", stated_release="3.20").glstring == "HLA-A*01:01"


@pytest.mark.parametrize(
    ("expression", "resolution"),
    [("A*01:01+A*NEW", "generic"), ("A*01:01+A*02:01/A*02:NEW", "generic"), ("DRB4*01:03+DRB4*NNNN", "high")],
)
def test_a_copy_that_may_be_anything_is_no_high_resolution(
    normaliser: TypingNormaliser, expression: str, resolution: str
) -> None:
    assert locus_of(normaliser, expression, state="novel").resolution == resolution


@pytest.mark.parametrize(("stated", "differs"), STATED)
def test_another_release_is_noted(normaliser: TypingNormaliser, stated: str, differs: bool) -> None:
    found = locus_of(normaliser, "A*01:01", stated_release=stated)
    assert [flag.code for flag in found.flags] == ["release_differs"] * differs
    assert found.glstring == "HLA-A*01:01"


def test_the_release_of_a_gl_string_code_counts_as_stated(normaliser: TypingNormaliser) -> None:
    found = locus_of(normaliser, "hla#3.25.0#HLA-A*01:01", locus="A")
    assert (found.glstring, [flag.token for flag in found.flags]) == ("HLA-A*01:01", ["3.25.0"])
    assert locus_of(normaliser, "hla#0.1.0#HLA-A*01:01", locus="A").flags == ()


def test_without_a_release_the_report_and_every_locus_say_so() -> None:
    loci = tuple(LocusTyping(locus=gene, state="one_stated", expression=f"{gene}*01:01") for gene in "AB")
    found = Normaliser(None).normalise(TypingReport(format="hml", sample="S1", loci=loci))
    assert isinstance(found, NormalTyping)
    assert [flag.code for flag in found.flags] == ["no_release"]
    assert [(locus.glstring, locus.release, locus.flags) for locus in found.loci] == [(None, None, found.flags)] * 2


def test_a_report_keeps_what_it_says_of_itself(mini: Release) -> None:
    printed = TypingReport(
        format="hml", sample="9999TEST00000000118", subject="S-7", report_id="1^2", centre="777", date="2026-11-01",
        software="Typer 1", loci=(LocusTyping(locus="A", state="one_stated", expression="A*01:01", method="NGS",
                                              test_id="T1", date="2026-10-30", reported="01:01"),),
    )  # fmt: skip
    found = Normaliser(mini).normalise(printed)
    assert isinstance(found, NormalTyping)
    assert (found.sample.scheme, found.sample.value) == ("GRID", "9999TEST00000000118")
    assert found.subject is not None
    assert (found.subject.scheme, found.subject.value) == ("LOCAL", "S-7")
    assert (found.report_id, found.centre, found.date, found.software) == ("1^2", "777", "2026-11-01", "Typer 1")
    (locus,) = found.loci
    assert (locus.method, locus.test_id, locus.date, locus.reported) == ("NGS", "T1", "2026-10-30", "01:01")


@given(st.text(alphabet="ABDRQ01234:*+/|^~?NXLPG-# \n", max_size=40), st.sampled_from(["A", "DRB345", ""]))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_a_locus_comes_out(normaliser: TypingNormaliser, expression: str, locus: str) -> None:
    found = locus_of(normaliser, expression, locus=locus or "B", state="two_copies")
    assert found.glstring is None or not any(flag.severity == "error" for flag in found.flags)
    if found.glstring is None:
        assert found.flags, "no GL String without a reason"


def test_every_allele_of_the_mini_release_is_understood(normaliser: TypingNormaliser, mini: Release) -> None:
    for gene in sorted(mini.loci):
        for fields in mini.locus(gene).names.alleles:
            found = locus_of(normaliser, f"{gene}*{fields}", state="one_stated")
            assert found.glstring is not None
            assert found.glstring.removeprefix("HLA-") == f"{gene}*{fields}"


@pytest.mark.parametrize(
    ("date", "doubted"),
    [("2024-13-23", True), ("20240230", True), ("2024-02-29", False), ("23/13/2024", False), ("", False)],
)
def test_a_date_that_no_calendar_has_is_doubted(normaliser: TypingNormaliser, date: str, doubted: bool) -> None:
    locus = LocusTyping(locus="A", state="one_stated", expression="A*01:01", date=date)
    report = normaliser.normalise(TypingReport(format="hml", sample="17", date=date, loci=(locus,)))
    for flags in (report.flags, report.loci[0].doubts):
        assert [(flag.code, flag.token) for flag in flags] == [("unreadable_time", date)] * doubted
    assert report.loci[0].date == date  # as printed


def test_what_the_reader_found_odd_stays_with_the_locus_it_is_about(normaliser: TypingNormaliser) -> None:
    loci = tuple(
        LocusTyping(locus=each, state="one_stated", reported=f"{each}*01:01", expression=f"{each}*01:01")
        for each in ("A", "DRB1")
    )
    report = TypingReport(
        format="hml",
        sample="INVENTED-1",
        loci=loci,
        findings=(
            Finding("haploid_differs", "two statements", "line 7", "A"),
            Finding("no_hmlid", "no hmlid"),
            Finding("from_a_plug_in", "odd", "", "B"),
        ),
    )
    found = normaliser.normalise(report)
    assert [(flag.code, flag.token, flag.severity) for flag in found.loci[0].doubts] == [
        ("haploid_differs", "line 7", "warning")
    ]
    assert found.loci[1].doubts == ()
    assert [(flag.code, flag.severity) for flag in found.flags] == [("no_hmlid", "info"), ("from_a_plug_in", "warning")]


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ("A*01:01+A*02:01", "A*01:01+A*03:01", True),
        ("A*01:01+A*02:01", "A*02:01+A*01:01", False),
        ("A*01:01+A*02:01", "A*01:01+A*no", True),
        ("A*01:01+A*02:01", "", False),
    ],
)
def test_two_statements_about_one_locus_of_a_report_are_held_against_each_other(
    normaliser: TypingNormaliser, first: str, second: str, differ: bool
) -> None:
    loci = tuple(
        LocusTyping(locus="A", state="two_copies" if text else "failed", reported=text, expression=text)
        for text in (first, second)
    )
    found = normaliser.normalise(TypingReport(format="hml", sample="INVENTED-1", loci=loci))
    codes = [[flag.code for flag in each.doubts] for each in found.loci]
    assert codes == [["statements_differ"]] * 2 if differ else codes == [[], []]


@pytest.mark.parametrize(
    ("reported", "codes"),
    [("A1+A2", []), ("1+2", []), ("", ["malformed_name"]), ("A1 A99", ["unknown_antigen"]), ("A2 A203 A24 A9", []),
     ("A1 A2 A3", ["more_than_two_copies"]), ("DPw1 DPw3", [])],
)  # fmt: skip
def test_antigens_are_not_alleles_that_could_not_be_read(
    normaliser: TypingNormaliser, reported: str, codes: list[str]
) -> None:
    found = locus_of(normaliser, "", locus="A", state="two_copies", reported=reported, method="SER")
    assert (found.glstring, [flag.code for flag in found.flags]) == (None, codes)


@pytest.mark.parametrize(("reported", "codes"), [("1+20", []), ("20", []), ("1 20x", ["malformed_name"])])
def test_code_numbers_call_no_allele_where_antigens_have_no_names(
    normaliser: TypingNormaliser, reported: str, codes: list[str]
) -> None:
    found = locus_of(normaliser, "", locus="DQA1", state="two_copies", reported=reported, method="serology")
    assert (found.glstring, [flag.code for flag in found.flags]) == (None, codes)


def test_expressions_as_long_as_books_are_read_and_not_remembered(mini: Release) -> None:
    normaliser = TypingNormaliser(mini)
    long = "/".join(["A*01:01", *(f"A*02:{number:04}" for number in range(1_100))])
    assert [flag.code for flag in locus_of(normaliser, long).flags] == ["unknown_allele"] * 1_100
    assert locus_of(normaliser, "A*01:01", reported="A2 " * 200).glstring
    assert [key[2] for key in normaliser._known] == ["A*01:01"]


@pytest.mark.parametrize(
    ("expression", "stated_release", "kept"),
    [
        ("A*01:01+A*02:01", "0.1.0", ""),
        ("A*01:01+A*02:AAUW", "", "A*01:01+A*02:AAUW"),
        ("A*01:01+A*99:99", "3.23", "hla#3.23#A*01:01+A*99:99"),
        ("", "3.23", ""),
    ],
)
def test_what_is_stated_stays_with_a_locus_that_has_no_gl_string(
    normaliser: TypingNormaliser, expression: str, stated_release: str, kept: str
) -> None:
    found = locus_of(normaliser, expression, "A", stated_release=stated_release)
    assert (found.glstring is None, found.expression) == (bool(kept) or not expression, kept)


@pytest.mark.parametrize(
    ("format_name", "final"),
    [
        ("fhir", {"review": "final"}),
        ("fhir", {"review": "corrected"}),
        ("hl7_oru", {"quality": (Printed("OBX-11", "F"),)}),
    ],
)
def test_what_is_final_by_itself_is_not_preliminary_because_its_report_is(format_name, final):
    """A report goes out as partial while one locus is still running."""
    still_running = LocusTyping(locus="DPB1", state="not_tested")
    report = TypingReport(
        format=format_name,
        sample="S1",
        loci=(LocusTyping(locus="A", state="one_stated", expression="HLA-A*01:01", **final), still_running),
        findings=(Finding("preliminary_result", "the sender calls the report partial", "the report"),),
    )
    loci = TypingNormaliser(None).normalise(report).loci
    assert [[flag.code for flag in each.doubts] for each in loci] == [[], ["preliminary_result"]]
