"""Commands carried out inside the running service, for a person at another prompt."""

from pathlib import Path
from typing import TextIO

from cyclopts import CycloptsError

from pipeline.cli.app import carry_out
from pipeline.cli.session import Session
from pipeline.control import Answer, Request
from pipeline.errors import SiteError
from pipeline.site import Site


def attend(site: Site) -> Answer:
    """What answers a request on this running site."""

    def answer(request: Request, out: TextIO, err: TextIO) -> int:
        session = Session(
            home=site.home.path, json=request.json, out=out, err=err, folder=Path(request.folder), site=site
        )
        try:
            return carry_out(request.words, session)
        except SiteError as error:
            session.answers.say(f"graftline: {error}")
            return error.exit_code
        except CycloptsError as error:
            session.answers.say(f"graftline: {error}")
            return 2
        except Exception as mistake:  # a failed question must not end the service
            session.answers.say(f"graftline: the command failed ({type(mistake).__name__})")
            return 1

    return answer
