"""A spool that has lost its end, or a message that somebody put back: what comes afterwards is loaded all the same."""

import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import IntegrityError
from pipeline.quarantine import resubmit
from pipeline.rebuild import rebuild
from pipeline.site import Site, open_site
from pipeline.spool.reader import SpoolReader
from pipeline.store import queries
from tests.flow.donor_reports import table

ROW = "HLA-A*01:01+HLA-A*02:01"


def cut_off_last_frame(home: Path) -> None:
    segment = SpoolReader(home / "spool").segments[-1]
    os.truncate(segment.path, [frame.offset for frame in segment.scan()][-1])


def flip_a_bit_of(home: Path, seq: int) -> None:
    segment = SpoolReader(home / "spool").segments[-1]
    frame = [frame for frame in segment.scan() if frame.envelope.seq == seq][-1]  # the segment's own comes before
    raw = bytearray(segment.path.read_bytes())
    raw[frame.end - 6] ^= 4
    segment.path.write_bytes(raw)


def samples(site: Site) -> list[str]:
    return [row["sample"] for row in queries.dump(site.ready_store(), "typings")]


@pytest.fixture
def shortened(home: Path) -> Path:
    """A site whose store has read two messages, of which its spool has lost the second."""
    with open_site(home, None) as site:
        for donor in ("P-1", "P-2"):
            table(site, "lab", f"{donor},{ROW}")
    cut_off_last_frame(home)
    return home


def put(site: Site, donor: str) -> None:
    site.spool.append_messages("lab", [("donors.csv", f"id,glstring\n{donor},{ROW}\n".encode())])


def test_a_service_that_goes_on_gives_out_no_number_that_the_store_has_seen(shortened: Path) -> None:
    with open_site(shortened, None) as site:
        with pytest.raises(IntegrityError, match="the end of the spool is missing"):
            site.ready_store()
        put(site, "P-3")
        assert samples(site) == ["P-1", "P-2", "P-3"]


def test_nothing_is_loaded_behind_a_number_that_was_given_out_again_until_the_store_is_made_anew(
    shortened: Path,
) -> None:
    for donor in ("P-3", "P-4"):
        with open_site(shortened, None) as site:
            put(site, donor)
            with pytest.raises(IntegrityError, match="under that number"):
                site.ready_store()
    with open_site(shortened, None) as site:
        kept = rebuild(site).kept
        assert kept
        assert kept.exists()
    with open_site(shortened, None) as site:
        assert samples(site) == ["P-1", "P-3", "P-4"]


def test_a_message_that_came_before_anybody_looked_is_not_passed_over(home: Path) -> None:
    """A sender that waits for the port is answered before the store is open; later messages have later numbers."""
    with open_site(home, None) as site:
        for donor in ("P-1", "P-2", "P-3"):
            table(site, "lab", f"{donor},{ROW}")
    for _ in range(2):
        cut_off_last_frame(home)
    with open_site(home, None) as site:
        put(site, "P-4")
        with pytest.raises(IntegrityError, match="the end of the spool is missing"):
            site.ready_store()
        put(site, "P-5")
        with pytest.raises(IntegrityError, match="under that number"):
            site.ready_store()
    with open_site(home, None) as site, pytest.raises(IntegrityError, match="under that number"):
        site.ready_store()
    with open_site(home, None) as site:
        rebuild(site)
    with open_site(home, None) as site:
        assert samples(site) == ["P-1", "P-4", "P-5"]


def test_a_message_that_was_put_back_and_is_damaged_holds_up_nobody_else(home: Path, exports: Path) -> None:
    with open_site(home, None) as site:
        site.spool.append_messages("lab", [("a.csv", (exports / "donor-01.hml").read_bytes())], format="lab_table")
        site.ready_store()
        resubmit(site, 1, "hml")
        table(site, "lab", f"P-1,{ROW}")
    flip_a_bit_of(home, 1)
    (home / "store.duckdb").unlink()
    with open_site(home, None) as site:
        assert samples(site) == ["P-1"]
    with open_site(home, None) as site:
        faults: tuple[Any, ...] = rebuild(site).faults
        assert len(faults) == 1
