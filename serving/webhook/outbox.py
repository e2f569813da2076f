"""The outbox: messages in line, each written in the transaction that it tells of.

A sender claims a message before it sends it, so that normally one of many senders does. A sender
that is killed loses nothing: its claim runs out, and another one sends the message, perhaps for the
second time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Update,
    and_,
    or_,
    select,
    true,
    update,
)

from features.database import writing
from features.errors import DeliveryNotDead, NoSuchDelivery
from features.tables import DELIVERIES
from serving.webhook.schedule import Answer, Outcome, Verdict

__all__ = ["CLAIM", "Delivery", "Outbox", "State"]

CLAIM: Final = timedelta(minutes=1)
"""How long a sender has a message to itself: several times what an attempt may take."""
_OF = DELIVERIES.c
_WAITING: Final = and_(_OF.delivered_at.is_(None), _OF.dead_at.is_(None))
_DEAD: Final = and_(_OF.delivered_at.is_(None), _OF.dead_at.is_not(None))


class State(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True)
class Delivery:
    """A message in the outbox; times are UTC.

    Attributes
    ----------
    delivery_id
        The `webhook-id`, the same for every attempt.
    event
        The `type` of the message.
    body
        The JSON, as it is sent.
    created_at
        When it was put in line, last if it was more than once; a day later comes its last attempt.
    attempts
        Begun since then, and 1 for all those before it was put back in line: at 0 nobody can have
        been told.
    claimed_until
        Until when one sender has it to itself; None while none has.
    last_status, last_error
        Of the last attempt: the HTTP status, or why there was none.
    """

    delivery_id: str
    event: str
    alarm_id: str
    body: str = field(repr=False)
    created_at: datetime
    attempts: int
    next_attempt_at: datetime
    claimed_until: datetime | None
    delivered_at: datetime | None
    dead_at: datetime | None
    last_status: int | None
    last_error: str | None

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.delivered_at is not None:
            return State.DELIVERED
        return State.WAITING if self.dead_at is None else State.DEAD


class Outbox:
    """The messages in the database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def claim(self, due_by: datetime, now: datetime) -> Delivery | None:
        """Take the message that has been due for longest, with an attempt begun; None without one.

        Parameters
        ----------
        due_by
            What falls due later is left.
        now
            From when the claim counts.
        """
        oldest = _selected(and_(_due(due_by), _free(now))).order_by(
            _OF.next_attempt_at, _OF.delivery_id
        )
        with self.engine.connect() as connection:
            # Looking every few seconds must not keep those waiting who write.
            if connection.execute(oldest.limit(1)).first() is None:
                return None
        with writing(self.engine) as connection:
            row = connection.execute(oldest.limit(1)).first()
            return None if row is None else _claimed(connection, row.delivery_id, now)

    def record(self, delivery: Delivery, answer: Answer, verdict: Verdict) -> bool:
        """Write down what became of an attempt, unless others have moved on.

        A delivery is written down whoever has the message now. A failure counts only while the
        claim is still this sender's.
        """
        mine = _OF.claimed_until == delivery.claimed_until
        holds = mine if verdict.outcome is not Outcome.DELIVERED else _OF.delivered_at.is_(None)
        with writing(self.engine) as connection:
            changed = connection.execute(
                _change(delivery.delivery_id, holds).values(
                    claimed_until=None,
                    last_status=answer.status,
                    last_error=answer.error,
                    **_moved(verdict),
                )
            )
        return changed.rowcount == 1

    def release(self, delivery: Delivery) -> None:
        """Give a message back that was cut short: it is due at once."""
        mine = _OF.claimed_until == delivery.claimed_until
        with writing(self.engine) as connection:
            connection.execute(_change(delivery.delivery_id, mine).values(claimed_until=None))

    def listed(self, limit: int, only_dead: bool = False) -> list[Delivery]:
        """List the newest messages, newest first."""
        wanted = _DEAD if only_dead else true()
        query = _selected(wanted).order_by(_OF.created_at.desc(), _OF.delivery_id.desc())
        with self.engine.connect() as connection:
            return [_delivery(row) for row in connection.execute(query.limit(limit))]

    def revive(self, delivery_id: str, now: datetime) -> None:
        """Put a dead message back in line, for another day.

        Raises
        ------
        NoSuchDelivery
            There is none of that id.
        DeliveryNotDead
            It was delivered, or is in line already.
        """
        with writing(self.engine) as connection:
            row = connection.execute(_selected(_OF.delivery_id == delivery_id)).one_or_none()
            if row is None:
                raise NoSuchDelivery(
                    f"no message {delivery_id}", "the id of one", "See `redress webhook list`."
                )
            if (state := _delivery(row).state) is not State.DEAD:
                raise DeliveryNotDead(
                    f"message {delivery_id} is {state}",
                    "a dead one",
                    "See `redress webhook list --dead`.",
                )
            connection.execute(_in_line_again(_OF.delivery_id == delivery_id, now))

    def revive_all(self, now: datetime) -> int:
        """Put all dead messages back in line; give their number."""
        with writing(self.engine) as connection:
            return connection.execute(_in_line_again(_DEAD, now)).rowcount


def _due(by: datetime) -> ColumnElement[bool]:
    return and_(_WAITING, _OF.next_attempt_at <= by)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(_OF.claimed_until.is_(None), _OF.claimed_until <= now)


def _claimed(connection: Connection, delivery_id: str, now: datetime) -> Delivery:
    connection.execute(
        _change(delivery_id).values(claimed_until=now + CLAIM, attempts=_OF.attempts + 1)
    )
    return _delivery(connection.execute(_selected(_OF.delivery_id == delivery_id)).one())


def _moved(verdict: Verdict) -> dict[str, Any]:
    match verdict.outcome:
        case Outcome.DELIVERED:
            return {"delivered_at": verdict.at, "dead_at": None}
        case Outcome.DEAD:
            return {"dead_at": verdict.at}
        case Outcome.FAILED:
            return {"next_attempt_at": verdict.at}


def _in_line_again(which: ColumnElement[bool], now: datetime) -> Update:
    # Not without an attempt: others may rewrite what nobody can have been told (`models.outbox`).
    again = {"dead_at": None, "created_at": now, "next_attempt_at": now, "attempts": 1}
    return update(DELIVERIES).where(which).values(again)


def _change(delivery_id: str, *holds: ColumnElement[bool]) -> Update:
    return update(DELIVERIES).where(_OF.delivery_id == delivery_id, *holds)


def _selected(which: ColumnElement[bool]) -> Select[Any]:
    return select(*(_OF[one.name] for one in fields(Delivery))).where(which)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**row._mapping)
