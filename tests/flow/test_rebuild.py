"""The store made again from the spool, receipts put back, re-exports, and what verify finds."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import IntegrityError, Unavailable
from pipeline.quarantine import resubmit
from pipeline.rebuild import rebuild
from pipeline.site import open_site
from pipeline.store import queries
from pipeline.store.store import Store
from pipeline.verify import verify

Command = Callable[..., subprocess.CompletedProcess[str]]


def receipts(home: Path) -> list[dict[str, Any]]:
    with open_site(home, None) as site:
        return list(queries.dump(site.ready_store(), "receipts"))


def keep(home: Path, *named: tuple[str, bytes], source: str = "laboratory", format: str = "") -> None:
    """Put messages into the spool and load them."""
    with open_site(home, None) as site:
        site.spool.append_messages(source, named, format=format)
        site.ready_store()


def sample(exports: Path, name: str) -> tuple[str, bytes]:
    return name, (exports / name).read_bytes()


def flip_a_bit(home: Path, within: bytes) -> None:
    """One bit of the spool, in the first place where these bytes stand."""
    (segment,) = (home / "spool").glob("*.seg")
    raw = bytearray(segment.read_bytes())
    raw[raw.index(within)] ^= 0x01
    segment.write_bytes(bytes(raw))


def test_a_rebuilt_store_says_the_same(home: Path, exports: Path) -> None:
    keep(home, *(sample(exports, path.name) for path in sorted(exports.iterdir())))
    keep(home, sample(exports, "donor-01.hml"))
    with open_site(home, None) as site:
        before = {what: list(queries.dump(site.ready_store(), what)) for what in queries.DUMPS}
    with open_site(home, None) as site:
        assert rebuild(site).equal is True
    with open_site(home, None) as site:
        assert {what: list(queries.dump(site.ready_store(), what)) for what in queries.DUMPS} == before


def test_a_store_that_was_closed_cleanly_is_never_set_aside(home: Path, exports: Path) -> None:
    """DuckDB cuts free blocks off the end of its file and counts them all the same."""
    for _ in range(6):
        keep(home, *(sample(exports, path.name) for path in sorted(exports.iterdir())))
        assert not list(home.glob("*damaged*"))


def test_a_rebuild_leaves_nothing_beside_the_store(home: Path, exports: Path) -> None:
    keep(home, sample(exports, "donor-01.hml"))
    with open_site(home, None) as site:
        rebuild(site)
    assert {path.name for path in home.glob("store*")} == {"store.duckdb", "store.duckdb.lock"}


def test_a_store_that_lags_behind_the_spool_is_still_equal(home: Path, exports: Path) -> None:
    keep(home, sample(exports, "donor-01.hml"))
    with open_site(home, None) as site:  # kept, and then the power fails
        site.spool.append_messages("laboratory", [sample(exports, "donor-03.hml")])
    with open_site(home, None) as site:
        assert rebuild(site).equal is True
    assert len(receipts(home)) == 2


def test_a_rebuild_after_the_store_was_destroyed(home: Path, exports: Path) -> None:
    keep(home, sample(exports, "donor-01.hml"))
    (home / "store.duckdb").write_bytes(b"\x00\x8f" * 40_000)
    with open_site(home, None) as site:
        assert rebuild(site).equal is None
    assert [row["state"] for row in receipts(home)] == ["loaded"]


def test_a_rebuild_needs_the_spool_to_itself(home: Path, exports: Path) -> None:
    keep(home, sample(exports, "donor-01.hml"))
    with open_site(home, None) as first, open_site(home, None) as second:
        first.ready_store()
        with pytest.raises(Unavailable, match="in use by process"):
            rebuild(second)
    assert not list(home.glob("store.rebuilding*"))


def test_a_resubmission_survives_a_rebuild(home: Path, exports: Path) -> None:
    keep(home, ("table.csv", (exports / "donor-01.hml").read_bytes()), format="lab_table")
    (row,) = receipts(home)
    assert row["state"] == "quarantined"
    with open_site(home, None) as site:
        site.ready_store()
        after = resubmit(site, row["seq"], "hml")
        assert (after["state"], after["format"], after["reason"]) == ("loaded", "hml", "")
    with open_site(home, None) as site:
        assert rebuild(site).equal is True
    assert receipts(home) == [after]


def test_what_cannot_be_read_stays_in_quarantine_however_often_it_is_put_back(home: Path, exports: Path) -> None:
    keep(home, sample(exports, "broken.hml"))
    with open_site(home, None) as site:
        (row,) = queries.dump(site.ready_store(), "receipts")
        assert resubmit(site, row["seq"])["state"] == "quarantined"
        as_a_table = resubmit(site, row["seq"], "hl7_oru")
        assert as_a_table["state"] == "quarantined"
        assert as_a_table["reason"] != row["reason"]
        assert site.spool.payload(row["seq"]) == sample(exports, "broken.hml")[1]
    with open_site(home, None) as site:
        assert rebuild(site).equal is True


def test_a_conflicting_re_export_is_a_new_version_with_a_flag(home: Path, exports: Path) -> None:
    keep(home, sample(exports, "donor-02.hml"), sample(exports, "donor-02-corrected.hml"))
    first, second = receipts(home)
    assert (first["state"], second["state"]) == ("superseded", "loaded")
    with open_site(home, None) as site:
        typings = list(queries.dump(site.ready_store(), "typings"))
        donors = {row["donor"]: row["loci"] for row in queries.dump(site.store, "donors")}
    of_b = {row["version"]: row for row in typings if row["locus"] == "B"}
    assert (of_b[1]["current"], of_b[2]["current"]) == (False, True)
    assert of_b[1]["glstring"] != of_b[2]["glstring"]
    assert [flag["token"] for flag in of_b[2]["flags"]] == ["B"]
    assert donors[of_b[2]["sample"]]["B"] == of_b[2]["glstring"]
    with open_site(home, None) as site:
        assert rebuild(site).equal is True


def test_the_quarantine_from_the_command_line(
    home: Path, exports: Path, graftline: Command, rows: Callable[[str], Any]
) -> None:
    assert graftline("ingest", exports / "broken.hml", exports / "not-a-typing.csv").returncode == 1
    listed = rows(graftline("--json", "quarantine", "list").stdout)
    assert [row["name"] for row in listed] == ["broken.hml", "not-a-typing.csv"]
    assert "ends in the middle" in listed[0]["reason"]
    assert "antibodies, not a typing" in listed[1]["reason"]
    shown = graftline("quarantine", "show", listed[0]["receipt"]).stdout
    assert listed[0]["reason"] in shown
    assert (exports / "broken.hml").read_text() in shown
    again = graftline("quarantine", "resubmit", listed[0]["receipt"])
    assert again.returncode == 1
    assert again.stdout.startswith(f"{listed[0]['receipt']}: quarantined; ")


def test_verify_finds_a_flipped_bit_in_the_spool(home: Path, exports: Path, graftline: Command) -> None:
    for name in ("donor-01.hml", "donor-03.hml"):
        keep(home, sample(exports, name))
    assert graftline("verify").returncode == 0
    flip_a_bit(home, b"INVENTED-0001")
    answer = graftline("--json", "verify")
    assert answer.returncode == 4, answer.stderr
    damage, missing = json.loads(answer.stdout)["faults"]
    assert damage.startswith("spool segment 00000000000000000001.seg, bytes ")
    assert missing == f"store: the receipt {receipts(home)[0]['receipt']} is not in the spool"


def test_verify_misses_a_message_that_looks_like_a_torn_write(home: Path, exports: Path) -> None:
    """Of the last message the spool alone cannot tell that it was acknowledged; the store can, also later."""
    keep(home, sample(exports, "donor-01.hml"), sample(exports, "donor-03.hml"))
    lost = receipts(home)[1]["receipt"]
    flip_a_bit(home, b"INVENTED-0003")
    for _ in range(2):
        with open_site(home, None) as site:
            site.spool.append_messages("laboratory", [sample(exports, "donor-02.hml")])
            damage, missing = verify(site).faults
        assert "the end of what was acknowledged" in damage
        assert missing == f"store: the receipt {lost} is not in the spool"


@pytest.mark.parametrize("later", [(), ("donor-02.hml", "donor-02-corrected.hml")])
def test_a_message_lost_from_among_others_is_told_without_the_store_and_after_a_rebuild(
    home: Path, exports: Path, graftline: Command, later: tuple[str, ...]
) -> None:
    """Three messages of one write, and whole frames behind the one that the disk has changed."""
    keep(home, *(sample(exports, name) for name in ("donor-01.hml", "donor-03.hml", "broken.hml")))
    for name in later:
        keep(home, sample(exports, name))
    flip_a_bit(home, b"INVENTED-0003")
    (home / "store.duckdb").unlink()
    for command in ("verify", "rebuild", "verify"):
        answer = graftline("--json", command)
        assert answer.returncode == 4, answer.stderr
        (damage,) = json.loads(answer.stdout)["faults"]
        assert "not a whole frame" in damage
    spool = {row["area"]: row for row in map(json.loads, graftline("--json", "doctor").stdout.splitlines())}["spool"]
    assert spool["level"] == "error"


def test_a_rebuild_keeps_the_store_that_has_what_the_spool_has_lost(
    home: Path, exports: Path, graftline: Command
) -> None:
    """Nothing is lost without a word: the exit code says so, the receipt is named, and its typing is still there."""
    keep(home, sample(exports, "donor-01.hml"), sample(exports, "donor-03.hml"))
    lost = receipts(home)[0]["receipt"]
    flip_a_bit(home, b"INVENTED-0001")
    answer = graftline("--json", "rebuild")
    assert answer.returncode == 4, answer.stderr
    rebuilt = json.loads(answer.stdout)
    assert rebuilt["equal"] is False
    assert rebuilt["faults"][-1] == f"store: the receipt {lost} is not in the spool"
    with Store(Path(rebuilt["kept"])) as before:
        assert lost in {row["receipt"] for row in queries.dump(before, "receipts")}
    assert lost not in {row["receipt"] for row in receipts(home)}
    assert graftline("rebuild").returncode == 4, "the spool still says that a message of one write is missing"


def test_a_rebuild_from_a_damaged_spool_says_so_for_a_person(home: Path, exports: Path, graftline: Command) -> None:
    for name in ("donor-01.hml", "donor-03.hml"):
        keep(home, sample(exports, name))
    flip_a_bit(home, b"INVENTED-0001")
    (home / "store.duckdb").unlink()
    answer = graftline("rebuild")
    assert answer.returncode == 4
    assert "FAULT  spool segment 00000000000000000001.seg, bytes " in answer.stdout
    assert not list(home.glob("store.duckdb.earlier*"))


def test_verify_finds_a_receipt_that_is_not_in_the_store(home: Path, exports: Path) -> None:
    keep(home, sample(exports, "donor-01.hml"), sample(exports, "donor-03.hml"))
    lost = receipts(home)[1]["receipt"]
    with open_site(home, None) as site:
        with site.store.transaction("losing a receipt") as connection:
            connection.execute("delete from receipt where seq = 2")
        assert verify(site).faults == (f"store: the receipt {lost} is missing; run: graftline rebuild",)
    with open_site(home, None) as site:
        assert rebuild(site).equal is False
        assert verify(site).faults == ()


OF_SECOND = "where seq = 2 and ordinal = 0"
LOST_BY_OTHER_MEANS = {
    f"delete from report {OF_SECOND}": ["reports"],
    f"delete from typing {OF_SECOND} and position = 0": ["loci of a typing"],
    f"delete from typing {OF_SECOND}": ["loci of a typing"],
    f"delete from meaning where statement in (select statement from typing {OF_SECOND})": ["the meaning of a typing"],
    f"delete from message {OF_SECOND}": ["the message of a report"],
}


@pytest.mark.parametrize("change", LOST_BY_OTHER_MEANS)
def test_verify_finds_what_a_receipt_in_the_store_has_lost(home: Path, exports: Path, change: str) -> None:
    keep(home, sample(exports, "donor-01.hml"), sample(exports, "donor-03.hml"))
    changed = receipts(home)[1]["receipt"]
    with open_site(home, None) as site:
        assert verify(site).faults == ()
        with site.store.transaction("losing rows") as connection:
            connection.execute(change)
        told = [fault for fault in verify(site).faults if changed in fault]
        lost = LOST_BY_OTHER_MEANS[change]
        assert told == [f"store: the receipt {changed} lacks {what}; run: graftline rebuild" for what in lost]


def test_a_rebuild_on_trial_finds_what_the_store_says_otherwise_and_changes_nothing(
    home: Path, exports: Path, graftline: Command
) -> None:
    keep(home, sample(exports, "donor-01.hml"), sample(exports, "donor-03.hml"))
    assert graftline("rebuild", "--dry-run").returncode == 0
    with open_site(home, None) as site, site.store.transaction("changing a meaning") as connection:
        connection.execute("update meaning set glstring = 'HLA-A*01:01+HLA-A*01:01' where statement = 1")
    for _ in range(2):
        answer = graftline("--json", "rebuild", "--dry-run")
        assert (answer.returncode, json.loads(answer.stdout)["equal"]) == (4, False)
    assert {path.name for path in home.glob("store*")} == {"store.duckdb", "store.duckdb.lock"}
    assert graftline("rebuild").returncode == 0
    assert graftline("rebuild", "--dry-run").returncode == 0


def test_a_spool_without_its_end_is_an_integrity_failure(home: Path, exports: Path, graftline: Command) -> None:
    keep(home, sample(exports, "donor-01.hml"), sample(exports, "donor-03.hml"))
    (segment,) = (home / "spool").glob("*.seg")
    raw = segment.read_bytes()
    segment.write_bytes(raw[: raw.index(b"INVENTED-0003") - 700])
    with open_site(home, None) as site, pytest.raises(IntegrityError, match="the end of the spool is missing"):
        site.ready_store()
    answer = graftline("verify")
    assert answer.returncode == 4
    assert "restore it from the backup" in answer.stderr
