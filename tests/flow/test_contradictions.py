"""Two reports about one donor that cannot both be true: the matcher is told neither until a person has decided."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.feed.changes import changes
from pipeline.home import Home
from pipeline.normalise.nomenclature.install import install
from pipeline.quarantine import keep, resubmit
from pipeline.rebuild import rebuild
from pipeline.renormalise import renormalised
from pipeline.site import Site, open_site
from pipeline.spool.frames import Kind
from pipeline.store import queries
from tests.flow.donor_reports import DONOR, FINER, FIRST, OTHER, SILENT, arrive, fed, hml, oru, table, waiting


def test_the_locus_is_held_back_and_the_others_are_told(site: Site) -> None:
    arrive(site, "lab-a", FIRST)
    assert fed(site).keys() == {"A", "B", "C"}
    second = arrive(site, "lab-b", OTHER)
    assert fed(site).keys() == {"B", "C"}
    assert waiting(site) == [(second, "contradicts")]
    [conflict] = queries.dump(site.store, "conflicts")
    assert (conflict["locus"], conflict["fields"], conflict["held"]) == ("A", 0, True)
    assert [row["loci"] for row in changes(site.store, 1).donors] != []


def test_a_report_that_contradicts_itself_is_held_back_at_that_locus(site: Site) -> None:
    typings = "".join(
        f"<typing date='2026-11-20'><allele-assignment><glstring>{said}</glstring></allele-assignment></typing>"
        for said in ("HLA-A*01:01+HLA-A*02:01", "HLA-A*01:01+HLA-A*03:01", "HLA-B*07:02+HLA-B*08:01")
    )
    message = f"<hml version='1.0.1'><sample id='{DONOR}'>{typings}</sample></hml>"
    site.spool.append_messages("lab-a", [("donor.hml", message.encode())])
    assert fed(site).keys() == {"B"}
    assert [(row["locus"], row["fields"]) for row in queries.dump(site.store, "conflicts")] == [("A", 0)]


@pytest.mark.parametrize("right", [0, 1])
def test_what_is_kept_stands_and_what_contradicts_it_does_not(site: Site, right: int) -> None:
    receipts = [arrive(site, "lab-a", FIRST), arrive(site, "lab-b", OTHER)]
    cursor = site.ready_store().last_seq
    assert keep(site, receipts[right]) == 1
    assert fed(site)["A"] == ("HLA-A*01:01+HLA-A*02:01", "HLA-A*01:01+HLA-A*03:01")[right]
    assert waiting(site) == []
    assert [row["donor"] for row in changes(site.store, cursor).donors] == [DONOR]


def test_a_decision_can_be_taken_back_by_another_one(site: Site) -> None:
    first, second = arrive(site, "lab-a", FIRST), arrive(site, "lab-b", OTHER)
    keep(site, first)
    assert keep(site, first) == 0  # it stands already
    assert keep(site, second) == 1
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*03:01"
    third = arrive(site, "lab-c", FIRST)
    assert waiting(site) == [(third, "contradicts")]
    assert keep(site, third, ["A"]) == 1
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*02:01"


def test_a_decision_holds_as_long_as_what_was_held_right_is_said(site: Site) -> None:
    hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1")
    second = hml(site, "HLA-A*01:01+HLA-A*03:01", hmlid="2")
    keep(site, second)
    hml(site, "HLA-A*XXXX+HLA-A*XXXX", hmlid="2")
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*02:01", "what it stood against is no longer said"


@pytest.mark.parametrize("last", ["HLA-A*01:01+HLA-A*03:01", "HLA-A*24:02+HLA-A*03:01"])
def test_a_decision_that_was_reversed_does_not_come_back(site: Site, last: str) -> None:
    first = hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1")
    hml(site, "HLA-A*01:01+HLA-A*03:01", hmlid="2")
    keep(site, first)
    again = hml(site, "HLA-A*01:01+HLA-A*03:01", heading=" date='2026-11-20'", hmlid="2")
    assert keep(site, again) == 1
    newest = hml(site, last, heading=" date='2026-11-21'", hmlid="2")
    stands = last == "HLA-A*01:01+HLA-A*03:01"
    assert fed(site) == ({"A": last} if stands else {})
    assert waiting(site) == ([] if stands else [(newest, "contradicts")])


def test_a_report_that_is_taken_back_of_one_person_is_another_s(site: Site) -> None:
    other = "9999TEST00000000206"
    hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1.2.3", donor=other)
    hml(site, "HLA-A*XXXX+HLA-A*XXXX", hmlid="1.2.3", donor=other)
    hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1.2.3")
    assert fed(site) == {"A": "HLA-A*01:01+HLA-A*02:01"}
    assert waiting(site) == []


def test_only_the_loci_that_are_named_are_decided(site: Site) -> None:
    first = arrive(site, "lab-a", FIRST)
    arrive(site, "lab-b", OTHER)
    assert keep(site, first, ["B"]) == 0
    assert "A" not in fed(site)


TWO_DONORS = (DONOR, "9999TEST00000000216")


def two_tables(site: Site) -> list[str]:
    """Two receipts that contradict each other about two donors."""
    return [
        table(site, f"lab-{allele}", *(f"{donor},HLA-A*01:01+HLA-A*{allele}:01" for donor in TWO_DONORS))
        for allele in ("02", "03")
    ]


def test_each_donor_of_a_receipt_may_be_decided_otherwise(site: Site) -> None:
    first, second = two_tables(site)
    one, other = TWO_DONORS
    cursor = site.store.last_seq
    assert keep(site, first, donors=[one]) == 1
    assert [row["donor"] for row in changes(site.store, cursor).donors] == [one]
    assert keep(site, second, ["A"], [other]) == 1
    assert keep(site, first, donors=["9999TEST00000000999"]) == 0
    rows = site.ready_store().rows("select donor, glstring from feed_typing")
    assert {row["donor"]: row["glstring"] for row in rows} == {
        one: "HLA-A*01:01+HLA-A*02:01",
        other: "HLA-A*01:01+HLA-A*03:01",
    }
    assert waiting(site) == []


@pytest.mark.parametrize("decision", [b'{"seq":1}', b'{"seq":1,"loci":["A"]}', b'{"seq":1,"loci":[],"donors":[]}'])
def test_a_decision_from_before_donors_could_be_named_is_about_all_of_them(site: Site, decision: bytes) -> None:
    two_tables(site)
    site.spool.append(Kind.DECISION, "review", decision, refers=(1,))
    assert waiting(site) == []


def test_a_sample_that_stands_twice_in_a_table_is_one_matter(site: Site) -> None:
    arrive(site, "lab-a", FIRST)
    row = f"{DONOR},HLA-A*01:01+HLA-A*03:01"
    assert waiting(site) == []
    second = table(site, "lab-b", row, row)
    assert waiting(site) == [(second, "contradicts")]


def test_a_finer_typing_contradicts_nothing(site: Site) -> None:
    arrive(site, "lab-a", FIRST)
    arrive(site, "lab-b", FINER)
    assert fed(site)["A"] == "HLA-A*01:01:01:01+HLA-A*02:01:01:01"
    assert waiting(site) == []


def test_what_makes_the_same_protein_is_told_and_waits_for_a_person_all_the_same(site: Site) -> None:
    arrive(site, "lab-a", FINER)
    second = arrive(site, "lab-b", SILENT)
    assert fed(site)["A"] == "HLA-A*01:01:01:01+HLA-A*02:01:01:01"
    assert waiting(site) == [(second, "contradicts")]


@pytest.mark.parametrize("word", ["HLA-A*01:01+HLA-A*NEW", "HLA-A*01:01+HLA-A*XXXX", "HLA-A*01:01+HLA-A*24:NEW"])
def test_a_word_in_place_of_one_copy_hides_no_contradiction(site: Site, word: str) -> None:
    hml(site, "HLA-A*03:01+HLA-A*24:02", " date='2026-11-20'")
    hml(site, word, " date='2026-11-21'")
    assert fed(site) == {}
    assert [(row["locus"], row["fields"]) for row in queries.dump(site.store, "conflicts")] == [("A", 0)]


@pytest.mark.parametrize("novel", ["HLA-A*24:02:01:01e1", "HLA-A*24:02v1", "HLA-A*24:02:NEW", "HLA-A*24:02new"])
def test_a_novel_allele_that_is_found_later_holds_back_the_named_one_that_it_resembles(site: Site, novel: str) -> None:
    hml(site, "HLA-A*03:01+HLA-A*24:02:01:01", " date='2026-11-20'")
    hml(site, f"HLA-A*03:01+{novel}", " date='2026-11-21'")
    assert fed(site) == {}
    assert [(row["locus"], row["fields"]) for row in queries.dump(site.store, "conflicts")] == [("A", 1)]


def test_a_corrected_export_of_the_same_run_is_no_contradiction(site: Site) -> None:
    hml(site, "HLA-A*01:01+HLA-A*02:01", " date='2026-11-20'")
    hml(site, "HLA-A*01:01+HLA-A*03:01", " date='2026-11-20'")
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*03:01"
    assert waiting(site) == []


def test_a_report_that_does_not_say_which_run_it_is_of_corrects_none(site: Site) -> None:
    """It may as well be a second test, and of two tests nobody knows which is right."""
    first = arrive(site, "lab-a", FIRST)
    second = arrive(site, "lab-a", OTHER)
    assert fed(site).keys() == {"B", "C"}
    assert waiting(site) == [(second, "contradicts")]
    assert keep(site, first) == 1
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*02:01"


def test_one_report_under_the_names_of_two_people_is_told_of_neither(site: Site) -> None:
    first = hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1.2.3")
    second = hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1.2.3", donor="9999TEST00000000206")
    assert fed(site) == {}
    [row] = queries.quarantine(site.store)
    assert (row["receipt"], row["state"]) == (second, "contradicts")
    assert f"as that of 9999TEST00000000206 (here) and as that of {DONOR} (in {first})" in row["reason"]
    keep(site, first)
    assert fed(site) == {"A": "HLA-A*01:01+HLA-A*02:01"}
    assert waiting(site) == []


@pytest.mark.parametrize("right", [0, 1])
def test_parts_of_one_report_under_the_names_of_two_people_are_told_of_neither(site: Site, right: int) -> None:
    people = (DONOR, "9999TEST00000000216")
    said = {"A": "A*01:01:01:01+A*02:01:01:01", "B": "B*07:02:01:01+B*08:01:01:01"}
    receipts = [oru(site, people[0], A=said["A"]), oru(site, people[1], B=said["B"])]
    assert list(changes(site.store, 0).donors) == [
        {"donor": donor, "source": "", "loci": {}, "flagged": row["flagged"]}
        for donor, row in zip(people, changes(site.store, 0).donors, strict=True)
    ]
    [row] = queries.quarantine(site.store)
    assert f"as that of {people[1]} (here) and as that of {DONOR} (in {receipts[0]})" in row["reason"]
    assert keep(site, receipts[right], ["B"]) == 0, "of one locus alone nobody can say whose it is"
    assert keep(site, receipts[right]) == 1
    told = {row["donor"]: list(row["loci"]) for row in changes(site.store, 0).donors}
    assert told == {people[right]: [("A", "B")[right]], people[1 - right]: []}
    assert waiting(site) == []


def test_two_people_of_one_message_id_who_differ_are_two_people(site: Site) -> None:
    hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1.2.3")
    hml(site, "HLA-A*01:01+HLA-A*03:01", hmlid="1.2.3", donor="9999TEST00000000206")
    assert fed(site) == {"A": "HLA-A*01:01+HLA-A*02:01"}
    assert waiting(site) == []


def test_people_of_one_project_may_be_alike(site: Site) -> None:
    for donor in (DONOR, "9999TEST00000000206", "9999TEST00000000307"):
        hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1.2.3", donor=donor)
    assert fed(site) == {"A": "HLA-A*01:01+HLA-A*02:01"}
    assert waiting(site) == []


def test_whoever_follows_the_changes_hears_of_two_people_when_a_third_of_their_project_comes(site: Site) -> None:
    two = (DONOR, "9999TEST00000000206")
    for donor in two:
        hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1.2.3", donor=donor)
    cursor = site.ready_store().last_seq
    hml(site, "HLA-A*01:01+HLA-A*03:01", hmlid="1.2.3", donor="9999TEST00000000307")
    told = {row["donor"]: row["loci"] for row in changes(site.store, cursor).donors}
    assert [told[donor] for donor in two] == [{"A": "HLA-A*01:01+HLA-A*02:01"}] * 2


def test_a_recipient_of_the_same_number_takes_nothing_from_a_donor(site: Site) -> None:
    hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1.2.3", project="DONOR")
    hml(site, "HLA-A*01:01+HLA-A*03:01", hmlid="1.2.3", project="RECIPIENT")
    assert fed(site) == {"A": "HLA-A*01:01+HLA-A*02:01"}


def test_what_was_decided_against_stays_so_when_it_is_exported_again(site: Site) -> None:
    first = hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1")
    hml(site, "HLA-A*01:01+HLA-A*03:01", hmlid="2")
    keep(site, first)
    hml(site, "HLA-A*01:01+HLA-A*03:01", heading=" date='2026-11-20'", hmlid="2")
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*02:01"
    assert waiting(site) == []


def test_a_correction_that_is_taken_back_waits_for_a_person(site: Site) -> None:
    hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1")
    hml(site, "HLA-A*01:01+HLA-A*03:01", hmlid="1")
    again = hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1")
    [row] = queries.quarantine(site.store)
    assert (row["receipt"], row["state"]) == (again, "duplicate")
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*03:01"
    assert resubmit(site, row["seq"])["state"] == "loaded"
    assert fed(site)["A"] == "HLA-A*01:01+HLA-A*02:01"
    assert waiting(site) == []
    hml(site, "HLA-A*01:01+HLA-A*02:01", hmlid="1")
    assert waiting(site) == [], "it says what stands"


def test_two_donors_contradict_nobody(site: Site) -> None:
    arrive(site, "lab-a", FIRST)
    arrive(site, "lab-b", OTHER, "9999TEST00000000206")
    assert waiting(site) == []


def test_a_rebuilt_store_holds_back_and_decides_the_same(home: Path) -> None:
    with open_site(home, None) as site:
        first = arrive(site, "lab-a", FIRST)
        arrive(site, "lab-b", OTHER)
        keep(site, first)
        third = arrive(site, "lab-c", OTHER)
        dumps = [list(queries.dump(site.store, "conflicts")) for _ in range(2)]
        assert dumps[0] == dumps[1] != []
    with open_site(home, None) as site:
        assert rebuild(site).equal is True
    with open_site(home, None) as site:
        assert waiting(site) == [(third, "contradicts")]


def test_another_release_judges_anew(home: Path, later: str) -> None:
    with open_site(home, None) as site:
        arrive(site, "lab-a", FIRST)
        second = arrive(site, "lab-b", OTHER)
        install(later, Home(home).nomenclature)
        list(renormalised(site, "0.2.0"))
        assert waiting(site) == [(second, "contradicts")]
        assert {row["release"] for row in site.store.rows("select release from contradiction")} == {"0.1.0", "0.2.0"}


def test_a_person_sees_it_and_decides_at_the_prompt(
    home: Path, graftline: Callable[..., Any], rows: Callable[[str], Any]
) -> None:
    with open_site(home, None) as site:
        first = arrive(site, "lab-a", FIRST)
        second = arrive(site, "lab-b", OTHER)
    [told] = rows(graftline("--json", "quarantine", "list").stdout)
    assert (told["receipt"], told["state"]) == (second, "contradicts")
    assert first in told["reason"]
    assert "the matcher is told neither" in told["reason"]
    assert "1 donor held back at a locus" in graftline("search", "--patient", "A*01:01^B*07:02^DRB1*01:01").stderr
    assert graftline("quarantine", "keep", first, "--donor", "9999TEST00000000216").returncode == 1
    done = graftline("--json", "quarantine", "keep", first, "--locus", "A", "--donor", DONOR)
    assert (done.returncode, rows(done.stdout)) == (0, [{"receipt": first, "ended": 1}])
    assert graftline("quarantine", "keep", first).returncode == 1


def test_a_donation_of_two_donors_is_looked_at_until_one_report_is_corrected(home: Path, exports: Path) -> None:
    """The bag belongs to one of them: nothing is decided here, and nobody may overlook it."""
    of_one = (exports / "separator-summary.txt").read_bytes()
    tube = of_one.replace(b"A999924000123", b"A999924000123 07").replace(b"08:41", b"09:41")
    of_another = tube.replace(b"9999TEST00000000118", b"9999TEST00000000216")

    def matters(arrived: bytes) -> list[tuple[str, str]]:
        with open_site(home, None) as site:
            site.spool.append_messages("separator", [("run.txt", arrived)])
            return [(row["state"], row["reason"]) for row in queries.quarantine(site.ready_store())]

    assert matters(of_one) == []
    ((state, reason),) = matters(of_another)
    assert state == "contradicts"
    assert "A999924000123 cannot be both of 9999TEST00000000216 (here) and of 9999TEST00000000118 (in R1-" in reason
    assert matters(tube) == [], "the corrected run takes the place of the wrong one; tube and bag have one number"
