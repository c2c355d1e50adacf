"""Keys that callers may rely on, with their types, as the contract names them; more may stand beside them."""

from collections.abc import Callable
from pathlib import Path
from types import NoneType
from typing import Any

import pytest

Graftline = Callable[..., Any]
Shape = dict[str, Any]

FLAG: Shape = {"code": str, "token": str, "message": str}
LOCUS: Shape = {
    "locus": str,
    "state": {
        "two_copies",
        "homozygous_stated",
        "one_stated",
        "absent",
        "not_tested",
        "failed",
        "novel",
        "candidates",
    },
    "reported": str,
    "glstring": (str, NoneType),
    "release": (str, NoneType),
    "flags": [FLAG],
}
TYPING: Shape = {"receipt": str, "source": str, "format": str, "sample": str, **LOCUS}
RECEIPT: Shape = {
    "receipt": str,
    "seq": int,
    "source": str,
    "format": str,
    "sha256": str,
    "bytes": int,
    "received": str,
    "state": {"loaded", "duplicate", "quarantined", "superseded"},
    "reason": str,
}
OBSERVATION: Shape = {
    "receipt": str,
    "source": str,
    "specimen": str,
    "code": str,
    "system": str,
    "value": str,
    "unit": (str, NoneType),
    "time": (str, NoneType),
    "flags": [FLAG],
}
FILE: Shape = {"path": str, "state": str, "format": str, "reason": str}
INGEST: Shape = {"receipts": int, "loaded": int, "duplicates": int, "quarantined": int, "files": [FILE]}
PARSED: Shape = {"format": str, "kind": {"typing"}, "sample": str, "loci": [LOCUS], "flags": [FLAG]}
REDUCED: Shape = {"input": str, "output": str, "flags": [FLAG]}
MATCH: Shape = {"least": int, "most": int, "level": str, "direction": str}
DONOR: Shape = {"donor": str, "matched": int, "least": int, "most": int, "loci": dict}


def fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(key in value and fits(value[key], each) for key, each in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(each, shape[0]) for each in value)
    if isinstance(shape, set):
        return value in shape
    return isinstance(value, shape) and not (shape is int and isinstance(value, bool))


ANSWERS = [
    (("dump", "typings"), TYPING),
    (("dump", "receipts"), RECEIPT),
    (("dump", "observations"), OBSERVATION),
    (("ingest", "exports", "broken.hml"), INGEST),
    (("parse", "report.hml"), PARSED),
    (("reduce",), REDUCED),
    (("liftover", "--from", "0.1.0", "--to", "0.1.0"), REDUCED),
    (("search", "--patient", "report.hml"), DONOR),
]


@pytest.mark.parametrize(
    ("words", "shape"), ANSWERS, ids=lambda each: " ".join(each) if isinstance(each, tuple) else ""
)
def test_the_keys_are_there_and_of_their_types(graftline: Graftline, words: tuple[str, ...], shape: Shape) -> None:
    graftline("ingest", "exports", "broken.hml")
    rows = graftline("--json", *words, stdin=b"HLA-A*01:01\nzork\n").rows()
    assert rows
    for row in rows:
        assert fits(row, shape), row


def test_every_locus_of_a_match(graftline: Graftline) -> None:
    (donor,) = graftline("--json", "search", "--patient", "report.hml").rows()
    assert donor["loci"].keys() == {"A", "B", "C", "DRB1", "DQB1"}
    assert all(fits(each, MATCH) for each in donor["loci"].values())


def test_the_best_donor_comes_first(graftline: Graftline) -> None:
    """For a patient with an allele of each of two donors at every locus, and both of the one at HLA-A."""
    graftline("ingest", "exports")
    loci: dict[str, list[list[str]]] = {}
    for row in graftline("dump", "typings").rows():
        loci.setdefault(row["locus"], []).append(row["glstring"].split("+"))
    mixed = [(loci[locus][0][0], loci[locus][1][0]) for locus in ("B", "C", "DRB1", "DQB1")]
    patient = "^".join("+".join(pair) for pair in [loci["A"][0], *mixed])
    search = ("--json", "search", "--patient", patient, "--rule", "1/10")
    rows = graftline(*search).rows()
    assert [row["donor"] for row in rows] == ["9999TEST00000000118", "9999TEST00000000216"]
    assert rows[0]["matched"] > rows[1]["matched"] > 0
    assert graftline(*search, "--limit", "1").rows() == rows[:1]


def test_parse_says_of_a_locus_what_the_store_will_say(graftline: Graftline) -> None:
    (report,) = graftline("parse", "report.hml").rows()
    stored = {row["locus"]: row for row in graftline("dump", "typings").rows()}
    assert report["loci"]
    for locus in report["loci"]:
        assert {key: stored[locus["locus"]][key] for key in LOCUS} == {key: locus[key] for key in LOCUS}


def test_the_counts_of_ingest_are_those_of_its_files(graftline: Graftline) -> None:
    Path("exports/broken.hml").write_bytes(b"<hml>")
    summary = graftline("--json", "ingest", "exports", "exports").row()
    states = [each["state"] for each in summary["files"]]
    assert summary["receipts"] == len(states) == 6
    assert (summary["loaded"], summary["duplicates"], summary["quarantined"]) == tuple(
        states.count(state) for state in ("loaded", "duplicate", "quarantined")
    )
    rows = graftline("dump", "receipts").rows()[-6:]
    assert sorted(row["state"] for row in rows) == sorted(states)
    for each, row in zip(summary["files"], rows, strict=True):
        assert (each["receipt"], each["state"]) == (row["receipt"], row["state"])


@pytest.mark.parametrize("words", [("reduce",), ("liftover", "--from", "0.1.0", "--to", "0.1.0")])
def test_as_many_lines_out_as_in_in_the_same_order(graftline: Graftline, words: tuple[str, ...]) -> None:
    lines = [
        "A*02:01+A*01:01",
        "",
        "zork",
        "A*01:01+A*02:01",
        "A*02:01/A*01:01",
        "A*01:01/A*02:01",
        "A*99:99",
        "A*01:01",
    ]
    for end in ("\n", "\r\n"):
        answer = graftline(*words, stdin=end.join(lines).encode())
        out = answer.out.split("\n")
        assert len(out) == len(lines) + 1 and out[-1] == ""
        assert [bool(line) for line in out[:-1]] == [line not in ("", "zork", "A*99:99") for line in lines]
        assert out[0] == out[3] == "HLA-A*01:01+HLA-A*02:01", "one order, whatever the input's"
        assert out[4] == out[5]
        assert answer.code == 1
        for number in (2, 3, 7):
            assert f"line {number}: " in answer.err
    assert graftline(*words, stdin=b"").out == ""
    assert graftline(*words, stdin=b"A*01:01").code == 0
