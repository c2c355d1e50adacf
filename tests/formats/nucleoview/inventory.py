"""Every value of a NucleoView export, by the key in front of it."""

import re


def values(raw):
    text = re.sub(r"\n(?=\()", " ", raw.decode("utf-8").replace("\r\n", "\n"))
    padded = all(line.endswith(",") for line in text.split("\n") if line.strip())
    for line in text.split("\n"):
        cells = (line.rstrip(",") if padded else line).split(";")
        for part in [part for cell in cells[1:] for part in re.split(r"[()]", cell)]:
            if part.strip():
                yield [cells[0].strip()], part
