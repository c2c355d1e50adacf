"""The table of LOINC codes for HLA, and the check digit that tells LOINC from look-alikes."""

from collections import Counter

import pytest

from parsers.loinc import GENE, GENOTYPE, HLA, LOCUS_CODES, REPORT, is_loinc


def test_every_code_of_the_table_has_the_right_check_digit():
    assert len(HLA) > 30
    assert [code for code in HLA if not is_loinc(code)] == []


@pytest.mark.parametrize(
    "code", ["57290-1", "84413-7", "84413-8", "57293-3H", "1-8", "413", "", "57290-9 ", "５7290-9"]
)
def test_codes_with_a_wrong_check_digit_or_shape_are_not_loinc(code):
    assert not is_loinc(code)


@pytest.mark.parametrize("code", ["57290-9", "84413-4", "718-7", "6690-2", "804-5"])
def test_published_codes_are_loinc(code):
    assert is_loinc(code)


def test_a_locus_at_a_resolution_has_one_preferred_code():
    preferred = Counter((each.locus, each.resolution) for each in LOCUS_CODES.values() if each.preferred)
    assert set(preferred.values()) == {1}
    assert (GENOTYPE, GENE, REPORT) == ("84413-4", "48018-6", "51969-4")


def test_both_codes_of_locus_c_are_read_and_the_newer_one_is_preferred():
    assert HLA["57297-4"].locus == HLA["77636-9"].locus == "C"
    assert HLA["77636-9"].preferred
    assert not HLA["57297-4"].preferred
