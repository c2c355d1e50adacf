"""Records of ASTM E1394 / LIS02-A2 without the link layer, as some analysers send them over TCP: lines that end in CR.

A message runs from its header record to its terminator. There is no acknowledgement and no repeat, so what is true of
any device that just talks holds here too (see `lines`), but for one thing: analysers send one specimen's message after
another's, and a device server loses what is sent while its connection is down. What comes on the next connection may
be another specimen's, so a message without its beginning, its end or a piece between them is no result.
"""

from typing import Final

from instruments.links.lines import LineReceiver, LineSettings
from instruments.links.link import Respond, no_response

HEADER: Final = rb"\s*H[^\w\s]"
TERMINATOR: Final = rb"\s*L(?:[^0-9A-Za-z\s]|$)"


def unframed_records(*, silence: float, respond: Respond = no_response) -> LineReceiver:
    """A link for one such analyser; a message that is silent for so many seconds is cut off."""
    settings = LineSettings(end=b"\r", begins=HEADER, ends=TERMINATOR, goes_on=False, silence=silence)
    return LineReceiver(settings, respond=respond)
