"""docs/astm.md, written from the table of the ASTM link: `python -m instruments.links.astm_page > docs/astm.md`."""

import sys
from collections.abc import Iterable, Iterator
from enum import Enum

from instruments.links.astm_table import ANY_BYTE, TIMERS, TRANSITIONS, Action, AstmSettings, Occurrence, State

INTRODUCTION = """\
# The ASTM link

This page is written from the program's own table (`instruments/links/astm_table.py`); a test fails when the two differ.

A line that speaks ASTM E1381, now CLSI LIS01-A2, is always in one of the states below. Every byte, every verdict on
what came and every silence is looked up in the table, which names what is done and the state that follows. Either side
may be the sender of a session. If both call at once, the instrument goes first.

Every frame is on disk before its ACK. A frame that cannot be put on disk is answered with NAK, an ENQ with NAK while
nothing can be kept. What a session leaves unfinished is kept as evidence and never taken for a result.
"""


def page() -> str:
    """The whole page, Markdown."""
    parts = [INTRODUCTION, *_diagram(), *_states(), *_timers(), *_table()]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write the page to standard output."""
    sys.stdout.write(page())


def _diagram() -> Iterator[str]:
    yield "## The diagram\n\n```mermaid\nstateDiagram-v2\n    [*] --> NEUTRAL"
    arrows: dict[tuple[State, State, Action], list[Occurrence]] = {}
    for (state, occurrence), (action, then) in TRANSITIONS.items():
        if action not in (Action.SKIP, Action.SET_OUTSIDE, Action.COLLECT, Action.LEAVE):
            arrows.setdefault((state, then, action), []).append(occurrence)
    for (state, then, action), occurrences in arrows.items():
        yield f"    {state.name} --> {then.name} : {_named(occurrences)} / {_spoken(action)}"
    yield "```\n\nLeft out: bytes that change nothing, and the line going away, which leads to NEUTRAL from anywhere.\n"


def _states() -> Iterator[str]:
    yield "## States\n\n| state | what it means |\n|---|---|"
    yield from (f"| {state.name} | {state.value} |" for state in State)
    yield ""


def _timers() -> Iterator[str]:
    yield "## Timers\n\n| state | setting | seconds |\n|---|---|---|"
    for state, timer in TIMERS.items():
        yield f"| {state.name} | {_spoken(timer)} | {getattr(AstmSettings(), timer):g} |"
    yield f"| CONTENTION, as the instrument | instrument contention | {AstmSettings().instrument_contention:g} |"
    yield f"| FRAME, behind an ENQ or EOT that stands inside a frame | hold | {AstmSettings().hold:g} |"
    yield "\nHow to change them: [configuration](configuration.md), `timers`.\n"


def _table() -> Iterator[str]:
    yield "## The table\n\n| state | what happens | what is done | next state |\n|---|---|---|---|"
    for state in State:
        rows: dict[tuple[Action, State], list[Occurrence]] = {}
        for (at, occurrence), step in TRANSITIONS.items():
            if at is state:
                rows.setdefault(step, []).append(occurrence)
        for (action, then), occurrences in rows.items():
            yield f"| {state.name} | {_named(occurrences)} | {action.value} | {then.name} |"


def _named(occurrences: Iterable[Occurrence]) -> str:
    """The occurrences in words; the rest of the bytes as one."""
    found = list(occurrences)
    if Occurrence.GOT_OTHER in found and len(found) > 1:
        others = [each for each in found if each not in ANY_BYTE]
        return ", ".join(["any other byte" if len(found) < len(ANY_BYTE) else "any byte", *_words(others)])
    return ", ".join(_words(found))


def _words(members: Iterable[Enum]) -> list[str]:
    return [str(each.value) for each in members]


def _spoken(name: str | Action) -> str:
    return (name.name if isinstance(name, Action) else name).replace("_", " ").lower()


if __name__ == "__main__":
    main()
