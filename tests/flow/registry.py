"""A system that other systems' messages go to, over MLLP."""

import socket
import threading
from contextlib import suppress

from instruments.links.mllp import END, VT, frame
from parsers.er7 import parse_message
from pipeline.hl7.acknowledgement import acknowledge


class Registry:
    """A system that takes messages; `codes` are answered instead of AA, each once."""

    def __init__(self):
        self.received = []
        self.codes = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection, suppress(ConnectionResetError):
                self._talk(connection)

    def _talk(self, connection):
        buffered = b""
        while chunk := connection.recv(65536):
            buffered += chunk
            while END in buffered:
                block, _, buffered = buffered.partition(END)
                message = block.partition(VT)[2]
                self.received.append(parse_message(message).header.value(10))
                answer = acknowledge(message, refused=None, now="2026-11-20T08:41:00+00:00")
                code = self.codes.pop(0) if self.codes else "AA"
                connection.sendall(frame(answer.replace(b"MSA|AA", f"MSA|{code}".encode())))
