"""The messages that wait for their receivers, one by one and in order."""

from collections.abc import Iterator
from typing import Any, Literal

from pipeline.store.scripts import script
from pipeline.store.store import Store


def waiting(store: Store, destination: str, limit: int = 100) -> Iterator[dict[str, Any]]:
    """The oldest undelivered messages for one destination: `seq`, `ordinal`, `receipt`, `message`."""
    return store.rows(script("outbox/waiting"), [destination, limit])


def settle(
    store: Store, destination: str, seq: int, ordinal: int, state: Literal["sent", "refused"], answer: str = ""
) -> None:
    """Note that a message has been delivered, or that its receiver refused it with this answer."""
    with store.transaction("settling a message") as connection:
        connection.execute(script("outbox/settle"), [state, answer, destination, seq, ordinal])
