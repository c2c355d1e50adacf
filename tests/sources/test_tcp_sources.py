"""Instruments over TCP: real sockets on the loopback. Every message here is invented."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from instruments.errors import PortUnavailable
from instruments.links.astm import AstmLink
from instruments.links.astm_reception import CONNECTION_ENDED
from instruments.links.lines import LineReceiver, LineSettings
from instruments.links.mllp import MllpReceiver, frame
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender, Faults, PowerCut
from instruments.simulated.mllp_client import MllpClient, NoAnswer
from instruments.simulated.wire import SocketWire
from instruments.sources.backoff import Backoff
from instruments.sources.connector import Connector
from instruments.sources.listener import InstrumentListener
from instruments.sources.shared_listener import Limits, SharedListener
from instruments.sources.tcp import parse_address
from tests.sources.analyser_process import HandedLine

MESSAGE = records(specimen="A999924000123", counts=harvest_counts(2), measured="20261120132600")
PAYLOAD = b"MSH|^~\\&|INVENTED\r"
ANYWHERE = "127.0.0.1:0"


def answer(payload, refused):
    return [(b"AE " if refused else b"AA ") + payload]


@pytest.fixture
def shared(intake, start):
    listener = SharedListener("hl7", ANYWHERE, lambda: MllpReceiver(answer), intake)
    listener.open()
    start(listener)
    return listener


@pytest.fixture
def alone(intake, start):
    listener = InstrumentListener("xn-1", ANYWHERE, AstmLink(), intake)
    listener.open()
    start(listener)
    return listener


def address(listener):
    return f"127.0.0.1:{listener.port}"


def test_a_block_is_answered_when_it_is_kept(shared, intake):
    with MllpClient(address(shared)) as client:
        assert client.exchange(PAYLOAD) == b"AA " + PAYLOAD
    assert intake.whole == [PAYLOAD]


def test_a_block_that_cannot_be_kept_is_answered_as_refused(shared, intake, eventually):
    intake.full = True
    with MllpClient(address(shared)) as client:
        assert client.exchange(PAYLOAD) == b"AE " + PAYLOAD
        intake.full = False
        assert client.exchange(PAYLOAD) == b"AA " + PAYLOAD
    assert intake.whole == [PAYLOAD]
    assert (shared.status.refusals, shared.status.detail) == (1, "the disk is full")


def test_coalesced_blocks_get_their_answers_in_order(shared, intake):
    payloads = [PAYLOAD + b"%d" % number for number in range(50)]
    with MllpClient(address(shared)) as client:
        client.write(b"\0\r\n".join(frame(payload) for payload in payloads))
        assert [client.answer() for _ in payloads] == [b"AA " + payload for payload in payloads]
    assert intake.whole == payloads


def test_a_block_split_at_each_byte_is_one_block(shared, intake):
    block = frame(PAYLOAD)
    with MllpClient(address(shared)) as client:
        for place in range(1, len(block)):
            client.write(block[:place])
            client.write(block[place:])
            assert client.answer() == b"AA " + PAYLOAD
    assert intake.whole == [PAYLOAD] * (len(block) - 1)


def test_many_connections_at_once(shared, intake, eventually):
    def talk(number):
        with MllpClient(address(shared)) as client:
            return [client.exchange(b"MSH|%d|%d" % (number, turn)) for turn in range(5)]

    with ThreadPoolExecutor(20) as pool:
        answers = [each for answers in pool.map(talk, range(40)) for each in answers]
    sent = sorted(b"MSH|%d|%d" % (number, turn) for number in range(40) for turn in range(5))
    assert sorted(intake.whole) == sent == sorted(each.removeprefix(b"AA ") for each in answers)
    eventually(lambda: shared.status.messages == 200)


def test_a_message_of_sixteen_megabytes_is_one_message(intake, start):
    message = PAYLOAD + b"OBX|1|ED|||^^^Base64^" + b"QUJD" * 4_000_000 + b"\r"
    listener = SharedListener("hl7", ANYWHERE, lambda: MllpReceiver(lambda *_: [b"AA"]), intake)
    listener.open()
    start(listener)
    with MllpClient(address(listener)) as client:
        assert client.exchange(message) == b"AA"
    assert len(message) > 16_000_000
    assert intake.whole == [message]


def test_whoever_comes_when_too_many_are_open_waits(intake, start, eventually):
    listener = SharedListener("hl7", ANYWHERE, lambda: MllpReceiver(answer), intake, limits=Limits(most=2))
    listener.open()
    start(listener)
    first, second = MllpClient(address(listener)), MllpClient(address(listener))
    assert first.exchange(PAYLOAD) == second.exchange(PAYLOAD)
    with MllpClient(address(listener)) as third:
        with pytest.raises(NoAnswer):
            third.exchange(PAYLOAD, seconds=0.2)
        assert listener.status.detail == "2 connections are open; the next ones wait"
        with first:
            pass
        assert third.answer() == b"AA " + PAYLOAD
    with second:
        pass


def test_a_connection_that_ends_in_a_block_leaves_evidence_without_an_answer(shared, intake, eventually):
    with MllpClient(address(shared)) as client:
        client.write(frame(PAYLOAD)[:-2])
    eventually(lambda: intake.messages)
    assert intake.messages == [("", PAYLOAD, False, "the connection ended in the middle of a block")]


def test_a_silent_sender_is_given_up(intake, start, eventually):
    listener = SharedListener("hl7", ANYWHERE, lambda: MllpReceiver(answer, silence=0.05), intake)
    listener.open()
    start(listener)
    with MllpClient(address(listener)) as client:
        client.write(frame(PAYLOAD)[:-2])
        eventually(lambda: intake.messages)
        assert client.exchange(PAYLOAD) == b"AA " + PAYLOAD


def test_astm_over_tcp(alone, intake):
    with SocketWire(address(alone)) as wire:
        AstmSender(wire).send(MESSAGE)
    assert intake.whole == [MESSAGE]
    assert alone.status.messages == 1


def test_the_newest_connection_of_an_instrument_replaces_the_older(alone, intake, eventually):
    old = SocketWire(address(alone))
    with pytest.raises(PowerCut):
        AstmSender(old, faults=Faults(power_cut_after=1)).send(MESSAGE)
    with SocketWire(address(alone)) as new:
        AstmSender(new).send(MESSAGE)
    assert [(whole, note) for _, _, whole, note in intake.messages] == [(False, CONNECTION_ENDED), (True, "")]
    with old:
        assert old.read(5) == b""


def test_the_line_of_an_instrument_outlives_its_connections(intake, start, eventually):
    link = LineReceiver(LineSettings(begins=b"BEGIN", ends=b"END"))
    listener = InstrumentListener("sep-1", ANYWHERE, link, intake)
    listener.open()
    start(listener)
    kept = iter([lambda: len(intake.open_parts) == 1, lambda: len(intake.open_parts) == 2, lambda: intake.messages])
    for line in (b"BEGIN\n", b"1\n", b"END\n"):
        with SocketWire(address(listener)) as wire:
            wire.write(line)
        eventually(next(kept))
    assert intake.whole == [b"BEGIN\n1\nEND\n"]


def test_silence_is_measured_while_an_instrument_is_not_connected(intake, start, eventually):
    link = LineReceiver(LineSettings(begins=b"BEGIN", ends=b"END", silence=0.3))
    listener = InstrumentListener("sep-1", ANYWHERE, link, intake)
    listener.open()
    start(listener)
    with SocketWire(address(listener)) as wire:
        wire.write(b"BEGIN\n")
        eventually(lambda: intake.open_parts)
    eventually(lambda: intake.messages)
    assert intake.messages[0][2] is False


def test_parts_of_the_last_run_are_set_aside_at_the_start(intake, start, eventually):
    intake.open_parts = [b"H|\\^&\r"]
    start(InstrumentListener("xn-1", ANYWHERE, AstmLink(), intake))
    eventually(lambda: intake.messages == [("", b"H|\\^&\r", False, CONNECTION_ENDED)])


def test_an_address_in_use_is_named_and_tried_for_ever(intake, start, eventually):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        listener = InstrumentListener("xn-1", where, AstmLink(), intake, backoff=Backoff(0.02, 0.02))
        with pytest.raises(PortUnavailable, match=f"cannot listen on {where}"):
            listener.open()
        start(listener)
        eventually(lambda: listener.status.reopened >= 2)
        assert listener.status.state == "down"
    eventually(lambda: listener.status.state == "up")
    with SocketWire(where) as wire:
        AstmSender(wire).send(MESSAGE)
    assert intake.whole == [MESSAGE]


def test_stopping_ends_every_connection(intake, start, eventually):
    listener = SharedListener("hl7", ANYWHERE, lambda: MllpReceiver(answer), intake)
    listener.open()
    stop = start(listener)
    with MllpClient(address(listener)) as client:
        client.exchange(PAYLOAD)
        stop.set()
        eventually(lambda: listener.status.state == "stopped")
        with pytest.raises(NoAnswer):
            client.answer(5)
    assert listener.port == 0


@pytest.mark.parametrize("address", ["", "5000", ":5000", "host:", "host:http", "host:65536", "host:-1"])
def test_what_is_no_address_is_refused_with_an_example(address):
    with pytest.raises(PortUnavailable, match=r"expected host:port, such as 127\.0\.0\.1:5000"):
        parse_address(address)


def test_addresses_may_be_of_ip_version_six():
    assert parse_address("[::1]:5000") == ("::1", 5000)


def test_a_connector_dials_an_instrument_that_waits_again_and_again(intake, start, eventually):
    with socket.create_server(("127.0.0.1", 0)) as instrument:
        where = f"127.0.0.1:{instrument.getsockname()[1]}"
        connector = Connector("sep-1", where, LineReceiver(), intake, backoff=Backoff(0.02, 0.02))
        start(connector)
        for line in (b"first\n", b"second\n"):
            connection, _ = instrument.accept()
            with connection:
                connection.sendall(line)
            eventually(lambda line=line: line in intake.whole)
    eventually(lambda: connector.status.state == "down")
    assert intake.whole == [b"first\n", b"second\n"]


def test_a_connector_sends_answers(intake, start):
    with socket.create_server(("127.0.0.1", 0)) as instrument:
        where = f"127.0.0.1:{instrument.getsockname()[1]}"
        start(Connector("hl7", where, MllpReceiver(answer), intake))
        connection, _ = instrument.accept()
        with connection:
            connection.sendall(frame(PAYLOAD))
            assert connection.recv(100) == frame(b"AA " + PAYLOAD)


def test_astm_over_a_connection_that_we_open(intake, start):
    with socket.create_server(("127.0.0.1", 0)) as instrument:
        start(Connector("c111", f"127.0.0.1:{instrument.getsockname()[1]}", AstmLink(), intake))
        connection, _ = instrument.accept()
        with connection:
            AstmSender(HandedLine(connection.fileno())).send(MESSAGE)
    assert intake.whole == [MESSAGE]


def limited(intake, start, **limits):
    listener = SharedListener("hl7", ANYWHERE, lambda: MllpReceiver(answer), intake, limits=Limits(**limits))
    listener.open()
    start(listener)
    return listener


def test_when_all_places_are_taken_whoever_brought_nothing_for_longest_makes_room(intake, start):
    listener = limited(intake, start, most=2, spare=0.05)
    with MllpClient(address(listener)) as idle, MllpClient(address(listener)) as busy:
        assert busy.exchange(PAYLOAD) == b"AA " + PAYLOAD
        with MllpClient(address(listener)) as newcomer:
            assert newcomer.exchange(PAYLOAD) == b"AA " + PAYLOAD
            with pytest.raises(NoAnswer):
                idle.answer(5)
            assert busy.exchange(PAYLOAD) == b"AA " + PAYLOAD


def test_whoever_makes_room_in_the_middle_of_a_block_leaves_evidence(intake, start, eventually):
    listener = limited(intake, start, most=1, spare=0.05)
    with MllpClient(address(listener)) as slow:
        slow.write(frame(PAYLOAD)[:-5])
        eventually(lambda: listener.status.bytes_in)
        with MllpClient(address(listener)) as newcomer:
            assert newcomer.exchange(PAYLOAD) == b"AA " + PAYLOAD
    assert [whole for _, _, whole, _ in intake.messages] == [False, True]


def test_a_connection_that_only_makes_noise_is_closed_and_others_are_served(intake, start):
    listener = limited(intake, start, noise=1000)
    with MllpClient(address(listener)) as noisy, MllpClient(address(listener)) as honest:
        noisy.write(b"x" * 2000)
        with pytest.raises((NoAnswer, ConnectionError)):
            noisy.answer(5)
        assert honest.exchange(PAYLOAD) == b"AA " + PAYLOAD
    assert listener.status.noise_bytes == 2000


def test_a_sender_that_does_not_read_its_answers_is_closed(intake, start, eventually):
    listener = limited(intake, start, unread_answers=10_000)
    with socket.create_connection(("127.0.0.1", listener.port)) as deaf:
        block = frame(b"MSH|" + b"x" * 100_000)
        with pytest.raises(OSError):  # a reset or a broken pipe, as it comes
            for _ in range(2000):
                deaf.sendall(block)
    with MllpClient(address(listener)) as honest:
        assert honest.exchange(PAYLOAD) == b"AA " + PAYLOAD


def test_many_senders_share_a_refusal_only_where_the_disk_refuses_them_all(shared, intake):
    intake.full = True
    with MllpClient(address(shared)) as one, MllpClient(address(shared)) as other:
        for client in (one, other):
            client.write(frame(PAYLOAD))
        assert {one.answer(), other.answer()} == {b"AE " + PAYLOAD}
    assert shared.status.refusals == 2
