"""The command line: what it offers, and what an answer's exit code means.

    0 all done   1 done, and something was quarantined, refused or flagged as an error   2 wrong usage or configuration
    3 store or port not available   4 integrity failure

Commands are named by where they live and imported when called, so that `graftline --help` stays quick.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TextIO

from cyclopts import App, CycloptsError, Group, Parameter

from pipeline.cli.session import Session
from pipeline.errors import SiteError

USAGE = 2
EVERYWHERE = Group("Everywhere", sort_key=9)

COMMANDS = {
    "demo": ("site:demo", "The main job on simulated instruments, in a data folder of its own."),
    "run": ("site:run", "The service: every instrument of the site file, until stopped."),
    "doctor": (
        "site:doctor",
        "Ports, folders, disk, clock, configuration, nomenclature, store: findings with their fix.",
    ),
    "formats": ("site:formats", "The formats that can be read, and on what they were verified."),
    "instruments": ("site:instruments", "The instrument models that are known, and on what they were verified."),
    "ingest": ("intake:ingest", "Take in files and folders, once."),
    "parse": ("reading:parse", "Records as printed, JSON Lines; nothing is stored."),
    "check": ("reading:check", "Pre-flight: format, every HLA name, identifiers; nothing is stored."),
    "hl7": ("reading:hl7", "The canonical ORU^R01 of a file or a receipt."),
    "identify": ("reading:identify", "GRID, DIN, ISBT 128 structures, SEC: decoded and checked."),
    "dump": ("records:dump", "Canonical JSON Lines of the store, in a stable order."),
    "show": ("records:show", "A receipt: raw, parsed, normalised and sent, side by side."),
    "rebuild": ("upkeep:rebuild", "Make the store again from the spool."),
    "verify": ("upkeep:verify", "Hold spool and store against each other."),
    "reduce": ("names:reduce", "GL Strings from stdin, one a line, reduced to stdout, one a line."),
    "search": ("matcher:search", "Matched donors from the feed, best first."),
    "bench": ("bench:bench", "The benchmarks whose figures the documentation quotes."),
}
GROUPS = {
    "quarantine": (
        "What was not loaded, why, in plain words; and how to put it back.",
        {
            "list": ("records:quarantine_list", "Every quarantined receipt with its reason."),
            "show": ("records:quarantine_show", "One quarantined receipt: its reason and its bytes."),
            "resubmit": ("records:quarantine_resubmit", "Read a quarantined receipt again, perhaps as another format."),
        },
    ),
    "nomenclature": (
        "Releases of IPD-IMGT/HLA: install, list.",
        {
            "install": ("names:install", "Install a release by number, or from a folder or zip file."),
            "list": ("names:installed", "The installed releases."),
        },
    ),
    "profile": (
        "Log and table layouts.",
        {"test": ("reading:profile_test", "Which labels of a log a profile maps, and which it does not.")},
    ),
    "feed": (
        "What the matcher reads.",
        {
            "publish": ("matcher:publish", "A snapshot of the donors' current typings."),
            "changes": ("matcher:changes", "The donors that have changed since a cursor."),
        },
    ),
}

app = App(name="graftline", help=__doc__.split("\n\n", maxsplit=1)[0], version_flags=["--version"], help_on_error=False)
app.meta.group_parameters = EVERYWHERE
for _name, (_place, _summary) in COMMANDS.items():
    app.command(f"pipeline.cli.{_place}", name=_name, help=_summary)
for _name, (_title, _members) in GROUPS.items():
    _group = App(name=_name, help=_title)
    app.command(_group)
    for _member, (_place, _summary) in _members.items():
        _group.command(f"pipeline.cli.{_place}", name=_member, help=_summary)


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    home: Annotated[Path, Parameter(env_var="GRAFTLINE_HOME")] = Path("graftline-data"),
    config: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Carry out one command.

    Parameters
    ----------
    home
        The data folder: spool, store, nomenclature, snapshots.
    config
        The site file.
    json
        One JSON object, or one a line where the answer is a list.
    """
    return carry_out(tokens, Session(home=home, config=config, json=json))


def carry_out(tokens: Sequence[str], session: Session) -> int:
    """Run a command in a session: here, or through the service that holds the store."""
    command, bound, unbound = app.parse_args(tokens, exit_on_error=False, print_error=False)
    code = session.forwarded(tokens)
    if code is not None:
        return code
    answer = command(*bound.args, **bound.kwargs, **dict.fromkeys(unbound, session))
    return answer if isinstance(answer, int) else 0


def main(arguments: Sequence[str] | None = None, err: TextIO | None = None) -> int:
    """The console script: run, and turn what went wrong into a sentence and an exit code."""
    stream = err or sys.stderr
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    try:
        answer = app.meta(tokens, result_action="return_value", exit_on_error=False, print_error=False)
        return answer if isinstance(answer, int) else 0
    except CycloptsError as error:
        print(f"graftline: {error}", "Try: graftline --help", sep="\n", file=stream)
        return USAGE
    except SiteError as error:
        print(f"graftline: {error}", file=stream)
        return error.exit_code
    except BrokenPipeError:  # the reader of our output has seen enough; say no more on a closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
