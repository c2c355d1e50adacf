"""What goes wrong at the edge: the site or the person at the instrument must act."""


class PortUnavailable(OSError):
    """A port, address or folder cannot be opened; the text says which and what to try."""


class Refused(Exception):
    """The bytes could not be put on disk, so they must not be acknowledged; the sender will send them again.

    `code` is HL7's for the reason (table 0357); `for_good` says that sending the same again is of no use.
    """

    def __init__(self, reason: str, *, code: str = "207", for_good: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.for_good = for_good
