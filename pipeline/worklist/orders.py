"""The work list of a site: which tests are ordered on which specimen.

Every test stands by itself, under the number of its order if it has one, for a laboratory system sends and withdraws
test by test; an analyser is told all of a specimen's tests at once.

It lies in the data folder as one file, `worklist.jsonl`, replaced whole. The running service looks at the file's time
before every answer, so a list that was loaded at another prompt holds at once. No name of a person is in it.
"""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from pipeline.errors import SiteError
from pipeline.whole_file import write_whole

ROUTINE: Final = "R"
PRIORITIES: Final = "SAPCR"
"""Those of LIS02-A2, the most urgent first."""


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tests on one specimen.

    `tests` are the analyser's own codes, `priority` one of LIS02-A2's S A R C P, `collected` YYYYMMDDHHMMSS as the
    analyser shall see it, `subject` a pseudonym; `instrument` is its name in the site file, empty for any; `number` the
    orderer's, empty where it gave none.
    """

    specimen: str
    tests: tuple[str, ...]
    priority: str = ROUTINE
    collected: str = ""
    material: str = ""
    subject: str = ""
    instrument: str = ""
    number: str = ""


class Ordered(NamedTuple):
    """What a laboratory system orders, test by test: what it adds, puts in the place of an order, and withdraws."""

    new: Sequence[Order] = ()
    replacing: Sequence[Order] = ()
    withdrawn: Sequence[Order] = ()


Place = tuple[str, str]
"""Specimen and instrument."""
Tests = dict[tuple[str, str], Order]
"""Orders for one test each, by the order's number and the test."""


class Worklist:
    """The work list in a file. Safe to share between threads; raises SiteError for a file that is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._orders: dict[Place, Tests] = {}

    def orders(self) -> list[Order]:
        """What is to be measured, specimen by specimen."""
        with self._lock:
            self._look()
            return [_together(tests) for _, tests in sorted(self._orders.items())]

    def of(self, specimen: str, instrument: str) -> Order | None:
        """What this instrument is to measure on this specimen; an order for it alone goes before one for any."""
        with self._lock:
            self._look()
            tests = self._orders.get((specimen, instrument)) or self._orders.get((specimen, ""))
            return _together(tests) if tests else None

    def for_instrument(self, instrument: str) -> list[Order]:
        """Everything that this instrument is to measure, by specimen."""
        return [each for each in self.orders() if each.instrument in ("", instrument)]

    def put(self, orders: Iterable[Order], *, replace: bool = False) -> None:
        """Put orders in the place of all earlier ones for their specimens and instruments. Raises OSError."""
        with self._lock:
            self._look()
            table = _by_place(orders)
            self._write(table if replace else self._orders | table)

    def change(self, ordered: Ordered) -> None:
        """Add, replace and withdraw orders; every other stays. Raises OSError."""
        with self._lock:
            self._look()
            kept = {place: dict(tests) for place, tests in self._orders.items()}
            for order in ordered.withdrawn:
                _take_out(kept, [key for key in kept.get(_place(order), {}) if _is_meant(key, order)], order)
            for order in ordered.replacing:
                _take_out(kept, [key for key in kept.get(_place(order), {}) if key[0] == order.number != ""], order)
            for place, tests in _by_place([*ordered.new, *ordered.replacing]).items():
                kept[place] = kept.get(place, {}) | tests
            self._write(kept)

    def _write(self, orders: dict[Place, Tests]) -> None:
        lines = [msgspec.json.encode(order) + b"\n" for tests in orders.values() for order in tests.values()]
        write_whole(self._path, b"".join(lines))

    def _look(self) -> None:
        """Read the file, unless it is the one that was read last."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._seen, self._orders = None, {}
            return
        if (seen := (status.st_ino, status.st_mtime_ns)) != self._seen:
            try:
                orders = msgspec.json.Decoder(Order).decode_lines(self._path.read_bytes())
            except msgspec.MsgspecError as error:
                raise SiteError(f"the work list {self._path} is damaged; load it again with --replace") from error
            self._orders = _by_place(orders)
            self._seen = seen


def _place(order: Order) -> Place:
    return order.specimen, order.instrument


def _by_place(orders: Iterable[Order]) -> dict[Place, Tests]:
    """The orders taken apart into their tests."""
    found: dict[Place, Tests] = {}
    for order in orders:
        tests = {(order.number, test): msgspec.structs.replace(order, tests=(test,)) for test in order.tests}
        found.setdefault(_place(order), {}).update(tests)
    return found


def _is_meant(key: tuple[str, str], withdrawn: Order) -> bool:
    """Whether a withdrawal is about this test: of the same order, or of any where one of both has no number."""
    number, test = key
    return test in withdrawn.tests and (number == withdrawn.number or "" in (number, withdrawn.number))


def _take_out(orders: dict[Place, Tests], keys: Iterable[tuple[str, str]], order: Order) -> None:
    tests = orders.get(_place(order), {})
    for key in keys:
        del tests[key]
    if not tests:
        orders.pop(_place(order), None)


def _together(tests: Tests) -> Order:
    """All tests of a specimen as one order, as urgent as the most urgent; what they do not agree on is left open."""
    orders = list(tests.values())
    return Order(
        specimen=orders[0].specimen,
        instrument=orders[0].instrument,
        tests=tuple(dict.fromkeys(test for _, test in tests)),
        priority=min((each.priority for each in orders), key=PRIORITIES.find),
        collected=_agreed(each.collected for each in orders),
        material=_agreed(each.material for each in orders),
        subject=_agreed(each.subject for each in orders),
    )


def _agreed(stated: Iterable[str]) -> str:
    different = {each for each in stated if each}
    return different.pop() if len(different) == 1 else ""
