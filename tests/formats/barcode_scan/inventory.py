"""Every symbol of a scan: AIM's prefix, then each data identifier with the characters up to the next one."""

import re

IDENTIFIER = r"&,4|[=&][%<>):+(*};'\-\]$,/\"#]|=(?=[A-Z0-9])"


def values(raw):
    for scan in re.split(r"[\r\n\t]+", raw.decode("utf-8")):
        prefix, code = re.fullmatch(r"(\]C[01])?(.*)", scan).groups()
        parts = re.split(rf"({IDENTIFIER})", code) if code.startswith(("=", "&")) else [code]
        for part in (prefix, *parts):
            yield from (([scan], piece) for piece in re.split(r"(?=@)", part or "") if piece)
