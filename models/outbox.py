"""What is to be told outside: put in line in the transaction that makes it so.

Who sends it is `serving.webhook`. A day's event of an alarm is in line once, whatever is discovered
again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from pydantic_core import to_json

from features.tables import ALARM_DAYS, DELIVERIES
from models.alarm_facts import alarm_told_outside
from models.alarm_queries import whole_alarm
from models.alarms import Turn

__all__ = ["BY_PEOPLE", "ESCALATED", "OPENED", "put_in_line", "settle_day"]

OPENED: Final = "alarm.opened"
ESCALATED: Final = "alarm.escalated"
BY_PEOPLE: Final = "alarm.escalated.people"
"""Told as `alarm.escalated` too, by people: it is another event than one by growth that day."""
_SENT: Final = DELIVERIES.c
_UNSENT: Final = sa.and_(
    _SENT.attempts == 0,
    *(_SENT[name].is_(None) for name in ("claimed_until", "delivered_at", "dead_at")),
    # One that was given up and is in line again may have got through.
    *(_SENT[name].is_(None) for name in ("last_status", "last_error")),
)
"""Nobody has been told, and nobody is just being told."""


def settle_day(connection: sa.Connection, as_of: date, at: datetime, webhook: bool) -> None:
    """Put in line what a discovery opened and escalated.

    What an earlier discovery of the same day put there, and nobody has sent, is said as this one
    says it, or not at all.

    Parameters
    ----------
    as_of
        Day of the discovery.
    at
        When it was made (aware).
    webhook
        Whether anything is to be sent; else what is unsent of the day is taken out of line.
    """
    due = _due(connection, as_of) if webhook else frozenset()
    for delivery, event, alarm in connection.execute(
        sa.select(_SENT.delivery_id, _SENT.event, _SENT.alarm_id).where(
            _SENT.as_of == as_of, _UNSENT
        )
    ).all():
        if (event, alarm) not in due:
            connection.execute(sa.delete(DELIVERIES).where(_SENT.delivery_id == delivery))
    for event, alarm in sorted(due):
        put_in_line(connection, event, alarm, as_of, at)


def put_in_line(
    connection: sa.Connection, event: str, alarm_id: str, as_of: date, at: datetime
) -> None:
    """Put an event in line; where it is there and unsent, it is said anew; if sent, left alone.

    Parameters
    ----------
    as_of
        The day of the alarm that it is about.
    at
        When it came about (aware).
    """
    data = alarm_told_outside(whole_alarm(connection, alarm_id))
    if event in (ESCALATED, BY_PEOPLE):
        data["escalated_by"] = "people" if event == BY_PEOPLE else "growth"
    kind = ESCALATED if event == BY_PEOPLE else event
    message: dict[str, Any] = {"type": kind, "timestamp": at, "data": data}
    body = to_json(message).decode()
    same = (_SENT.event == event, _SENT.alarm_id == alarm_id, _SENT.as_of == as_of)
    if connection.execute(sa.select(_SENT.delivery_id).where(*same)).first() is not None:
        connection.execute(sa.update(DELIVERIES).where(*same, _UNSENT).values(body=body))
        return
    row = {
        "delivery_id": f"msg_{uuid4().hex}",
        "event": event,
        "alarm_id": alarm_id,
        "as_of": as_of,
        "body": body,
        "created_at": at,
        "attempts": 0,
        "next_attempt_at": at,
    }
    connection.execute(sa.insert(DELIVERIES), row)


def _due(connection: sa.Connection, as_of: date) -> Collection[tuple[str, str]]:
    day = ALARM_DAYS.c
    query = sa.select(day.alarm_id, day.turn, day.escalated).where(day.as_of == as_of)
    due = set()
    for alarm, turn, escalated in connection.execute(query):
        if turn == Turn.OPENED:
            due.add((OPENED, alarm))
        if escalated:
            due.add((BY_PEOPLE, alarm))
        elif turn == Turn.ESCALATED:
            due.add((ESCALATED, alarm))
    return due
