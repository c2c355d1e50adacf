"""A session in a child process that dies by SIGKILL at its K-th call of the system.

    outcome = kill_at(k, session)          # session(acknowledge) runs in the child
    while outcome.killed: ...

The child calls `acknowledge(text)` when it has been promised that something is kept; the promises reach the parent
even if the child dies in the next instruction. `halfway` lets a write that is due to die put half of its bytes down;
with `network` the calls of sockets count too, each once before it is made and once after.
"""

import os
import signal
import socket
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

NETWORK = ("connect", "sendall", "recv")
CALLS = ("open", "write", "ftruncate", "replace", "rename", "unlink", "fsync", "fdatasync")
Session = Callable[[Callable[[str], None]], None]


class Outcome(NamedTuple):
    acknowledged: list[str]
    killed: bool


def kill_at(k: int, session: Session, *, halfway: bool = False, network: bool = False) -> Outcome:
    """Run the session up to its K-th call, counted from 1; `killed` is false if it ended before that."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _live(k, session, sending, halfway=halfway, network=network)
    os.close(sending)
    with os.fdopen(receiving, "r") as promises:
        acknowledged = promises.read().splitlines()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        assert os.waitstatus_to_exitcode(status) == 0, "the session failed by itself; its traceback is on stderr"
    return Outcome(acknowledged, os.WIFSIGNALED(status))


def _live(k: int, session: Session, sending: int, *, halfway: bool, network: bool) -> None:
    tell = os.write
    try:
        _count_down(k, halfway=halfway, network=network)
        session(lambda text: tell(sending, f"{text}\n".encode()) and None)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _count_down(k: int, *, halfway: bool, network: bool) -> None:
    left = [k]

    def step() -> bool:
        left[0] -= 1
        return left[0] == 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def lethal(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if step():
                if halfway and name == "write":
                    original(arguments[0], arguments[1][: len(arguments[1]) // 2])
                die()
            outcome = original(*arguments, **named)
            if name in NETWORK and step():
                die()
            return outcome

        return call

    for owner, name in _counted(network=network):
        setattr(owner, name, lethal(name, getattr(owner, name)))


def _counted(*, network: bool) -> list[tuple[Any, str]]:
    """The calls that count, and where they are found."""
    here = [(os, name) for name in CALLS if hasattr(os, name)]
    return here + ([(socket.socket, name) for name in NETWORK] if network else [])
