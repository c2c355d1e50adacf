"""Many messages at once: in their order, with the flushes of one."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from instruments.errors import Refused
from pipeline.spool.spool import Spool


def test_messages_keep_their_order_and_share_a_flush(folder: Path, monkeypatch: pytest.MonkeyPatch, texts: Any) -> None:
    with Spool(folder) as spool:
        flushes = []
        monkeypatch.setattr("pipeline.spool.spool.sync_file", lambda descriptor: flushes.append(os.fsync(descriptor)))
        kept = spool.append_messages("invented", [(f"{number}.hml", b"invented %d" % number) for number in range(50)])
        assert len(flushes) == 1
        assert [envelope.name for envelope in kept] == [f"{number}.hml" for number in range(50)]
        assert [envelope.seq for envelope in kept] == list(range(kept[0].seq, kept[0].seq + 50))
        assert texts(spool) == [f"invented {number}" for number in range(50)]


def test_no_messages_are_no_flush(folder: Path) -> None:
    with Spool(folder) as spool:
        assert spool.append_messages("invented", []) == []


def test_a_failed_flush_refuses_them_all(folder: Path, failing: Callable[..., None], texts: Any) -> None:
    with Spool(folder) as spool:
        failing("sync", 1, 5)
        with pytest.raises(Refused):
            spool.append_messages("invented", [("a", b"invented a"), ("b", b"invented b")])
        assert texts(spool) == []
        spool.append_messages("invented", [("a", b"invented a"), ("b", b"invented b")])
        assert texts(spool) == ["invented a", "invented b"]
