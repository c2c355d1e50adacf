"""What goes wrong at the edge: the site or the person at the instrument must act."""


class PortUnavailable(OSError):
    """A port, address or folder cannot be opened; the text says which and what to try."""


class Refused(Exception):
    """The bytes could not be put on disk, so they must not be acknowledged; the sender will send them again."""
