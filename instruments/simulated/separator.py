"""An invented cell separator that prints its run to a serial port, line by line (CR LF, cells separated by `;`).

Its inlet volume is blood plus anticoagulant; whole blood processed is the inlet volume without the anticoagulant.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

START = datetime(2026, 11, 20, 8, 41)  # noqa: DTZ001  # a separator prints its own local time, without a zone


class Alarm(msgspec.Struct, frozen=True):
    """An alarm after so many minutes."""

    minute: int
    code: str
    text: str


class SeparatorRun(msgspec.Struct, frozen=True, kw_only=True):
    """One invented run; flows in mL/min, `ratio` is inlet to anticoagulant, `tbv` the blood volume in mL."""

    din: str = "A999924000123"
    grid: str = "9999TEST00000000118"
    serial: str = "G1-0042"
    started: datetime = START
    minutes: int = 202
    every: int = 10
    inlet_flow: float = 60.0
    collect_flow: float = 1.5
    ratio: float = 12.0
    tbv: float = 5290.0
    alarms: tuple[Alarm, ...] = (Alarm(31, "A-17", "Inlet pressure low"),)

    def lines(self) -> Iterator[bytes]:
        """What the separator prints, each line with its end."""
        events = [(minute, 0, self._reading(minute)) for minute in range(self.every, self.minutes, self.every)]
        events += [
            (each.minute, 1, f"{self._clock(each.minute)};ALARM;{each.code};{each.text}") for each in self.alarms
        ]
        for text in (*self._opening(), *(text for _, _, text in sorted(events)), *self._finals()):
            yield text.encode("ascii") + b"\r\n"

    def _opening(self) -> tuple[str, ...]:
        return (
            f"RUN BEGIN;GRAFTSEP 1 (INVENTED);SN {self.serial};SW 1.4;PROGRAM CMNC",
            f"DIN;{self.din};GRID;{self.grid};START;{self.started:%Y-%m-%d %H:%M}",
        )

    def _reading(self, minute: int) -> str:
        inlet = self.inlet_flow * minute
        return (
            f"{self._clock(minute)};INLET FLOW;{self.inlet_flow:.1f};mL/min;"
            f"AC FLOW;{self.inlet_flow / self.ratio:.1f};mL/min;PLASMA FLOW;20.0;mL/min;"
            f"COLLECT FLOW;{self.collect_flow:.1f};mL/min;INLET;{inlet:.0f};mL;AC;{inlet / self.ratio:.0f};mL;"
            f"PLASMA;0;mL;COLLECT;{self.collect_flow * minute:.0f};mL"
        )

    def _finals(self) -> tuple[str, ...]:
        inlet = self.inlet_flow * self.minutes
        anticoagulant = inlet / self.ratio
        collected = self.collect_flow * self.minutes
        ended = self.started + timedelta(minutes=self.minutes)
        return (
            f"WHOLE BLOOD PROCESSED;{inlet - anticoagulant:.0f};mL",
            f"INLET PROCESSED;{inlet:.0f};mL",
            f"AC USED;{anticoagulant:.0f};mL",
            f"AC IN COLLECT BAG;{collected / 8:.0f};mL",
            f"COLLECT BAG;{collected:.0f};mL",
            f"TBV PROCESSED;{(inlet - anticoagulant) / self.tbv:.1f};x",
            f"INLET:AC;{self.ratio:.1f};:1",
            f"END;{ended:%Y-%m-%d %H:%M}",
            "RUN END;OK",
        )

    def _clock(self, minute: int) -> str:
        return f"{self.started + timedelta(minutes=minute):%H:%M}"
