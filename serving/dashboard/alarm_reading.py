"""What the page of an alarm reads beside the alarm: what each day told, and where it lies now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa

from features.database import reading
from features.tables import ALARM_DAYS, ALARM_MEMBERS, MAP_PLACES
from models.alarm_book import AlarmBook
from models.alarm_queries import no_such_alarm
from models.alarm_rows import account_of, parts_of
from models.alarms import Account, Against, Alarm, Part
from models.merging import merged_themes
from models.theme_queries import newest

_ID: Final = re.compile(r"A[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True)
class Seen:
    """What was told of an alarm on a day on which it was seen.

    Attributes
    ----------
    parts
        Those of all that was seen of it on that day.
    escalated
        Whether people had escalated the theme that it tells.
    """

    as_of: date
    account: Account
    parts: tuple[Part, ...]
    escalated: bool


def read_alarm(book: AlarmBook, alarm_id: str) -> Alarm:
    """Give an alarm that is told; raises NoSuchAlarm."""
    if _ID.fullmatch(alarm_id) is None:
        raise no_such_alarm(alarm_id)
    return book.alarm(alarm_id)


def seen_days(engine: sa.Engine, alarm_id: str) -> tuple[Seen, ...]:
    """Read what was told of an alarm, by day."""
    day = ALARM_DAYS.c
    query = sa.select(ALARM_DAYS).where(day.alarm_id == alarm_id).order_by(day.as_of)
    with reading(engine) as connection:
        merged = merged_themes(connection)
        rows = connection.execute(query).all()
    return tuple(
        Seen(row.as_of, account_of(row, merged), parts_of(row, merged), row.escalated)
        for row in rows
    )


def days_of(seen: tuple[Seen, ...]) -> tuple[Against, ...]:
    """Join the weeks that the sightings told of the same, by day; a later telling goes first.

    What is expected of a day is known of the sighting for which the day was recent.
    """
    last = seen[-1].account
    told: dict[date, Against] = {}
    for one in seen:
        if (one.account.kind, one.account.part) != (last.kind, last.part):
            continue
        for against in one.account.days:
            before = told.get(against.day, against)
            expected = before.expected if against.expected is None else against.expected
            told[against.day] = Against(against.day, against.observed, expected)
    return tuple(told[day] for day in sorted(told))


def on_the_map(engine: sa.Engine, alarm_id: str) -> int:
    """Count the appeals of an alarm that lie on the map of the newest discovery."""
    with reading(engine) as connection:
        latest = newest(connection)
        member, place = ALARM_MEMBERS.c, MAP_PLACES.c
        here = sa.and_(
            place.appeal_id == member.appeal_id, place.as_of == (latest and latest.as_of)
        )
        query = sa.select(sa.func.count()).select_from(ALARM_MEMBERS.join(MAP_PLACES, here))
        return int(connection.execute(query.where(member.alarm_id == alarm_id)).scalar_one())
