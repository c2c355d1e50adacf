"""Every keyword of an FCS file with its value; the events are one path and no value."""


def values(raw):
    text = raw[int(raw[10:18]) : int(raw[18:26]) + 1].decode("latin-1")
    mark = text[0]
    parts = [part.replace("\0", mark) for part in text[1:].rstrip().replace(mark * 2, "\0").strip(mark).split(mark)]
    for name, value in zip(parts[0::2], parts[1::2], strict=True):
        if value.strip():
            yield [name], value
