"""Every benchmark, in a tiny size, gives its rows: the figures that the documentation quotes. Nothing here is timed."""

import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from pipeline.bench import formats, hl7, intake, links, nomenclature, normalise, renormalise, spool, start, store
from pipeline.bench.catalogue import NAMES, benchmark
from pipeline.bench.figures import Figure, best, machine, median, rate
from pipeline.cli import bench as command
from pipeline.cli.session import Session
from pipeline.home import BUNDLED
from pipeline.normalise.nomenclature.install import install
from tests.flow.later_release import write_later

TINY: dict[str, Callable[[], list[Figure]]] = {
    "intake": lambda: intake.run(reports=3, rounds=1),
    "spool": lambda: spool.run(messages=2, rounds=1),
    "hl7": lambda: hl7.run(lasting=1e-9, rounds=1),
    "normalise": lambda: normalise.run(reports=2, rounds=1),
    "nomenclature": lambda: nomenclature.run(donors=5, share=1e-9, rounds=1),
    "renormalise": lambda: renormalise.run(donors=5, installed=None),
    "formats": lambda: formats.run(size=1, rounds=1),
    "store": lambda: store.run(batches=2, batch=3, donors=5),
    "links": lambda: links.run(
        links.Sizes(
            lasting=0.2,
            hours=0.1,
            messages=1,
            files=5,
            renames=3,
            bad=5,
            streams=5,
            lines=2,
            clients=3,
            goals={10: 2000},
        )
    ),
    "start": lambda: start.run(rounds=1),
}
GOALS = {
    "intake": {"files to committed rows": "goal: 1000", "one report on that way, of lxml": "goal: at most 5"},
    "spool": {"spool, 1 producer, of the bare loop": "goal: 70"},
    "hl7": {"every component, of hl7apy": "goal: 100"},
    "links": {
        "MLLP, 10 connections, durable round trips": "goal: at least 2000",
        "durable frames, 64 lines": "goal: at least 1000",
        "2 serial lines that never rest, of all processors": "goal: at most 25",
        "2 serial lines, 60 ms between messages, ACK, slowest of a hundred": "goal: below 200",
        "2 serial lines, 60 ms between messages, NAKs": "goal: none",
        "MLLP, 3 clients, slowest of a hundred": "goal: below 250",
        "3 renamed files claimed, each once": "goal: at most 30",
        "5 files at once taken in, each once": "goal: at most 180",
    },
    "start": {"graftline --help": "goal: at most 250"},
}


def test_every_benchmark_is_tried_here() -> None:
    assert set(TINY) == set(NAMES)
    assert all(callable(benchmark(name).run) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_gives_figures_that_can_be_quoted(name: str) -> None:
    figures = TINY[name]()
    assert len({figure.name for figure in figures}) == len(figures) >= 2
    for figure in figures:
        assert figure.name and figure.unit
        assert figure.value is None or math.isfinite(figure.value)
    for goal, beside in GOALS.get(name, {}).items():
        assert any(figure.name == goal and figure.beside == beside for figure in figures), goal


def test_a_registry_is_renormalised_where_two_releases_are_installed(tmp_path: Path) -> None:
    install(str(BUNDLED / "demo" / "nomenclature"), tmp_path / "installed")
    install(write_later(tmp_path / "later"), tmp_path / "installed")
    time, statements, changed = renormalise.run(donors=50, installed=str(tmp_path / "installed"))
    assert "0.1.0 to 0.2.0" in time.beside
    assert statements.value
    assert changed.unit == "of them"


def test_a_figure_names_its_machine() -> None:
    figure = machine()
    assert figure.value
    for named in ("Python", "duckdb", "lxml"):
        assert named in figure.beside


def test_without_python_hl7_its_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hl7, "find_spec", lambda _: None)
    assert hl7.run(lasting=1e-9, rounds=1)[-1] == Figure("python-hl7", None, "messages/s", "not installed")


def test_the_best_round_counts_and_the_middle_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0] * 2)
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    assert best(lambda: None, 3) == 1.0
    assert median(lambda: None, 3) == 2.0


def test_a_rate_counts_the_calls_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.5, 1.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    assert rate(lambda: None, 1.0, 1) == 2.0


@pytest.fixture
def one_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Short:
        def run(self) -> list[Figure]:
            return [Figure("an invented figure", 12.3456, "ms", "goal: 10")]

    monkeypatch.setattr("pipeline.bench.catalogue.benchmark", lambda _: Short())


def answered(name: command.Name, home: Path, *, as_json: bool) -> str:
    out = io.StringIO()
    assert command.bench(name, session=Session(home=home, json=as_json, out=out, err=io.StringIO())) == 0
    return out.getvalue()


@pytest.mark.usefixtures("one_figure")
def test_the_command_prints_one_figure_a_line_under_the_machine(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in answered("start", tmp_path, as_json=True).splitlines()]
    assert rows[0]["figure"] == "this machine"
    assert rows[1] == {
        "bench": "start",
        "figure": "an invented figure",
        "value": 12.35,
        "unit": "ms",
        "beside": "goal: 10",
    }
    assert "an invented figure" in answered("start", tmp_path, as_json=False)


@pytest.mark.usefixtures("one_figure")
def test_all_takes_every_benchmark_in_the_order_of_the_documentation(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in answered("all", tmp_path, as_json=True).splitlines()]
    assert [row["bench"] for row in rows[1:]] == list(NAMES)
    assert set(get_args(command.Name)) == {"all", *NAMES}
