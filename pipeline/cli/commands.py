"""What can be asked for: every command, where it lives, what it does, and an example of it.

The examples stand in the commands' help and in docs/commands.md, and a test runs each of them in a folder that holds
`report.hml`, `run.log`, `orders.csv`, `typings.csv`, `site.toml`, the folders `exports` and `release`, and the two
receipts that they name.
"""

from typing import NamedTuple


class Command(NamedTuple):
    """A command: `module:function` in this package, a line for the list of commands, and one way to use it.

    `by_service`: the running service carries it out, for it holds the store, the spool and the work list.
    """

    place: str
    summary: str
    example: str
    by_service: bool = False

    @property
    def help(self) -> str:
        """What its help begins with."""
        return f"{self.summary}\n\nExample: {self.example}"


class Family(NamedTuple):
    """Commands with a first word in common; `by_service` as for one."""

    summary: str
    members: dict[str, Command]
    by_service: bool = False


COMMANDS = {
    "demo": Command(
        "site:demo", "The main job on simulated instruments, in a data folder of its own.", "graftline demo --for 6"
    ),
    "run": Command(
        "site:run",
        "The service: every instrument of the site file, until stopped.",
        "graftline --config site.toml run",
    ),
    "doctor": Command(
        "site:doctor",
        "Ports, folders, disk, clock, configuration, nomenclature, store: findings with their fix.",
        "graftline doctor",
    ),
    "formats": Command(
        "site:formats", "The formats that can be read, and on what they were verified.", "graftline formats"
    ),
    "instruments": Command(
        "site:instruments",
        "The instrument models that are known, and on what they were verified.",
        "graftline instruments",
    ),
    "ingest": Command("intake:ingest", "Take in files and folders, once.", "graftline ingest exports", by_service=True),
    "parse": Command(
        "reading:parse", "Records as printed, JSON Lines; nothing is stored.", "graftline parse report.hml"
    ),
    "check": Command(
        "reading:check",
        "Pre-flight: format, every HLA name, identifiers, the HL7 message; nothing is stored.",
        "graftline check report.hml",
    ),
    "hl7": Command(
        "reading:hl7", "The canonical ORU^R01 of a file or a receipt.", "graftline hl7 report.hml", by_service=True
    ),
    "write": Command(
        "exchange:write",
        "Typings in the format of a registry, a clinic or a matcher: HML, FHIR, GL String Code, WMDA, Atlas.",
        "graftline write fhir report.hml",
        by_service=True,
    ),
    "compare": Command(
        "comparing:compare",
        "The typings of two files or receipts held against each other: same, compatible, contradictory.",
        "graftline compare report.hml R1-9f2c1e",
        by_service=True,
    ),
    "identify": Command(
        "reading:identify",
        "GRID, DIN, ISBT 128 structures, SEC: decoded and checked.",
        "graftline identify 9999TEST00000000118",
    ),
    "dump": Command(
        "records:dump",
        "Canonical JSON Lines of the store, in a stable order.",
        "graftline dump typings",
        by_service=True,
    ),
    "show": Command(
        "records:show",
        "A receipt: raw, parsed, normalised and sent, side by side.",
        "graftline show R1-9f2c1e",
        by_service=True,
    ),
    "rebuild": Command("upkeep:rebuild", "Make the store again from the spool.", "graftline rebuild"),
    "verify": Command("upkeep:verify", "Hold spool and store against each other.", "graftline verify", by_service=True),
    "renormalise": Command(
        "upkeep:renormalise",
        "Every typing under another nomenclature release, with a log of what changed.",
        "graftline renormalise --release 0.1.0 --dry-run",
        by_service=True,
    ),
    "reduce": Command(
        "names:reduce",
        "GL Strings from stdin, one a line, reduced to stdout, one a line.",
        "graftline reduce --mode P",
    ),
    "liftover": Command(
        "names:liftover",
        "GL Strings from stdin, one a line, from one release's names to another's, by accession.",
        "graftline liftover --from 0.1.0 --to 0.1.0",
    ),
    "search": Command(
        "matcher:search",
        "Matched donors from the feed, best first.",
        "graftline search --patient report.hml --rule 9/10",
        by_service=True,
    ),
    "capture": Command(
        "lines:capture",
        "Every byte of a line, with times and directions, into a file.",
        "graftline capture COM3 --into line.jsonl --for 600",
    ),
    "replay": Command(
        "lines:replay",
        "A captured line, played again.",
        "graftline replay line.jsonl --port socket://127.0.0.1:5000",
    ),
    "simulate": Command(
        "lines:simulate",
        "An instrument that is not there.",
        "graftline simulate sysmex-xn --port socket://127.0.0.1:5000 --fault garble",
    ),
    "listen": Command(
        "lines:listen",
        "Link and format of an unknown instrument, from its live bytes, and the TOML to add it.",
        "graftline listen COM3",
    ),
    "bench": Command(
        "bench:bench", "The benchmarks whose figures the documentation quotes.", "graftline bench normalise"
    ),
}
FAMILIES = {
    "quarantine": Family(
        "What was not loaded, why, in plain words; and how to put it back.",
        {
            "list": Command(
                "records:quarantine_list", "Every quarantined receipt with its reason.", "graftline quarantine list"
            ),
            "show": Command(
                "records:quarantine_show",
                "One quarantined receipt: its reason and its bytes.",
                "graftline quarantine show R2-77b1c0",
            ),
            "resubmit": Command(
                "records:quarantine_resubmit",
                "Read a quarantined receipt again, perhaps as another format.",
                "graftline quarantine resubmit R2-77b1c0 --format hml",
            ),
            "keep": Command(
                "records:quarantine_keep",
                "Have what a receipt says stand against the ones that contradict it.",
                "graftline quarantine keep R1-9f2c1e --locus A",
            ),
        },
        by_service=True,
    ),
    "outbox": Family(
        "Messages on their way to other systems: what waits, what was refused; and how to send it again.",
        {
            "list": Command("outbox:show", "Every message of every destination.", "graftline outbox list"),
            "resubmit": Command(
                "outbox:resubmit", "Have a message delivered again.", "graftline outbox resubmit R1-9f2c1e.0"
            ),
        },
        by_service=True,
    ),
    "worklist": Family(
        "What analysers are to measure, and are told when they ask.",
        {
            "load": Command("worklist:load", "Load orders from a table, CSV.", "graftline worklist load orders.csv"),
            "list": Command("worklist:show", "The orders of the work list.", "graftline worklist list"),
        },
        by_service=True,
    ),
    "nomenclature": Family(
        "Releases of IPD-IMGT/HLA: install, list, diff.",
        {
            "install": Command(
                "names:install",
                "Install a release by number, or from a folder or zip; a code list; or allele frequencies.",
                "graftline nomenclature install release",
            ),
            "diff": Command(
                "names:diff",
                "What changed between two installed releases.",
                "graftline nomenclature diff 0.1.0 0.1.0",
            ),
            "list": Command("names:installed", "The installed releases and code list.", "graftline nomenclature list"),
        },
    ),
    "profile": Family(
        "Log and table layouts.",
        {
            "propose": Command(
                "reading:profile_propose",
                "A profile for a laboratory's table, to be read and corrected by a person.",
                "graftline profile propose typings.csv",
            ),
            "test": Command(
                "reading:profile_test",
                "Which labels of a log a profile maps, and which it does not.",
                "graftline profile test graftsep_summary run.log",
            ),
        },
    ),
    "feed": Family(
        "What the matcher reads.",
        {
            "publish": Command(
                "matcher:publish",
                "A snapshot of the donors' current typings.",
                "graftline feed publish --to snapshots",
            ),
            "changes": Command(
                "matcher:changes", "The donors that have changed since a cursor.", "graftline feed changes --since 0"
            ),
        },
        by_service=True,
    ),
}
