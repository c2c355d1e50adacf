"""What py-ard 2.4.2 makes of GL Strings: JSON {mode: [string, ...]} in, {mode: [answer, ...]} out.

    python ask_pyard.py SHARED SCRATCH RELEASE < asked.json > answers.json

An answer is the string that py-ard gives, or null if it refuses. Two parts of py-ard that take most of its time are
replaced by faster ones of the same effect: its order of alternatives, which depends on the hash seed, by that of plain
strings, for answers are compared as sets; and its search of whole tables of serology by an index of their members.
"""

import json
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


def main(shared: Path, scratch: Path, release: str) -> None:
    sys.path.insert(0, str(shared / "tools"))
    import_module("pyard_oracle").open_ard(shared, scratch, release)  # tells py-ard where releases are, and imports it
    pyard = import_module("pyard")
    pyard.db.find_serology_for_allele = antigens_of
    import_module("pyard.handlers.gl_string_processor").GLStringHandler._sorted_unique_gl = plainly_sorted
    ard = pyard.init(release, data_dir=str(scratch), cache_size=2_000_000)
    asked = json.load(sys.stdin)
    json.dump({mode: [answer(ard, text, mode) for text in texts] for mode, texts in asked.items()}, sys.stdout)


def plainly_sorted(_: Any, members: list[str], operator: str) -> str:
    """As py-ard's own: phase keeps its order, copies are all kept, anything else stands once; empty members go."""
    if operator == "~":
        return operator.join(members)
    if operator == "+":
        return operator.join(sorted(filter(None, members)))
    return operator.join(sorted({each for member in members for each in member.split(operator) if each}))


@cache
def antigens_by_member(connection: Any, column: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for antigen, members in connection.execute(f"select serology, {column} from serology_mapping"):
        for member in (members or "").split("/"):
            found.setdefault(member, {})[antigen] = member
    return found


def antigens_of(connection: Any, name: str, column: str = "allele_list") -> dict[str, str]:
    return antigens_by_member(connection, column).get(name, {})


def answer(ard: Any, text: str, mode: str) -> str | None:
    try:
        found: str = ard.redux(text, mode)
    except Exception:  # py-ard raises whatever its dictionaries raise
        return None
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
