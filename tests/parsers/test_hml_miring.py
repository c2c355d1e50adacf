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
    ('start="0" end="100"', 'start="100" end="0"', "2.2"),
    ('<reference-sequence id="r"', '<reference-sequence id="unused"', "2.2"),
    (' curated="true"', "", "2.3"),
    ("<glstring>HLA-A*01:01+HLA-A*02:01</glstring>", "", "3.2"),
    ("HLA-A*01:01+HLA-A*02:01", "", "3.2"),
    ("HLA-A*01:01+HLA-A*02:01", "HLA-A*01:01, HLA-A*02:01", "3.3"),
    (' phase-set="1"', "", "4.2"),
    (' phase-set="1"', ' phase-set="1" phasing-group="1"', "4.2"),
    ('start="14" end="16"', 'start="15" end="17"', "4.2"),
    ('sequence-end="14"', 'sequence-end="15"', "4.2"),
    ("AC\n GT", "AC\n G", "4.2.3"),
    ('start="11" end="12"', 'start="12" end="11"', "5.2"),
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
    assert numbers(WHOLE.replace(found, instead, 1)) == [number]


def test_a_typing_without_method_and_alleles_has_no_locus():
    bare = '<hml><sample id="S-1"><typing><typing-method/></typing></sample></hml>'
    assert numbers(bare) == ["1.1", "1.2", "2.1", "3.1"]


def test_a_consensus_sequence_without_blocks_breaks_the_rule_about_blocks():
    text = WHOLE[: WHOLE.index("<consensus-sequence-block")] + "</consensus-sequence></typing></sample></hml>"
    assert "4.1" in numbers(text)


def test_a_breach_is_told_once_with_its_number_of_times_and_its_first_place():
    (breach,) = breaches(WHOLE.replace(' expected-copy-number="1"', "").encode())
    assert breach.message.startswith("MIRING 4.2, 2 times: every block has description")
    assert (breach.code, breach.where) == ("miring", "line 11")


def test_every_number_of_the_table_is_shown_here():
    shown = {number for *_, number in LEFT_OUT} | {"3.1", "4.1"}
    assert {rule.number for rule, _ in rules()} == shown


def test_the_files_of_the_collection_break_the_rules_they_are_known_to_break(shared):
    folder = shared / "samples" / "typing" / "hml-1.0.1"
    broken = {
        "miring_demobad.xml": {"1.1", "1.2", "2.2", "4.2", "5.3", "5.6", "5.7"},
        "dash_DaSSH_CIBMTR_HML_Donor.hml.xml": {"1.3", "1.5"},
    }
    for name, wanted in broken.items():
        found = {each.message.split()[1].rstrip(":,") for each in breaches((folder / name).read_bytes())}
        assert found == wanted
