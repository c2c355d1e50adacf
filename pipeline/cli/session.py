"""One command's surroundings: the data folder, the site file, the way of answering."""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self, TextIO

from cyclopts import Parameter

from pipeline.cli.answers import Answers
from pipeline.cli.commands import COMMANDS, FAMILIES
from pipeline.errors import SiteError, Unavailable

if TYPE_CHECKING:
    from pipeline.service import Service
    from pipeline.site import Site

USUAL_HOME = "graftline-data"


class Session:
    """What every command is given; within the running service, that."""

    def __init__(
        self,
        *,
        home: Path | None,
        config: Path | None = None,
        json: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
        folder: Path | None = None,
        service: "Service | None" = None,
    ) -> None:
        self._named = home
        self.home = home or Path(USUAL_HOME)
        self.config = config
        self.folder = folder or Path()
        self.answers = Answers(out or sys.stdout, err or sys.stderr, json)
        self.service = service

    @cached_property
    def site(self) -> "Site":
        """The parts of the site, opened as they are used. Raises SiteError."""
        if self.service is not None:
            return self.service.site
        from pipeline.site import open_site  # noqa: PLC0415  # a command that needs no site need not wait for its imports

        if self.home.exists() and not self.home.is_dir():
            raise SiteError(f"the data folder {self.home} is not a folder; name another with --home")
        try:
            return open_site(self.home, self.config)
        except OSError as fault:
            raise Unavailable(
                f"the data folder {self.home} cannot be used: {fault.strerror}; name another with --home"
            ) from fault

    @property
    def named_home(self) -> Path | None:
        """The data folder if it was named on the command line; None for the usual one and the environment's."""
        by_environment = os.environ.get("GRAFTLINE_HOME") == str(self._named)
        return None if by_environment else self._named

    def warn_of_missing_release(self) -> None:
        """Say so if the site's nomenclature release is missing; typings are taken in all the same."""
        site = self.site
        try:
            if site.release is None:
                site.release_named(None)
        except SiteError as missing:
            release = site.settings.nomenclature.release or "RELEASE"
            self.answers.say(
                f"{str(missing).removesuffix('.')}. Until then typings are kept as printed and flagged; "
                f"then run: graftline renormalise --release {release}"
            )

    def close(self) -> None:
        """Let go of the site, unless it is the running service's."""
        if self.service is None and "site" in self.__dict__:
            self.site.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def at(self, path: Path) -> Path:
        """A path as the person meant it, who may stand in another folder than the service."""
        return self.folder / path

    def format_named(self, name: str) -> str:
        """The name of a format, or none to have it recognised. Raises SiteError for one that is not there."""
        if name and name not in self.site.formats:
            raise SiteError(f'there is no format "{name}"; expected one of: {", ".join(self.site.formats)}')
        return name

    def forwarded(self, tokens: Sequence[str]) -> int | None:
        """The exit code of a command that a running service carried out; None if it is ours to carry out."""
        if self.service is not None or not tokens or not _is_for_service(tokens[0]):
            return None
        from pipeline.control import ask, invitation_of  # noqa: PLC0415  # only where a store is asked

        invitation = invitation_of(self.home / "service.json")
        answers = self.answers
        return ask(invitation, tokens, answers.json, answers.out, answers.err) if invitation else None

    def told_by_service(self, *tokens: str) -> str:
        """What a running service answers to a command in JSON; empty if none runs, or it stops meanwhile."""
        from pipeline.control import ask, invitation_of  # noqa: PLC0415  # as above

        invitation, answer = invitation_of(self.home / "service.json"), io.StringIO()
        with suppress(Unavailable):
            if invitation and ask(invitation, tokens, True, answer, io.StringIO()) is not None:
                return answer.getvalue()
        return ""


def _is_for_service(name: str) -> bool:
    named = COMMANDS.get(name) or FAMILIES.get(name)
    return named is not None and named.by_service


Here = Annotated[Session, Parameter(parse=False)]
FormatName = Annotated[str, Parameter(name="--format")]
