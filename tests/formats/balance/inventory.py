"""Every part of an answer between blanks; SBI's by their places, a digit in brackets by itself."""

import re


def values(raw):
    for line in raw.decode("ascii").splitlines():
        if line.startswith(("S ", "I4 ")):
            parts = re.findall(r'"([^"]+)"|(\S+)', line.removeprefix("S ").removeprefix("I4 A "))
            yield from (([line], quoted or part) for quoted, part in parts)
        else:
            tag, value = (line[:6].removeprefix("Stat"), line[6:]) if len(line) == 20 else ("", line)
            number = value[:11].replace(" ", "")
            whole = re.sub(r"[\[\]]", "", number)
            yield from (([line], part) for part in (tag, whole, value[11:]) if part.strip())
