"""Messages carried out over real sockets: in order, each until it is settled. Every message here is invented."""

import socket

import pytest

from instruments.errors import Refused
from instruments.links.mllp import frame
from instruments.links.mllp_sender import Reply
from instruments.sources.courier import Courier, CourierSettings, Letter
from tests.mllp_peer import MllpPeer

SOON = CourierSettings(reply=0.3, first_delay=0.01, longest_delay=0.02, tries=3)


class Letters:
    """An outbox in memory."""

    def __init__(self, count):
        self.due = [Letter((number, 0), f"M{number}", b"MSH|M%d" % number) for number in range(1, count + 1)]
        self.settled = []
        self.full = 0

    def oldest(self):
        return self.due[0] if self.due else None

    def settle(self, letter, outcome, answer):
        if self.full:
            self.full -= 1
            raise Refused("the disk is full")
        assert self.due.pop(0) == letter
        self.settled.append((letter.control_id, outcome, answer))


def read_reply(payload):
    outcome, control_id = payload.decode().split()
    return Reply(control_id, outcome, f"A{outcome[2].upper()}")


class Peer(MllpPeer):
    """A listener that answers as it is told: `script` maps a control id to its replies, None for hanging up."""

    def __init__(self):
        self.script = {}
        super().__init__()

    def answers(self, message):
        control_id = message.partition(b"|")[2].decode()
        self.received.append(control_id)
        replies = self.script.get(control_id)
        reply = replies.pop(0) if replies else f"accepted {control_id}"
        return None if reply is None else [each.encode() for each in reply.split(";") if each]


@pytest.fixture
def peer():
    peer = Peer()
    yield peer
    peer.server.close()


@pytest.fixture
def carry(peer, start):
    def carry(letters):
        courier = Courier("to lis", peer.address, letters, read_reply, settings=SOON)
        start(courier)
        return courier

    return carry


def test_messages_arrive_in_their_order(peer, carry, eventually):
    letters = Letters(5)
    courier = carry(letters)
    eventually(lambda: len(letters.settled) == 5)
    assert peer.received == ["M1", "M2", "M3", "M4", "M5"]
    assert {outcome for _, outcome, _ in letters.settled} == {"sent"}
    assert courier.status.delivered == 5


def test_a_message_whose_reply_is_lost_goes_out_again_under_its_own_id_before_the_next(peer, carry, eventually):
    letters = Letters(2)
    peer.script = {"M1": [None, ""]}
    carry(letters)
    eventually(lambda: len(letters.settled) == 2)
    assert peer.received == ["M1", "M1", "M1", "M2"]


@pytest.mark.parametrize("hangs_up", [False, True])
def test_a_peer_that_leaves_out_the_last_cr_gets_every_message_once(peer, carry, eventually, hangs_up):
    letters = Letters(2)
    peer.leaves_out_cr, peer.hangs_up = True, hangs_up
    carry(letters)
    eventually(lambda: len(letters.settled) == 2)
    assert peer.received == ["M1", "M2"]


def test_a_stale_reply_is_not_taken_for_the_next_messages(peer, carry, eventually):
    letters = Letters(2)
    peer.script = {"M2": ["accepted M1;rejected M2"]}
    carry(letters)
    eventually(lambda: len(letters.settled) == 2)
    assert letters.settled == [("M1", "sent", ""), ("M2", "refused", "AJ")]


def test_a_rejected_message_is_put_aside_at_once_a_refused_one_after_its_tries(peer, carry, eventually):
    letters = Letters(3)
    peer.script = {"M1": ["rejected M1"], "M2": ["refused M2"] * 3}
    courier = carry(letters)
    eventually(lambda: len(letters.settled) == 3)
    assert peer.received == ["M1", "M2", "M2", "M2", "M3"]
    assert letters.settled == [("M1", "refused", "AJ"), ("M2", "refused", "AF"), ("M3", "sent", "")]
    assert courier.status.undelivered == 2


def test_what_cannot_be_written_down_is_not_sent_again_meanwhile(peer, carry, eventually):
    letters = Letters(2)
    letters.full = 1
    carry(letters)
    eventually(lambda: len(letters.settled) == 2)
    assert peer.received == ["M1", "M2"]


def test_a_peer_that_is_away_is_tried_until_it_is_there(start, eventually):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    letters = Letters(1)
    courier = Courier("to lis", f"127.0.0.1:{port}", letters, read_reply, settings=SOON)
    start(courier)
    eventually(lambda: courier.status.reopened >= 3)
    assert courier.status.state == "down"
    with socket.create_server(("127.0.0.1", port)) as server:
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == frame(b"MSH|M1")
            connection.sendall(frame(b"accepted M1"))
            eventually(lambda: letters.settled == [("M1", "sent", "")])
