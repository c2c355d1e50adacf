"""One command's surroundings: the data folder, the site file, the way of answering."""

import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

from cyclopts import Parameter

from pipeline.cli.answers import Answers

if TYPE_CHECKING:
    from pipeline.site import Site

FORWARDED = frozenset({"ingest", "dump", "show", "quarantine", "verify", "search", "feed", "hl7"})
"""Commands that need the store or the spool, which the running service holds."""


class Session:
    """What every command is given. Within the service `site` is the running one."""

    def __init__(
        self,
        *,
        home: Path,
        config: Path | None = None,
        json: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
        folder: Path | None = None,
        site: "Site | None" = None,
    ) -> None:
        self.home = home
        self.config = config
        self.folder = folder or Path()
        self.answers = Answers(out or sys.stdout, err or sys.stderr, json)
        self._running = site

    @cached_property
    def site(self) -> "Site":
        """The parts of the site, opened as they are used."""
        if self._running is not None:
            return self._running
        from pipeline.site import open_site  # noqa: PLC0415  # a command that needs no site need not wait for its imports

        return open_site(self.home, self.config)

    def at(self, path: Path) -> Path:
        """A path as the person meant it, who may stand in another folder than the service."""
        return self.folder / path

    def forwarded(self, tokens: Sequence[str]) -> int | None:
        """The exit code of a command that a running service carried out; None if it is ours to carry out."""
        if self._running is not None or not tokens or tokens[0] not in FORWARDED:
            return None
        from pipeline.control import ask, invitation_of  # noqa: PLC0415  # only where a store is asked

        invitation = invitation_of(self.home / "service.json")
        answers = self.answers
        return ask(invitation, tokens, answers.json, answers.out, answers.err) if invitation else None


Here = Annotated[Session, Parameter(parse=False)]
