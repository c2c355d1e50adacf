"""A later nomenclature release over the whole store: what changes, what stays, and that a rebuild says the same.

The later release is the invented mini-release with some lines changed: one allele renamed, one moved out of its groups,
one given up.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import Unavailable
from pipeline.home import BUNDLED, Home
from pipeline.normalise.nomenclature.install import install, install_any
from pipeline.quarantine import keep
from pipeline.rebuild import rebuild
from pipeline.renormalise import renormalised, tried
from pipeline.site import Site, open_site
from pipeline.store import queries
from tests.flow.donor_reports import DONOR, fed, table
from tests.flow.later_release import FIRST, LATER, RENAMED, write_later


@pytest.fixture
def typed(home: Path, exports: Path, later: str) -> Path:
    """A site whose typings were read under 0.1.0, and on which 0.2.0 has been installed since."""
    with open_site(home, None) as site:
        named = [(path.name, path.read_bytes()) for path in sorted(exports.glob("donor-0[12].hml"))]
        site.spool.append_messages("laboratory", named)
        site.ready_store()
    install(later, Home(home).nomenclature)
    return home


def told(changes: Any) -> set[tuple[str, str, str | None, str | None]]:
    return {(row["locus"], row["kind"], row["glstring_before"], row["glstring"]) for row in changes}


EXPECTED = {
    ("A", "restated", "HLA-A*01:01:01:01+HLA-A*03:01:01:01", "HLA-A*01:01:01:01+HLA-A*03:01:01:09"),
    ("B", "regrouped", "HLA-B*07:02:01:01+HLA-B*08:01:01:01", "HLA-B*07:02:01:01+HLA-B*08:01:01:01"),
    ("C", "restated", "HLA-C*07:01:01:01+HLA-C*07:02:01:01", None),
}


def typings(site: Site) -> list[dict[str, Any]]:
    return list(queries.dump(site.ready_store(), "typings"))


def test_a_trial_says_what_would_change_and_changes_nothing(typed: Path) -> None:
    with open_site(typed, None) as site:
        before = queries.content_hash(site.ready_store())
        assert told(tried(site, LATER)) == EXPECTED
        assert queries.content_hash(site.store) == before
        assert {row["release"] for row in typings(site)} == {FIRST}


def test_a_release_that_is_only_installed_changes_nothing_and_new_reports_are_read_as_the_old(
    typed: Path, exports: Path
) -> None:
    with open_site(typed, None) as site:
        site.spool.append_messages("other", [("again.hml", (exports / "donor-01.hml").read_bytes())])
        assert {row["release"] for row in typings(site)} == {FIRST}


def test_everything_is_read_anew_and_what_changed_is_told(typed: Path) -> None:
    with open_site(typed, None) as site:
        before = typings(site)
        expected = list(tried(site, LATER))
        changes = list(renormalised(site, LATER))
        after = typings(site)
    assert changes == expected
    assert told(changes) == EXPECTED
    assert {row["release"] for row in after} == {LATER}
    printed = ("receipt", "sample", "locus", "state", "reported", "expression", "stated_release")
    assert [[row[key] for key in printed] for row in after] == [[row[key] for key in printed] for row in before]
    (given_up,) = (row for row in after if row["glstring"] is None and row["locus"] == "C")
    assert "deleted_allele" in {flag["code"] for flag in given_up["flags"]}
    (renamed,) = (row for row in after if RENAMED[1] in (row["glstring"] or ""))
    (flag,) = (flag for flag in renamed["flags"] if flag["code"] == "renamed_allele")
    assert renamed["expression"][flag["position"] - 1 :].startswith(flag["token"])


def test_the_meaning_before_stays_and_the_log_can_be_read_again(typed: Path) -> None:
    with open_site(typed, None) as site:
        list(renormalised(site, LATER))
        logged = list(queries.dump(site.store, "changes"))
        assert told(logged) == EXPECTED
        releases = site.store.rows(
            "select release, count(*) as meanings from meaning group by release order by release"
        )
        first, later = list(releases)
        assert (first["release"], later["release"]) == (FIRST, LATER)
        assert first["meanings"] == later["meanings"]


def test_what_arrives_afterwards_is_read_under_the_new_release(typed: Path, exports: Path) -> None:
    with open_site(typed, None) as site:
        list(renormalised(site, LATER))
    with open_site(typed, None) as site:
        site.spool.append_messages("other", [("again.hml", (exports / "donor-01.hml").read_bytes())])
        of_a = [row for row in typings(site) if row["locus"] == "A" and row["reported"].endswith(RENAMED[0])]
    assert {(row["release"], row["glstring"]) for row in of_a} == {(LATER, f"HLA-A*01:01:01:01+HLA-{RENAMED[1]}")}
    assert {row["source"] for row in of_a} == {"laboratory", "other"}


def test_the_feed_of_changes_names_the_donors_concerned_and_no_others(
    typed: Path, graftline: Callable[..., Any], rows: Callable[[str], Any]
) -> None:
    with open_site(typed, None) as site:
        cursor = site.ready_store().last_seq
        concerned = {row["subject"] or row["sample"] for row in renormalised(site, LATER)}
    changed = rows(graftline("--json", "feed", "changes", "--since", str(cursor)).stdout)
    assert {row["donor"] for row in changed if "donor" in row} == concerned


def test_a_rebuilt_store_has_the_same_meanings_and_the_same_log(typed: Path, exports: Path) -> None:
    with open_site(typed, None) as site:
        list(renormalised(site, LATER))
        site.spool.append_messages("other", [("again.hml", (exports / "donor-03.hml").read_bytes())])
        site.ready_store()
    with open_site(typed, None) as site:
        assert rebuild(site).equal is True
    (typed / "store.duckdb").unlink()
    with open_site(typed, None) as site:
        assert told(queries.dump(site.ready_store(), "changes")) == EXPECTED


def test_typings_that_came_before_any_release_are_read_when_there_is_one(tmp_path: Path, exports: Path) -> None:
    home = tmp_path / "bare"
    with open_site(home, None) as site:
        site.spool.append_messages("laboratory", [("donor.hml", (exports / "donor-01.hml").read_bytes())])
        assert {row["glstring"] for row in typings(site)} == {None}
    install(str(BUNDLED / "demo" / "nomenclature"), Home(home).nomenclature)
    with open_site(home, None) as site:
        changes = list(renormalised(site, FIRST))
        assert {(row["kind"], row["release_before"], row["glstring_before"]) for row in changes} == {
            ("restated", None, None)
        }
        assert all(row["glstring"] for row in typings(site))
    with open_site(home, None) as site:
        assert rebuild(site).equal is True


OLD_NAME, NEW_NAME = (f"HLA-A*01:01:01:01+HLA-{name}" for name in RENAMED)


def test_a_name_means_what_it_meant_when_it_came_however_many_releases_have_come_since(
    home: Path, later: str, tmp_path: Path
) -> None:
    with open_site(home, None) as site:
        table(site, "lab", f"P-1,{OLD_NAME}")
        for release, folder in ((LATER, later), ("0.3.0", write_later(tmp_path / "last", "0.3.0"))):
            install(folder, Home(home).nomenclature)
            list(renormalised(site, release))
            assert [row["glstring"] for row in typings(site)] == [NEW_NAME]


def test_the_same_text_under_another_release_is_another_statement(typed: Path) -> None:
    with open_site(typed, None) as site:
        table(site, "lab", f"P-1,{OLD_NAME}")
        list(renormalised(site, LATER))
        table(site, "lab", f"P-2,{OLD_NAME}")
        read = {row["sample"]: row for row in typings(site) if row["source"] == "lab"}
    assert read["P-1"]["glstring"] == NEW_NAME
    assert (read["P-2"]["glstring"], [flag["token"] for flag in read["P-2"]["flags"]]) == (None, [f"HLA-{RENAMED[0]}"])
    with open_site(typed, None) as site:
        assert rebuild(site).equal is True


def test_a_decision_holds_for_the_same_text_under_another_release(home: Path, later: str) -> None:
    right, wrong = (f"{DONOR},HLA-A*01:01+HLA-A*{name}" for name in ("02:01", "11:01"))
    with open_site(home, None) as site:
        kept = table(site, "lab", right)
        table(site, "other", wrong)
        assert keep(site, kept) == 1
        install(later, Home(home).nomenclature)
        list(renormalised(site, LATER))
        table(site, "lab", right, "P-2,HLA-B*07:02+HLA-B*08:01")
        assert list(queries.quarantine(site.ready_store())) == []
        assert fed(site)["A"] == "HLA-A*01:01+HLA-A*02:01"


def test_a_release_that_is_not_installed_is_refused_before_anything_is_decided(typed: Path) -> None:
    with open_site(typed, None) as site:
        last = site.ready_store().last_seq
        with pytest.raises(Unavailable, match=r"3\.58\.0 is not installed"):
            renormalised(site, "3.58.0")
        assert site.spool.last == last


def test_the_release_in_use_needs_no_change(typed: Path) -> None:
    with open_site(typed, None) as site:
        last = site.ready_store().last_seq
        assert list(renormalised(site, FIRST)) == []
        assert site.spool.last == last


def test_the_command_line(typed: Path, graftline: Callable[..., Any], rows: Callable[[str], Any]) -> None:
    trial = graftline("--json", "renormalise", "--release", LATER, "--dry-run")
    assert (trial.returncode, told(rows(trial.stdout))) == (0, EXPECTED)
    assert trial.stderr == "3 typings that would mean something else\n"
    done = graftline("renormalise", "--release", LATER)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "3 typings that now mean something else"
    again = graftline("--json", "renormalise", "--release", LATER)
    assert (again.stdout, again.stderr) == ("", "0 typings that now mean something else\n")
    assert graftline("--json", "renormalise", "--release", "9.9.9").returncode == 3
    first = json.loads(graftline("dump", "changes").stdout.splitlines()[0])
    assert (first["release_before"], first["release"]) == (FIRST, LATER)


def test_a_frequency_table_that_was_installed_since_is_heard(typed: Path) -> None:
    table = typed / "frequencies.csv"
    table.write_text("ALLELE,TOTAL\nA*01:01,R\nB*07:02,C\n")
    install_any(str(table), Home(typed).nomenclature)
    with open_site(typed, None) as site:
        list(renormalised(site, LATER))
        rare = {row["locus"] for row in typings(site) if "rare_allele" in {flag["code"] for flag in row["flags"]}}
    assert rare == {"A", "B"}


def test_what_is_written_for_others_is_in_the_names_of_the_release_in_use(
    typed: Path, graftline: Callable[..., Any]
) -> None:
    with open_site(typed, None) as site:
        list(renormalised(site, LATER))
        receipt = next(row["receipt"] for row in typings(site) if RENAMED[1] in (row["glstring"] or ""))
    document = graftline("write", "glsc", receipt).stdout
    assert f"hla#{LATER}#" in document
    assert RENAMED[1] in document
