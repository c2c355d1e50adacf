"""Commands carried out inside the running service, for a person at another prompt."""

from pathlib import Path
from typing import TextIO

from pipeline.cli.app import carry_out, verdict
from pipeline.cli.session import Session
from pipeline.control import Answer, Request
from pipeline.service import Service


def attend(service: Service) -> Answer:
    """What answers a request to this running service."""

    def answer(request: Request, out: TextIO, err: TextIO) -> int:
        folder = Path(request.folder_name)
        session = Session(
            home=service.site.home.path, json=request.json, out=out, err=err, folder=folder, service=service
        )
        try:
            return carry_out(request.command, session)
        except ConnectionError:  # nobody is there to be told
            raise
        except Exception as error:  # a failed question must not end the service
            code, sentence = verdict(error)
            session.answers.say(f"graftline: {sentence}")
            return code

    return answer
