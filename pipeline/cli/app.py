"""The command line itself: from words to a command, and from what became of it to an exit code.

Commands are named by where they live and imported when called, so that `graftline --help` stays quick.
"""

import io
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Group, Parameter, UnknownCommandError

from instruments.errors import PortUnavailable
from pipeline.cli.answers import harmless
from pipeline.cli.commands import COMMANDS, FAMILIES
from pipeline.cli.session import Session
from pipeline.config.folders import real, shared_folders
from pipeline.errors import SiteError
from pipeline.mistake import told

HELP = """\
HLA typings and cell collections, from the instruments that make them into a donor registry's store.

Exit codes: 0 all done; 1 done, and something was quarantined, refused or flagged as an error; 2 wrong usage or \
configuration; 3 store or port not available; 4 integrity failure."""
USAGE, UNAVAILABLE, INTERRUPTED = 2, 3, 130
OUR_MISTAKE = 70
"""EX_SOFTWARE: none of the codes that scripts rely on."""
OF_THE_COMMAND, EVERYWHERE = Group("Options", sort_key=8), Group("Everywhere", sort_key=9)


def release() -> str:
    """The installed version; a checkout that was never installed has none."""
    try:
        return version("graftline")
    except PackageNotFoundError:
        return "not installed, run from its source"


app = App(
    name="graftline",
    help=HELP,
    version=release,
    version_flags=["--version"],
    help_on_error=False,
    help_format="plaintext",
)
app.meta.group_parameters = EVERYWHERE
for _name, _command in COMMANDS.items():
    app.command(f"pipeline.cli.{_command.place}", name=_name, help=_command.help, group_parameters=OF_THE_COMMAND)
for _name, _family in FAMILIES.items():
    _group = App(name=_name, help=_family.summary)
    app.command(_group)
    for _member, _command in _family.members.items():
        _group.command(
            f"pipeline.cli.{_command.place}", name=_member, help=_command.help, group_parameters=OF_THE_COMMAND
        )


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    home: Annotated[str | None, Parameter(env_var="GRAFTLINE_HOME")] = None,
    config: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Carry out one command.

    Parameters
    ----------
    home
        The data folder: spool, store, nomenclature, snapshots; graftline-data here if not given.
    config
        The site file.
    json
        One JSON object, or one a line where the answer is a list.
    """
    with Session(home=home_of(home), config=config, json=json) as session:
        return carry_out(tokens, session)


def home_of(named: str | None) -> Path | None:
    """The data folder that was named; None for the usual one. Raises SiteError for no name and for folders of others.

    A data folder is made private to its owner, which would lock everybody else out of these.
    """
    if named is None:
        return None
    if not named.strip():
        raise SiteError("the data folder has an empty name; name one with --home or GRAFTLINE_HOME")
    home = Path(named)
    place = real(home)
    if place in (Path(place.anchor), *shared_folders().values()):
        raise SiteError(f"{home} cannot be a data folder, because nobody else could enter it; name one inside it")
    return home


def carry_out(tokens: Sequence[str], session: Session) -> int:
    """Run a command in a session: here, or through the service that holds the store."""
    command, bound, unbound = app.parse_args(tokens, exit_on_error=False, print_error=False)
    code = session.forwarded(tokens)
    if code is not None:
        return code
    answer = command(*bound.args, **bound.kwargs, **dict.fromkeys(unbound, session))
    return answer if isinstance(answer, int) else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script: run, and turn what went wrong into a sentence and an exit code."""
    prepare_streams()
    if arguments is None:
        os.umask(0o077)  # whatever is made, by DuckDB too, is its owner's alone
        silence_libraries()
    try:
        answer = app.meta(
            sys.argv[1:] if arguments is None else list(arguments),
            result_action="return_value",
            exit_on_error=False,
            print_error=False,
        )
        sys.stdout.flush()
        return answer if isinstance(answer, int) else 0
    except BrokenPipeError:  # the reader of our output has seen enough
        abandon_stdout()
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError):  # perhaps of our own output: a full disk
            abandon_stdout()
        code, sentence = verdict(error)
        print(f"graftline: {harmless(sentence)}", file=sys.stderr)
        return code


def verdict(error: Exception) -> tuple[int, str]:
    """The exit code and the sentence for what ended a command; never a traceback."""
    if isinstance(error, SiteError):
        return error.exit_code, str(error)
    if isinstance(error, PortUnavailable):
        return UNAVAILABLE, str(error)
    if isinstance(error, UnknownCommandError):
        return USAGE, unknown(error)
    if isinstance(error, CycloptsError):
        return USAGE, f"{error}\nTry: graftline --help"
    if isinstance(error, OSError) and error.strerror:
        named_wrongly = isinstance(error, FileNotFoundError | IsADirectoryError) and error.filename
        return (
            USAGE if named_wrongly else UNAVAILABLE,
            f"{error.filename}: {error.strerror}" if error.filename else error.strerror,
        )
    return OUR_MISTAKE, told(error)


def unknown(error: UnknownCommandError) -> str:
    """What to say of a command that is not there; the library's own words would first load every command."""
    family = FAMILIES.get((error.command_chain or ("",))[0])
    known = list(family.members) if family else sorted([*COMMANDS, *FAMILIES])
    return f'there is no command "{(error.unused_tokens or [""])[0]}"; expected one of: {", ".join(known)}'


def prepare_streams() -> None:
    """Answers are UTF-8 on every system, also where a name holds bytes that are none; a closed stream is empty."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # open as long as the program
            setattr(sys, name, nowhere)
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def silence_libraries() -> None:
    """Let no library speak on stderr in its own words: they may quote the name of a file, and that a person's."""
    logging.getLogger().addHandler(logging.NullHandler())
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def abandon_stdout() -> None:
    """Say no more on a closed pipe or a full disk, not even at exit."""
    with suppress(OSError, ValueError):  # a stream without a descriptor of its own
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
