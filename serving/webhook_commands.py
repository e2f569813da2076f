"""`redress webhook`: a thin door to the outbox and its receiver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from features.command import json_option, report
from features.database import open_database
from features.errors import UndeliveredMessage
from features.settings import Settings
from serving.webhook.outbox import Delivery, Outbox, State
from serving.webhook.posting import receiver_of
from serving.webhook.schedule import Outcome
from serving.webhook.sender import Sender, utc_now
from serving.webhook.signing import new_secret
from serving.webhook.trial import send_test


@click.group()
def webhook() -> None:
    """Try the webhook, send what is due, see and revive what was not taken.

    `redress serve` sends by itself; `send` is for where no service runs.
    """


@webhook.command()
def secret() -> None:
    """Print a new secret, for REDRESS_WEBHOOK_SECRET here and for the receiver there."""
    click.echo(new_secret())


@webhook.command()
@json_option
def test(json_file: Path | None) -> None:
    """Send a signed `webhook.test` message at once, and say what came back."""
    receiver = receiver_of(Settings.from_environment())
    message_id, answer = send_test(receiver, utc_now())
    told = {"accepted": answer.accepted, "status": answer.status, "error": answer.error}
    report({"id": message_id, **told}, json_file)
    if not answer.accepted:
        raise UndeliveredMessage(
            f"message {message_id}: {answer.told}",
            "any status of 200 to 299",
            "Check REDRESS_WEBHOOK_URL, and that the receiver has the same secret.",
        )
    click.echo(f"Message {message_id} was taken with {answer.told}.")


@webhook.command()
@json_option
def send(json_file: Path | None) -> None:
    """Send what is due now, once each."""
    settings = Settings.from_environment()
    receiver = receiver_of(settings)
    with _outbox(settings) as outbox:
        outcomes: Counter[Outcome] = Sender(outbox, receiver, lambda _: None).send_due()
    counts = {str(outcome): outcomes[outcome] for outcome in Outcome}
    report(counts, json_file)
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    if outcomes.total() > outcomes[Outcome.DELIVERED]:
        raise UndeliveredMessage(
            "not every message was taken", "", "See `redress webhook list` for what came back."
        )


@webhook.command("list")
@click.option("--dead", is_flag=True, help="Only those given up.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
def list_messages(dead: bool, limit: int, json_file: Path | None) -> None:
    """List the newest messages, newest first."""
    with _outbox(Settings.from_environment()) as outbox:
        described = [_described(one) for one in outbox.listed(limit, only_dead=dead)]
    report({"messages": described}, json_file)
    for one in described:
        told = ((name, value) for name, value in one.items() if value is not None)
        click.echo("  ".join(f"{name}={value}" for name, value in told))


@webhook.command()
@click.argument("message_id", required=False)
@click.option("--dead", is_flag=True, help="All that were given up.")
def retry(message_id: str | None, dead: bool) -> None:
    """Put the dead message MESSAGE_ID back in line for another day, or all with --dead."""
    if dead == (message_id is not None):
        raise click.UsageError("expected either MESSAGE_ID or --dead")
    with _outbox(Settings.from_environment()) as outbox:
        if message_id is None:
            count = outbox.revive_all(utc_now())
        else:
            outbox.revive(message_id, utc_now())
            count = 1
    click.echo(f"In line again: {count}.")


@contextmanager
def _outbox(settings: Settings) -> Iterator[Outbox]:
    engine = open_database(settings)
    try:
        yield Outbox(engine)
    finally:
        engine.dispose()


def _described(delivery: Delivery) -> dict[str, object]:
    waits = delivery.state is State.WAITING
    return {
        "id": delivery.delivery_id,
        "event": delivery.event,
        "alarm": delivery.alarm_id,
        "state": str(delivery.state),
        "in_line_since": _told(delivery.created_at),
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "next_attempt_at": _told(delivery.next_attempt_at) if waits else None,
        "delivered_at": _told(delivery.delivered_at),
        "dead_at": _told(delivery.dead_at),
    }


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
