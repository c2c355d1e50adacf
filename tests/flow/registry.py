"""A registry that takes reports over MLLP."""

from parsers.er7 import parse_message
from pipeline.hl7.acknowledgement import acknowledge
from tests.mllp_peer import MllpPeer


class Registry(MllpPeer):
    """A system that takes messages; `codes` are answered instead of AA, each once."""

    def __init__(self, encrypted=None):
        self.codes = []
        super().__init__(encrypted)

    def answers(self, message):
        self.received.append(parse_message(message).header.value(10))
        code = self.codes.pop(0) if self.codes else "AA"
        (answer,) = acknowledge(message, refused=None, now="2026-11-20T08:41:00+00:00")
        return [answer.replace(b"MSA|AA", f"MSA|{code}".encode())]
