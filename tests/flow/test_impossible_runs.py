"""A collection run that states the impossible waits in quarantine, and is put back when the limit has been changed."""

from pathlib import Path

import msgspec
import pytest

from pipeline.normalise import ranges
from pipeline.quarantine import resubmit
from pipeline.rebuild import rebuild
from pipeline.site import open_site
from pipeline.store import queries

SUMMARY = Path(__file__).parent.parent / "formats" / "separator_log" / "summary.txt"


@pytest.mark.parametrize(
    ("printed", "wrong", "reason"),
    [
        ("COLLECT BAG;302;mL", "COLLECT BAG;3020;mL", "COLLECT BAG 3020 mL"),
        ("COLLECT BAG;302;mL", "COLLECT BAG;-302;mL", "COLLECT BAG -302 mL"),
        ("PROCESSED;11110;mL", "PROCESSED;600000;mL", "WHOLE BLOOD PROCESSED 600000 mL"),
        ("2026-11-20 12:26", "2026-11-20 20:26", "705 min from start to end"),
    ],
)
def test_the_impossible_is_quarantined_with_its_limit_and_may_be_put_back(
    home: Path, monkeypatch: pytest.MonkeyPatch, printed: str, wrong: str, reason: str
) -> None:
    raw = SUMMARY.read_text().replace(printed, wrong).encode()
    with open_site(home, None) as site:
        site.spool.append_messages("separator", [("summary.txt", raw)])
        (receipt,) = queries.dump(site.ready_store(), "receipts")
        assert not list(queries.dump(site.ready_store(), "procedures"))
    assert receipt["state"] == "quarantined"
    for said in (reason, "2026-11-20T08:41:00", " from ", "send the run again", "ranges.toml"):
        assert said in receipt["reason"]
    with open_site(home, None) as site:
        assert rebuild(site).equal is True
    wide = {code: msgspec.structs.replace(each, hard=(-1e6, 1e6)) for code, each in ranges.limits().items()}
    monkeypatch.setattr(ranges, "limits", lambda: wide)
    with open_site(home, None) as site:
        assert resubmit(site, receipt["seq"])["state"] == "loaded"
