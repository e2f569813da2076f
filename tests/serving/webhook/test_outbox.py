"""The outbox: claimed by one, given back by time, revived by people."""

from datetime import UTC, datetime, timedelta

import pytest

from features.errors import DeliveryNotDead, NoSuchDelivery
from serving.webhook.outbox import CLAIM, Outbox, State
from serving.webhook.schedule import Answer, Outcome, Verdict

NOW = datetime(2025, 3, 31, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=30)


@pytest.fixture
def outbox(engine):
    return Outbox(engine)


def test_a_message_is_claimed_by_one_until_the_claim_runs_out(engine, outbox, line_up):
    line_up(engine, 1, NOW)
    claimed = outbox.claim(NOW, NOW)
    assert (claimed.delivery_id, claimed.attempts) == ("msg_000", 1)
    assert claimed.claimed_until == NOW + CLAIM
    assert outbox.claim(LATER, NOW + CLAIM - timedelta(microseconds=1)) is None
    again = outbox.claim(LATER, NOW + CLAIM)
    assert (again.delivery_id, again.attempts) == ("msg_000", 2)


def test_what_is_due_first_is_claimed_first_and_what_is_not_due_is_left(engine, outbox, line_up):
    line_up(engine, 2, NOW)
    assert outbox.claim(NOW - timedelta(microseconds=1), NOW) is None
    first = outbox.claim(NOW, NOW)
    outbox.record(first, Answer(500), Verdict(Outcome.FAILED, NOW + timedelta(seconds=5)))
    assert outbox.claim(NOW, NOW).delivery_id == "msg_001"
    assert outbox.claim(NOW, NOW) is None


def test_a_failure_counts_only_while_the_claim_is_held(engine, outbox, line_up):
    line_up(engine, 1, NOW)
    late = outbox.claim(NOW, NOW)
    outbox.claim(LATER, NOW + CLAIM)
    assert not outbox.record(late, Answer(500), Verdict(Outcome.DEAD, NOW + CLAIM))
    outbox.release(late)
    (one,) = outbox.listed(9)
    assert (one.state, one.claimed_until) == (State.WAITING, NOW + 2 * CLAIM)


def test_a_delivery_counts_whoever_holds_the_claim_and_once(engine, outbox, line_up):
    line_up(engine, 1, NOW)
    late = outbox.claim(NOW, NOW)
    other = outbox.claim(LATER, NOW + CLAIM)
    assert outbox.record(other, Answer(410), Verdict(Outcome.DEAD, NOW))
    assert outbox.record(late, Answer(200), Verdict(Outcome.DELIVERED, NOW))
    assert not outbox.record(other, Answer(200), Verdict(Outcome.DELIVERED, LATER))
    (one,) = outbox.listed(9)
    assert (one.state, one.delivered_at, one.dead_at) == (State.DELIVERED, NOW, None)
    assert outbox.claim(LATER, LATER) is None


def test_the_dead_are_listed_and_put_back_in_line_for_another_day(engine, outbox, line_up):
    line_up(engine, 3, NOW)
    for _ in range(2):
        outbox.record(outbox.claim(NOW, NOW), Answer(500), Verdict(Outcome.DEAD, NOW))
    assert {one.delivery_id for one in outbox.listed(9, only_dead=True)} == {"msg_000", "msg_001"}
    assert len(outbox.listed(9)) == 3
    assert len(outbox.listed(1)) == 1
    assert outbox.claim(NOW, NOW).delivery_id == "msg_002"
    outbox.revive("msg_001", LATER)
    revived = outbox.claim(LATER, LATER)
    assert (revived.delivery_id, revived.attempts, revived.created_at) == ("msg_002", 2, NOW)
    revived = outbox.claim(LATER, LATER)
    assert (revived.delivery_id, revived.attempts, revived.created_at) == ("msg_001", 2, LATER)
    assert outbox.revive_all(LATER) == 1
    assert outbox.revive_all(LATER) == 0


def test_only_a_dead_message_is_put_back_in_line(engine, outbox, line_up):
    line_up(engine, 1, NOW)
    with pytest.raises(NoSuchDelivery, match="no message msg_9"):
        outbox.revive("msg_9", NOW)
    with pytest.raises(DeliveryNotDead, match="msg_000 is waiting"):
        outbox.revive("msg_000", NOW)
    outbox.record(outbox.claim(NOW, NOW), Answer(200), Verdict(Outcome.DELIVERED, NOW))
    with pytest.raises(DeliveryNotDead, match="msg_000 is delivered"):
        outbox.revive("msg_000", NOW)
    assert outbox.revive_all(NOW) == 0


def test_a_message_does_not_show_what_it_says(engine, outbox, line_up):
    line_up(engine, 1, NOW)
    assert "title" not in repr(outbox.listed(1))
