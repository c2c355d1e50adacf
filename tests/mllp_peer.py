"""A system that other systems' messages go to, over MLLP, and that answers as a test wants."""

import socket
import threading
from abc import ABC, abstractmethod
from contextlib import suppress

from instruments.links.mllp import END, VT, frame


class MllpPeer(ABC):
    """Takes one message after the other, encrypted with a context, and hangs up where it has no answers."""

    def __init__(self, encrypted=None):
        self.encrypted = encrypted
        self.received = []
        self.leaves_out_cr = False
        self.hangs_up = False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    @abstractmethod
    def answers(self, message):
        """What is sent back for a message."""

    def _serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            if self.encrypted:
                connection = self.encrypted.wrap_socket(connection, server_side=True)
            with connection, suppress(ConnectionResetError):
                self._talk(connection)

    def _talk(self, connection):
        buffered = b""
        while chunk := connection.recv(65536):
            buffered += chunk
            while END in buffered:
                block, _, buffered = buffered.partition(END)
                answers = self.answers(block.partition(VT)[2])
                if answers is None:
                    return
                sent = b"".join(map(frame, answers))
                connection.sendall(sent.removesuffix(b"\r") if self.leaves_out_cr else sent)
                if self.hangs_up:
                    return
