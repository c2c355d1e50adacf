"""Names, identifiers and typings stay in the data folder: none in a log, an exception or a status, whatever comes.

All canaries are invented.
"""

import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from instruments.simulated.astm_sender import SHORT_TIMERS, AstmSender
from instruments.simulated.export_folder import write_in_place
from instruments.simulated.mllp_client import MllpClient
from instruments.simulated.serial_line import SerialCable
from parsers.errors import ParseError
from parsers.format import open_document
from pipeline.demo.performance import free_port
from pipeline.process import process
from pipeline.service import Service
from pipeline.site import Site, open_site
from pipeline.store.entry import Receipt

NAME, GRID, ALLELE = "CANARYNAME", "9999TEST00000000118", "A*01:01:01:01"
CANARIES = (NAME, GRID, ALLELE, ALLELE.lower(), NAME.lower())
FORMATS = ("hml", "hl7_oru", "astm_records", "lab_table", "separator_log", "optitype")


def astm() -> bytes:
    """An analyser's message that holds a name, a GRID and an HLA name."""
    return (
        f"H|\\^&|||INVENTED\rP|1|{GRID}|||{NAME}^JANE\rO|1|{GRID}||^^^COUNT\rR|1|^^^{NAME}|{ALLELE}|10*3/uL\rL|1|N\r"
    ).encode()


@pytest.fixture
def inputs(exports: Path) -> dict[str, bytes]:
    """One input of each format, with canaries in it."""
    oru = (exports / "oru-typing.hl7").read_bytes().replace(b"INVENTED^PERSON", f"{NAME}^JANE".encode())
    hml = (exports / "donor-01.hml").read_bytes().replace(b"INVENTED typing software 1.0", NAME.encode())
    return {
        f"{NAME}.hml": hml,
        f"{NAME}.hl7": oru,
        f"{NAME}.astm": astm(),
        f"{NAME}.csv": f"SampleID,A_1,A_2\n{GRID},{ALLELE},{ALLELE}\n{NAME},{ALLELE}zork,\n".encode(),
        f"{NAME}.log": (exports / "separator-summary.txt").read_bytes().replace(b"G1-0042", NAME.encode()),
        f"{GRID}_result.tsv": (exports / "9999TEST00000000804_result.tsv").read_bytes(),
    }


def broken(raw: bytes) -> Iterator[bytes]:
    """Some of the ways in which an input goes wrong."""
    yield from (raw[: len(raw) * part // 5] for part in range(1, 5))
    yield raw.replace(b">", b"", 1)
    yield raw.replace(b"|", NAME.encode(), 3)
    yield NAME.encode() + raw
    yield raw.replace(b"\r", b"\r" + f"ZZZ|{NAME}".encode(), 2)
    yield raw + b"\n" + f"{NAME};{GRID};{ALLELE}".encode()
    yield raw.replace(b"01:01", b"\xff\xfe")


def said(text: str) -> list[str]:
    """The canaries in a text."""
    return [canary for canary in CANARIES if canary in text]


@pytest.mark.parametrize("format", FORMATS)
def test_no_exception_of_a_reader_speaks_of_a_person(site: Site, inputs: dict[str, bytes], format: str) -> None:
    refused = 0
    for name, raw in inputs.items():
        for damaged in broken(raw):
            try:
                site.formats[format].parse(open_document(damaged, name))
            except ParseError as error:
                refused += 1
                assert not said(str(error))
                assert not said(repr(error))
    assert refused > 10


def test_the_reason_for_quarantine_may_quote_but_a_mistake_of_ours_does_not(site: Site) -> None:
    class Failing:
        name = "failing"
        sample_in_name = False

        def parse(self, _document: object) -> None:
            raise ValueError(NAME)

    bench = type(site.bench)({"failing": Failing()}, site.bench.normaliser, "")  # type: ignore[dict-item]  # only read from
    receipt = Receipt(receipt="R1-0", seq=1, source="s", name="n", sha256="0", size=1, received="", format="failing")
    entry = process(receipt, b"x", bench)
    assert entry.state == "quarantined"
    assert "ValueError in process.py" in entry.reason
    assert not said(entry.reason)


@pytest.mark.skipif(os.name == "nt", reason="the analyser of this test is a pseudo-terminal")
def test_a_session_says_nothing_of_a_person_and_leaves_everything_private(
    home: Path,
    tmp_path: Path,
    inputs: dict[str, bytes],
    start: Callable[[str], Any],
    graftline: Callable[..., Any],
    rows: Callable[[str], Any],
    eventually: Callable[..., None],
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    port = free_port()
    with SerialCable() as line:
        service = start(f"""
[[instrument]]
name = "exports"
folder = '{folder}'
files = {{ settle_seconds = 0.1, give_up_seconds = 0.5 }}
[[instrument]]
name = "laboratory-system"
model = "generic-mllp-oru"
listen = "127.0.0.1:{port}"
[[instrument]]
name = "analyser"
link = "astm"
format = "astm_records"
port = '{line.device}'
""")
        sent = 0
        for name, raw in inputs.items():
            for number, each in enumerate((raw, *broken(raw))):
                write_in_place(folder, f"{number}-{name}", each)
                sent += 1
        eventually(lambda: service.is_up("laboratory-system"))
        with MllpClient(f"127.0.0.1:{port}") as client:
            for each in (inputs[f"{NAME}.hl7"], inputs[f"{NAME}.hl7"][:300], NAME.encode()):
                client.exchange(each)
            client.write(b"\x0b" + inputs[f"{NAME}.hl7"][:200])
        AstmSender(line, settings=SHORT_TIMERS).send(astm())
        line.write(f"{NAME} {GRID} {ALLELE}\r\n".encode())
        assert listening(service.process.pid) <= {"127.0.0.1"}
        eventually(lambda: len(rows(graftline("dump", "receipts").stdout)) >= sent + 5)
        states = {row["state"] for row in rows(graftline("dump", "receipts").stdout)}
        assert {"loaded", "quarantined"} <= states
        graftline("feed", "publish")
        assert not open_to_others(home)
        assert service.stop() == 0
    assert not said(service.log.read_text())
    assert not open_to_others(home)


def open_to_others(home: Path) -> list[str]:
    """What in the data folder anybody else could read."""
    walked = [home, *home.rglob("*")]
    assert len(walked) > 8
    ours = [path for path in walked if "0.1.0" not in path.parts]  # a published release, laid down by the fixture
    return [str(path) for path in ours if stat.S_IMODE(path.lstat().st_mode) & 0o077]


def listening(pid: int) -> set[str]:
    """The addresses on which a process listens, as Linux tells them."""
    table = Path(f"/proc/{pid}/net/tcp")
    if not table.exists():
        pytest.skip("needs Linux's table of connections")
    sockets = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [line.split() for each in (table, table.with_name("tcp6")) for line in each.read_text().splitlines()[1:]]
    found = {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}
    assert found
    return {socket.inet_ntoa(bytes.fromhex(address)[::-1]) if len(address) == 8 else address for address in found}


def test_the_status_of_a_service_speaks_of_no_person(home: Path, tmp_path: Path, inputs: dict[str, bytes]) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    site_file = tmp_path / "site.toml"
    site_file.write_text(f"[[instrument]]\nname = 'exports'\nfolder = '{folder}'\nfiles = {{ settle_seconds = 0.1 }}\n")
    service = Service(open_site(home, site_file))
    (source,) = service.sources

    def fail(*_: object) -> None:
        raise RuntimeError(f"{NAME} {GRID} {ALLELE}")

    source.run = fail  # type: ignore[method-assign]  # a mistake of ours that nobody foresaw
    service.site.loader.follow = fail  # type: ignore[method-assign]
    service.start()
    while not (service.trouble and any(service._mishaps.values())):
        pass
    told = [*service.headlines().values(), *map(repr, service.reports())]
    service.stop()
    assert any("a mistake of Graftline's own (RuntimeError" in each for each in told)
    assert not said(" ".join(told))
