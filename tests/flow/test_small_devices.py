"""A balance that is polled, a scanner and a blood mixer, on pseudo-terminals, by the models of the program."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from instruments.simulated.serial_line import SerialCable

if os.name == "nt":
    pytest.skip("the instruments of these tests are pseudo-terminals", allow_module_level=True)

Command = Callable[..., subprocess.CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, Any]]]

INSTRUMENT = """
[[instrument]]
name = "{model}"
model = "{model}"
port = '{device}'
"""
DONATION = Path(__file__).parents[1] / "formats" / "separator_log" / "blood_mixer.log"
POLLED = "lines = {{ poll_seconds = {seconds} }}\n"


@contextmanager
def answering(cable: SerialCable, question: bytes, answers: list[bytes]) -> Iterator[None]:
    """A balance: each question brings the next answer; when there is none left, it says nothing."""
    stop, left = threading.Event(), list(answers)

    def answer() -> None:
        heard = b""
        while left and not stop.is_set():
            heard += cable.read(0.05)
            if question in heard:
                heard = heard.partition(question)[2]
                cable.write(left.pop(0))

    balance = threading.Thread(target=answer)
    balance.start()
    try:
        yield
    finally:
        stop.set()
        balance.join(10)


@pytest.fixture
def dumped(graftline: Command, rows: Rows) -> Callable[[str], list[dict[str, Any]]]:
    """What the command line tells of the store."""
    return lambda what: rows(graftline("dump", what).stdout)


@pytest.mark.parametrize(
    ("model", "question", "answers"),
    [
        (
            "mettler-mt-sics",
            b"S\r\n",
            [b"S S     412.50 g\r\n", b"S D     413.02 g\r\n", b"S S     0.4130 kg\r\n", b"S S     412.50 g\r\n"],
        ),
        (
            "sartorius-sbi",
            b"\x1bP\r\n",
            [b"+   412.50 g  \r\n", b"+   413.02    \r\n", b"+   0.4130 kg \r\n", b"+   412.50 g  \r\n"],
        ),
    ],
)
def test_a_balance_that_is_polled_brings_its_weights(
    model: str,
    question: bytes,
    answers: list[bytes],
    start: Callable[[str], Any],
    dumped: Callable[[str], list[dict[str, Any]]],
    eventually: Callable[..., None],
) -> None:
    with SerialCable() as cable, answering(cable, question, answers):
        start(INSTRUMENT.format(model=model, device=cable.device) + POLLED.format(seconds=0.2))
        eventually(lambda: len(dumped("receipts")) == 4)
    assert [(row["format"], row["state"]) for row in dumped("receipts")] == [("balance", "loaded")] * 4
    assert [(row["label"], row["number"], row["unit"], row["current"]) for row in dumped("observations")] == [
        ("weight", 412.5, "g", True),
        ("reading", 413.02, "g" if model == "mettler-mt-sics" else None, True),
        ("weight", 0.413, "kg", True),
        ("weight", 412.5, "g", True),
    ]


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\n", b"\t", b""], ids=["CR", "CR LF", "LF", "TAB", "nothing"])
def test_a_scanner_brings_its_codes_whatever_it_ends_them_with(
    end: bytes,
    start: Callable[[str], Any],
    dumped: Callable[[str], list[dict[str, Any]]],
    eventually: Callable[..., None],
) -> None:
    with SerialCable() as cable:
        service = start(INSTRUMENT.format(model="barcode-scanner", device=cable.device))
        eventually(lambda: service.is_up("barcode-scanner"))
        cable.write(b"]C0=A99992400012382=<S1384V00&>0270452359" + end)
        eventually(lambda: len(dumped("receipts")) == 1)
        cable.write(b"&:9999TEST00000000118" + end)
        eventually(lambda: len(dumped("receipts")) == 2)
    assert [(row["format"], row["state"]) for row in dumped("receipts")] == [("barcode_scan", "loaded")] * 2
    assert [(row["specimen"], row["subject"], row["code"], row["value"]) for row in dumped("observations")] == [
        ("A999924000123", None, "=", "A99992400012382"),
        ("A999924000123", None, "=<", "S1384V00"),
        ("A999924000123", None, "&>", "2027-02-14T23:59"),
        ("", "9999TEST00000000118", "&:", "9999TEST00000000118"),
    ]


def test_the_labels_of_a_bag_scanned_one_by_one_all_stay_current(
    start: Callable[[str], Any], dumped: Callable[[str], list[dict[str, Any]]], eventually: Callable[..., None]
) -> None:
    with SerialCable() as cable:
        service = start(INSTRUMENT.format(model="barcode-scanner", device=cable.device))
        eventually(lambda: service.is_up("barcode-scanner"))
        for number, label in enumerate([b"=A99992400012382=<S1384V00\r", b"=A99992400012382&>0270452359\r"], start=1):
            cable.write(label)
            eventually(lambda number=number: len(dumped("receipts")) == number)
    assert [(row["code"], row["current"]) for row in dumped("observations")] == [
        ("=", True),
        ("=<", True),
        ("=", True),
        ("&>", True),
    ]


def test_a_blood_mixer_brings_its_donation_line_by_line(
    start: Callable[[str], Any], dumped: Callable[[str], list[dict[str, Any]]], eventually: Callable[..., None]
) -> None:
    donation = DONATION.read_bytes()
    with SerialCable() as cable:
        service = start(INSTRUMENT.format(model="generic-blood-mixer", device=cable.device))
        eventually(lambda: service.is_up("generic-blood-mixer"))
        for at in range(0, len(donation), 100):
            cable.write(donation[at : at + 100])
        eventually(lambda: len(dumped("receipts")) == 1)
    assert [(row["format"], row["state"], row["bytes"]) for row in dumped("receipts")] == [
        ("separator_log", "loaded", len(donation))
    ]
    collected = [row for row in dumped("observations") if row["code"] == "PRODUCT_VOL_DEVICE_ML"]
    assert [(row["specimen"], row["value"], row["unit"]) for row in collected] == [("A999924000124", "452", "mL")]
