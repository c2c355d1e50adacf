"""The store's file: private, in one format for every DuckDB, set aside when damaged, given to one process."""

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from instruments.host import WINDOWS
from pipeline.errors import IntegrityError, Unavailable
from pipeline.store import migration
from pipeline.store.failure import without_values
from pipeline.store.queries import content_hash, dump
from pipeline.store.scripts import migrations
from pipeline.store.store import Store
from pipeline.store.writer import Writer

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_migration_is_written_down_with_its_hash(store: Store) -> None:
    rows = list(store.rows("select number, name, sha256 from migration order by number"))
    assert [(row["number"], row["name"]) for row in rows] == [(number, name) for number, name, _ in migrations()]
    assert all(len(row["sha256"]) == 64 for row in rows)


def test_every_table_and_view_says_what_a_row_of_it_is(store: Store) -> None:
    tables = list(store.rows("select table_name as name, comment from duckdb_tables()"))
    views = list(store.rows("select view_name as name, comment from duckdb_views() where not internal"))
    assert len(tables) > 10
    assert [row["name"] for row in tables + views if not (row["comment"] or "").startswith("One row per")] == []


def test_a_migration_whose_text_has_changed_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(path).close()
    changed = [(number, name, text + "-- changed\n") for number, name, text in migrations()]
    monkeypatch.setattr(migration, "migrations", lambda: changed)
    with pytest.raises(IntegrityError, match=r"0001_tables.*rebuild"):
        Store(path)


def test_a_store_of_a_newer_program_is_refused_and_left_alone(path: Path) -> None:
    with Store(path) as store, store.transaction("testing") as connection:
        connection.execute("insert into migration values (9999, 'from_the_future', '')")
    with pytest.raises(Unavailable, match="newer version of Graftline"):
        Store(path)
    assert [each.name for each in path.parent.glob("*damaged*")] == []


@pytest.mark.skipif(WINDOWS, reason="Windows has no file modes; the folder's access list protects the file")
def test_only_the_owner_can_read_the_file(store: Store) -> None:
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_the_file_is_in_the_format_that_every_supported_duckdb_opens(store: Store) -> None:
    [row] = store.rows("select tags['storage_version'] as version from duckdb_databases() where not internal")
    assert row["version"] == "v1.5.0+"


def test_what_a_killed_sort_left_in_the_clear_is_removed(path: Path) -> None:
    spill = path.with_name(path.name + ".tmp")
    spill.mkdir()
    (spill / "duckdb_temp_storage-0.tmp").write_text("invented values in the clear")
    Store(path).close()
    assert not spill.exists()


def test_the_store_reaches_no_other_file_and_no_extension(store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    for query in (f"select * from read_csv('{outside}')", f"copy (select 1) to '{outside}'", "install httpfs"):
        with pytest.raises((IntegrityError, Unavailable)):
            list(store.rows(query))
    with pytest.raises(IntegrityError):
        list(store.rows("set enable_external_access = true"))
    assert outside.read_text() == "a\n1\n"


def test_a_second_process_is_told_who_has_the_store_and_what_to_do(store: Store) -> None:
    script = (
        "import sys; from pathlib import Path; from pipeline.store.store import Store\n"
        "from pipeline.errors import Unavailable\n"
        "try:\n    Store(Path(sys.argv[1]))\n"
        "except Unavailable as error:\n    print(error); sys.exit(error.exit_code)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(store.path)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert told.returncode == 3
    assert "in use by" in told.stdout
    assert "ask the running service" in told.stdout
    assert [each.name for each in store.path.parent.glob("*damaged*")] == []


def test_a_second_opening_in_the_same_process_is_refused_and_harms_nothing(store: Store) -> None:
    with pytest.raises(Unavailable, match="in use by"):
        Store(store.path)
    assert store.last_seq == 0


def test_a_store_that_may_not_be_opened_is_not_taken_for_a_damaged_one(path: Path) -> None:
    path.mkdir()
    with pytest.raises(Unavailable, match="cannot be opened"):
        Store(path)
    assert path.is_dir()


@pytest.mark.parametrize("damage", ["torn header", "not a database", "empty", "zeroed middle", "cut off"])
def test_a_damaged_file_is_set_aside_and_an_empty_store_takes_its_place(path: Path, make: Any, damage: str) -> None:
    with Store(path) as store:
        Writer(store).load([make.entry(5, make.typing(A="01:01+02:01"))])
    whole = path.read_bytes()
    damaged = {
        "torn header": whole[:100] + bytes(4000) + whole[4100:],
        "not a database": b"a text file, by mistake\n" * 50,
        "empty": b"",
        "cut off": whole[: len(whole) - 5000],
        "zeroed middle": whole[:12288] + bytes(len(whole) - 12288),
    }[damage]
    path.write_bytes(damaged)
    with Store(path) as store:
        assert store.rebuild_needed
        assert store.set_aside == path.with_name("store.duckdb.damaged-1")
        assert store.set_aside.read_bytes() == damaged
        assert store.last_seq == 0
        assert list(dump(store, "receipts")) == []
    path.write_bytes(damaged)
    with Store(path) as store:
        assert store.set_aside == path.with_name("store.duckdb.damaged-2")


def unclean_copy(store: Store, path: Path, change: Callable[[bytes], bytes]) -> None:
    """What is on disk while a store is open, as if the power were cut now, with its log changed."""
    path.write_bytes(store.path.read_bytes())
    log = store.path.with_name(store.path.name + ".wal").read_bytes()
    path.with_name(path.name + ".wal").write_bytes(change(log))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_log_of_an_unclean_stop_is_not_believed(path: Path, make: Any, tmp_path: Path, share: float) -> None:
    def torn(log: bytes) -> bytes:
        sector = int(len(log) * share) // 512 * 512
        return log[:sector] + bytes(512) + log[sector + 512 :]

    entries = [make.entry(seq, make.typing(f"S{seq}", A="01:01+02:01")) for seq in range(1, 9)]
    with Store(tmp_path / "checked.duckdb") as store:
        Writer(store).load(entries[:4])
    with Store(tmp_path / "checked.duckdb") as store:
        Writer(store).load(entries[4:])
        unclean_copy(store, path, torn)
        whole = content_hash(store)
    with Store(path) as store:
        assert not store.rebuild_needed
        assert store.last_seq == 4, "the last checkpoint"
        Writer(store).load(entries[4:])
        assert content_hash(store) == whole
        assert sorted(each.name for each in path.parent.glob("store.duckdb*.unread")) == []


def test_a_log_is_put_back_when_the_store_turns_out_to_be_somebody_elses(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> object:
        raise duckdb.IOException("Could not set lock on file: Conflicting lock is held in python (PID 4711)")

    store.close()
    log = path.with_name(path.name + ".wal")
    log.write_bytes(b"the log of whoever has it")
    monkeypatch.setattr(Store, "_connect", refused)
    with pytest.raises(Unavailable, match="in use by process 4711"):
        Store(path)
    assert log.read_bytes() == b"the log of whoever has it"


def test_a_store_rebuilt_from_the_same_entries_says_the_same(path: Path, make: Any) -> None:
    entries = [
        make.entry(1, make.typing(A="01:01+02:01"), ignored=3),
        make.entry(2),
        make.entry(3, make.counts(WBC="5.4"), make.collection()),
        make.entry(4, make.typing(A="01:01+03:01")),
    ]
    with Store(path) as store:
        Writer(store).load(entries)
        before = content_hash(store)
    path.write_bytes(b"damaged")
    with Store(path) as store:
        assert store.last_seq == 0
        Writer(store).load(entries)
        assert content_hash(store) == before


def test_a_checkpoint_without_room_is_no_damage() -> None:
    """DuckDB's own words, which name the file, and its kind of error, which calls for a new opening."""
    with pytest.raises(Unavailable, match="no room on its disk") as told, without_values("loading"):
        raise duckdb.FatalException('Could not write file "/invented/DOE.duckdb": No space left on device')
    assert "DOE" not in str(told.value)
