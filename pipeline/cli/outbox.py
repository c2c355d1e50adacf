"""Commands about what goes out: outbox list, outbox resubmit."""

from typing import Literal

from pipeline.cli.answers import counted
from pipeline.cli.session import Here

COLUMNS = ("destination", "message", "state", "answer")


def show(*, state: Literal["waiting", "sent", "refused"] | None = None, session: Here) -> int:
    """List the messages of every destination: what waits, what was sent, what was refused and why.

    Parameters
    ----------
    state
        Only those in this state.
    """
    from pipeline.store.outbox import listed  # noqa: PLC0415

    rows = [
        {column: row[column] for column in COLUMNS}
        for row in listed(session.site.ready_store())
        if state in (None, row["state"])
    ]
    count = session.answers.table(rows, COLUMNS)
    session.answers.say(counted(count, "message") if count else "nothing is in the outbox")
    return 0


def resubmit(message: str, *, to: str = "", session: Here) -> int:
    """Have a message delivered again. The decision is kept in the spool.

    Parameters
    ----------
    message
        The message, as `outbox list` names it.
    to
        The one destination that shall get it; every one without it.
    """
    from pipeline.outbox import resubmit as deliver_again  # noqa: PLC0415

    site = session.site
    count = deliver_again(site.spool, site.ready_store(), message, to)
    if not count:
        session.answers.say(f'there is no message "{message}" in the outbox; see: graftline outbox list')
        return 2
    if session.answers.json:
        session.answers.object({"message": message, "destinations": count})
    else:
        session.answers.line(f"{message} waits for {counted(count, 'destination')} again")
    return 0
