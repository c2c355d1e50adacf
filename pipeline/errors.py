"""The errors of the house, sorted by who must act.

    SiteError            the site: configuration, ports, folders, disk, an uninstalled nomenclature release
      ConfigError          the site file or an instrument model is wrong (exit code 2)
      Unavailable          the store, the spool or a port is in use or out of reach (exit code 3)
    IntegrityError       the site's administrator, with us: spool and store do not agree (exit code 4)
    parsers.ParseError   the sender: the bytes are not what the format says
    instruments.Refused  nobody yet: the sender repeats by itself as soon as bytes can be kept again

Anything else that is raised is our own mistake. No message of these holds a name, an identifier or a typing.
"""


class SiteError(Exception):
    """Something on this machine is not as it should be; the text says what to do about it."""

    exit_code = 2


class ConfigError(SiteError):
    """A setting is wrong: `place` is the file and line."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place


class Unavailable(SiteError):
    """The store, the spool, a release or a port cannot be used just now."""

    exit_code = 3


class IntegrityError(SiteError):
    """Spool, store or audit trail are damaged or contradict each other."""

    exit_code = 4
