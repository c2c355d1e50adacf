"""The messages that wait for their receivers, one by one and in order.

What became of a message is a decision, kept in the spool like a person's: so a store that is made again from the spool
sends nothing twice that was delivered, and forgets nothing that was not. A peer that is new gets what is loaded from
then on (`opened`), not the history of the site.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.decisions import Delivery
from pipeline.store.scripts import script
from pipeline.store.store import Connection, Store


def waiting(store: Store, destination: str, limit: int = 100) -> Iterator[dict[str, Any]]:
    """The oldest undelivered messages for one destination: `seq`, `ordinal`, `receipt`, `message`."""
    return store.rows(script("outbox/waiting"), [destination, limit])


def opened(store: Store) -> set[str]:
    """The destinations that have begun."""
    return {row["name"] for row in store.rows(script("outbox/opened"))}


def listed(store: Store) -> Iterator[dict[str, Any]]:
    """Every message for every destination: `destination`, `message`, `state`, `answer`, `seq`, `ordinal`."""
    return store.rows(script("outbox/list"))


def settle(connection: Connection, decisions: Sequence[Delivery]) -> None:
    """Carry out decisions, in their order. Doing so again changes nothing."""
    for each in decisions:
        if each.state == "opened":
            connection.execute(script("outbox/open"), [each.destination, each.seq])
            connection.execute(script("outbox/forget"), [each.destination])
        else:
            values = [each.state, each.answer, each.destination, each.seq, each.ordinal]
            connection.execute(script("outbox/settle"), values)
