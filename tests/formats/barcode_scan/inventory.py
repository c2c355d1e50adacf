"""Every symbol of a scan: AIM's prefix, then each data identifier with the characters up to the next one."""

import re

IDENTIFIER = r"&,4|&[a-z]|[=&][%<>):+(*};'\-\]$,/\"#]|=(?=[A-Z0-9])"


def values(raw):
    for scan in re.split(r"[\r\n\t]+", raw.decode("utf-8")):
        prefix, code = re.fullmatch(r"(\]C[01])?(.*)", scan).groups()
        yield from [(["symbology"], prefix)] if prefix else []
        before, *symbols = re.split(rf"({IDENTIFIER})", code) if code.startswith(("=", "&")) else [code]
        yield from [([scan], before)] if before else []
        for identifier, content in zip(symbols[::2], symbols[1::2], strict=True):
            yield [identifier], identifier
            yield from (([identifier], piece) for piece in re.split(r"(?=@)", content) if piece)
