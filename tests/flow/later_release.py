"""The invented mini-release with some lines changed: one allele renamed, one moved out of its groups, one given up."""

import hashlib
from pathlib import Path

from pipeline.home import BUNDLED

FIRST, LATER = "0.1.0", "0.2.0"
RENAMED = ("A*03:01:01:01", "A*03:01:01:09")
REGROUPED, GIVEN_UP = "B*07:02:01:01", "C*07:02:01:01"


def write_later(folder: Path, version: str = LATER) -> str:
    """Write release 0.2.0, or one that says the same under another number, into a folder."""
    source = BUNDLED / "demo" / "nomenclature"
    for path in source.rglob("*"):
        if path.is_file():
            changed = folder / path.relative_to(source)
            changed.parent.mkdir(parents=True, exist_ok=True)
            changed.write_text(
                changed_lines(path.name, path.read_text(encoding="utf-8"), version), encoding="utf-8", newline="\n"
            )
    sums = [
        f"MD5 ({path.name}) = {hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}\n"
        for path in sorted((folder / "wmda").glob("*.txt"))
    ]
    (folder / "wmda" / "md5checksum.txt").write_text("".join(sums))
    return str(folder)


def changed_lines(name: str, text: str, version: str) -> str:
    text = text.replace(f"version {FIRST}", f"version {version}")
    old, new = RENAMED
    gene, fields = GIVEN_UP.split("*")
    for before, after in ((old, new), tuple(each.replace("*", "*;") for each in RENAMED)):
        text = (
            text.replace(f"{before}\n", f"{after}\n")
            .replace(f"{before};", f"{after};")
            .replace(f"{before}/", f"{after}/")
        )
    if name == "Allelelist.txt":
        return "".join(line for line in text.splitlines(True) if not line.endswith(f",{GIVEN_UP}\n"))
    if name == "hla_nom.txt":
        return text.replace(f"{gene}*;{fields};20200101;;;", f"{gene}*;{fields};20200101;20261101;;sequence in error")
    without = [each.split("*")[1] for each in (REGROUPED, GIVEN_UP)]
    return "\n".join(regrouped(line, without) for line in text.split("\n")) if name.startswith("hla_nom_") else text


def regrouped(line: str, without: list[str]) -> str:
    """A line of a group file, with these alleles taken out."""
    if not line or line.startswith("#"):
        return line
    gene, members, group, *rest = line.split(";")
    kept = [each for each in members.split("/") if gene not in ("B*", "C*") or each not in without]
    return ";".join([gene, "/".join(kept), group, *rest]) if kept else f"# {gene}"
