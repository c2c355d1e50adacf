"""A session in a child process that dies by SIGKILL at its K-th call of the system.

    outcome = kill_at(k, session)          # session(acknowledge) runs in the child
    while outcome.killed: ...

The child calls `acknowledge(text)` when it has been promised that something is kept; the promises reach the parent
even if the child dies in the next instruction. `halfway` lets a write that is due to die put half of its bytes down.
"""

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

CALLS = ("open", "write", "ftruncate", "replace", "rename", "unlink", "fsync", "fdatasync")
Session = Callable[[Callable[[str], None]], None]


class Outcome(NamedTuple):
    acknowledged: list[str]
    killed: bool


def kill_at(k: int, session: Session, *, halfway: bool = False) -> Outcome:
    """Run the session up to its K-th call, counted from 1; `killed` is false if it ended before that."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _live(k, session, sending, halfway=halfway)
    os.close(sending)
    with os.fdopen(receiving, "r") as promises:
        acknowledged = promises.read().splitlines()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        assert os.waitstatus_to_exitcode(status) == 0, "the session failed by itself; its traceback is on stderr"
    return Outcome(acknowledged, os.WIFSIGNALED(status))


def _live(k: int, session: Session, sending: int, *, halfway: bool) -> None:
    tell = os.write
    try:
        _count_down(k, halfway=halfway)
        session(lambda text: tell(sending, f"{text}\n".encode()) and None)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _count_down(k: int, *, halfway: bool) -> None:
    left = [k]

    def lethal(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                if halfway and name == "write":
                    original(arguments[0], arguments[1][: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **named)

        return call

    for name in CALLS:
        if hasattr(os, name):
            setattr(os, name, lethal(name, getattr(os, name)))
