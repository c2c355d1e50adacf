"""Decisions are frames of the spool, and come out of it as they went in."""

import pytest

from pipeline.decisions import DECIDERS, Delivery, Kept, Renormalisation, Resubmission, decide, decision_in
from pipeline.errors import IntegrityError
from pipeline.spool.frames import Kind
from pipeline.spool.spool import Spool

DECISIONS = {
    Resubmission(1, "hml"): (1,),
    Kept(1, ("A",), ("9999TEST00000000118",)): (1,),
    Renormalisation("0.2.0", "0.1.0"): (),
    Delivery("registry", "opened", 1): (),
    Delivery("registry", "refused", 1, 2, "AE 207"): (1,),
}


def test_each_kind_comes_back_and_says_which_receipt_it_is_about(folder, keep):
    with Spool(folder) as spool:
        message = keep(spool, "a message")
        for decision in DECISIONS:
            decide(spool, decision)
        frames = list(spool.read(after=message.seq))
    assert [decision_in(*frame) for frame in frames] == list(DECISIONS)
    assert [envelope.refers for envelope, _ in frames] == list(DECISIONS.values())
    assert {type(each) for each in DECISIONS} == DECIDERS.keys()


def test_what_is_no_decision_and_what_a_newer_program_has_decided(folder, keep):
    with Spool(folder) as spool:
        message = keep(spool, "a message")
        assert decision_in(message, b"") is None
        unknown = spool.append(Kind.DECISION, "erasure", b"{}")
    with pytest.raises(IntegrityError, match='does not know \\("erasure"\\): a newer one made it'):
        decision_in(unknown, b"{}")
