"""A laboratory's own codes in OBX-3 are read by a profile for that sender, and nobody else's messages are."""

import pytest

from parsers.errors import ParseError
from parsers.format import Document, Profile
from parsers.formats.hl7_oru import from_profiles, labels

SENDER = {"application": "LIS", "facility": "LAB"}
LOCI = [{"name": "A", "codes": ["XA"]}, {"name": "DRB3", "copies": ["X3-1", "X3-2"]}]


def profile(name="invented", **settings):
    basic = {"format": "hl7_oru", "title": "Invented", "verified": "invented samples", "sender": SENDER, "locus": LOCI}
    return Profile(name, "hl7_oru", "0" * 64, {**basic, **settings})


def message(*results, application="LIS", facility="LAB"):
    head = [f"MSH|^~\\&|{application}|{facility}|||20260301||ORU^R01|1|P|2.5.1", "OBR|1|O|R|HLA"]
    obx = [
        f"OBX|{place}|ST|{code}^x^L||{value}||||||{status}" for place, (code, value, status) in enumerate(results, 1)
    ]
    return Document("".join(line + "\r" for line in [*head, *obx]).encode())


def read(*results, profiles=None, **sender):
    return from_profiles(profiles or (profile(),)).parse(message(*results, **sender)).reports


def loci(*results):
    return [(each.locus, each.state, each.expression) for each in read(*results)[0].loci]


def test_a_code_of_the_sender_names_its_locus():
    (report,) = read(("XA", "01:01+02:01", "F"))
    assert report.profile == "invented"
    assert [(each.locus, each.expression) for each in report.loci] == [("A", "A*01:01+A*02:01")]


@pytest.mark.parametrize("sender", [{"application": "OTHER"}, {"facility": "OTHER"}])
def test_the_same_code_of_another_sender_is_an_observation(sender):
    (report,) = read(("XA", "01:01+02:01", "F"), **sender)
    assert [each.code for each in report.observations] == ["XA"]


def test_the_same_code_of_another_system_is_an_observation():
    (report,) = read(("XA", "01:01", "F"), profiles=(profile(system="99LAB"),))
    assert [each.code for each in report.observations] == ["XA"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("01:01", "F"), ("02:02", "F"), ("two_copies", "DRB3*01:01+DRB3*02:02")),
        (("01:01", "F"), ("01:01", "F"), ("homozygous_stated", "DRB3*01:01+DRB3*01:01")),
        (("01:01", "F"), ("", "F"), ("one_stated", "DRB3*01:01")),
        (("", "F"), ("01:01", "F"), ("one_stated", "DRB3*01:01")),
        (("NNNN", "F"), ("NNNN", "F"), ("absent", "NNNN+NNNN")),
        (("", "N"), ("", "N"), ("not_tested", "")),
        (("", "X"), ("", "X"), ("failed", "")),
        (("", "X"), ("", "N"), ("failed", "")),
        (("01:01", "F"), ("02:02", "D"), ("failed", "")),
        (("01:01/01:02", "F"), ("01:01/01:02", "F"), ("two_copies", "DRB3*01:01/DRB3*01:02+DRB3*01:01/DRB3*01:02")),
        (("DR52", "F"), ("01:01", "F"), ("candidates", "DR52+DRB3*01:01")),
    ],
)
def test_two_codes_that_hold_a_copy_each_make_one_typing(first, second, expected):
    assert loci(("X3-1", *first), ("X3-2", *second)) == [("DRB3", *expected)]
    assert loci(("X3-2", *second), ("X3-1", *first)) == [("DRB3", *expected)]


def test_one_of_two_copies_alone_states_one():
    assert loci(("X3-2", "01:01", "F")) == [("DRB3", "one_stated", "DRB3*01:01")]


def test_a_copy_that_stands_twice_is_joined_with_nothing():
    found = loci(("X3-1", "01:01", "F"), ("X3-1", "02:02", "F"), ("X3-2", "02:02", "F"))
    assert [state for _, state, _ in found] == ["candidates"] * 3


def test_the_profile_that_names_more_of_the_sender_reads_it():
    general = profile("general", sender={"application": "LIS"})
    (report,) = read(("XA", "01:01", "F"), profiles=(general, profile("specific")))
    assert report.profile == "specific"


def test_two_profiles_for_one_sender_are_a_refusal():
    with pytest.raises(ParseError, match="one and other are both for this sender"):
        read(("XA", "01:01", "F"), profiles=(profile("one"), profile("other")))


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": {}},
        {"locus": []},
        {"locus": [{"name": "A"}]},
        {"locus": [{"name": "A", "codes": ["X"]}, {"name": "B", "codes": ["X"]}]},
        {"locus": [{"name": "A", "copies": ["X"]}]},
        {"loci": []},
        {"words": {"failed": ["NT"], "not_tested": ["nt"]}},
        {"words": {"missing": ["NT"]}},
    ],
)
def test_an_unusable_profile_is_refused_by_its_name(settings):
    with pytest.raises(ParseError, match="profile invented"):
        from_profiles((profile(**settings),))


def test_labels_tells_mapped_codes_from_others():
    mapped, unmapped = labels(message(("XA", "01:01", "F"), ("WBC", "5", "F")), profile())
    assert (mapped, unmapped) == (("XA (L)",), ("WBC (L)",))


WORDS = {"absent": ["neg"], "not_tested": ["NT", "not tested"], "failed": ["FAIL", "N/A"], "novel": ["novel"]}


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("NT", ("not_tested", "UUUU")),
        ("not tested", ("not_tested", "UUUU")),
        ("Fail", ("failed", "XXXX")),
        ("N/A", ("failed", "XXXX")),
        ("NEG", ("absent", "NNNN")),
        ("novel", ("novel", "NEW")),
        ("01:01+NT", ("one_stated", "A*01:01+UUUU")),
        ("01:01+novel", ("novel", "A*01:01+NEW")),
        ("UUUU", ("not_tested", "UUUU")),
        ("01:01+02:01", ("two_copies", "A*01:01+A*02:01")),
        ("pending", ("candidates", "pending")),
        ("A*02:NT", ("one_stated", "A*02:NT")),
    ],
)
def test_a_word_of_the_sender_states_what_its_profile_says(printed, expected):
    (report,) = read(("XA", printed, "F"), profiles=(profile(words=WORDS),))
    (locus,) = report.loci
    assert (locus.state, locus.expression, locus.reported) == (*expected, printed)


def test_a_word_stands_for_one_copy_where_each_has_a_code_of_its_own():
    (report,) = read(("X3-1", "NT", "F"), ("X3-2", "nt", "F"), profiles=(profile(words=WORDS),))
    assert [(each.locus, each.state, each.reported) for each in report.loci] == [("DRB3", "not_tested", "NT+nt")]
    (report,) = read(("X3-1", "01:01", "F"), ("X3-2", "FAIL", "F"), profiles=(profile(words=WORDS),))
    assert [(each.state, each.expression) for each in report.loci] == [("one_stated", "DRB3*01:01+XXXX")]


def test_words_of_another_sender_are_not_read():
    (report,) = read(("57290-9", "NT", "F"), profiles=(profile(words=WORDS),), facility="OTHER")
    assert [(each.state, each.expression) for each in report.loci] == [("candidates", "NT")]


def test_a_profile_may_name_words_alone():
    (report,) = read(("57290-9", "NT", "F"), profiles=(profile(locus=[], words=WORDS),))
    assert [(each.locus, each.state) for each in report.loci] == [("A", "not_tested")]
