"""The sender: what is due is sent, whatever happens, until it is taken or given up."""

import json
import logging
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from features.settings import Settings
from serving.metrics import Metrics
from serving.webhook.outbox import CLAIM, Outbox, State
from serving.webhook.posting import Receiver
from serving.webhook.schedule import STALE, Outcome
from serving.webhook.sender import Mute, Sender, sender_of

DAY = timedelta(days=1)


class Clock:
    def __init__(self):
        self.now = datetime.now(UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def outbox(engine):
    return Outbox(engine)


@pytest.fixture
def sender_with(outbox, inbox, clock, webhook_secret):
    def make(count=lambda outcome: None, seconds=30.0, **parts):
        receiver = Receiver(inbox.url, webhook_secret, seconds)
        given = {"clock": clock, "draw": lambda: 0.5} | parts
        return Sender(outbox, receiver, count, **given)

    return make


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, logger="redress.serving")
    return caplog


def test_what_is_due_is_delivered_once_and_verifies(
    engine, outbox, inbox, clock, line_up, sender_with
):
    ids = line_up(engine, 3, clock.now)
    sender = sender_with()
    assert sender.send_due() == Counter({Outcome.DELIVERED: 3})
    assert sender.send_due() == Counter()
    assert inbox.ids == ids
    bodies = {one.delivery_id: one.body for one in outbox.listed(9)}
    for received in inbox.received:
        assert received.body.decode() == bodies[received.message_id]
        assert received.verified() == json.loads(received.body)
    for one in outbox.listed(9):
        told = (one.state, one.delivered_at, one.attempts, one.last_status, one.claimed_until)
        assert told == (State.DELIVERED, clock.now, 1, 204, None)


def test_a_failure_is_tried_again_when_its_pause_is_over_under_the_same_id(
    engine, outbox, inbox, clock, line_up, sender_with
):
    line_up(engine, 1, clock.now)
    sender = sender_with()
    inbox.behaviour = inbox.answering(500)
    for seconds in (5.5, 33, 132):
        assert sender.send_due() == Counter({Outcome.FAILED: 1})
        (one,) = outbox.listed(9)
        assert one.next_attempt_at == clock.now + timedelta(seconds=seconds)
        assert (one.state, one.last_status, one.claimed_until) == (State.WAITING, 500, None)
        clock.now = one.next_attempt_at - timedelta(microseconds=1)
        assert sender.send_due() == Counter()
        clock.now = one.next_attempt_at
    inbox.behaviour = inbox.answering(200)
    assert sender.send_due() == Counter({Outcome.DELIVERED: 1})
    assert inbox.ids == ["msg_000"] * 4
    stamps = [int(one.headers["webhook-timestamp"]) for one in inbox.received]
    assert stamps == sorted(set(stamps))
    assert len([one.verified() for one in inbox.received]) == 4


def test_what_fails_does_not_hold_up_the_others(engine, inbox, clock, line_up, sender_with):
    ids = line_up(engine, 4, clock.now)

    def second_fails(handler, number):
        inbox.answering(500 if number == 2 else 204)(handler, number)

    inbox.behaviour = second_fails
    expected = Counter({Outcome.DELIVERED: 3, Outcome.FAILED: 1})
    assert sender_with().send_due() == expected
    assert inbox.ids == ids


def test_a_receiver_may_ask_for_longer(engine, outbox, inbox, clock, line_up, sender_with):
    line_up(engine, 1, clock.now)
    inbox.behaviour = inbox.answering(429, Retry_After="3600")
    sender_with().send_due()
    assert outbox.listed(1)[0].next_attempt_at == clock.now + timedelta(hours=1)


def test_after_a_day_it_is_given_up_told_once_and_counted(
    engine, outbox, inbox, clock, line_up, sender_with, said, webhook_secret
):
    line_up(engine, 1, clock.now - DAY)
    inbox.behaviour = inbox.answering(503)
    metrics = Metrics(shared=False)
    sender = sender_with(metrics.count_webhook)
    assert sender.send_due() == Counter({Outcome.DEAD: 1})
    clock.now += DAY
    assert sender.send_due() == Counter()
    (one,) = outbox.listed(1)
    assert (one.state, one.last_status) == (State.DEAD, 503)
    errors = [record.getMessage() for record in said.records if record.levelname == "ERROR"]
    told = "webhook message=msg_000 alarm=A1 event=alarm.opened attempt=1: dead (status 503)"
    assert errors == [told]
    exposed = metrics.exposition().decode()
    assert 'redress_webhook_attempts_total{outcome="dead"} 1.0' in exposed
    assert 'redress_webhook_attempts_total{outcome="delivered"} 0.0' in exposed


def test_gone_is_given_up_at_once(engine, outbox, inbox, clock, line_up, sender_with):
    line_up(engine, 1, clock.now)
    inbox.behaviour = inbox.answering(410)
    assert sender_with().send_due() == Counter({Outcome.DEAD: 1})
    assert outbox.listed(1)[0].dead_at == clock.now


def test_late_is_sent_and_stale_is_not(engine, outbox, inbox, clock, line_up, sender_with):
    line_up(engine, 1, clock.now - STALE + timedelta(seconds=1))
    assert sender_with().send_due() == Counter({Outcome.DELIVERED: 1})
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE deliveries SET delivered_at = NULL"))
    clock.now += timedelta(seconds=1)
    assert sender_with().send_due() == Counter({Outcome.DEAD: 1})
    assert len(inbox.received) == 1
    assert outbox.listed(1)[0].last_error == "not sent within 7 days"


def test_nothing_secret_is_logged(engine, inbox, clock, line_up, sender_with, said, webhook_secret):
    line_up(engine, 3, clock.now)

    def misbehave(handler, number):
        [inbox.answering(204), inbox.answering(500), lambda *_: None][number - 1](handler, number)

    inbox.behaviour = misbehave
    sender = sender_with()
    sender.send_due()
    sender._fail(ValueError(f"{inbox.url} {webhook_secret}"))
    assert len(said.records) == 4
    for private in ("hooks", webhook_secret, "private", "ร้าน", "127.0.0.1"):
        assert private not in said.text
        assert private not in repr(vars(sender))


def test_stopping_cuts_an_attempt_short_and_loses_nothing(
    engine, outbox, inbox, clock, line_up, sender_with, until
):
    line_up(engine, 2, clock.now)
    inbox.behaviour = inbox.hanging
    sender = sender_with(seconds=3_600)
    sender.start()
    until(lambda: inbox.received)
    sender.stop()
    assert not inbox.released.is_set()
    assert inbox.ids == ["msg_000"]
    assert {(one.state, one.claimed_until) for one in outbox.listed(9)} == {(State.WAITING, None)}
    inbox.behaviour = inbox.answering(204)
    assert sender_with().send_due() == Counter({Outcome.DELIVERED: 2})


def test_a_failure_of_the_database_is_told_once_and_got_over(
    engine, inbox, clock, line_up, sender_with, said, until
):
    line_up(engine, 1, clock.now)
    rename = "ALTER TABLE deliveries RENAME TO away"
    with engine.begin() as connection:
        connection.execute(sa.text(rename))
    sender = sender_with(look_seconds=0.005)
    sender.start()
    until(lambda: sender.failures >= 3)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE away RENAME TO deliveries"))
    until(lambda: inbox.received)
    sender.stop()
    errors = [record.getMessage() for record in said.records if record.levelname == "ERROR"]
    assert errors == ["cannot look for webhook messages (OperationalError); trying again"]


def test_one_that_is_stopped_before_it_has_started_sends_nothing(
    engine, inbox, clock, line_up, sender_with
):
    line_up(engine, 1, clock.now)
    sender = sender_with()
    sender.stop()
    assert sender.send_due() == Counter()
    assert inbox.received == []


def test_who_took_over_is_not_spoiled_by_who_was_late(
    engine, outbox, inbox, clock, line_up, sender_with
):
    line_up(engine, 1, clock.now)
    outcomes = []

    def overtaken(handler, number):
        inbox.behaviour = inbox.answering(204)
        clock.now += CLAIM
        outcomes.append(sender_with().send_due())
        inbox.answering(500)(handler, number)

    inbox.behaviour = overtaken
    outcomes.append(sender_with().send_due())
    assert outcomes == [Counter({Outcome.DELIVERED: 1}), Counter()]
    assert outbox.listed(1)[0].state is State.DELIVERED
    assert inbox.ids == ["msg_000"] * 2


def test_without_a_receiver_the_sender_is_mute(engine, outbox, line_up, clock):
    line_up(engine, 1, clock.now)
    sender = sender_of(engine, Settings(), lambda outcome: None)
    assert isinstance(sender, Mute)
    sender.start()
    sender.stop()
    assert outbox.listed(1)[0].attempts == 0


def test_with_a_receiver_it_sends(engine, inbox, line_up, webhook_secret, until):
    line_up(engine, 1, datetime.now(UTC))
    settings = Settings(webhook_url=inbox.url, webhook_secret=webhook_secret)
    outcomes = []
    sender = sender_of(engine, settings, outcomes.append)
    sender.start()
    until(lambda: outcomes)
    sender.stop()
    assert outcomes == [Outcome.DELIVERED]
    assert inbox.ids == ["msg_000"]
