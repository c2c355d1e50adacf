"""MIRING: a message that tells everything breaks no rule; leave one thing out, and the rule with its number says so."""

import pytest

from parsers.hml_miring import breaches, rules

WHOLE = """<hml version="1.0.1" project-name="INVENTED" xmlns="http://schemas.nmdp.org/spec/hml/1.0.1">
<hmlid root="1.2.3" extension="x"/><reporting-center reporting-center-id="999"/>
<sample id="S-1"><typing gene-family="HLA" date="2026-01-01">
<allele-assignment date="2026-01-01" allele-db="IMGT/HLA" allele-version="3.58.0">
<glstring>HLA-A*01:01+HLA-A*02:01</glstring></allele-assignment>
<typing-method><sbt-ngs locus="HLA-A" test-id="K" test-id-source="gtr">
<raw-reads uri="u" availability="private"/></sbt-ngs></typing-method>
<consensus-sequence date="2026-01-01"><reference-database availability="public" curated="true">
<reference-sequence id="r" name="HLA-A*01:01" start="0" end="100" accession="HLA00001" uri="u"/></reference-database>
<consensus-sequence-block reference-sequence-id="r" start="10" end="14" description="Exon 1" phase-set="1"
 expected-copy-number="1" continuity="false"><sequence>AC
 GT</sequence>
<variant id="0" start="11" end="12" reference-bases="A" alternate-bases="C" quality-score="9" filter="PASS"/>
<sequence-quality sequence-start="10" sequence-end="14" quality-score="9"/></consensus-sequence-block>
<consensus-sequence-block reference-sequence-id="r" start="14" end="16" description="Exon 2" phase-set="1"
 expected-copy-number="1" continuity="true"><sequence>AC</sequence></consensus-sequence-block>
</consensus-sequence></typing></sample></hml>"""

BLOCK = (
    '<consensus-sequence-block reference-sequence-id="r" start="10" end="14" description="Exon 1" phase-set="1"'
    ' expected-copy-number="1" continuity="false"><sequence>ACGT</sequence></consensus-sequence-block>'
)
UNUSED = '<reference-sequence id="unused" name="HLA-A*01:01" start="0" end="9" accession="HLA00001" uri="u"/>'

LEFT_OUT = [
    ('<hmlid root="1.2.3" extension="x"/>', "", "1.1"),
    (' extension="x"', "", "1.1"),
    (' reporting-center-id="999"', "", "1.2"),
    (' test-id="K"', "", "1.3"),
    ('test-id-source="gtr"', 'test-id-source="6"', "1.3"),
    ('<raw-reads uri="u" availability="private"/>', "", "1.5"),
    (' availability="private"', "", "1.5"),
    (' allele-db="IMGT/HLA"', "", "2.1"),
    (' accession="HLA00001"', "", "2.2"),
    ('start="0" end="100"', 'start="100" end="0"', "2.2 4.2.3 5.2"),
    ('accession="HLA00001" uri="u"/>', 'accession="HLA00001" uri="u"/>' + UNUSED, "2.2.1"),
    (' curated="true"', "", "2.3"),
    ("HLA-A*01:01+HLA-A*02:01", "", "3.2"),
    ("HLA-A*01:01+HLA-A*02:01", "HLA-A*01:01, HLA-A*02:01", "3.3"),
    (' description="Exon 1"', "", "4.2"),
    (' phase-set="1"', "", "4.2.4"),
    (' phase-set="1"', ' phase-set="1" phasing-group="1"', "4.2.4"),
    (' expected-copy-number="1"', "", "4.2.5"),
    (' continuity="false"', "", "4.2.7"),
    ('start="14" end="16"', 'start="15" end="17"', "4.2.7"),
    ('sequence-end="14"', 'sequence-end="15"', "4"),
    ('sequence-start="10"', 'sequence-start="9"', "4"),
    ('sequence-start="10" sequence-end="14"', 'sequence-start="14" sequence-end="10"', "4"),
    ("AC\n GT", "AC\n G", "4.2.3"),
    ('start="14" end="16"', 'start="14" end=""', "4.2.3"),
    ('start="0" end="100"', 'start="0" end="15"', "4.2.3"),
    ('start="0" end="100"', 'start="12" end="100"', "4.2.3 5.2"),
    ('start="11" end="12"', 'start="12" end="11"', "5.2"),
    ('start="11" end="12"', 'start="11" end="101"', "5.2"),
    ('variant id="0"', 'variant id="1"', "5.3"),
    (' reference-bases="A"', "", "5.4"),
    (' alternate-bases="C"', "", "5.5"),
    (' quality-score="9" filter', " filter", "5.6"),
    (' filter="PASS"', "", "5.7"),
]


def numbers(text):
    return [each.message.split()[1].rstrip(":,") for each in breaches(text.encode())]


def test_a_message_that_tells_everything_breaks_no_rule():
    assert numbers(WHOLE) == []
    assert numbers(WHOLE.replace(" xmlns=", " xmlns:unused=")) == []


@pytest.mark.parametrize(("found", "instead", "number"), LEFT_OUT)
def test_whatever_is_left_out_breaks_the_rule_that_asks_for_it(found, instead, number):
    assert found in WHOLE
    assert numbers(WHOLE.replace(found, instead, 1)) == number.split()


def test_a_typing_without_method_and_alleles_has_no_locus():
    bare = '<hml><sample id="S-1"><typing><typing-method/></typing></sample></hml>'
    assert numbers(bare) == ["1.1", "1.2", "2.1", "3.1"]


def test_a_consensus_sequence_without_blocks_breaks_the_rule_about_blocks():
    text = WHOLE[: WHOLE.index("<consensus-sequence-block")] + "</consensus-sequence></typing></sample></hml>"
    assert "4.1" in numbers(text)


def test_a_block_without_a_reference_breaks_its_rule_and_leaves_the_reference_unused():
    assert numbers(WHOLE.replace(' reference-sequence-id="r"', "")) == ["2.2.1", "4.2.2"]


def test_a_quality_may_count_from_the_first_base_of_its_block():
    assert numbers(WHOLE.replace('sequence-start="10" sequence-end="14"', 'sequence-start="0" sequence-end="4"')) == []


def test_a_reference_may_stand_in_another_part_of_the_message():
    part = WHOLE[WHOLE.index("<consensus-sequence ") : WHOLE.index("</typing>")]
    database = part[part.index("<reference-database") : part.index("<consensus-sequence-block")]
    apart = (
        '<consensus-sequence date="2026-01-01">'
        + database
        + BLOCK
        + "</consensus-sequence>"
        + part.replace(database, "")
    )
    assert numbers(WHOLE.replace(part, apart)) == []


def test_an_assignment_by_haploids_alone_breaks_no_rule_about_glstrings():
    haploid = '<haploid locus="HLA-A" method="DNA" type="01:01"/>'
    assert numbers(WHOLE.replace("<glstring>HLA-A*01:01+HLA-A*02:01</glstring>", haploid)) == []
    assert numbers(
        WHOLE.replace("<glstring>HLA-A*01:01+HLA-A*02:01</glstring>", haploid).replace(' locus="HLA-A" test', " test")
    ) == ["3.1"]


def test_a_breach_is_told_once_with_its_number_of_times_and_its_first_place():
    (breach,) = breaches(WHOLE.replace(' expected-copy-number="1"', "").encode())
    assert breach.message.startswith("MIRING 4.2.5, 2 times: every block has an expected-copy-number")
    assert (breach.code, breach.where) == ("miring", "line 11")


def test_every_number_of_the_table_is_shown_here():
    shown = {number for *_, numbers in LEFT_OUT for number in numbers.split()} | {"3.1", "4.1", "4.2.2"}
    assert {rule.number for rule, _ in rules()} == shown


def test_the_files_of_the_collection_break_the_rules_they_are_known_to_break(shared):
    folder = shared / "samples" / "typing" / "hml-1.0.1"
    broken = {
        "miring_demobad.xml": {"1.1", "1.2", "2.2", "4.2.3", "4.2.4", "5.2", "5.3", "5.6", "5.7"},
        "dash_DaSSH_CIBMTR_HML_Donor.hml.xml": {"1.3", "1.5"},
    }
    for name, wanted in broken.items():
        found = {each.message.split()[1].rstrip(":,") for each in breaches((folder / name).read_bytes())}
        assert found == wanted
