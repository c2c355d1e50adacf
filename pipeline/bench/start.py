"""How long a person waits for `graftline --help`, beside an interpreter that does nothing.

Each is a process of its own, its modules compiled by a run that does not count; the median of several.
"""

import subprocess
import sys

from pipeline.bench.figures import Figure, median

ROUNDS = 9
GOAL = 250
HELP = (sys.executable, "-m", "pipeline.cli.app", "--help")
NOTHING = (sys.executable, "-c", "pass")


def run(rounds: int = ROUNDS) -> list[Figure]:
    """Wall times in milliseconds."""
    return [
        Figure("graftline --help", wall_time(HELP, rounds), "ms", f"goal: at most {GOAL}"),
        Figure("python -c pass", wall_time(NOTHING, rounds), "ms", "the limit"),
    ]


def wall_time(command: tuple[str, ...], rounds: int) -> float:
    """From the call to the end of the process, in milliseconds. Raises CalledProcessError if it fails."""

    def work() -> None:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603  # commands of our own

    work()
    return 1e3 * median(work, rounds)
