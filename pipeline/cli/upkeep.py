"""Commands that keep spool, store and nomenclature true to each other: rebuild, verify, renormalise."""

from typing import Annotated

from cyclopts import Parameter

from pipeline.cli.answers import counted
from pipeline.cli.session import Here

CHANGE_COLUMNS = ("receipt", "sample", "locus", "kind", "reported", "glstring_before", "glstring")


def rebuild(*, dry_run: Annotated[bool, Parameter(negative="")] = False, session: Here) -> int:
    """Make the store again from the spool, under the present nomenclature release, and replace the old one by it.

    Parameters
    ----------
    dry_run
        Only hold the new store against the present one, which stays.
    """
    from pipeline.rebuild import rebuild as make_again  # noqa: PLC0415

    done = make_again(session.site, on_trial=dry_run)
    answers = session.answers
    if answers.json:
        answers.object(done)
    else:
        same = {
            True: "equal to the store before",
            False: "different from the store before",
            None: "there was no store before",
        }
        answers.line(f"{done.frames} frames read; {same[done.equal]}; content {done.content[:16]}")
        for fault in done.faults:
            answers.line(f"FAULT  {fault}")
        if done.kept:
            answers.line(f"the store before, which has what the spool lacks, is kept: {done.kept}")
    return 4 if done.faults or (dry_run and done.equal is False) else 0


def verify(*, session: Here) -> int:
    """Hold the spool against its checksums, and the store against the spool. Changes nothing."""
    from pipeline.verify import verify as hold_against  # noqa: PLC0415

    verdict = hold_against(session.site)
    if session.answers.json:
        session.answers.object(verdict)
    else:
        session.answers.line(
            f"{counted(verdict.messages, 'message')} and {counted(verdict.parts, 'part')} in the spool, "
            f"{counted(verdict.receipts, 'receipt')} in the store"
        )
        for fault in verdict.faults:
            session.answers.line(f"FAULT  {fault}")
        session.answers.line("spool and store agree" if not verdict.faults else counted(len(verdict.faults), "fault"))
    return 4 if verdict.faults else 0


def renormalise(*, release: str, dry_run: Annotated[bool, Parameter(negative="")] = False, session: Here) -> int:
    """Read every typing under another nomenclature release from now on; print what means something else since.

    Parameters
    ----------
    release
        The installed release.
    dry_run
        Only print what would change.
    """
    from pipeline.renormalise import renormalised, tried  # noqa: PLC0415

    changes = (tried if dry_run else renormalised)(session.site, release)
    count = session.answers.table(changes, CHANGE_COLUMNS)
    told = session.answers.say if session.answers.json else session.answers.line
    told(f"{counted(count, 'typing')} that {'would mean' if dry_run else 'now mean'} something else")
    return 0
