"""The work list of a site: which tests are ordered on which specimen.

It lies in the data folder as one file, `worklist.jsonl`, replaced whole. The running service looks at the file's time
before every answer, so a list that was loaded at another prompt holds at once. No name of a person is in it.
"""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from pipeline.errors import SiteError
from pipeline.whole_file import write_whole

ROUTINE: Final = "R"


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The tests of one specimen.

    `tests` are the analyser's own codes, `priority` one of LIS02-A2's S A R C P, `collected` YYYYMMDDHHMMSS as the
    analyser shall see it, `subject` a pseudonym; `instrument` is its name in the site file, empty for any.
    """

    specimen: str
    tests: tuple[str, ...]
    priority: str = ROUTINE
    collected: str = ""
    material: str = ""
    subject: str = ""
    instrument: str = ""


class Worklist:
    """The work list in a file. Safe to share between threads; raises SiteError for a file that is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._orders: dict[tuple[str, str], Order] = {}

    def orders(self) -> list[Order]:
        """Every order, by specimen."""
        with self._lock:
            self._look()
            return sorted(self._orders.values(), key=lambda each: (each.specimen, each.instrument))

    def of(self, specimen: str, instrument: str) -> Order | None:
        """What this instrument is to measure on this specimen; an order for it alone goes before one for any."""
        with self._lock:
            self._look()
            return self._orders.get((specimen, instrument)) or self._orders.get((specimen, ""))

    def for_instrument(self, instrument: str) -> list[Order]:
        """Everything that this instrument is to measure, by specimen."""
        return [each for each in self.orders() if each.instrument in ("", instrument)]

    def put(self, orders: Iterable[Order], *, withdrawn: Iterable[Order] = (), replace: bool = False) -> None:
        """Add orders, each in the place of an earlier one for the same specimen and instrument. Raises OSError."""
        with self._lock:
            self._look()
            kept = {} if replace else dict(self._orders)
            for order in withdrawn:
                kept.pop((order.specimen, order.instrument), None)
            kept.update({(order.specimen, order.instrument): order for order in orders})
            self._write(kept.values())

    def _write(self, orders: Iterable[Order]) -> None:
        write_whole(self._path, b"".join(msgspec.json.encode(order) + b"\n" for order in orders))

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
            self._orders = {(order.specimen, order.instrument): order for order in orders}
            self._seen = seen
