"""Reading alarms from the database, within a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from features.errors import NoSuchAlarm
from features.tables import ALARM_DAYS, ALARM_MEMBERS, ALARM_PLACES, ALARMS
from models.alarm_rows import account_of, day_of, number_of, parts_of, place_of
from models.alarms import Alarm, AlarmDay, Place
from models.episodes import Episode, Family, closed_on, last_seen_of, open_since
from models.merging import merged_themes
from models.theme_queries import newest
from models.themes import Discovery

__all__ = [
    "episodes_before",
    "episodes_on",
    "next_number",
    "no_such_alarm",
    "open_alarms",
    "read_alarms",
    "whole_alarm",
]

_DAY: Final = ALARM_DAYS.c
_TOLD: Final = (_DAY.turn, _DAY.observed, _DAY.expected, _DAY.recurrence_days, _DAY.appeals)


def no_such_alarm(alarm_id: str) -> NoSuchAlarm:
    """Say that an alarm is not there."""
    return NoSuchAlarm(
        f"there is no alarm {alarm_id[:20]!r}",
        "the id of an alarm, such as A7",
        "Take one from the list of alarms.",
    )


def read_alarms(
    connection: sa.Connection, since: date | None = None, alarm_id: str | None = None
) -> list[Alarm]:
    """Read alarms, by number.

    Parameters
    ----------
    since
        Only those that were open on this day or later, or closed on it.
    alarm_id
        Only this one.
    """
    latest = newest(connection)
    if latest is None:
        return []
    seen = sa.select(
        _DAY.alarm_id,
        sa.func.max(_DAY.as_of).label("seen_on"),
        sa.func.min(_DAY.since).label("began"),
    )
    seen = seen.group_by(_DAY.alarm_id)
    if since is not None:
        seen = seen.having(sa.func.max(_DAY.as_of) >= last_seen_of(since))
    if alarm_id is not None:
        seen = seen.where(_DAY.alarm_id == alarm_id)
    return _alarms(connection, seen.subquery(), latest.as_of)


def open_alarms(connection: sa.Connection) -> list[Alarm]:
    """Read the alarms that are open as of the newest discovery, by number."""
    latest = newest(connection)
    alarms = [] if latest is None else read_alarms(connection, since=latest.as_of)
    return [alarm for alarm in alarms if alarm.closed_on is None]


def whole_alarm(connection: sa.Connection, alarm_id: str) -> Alarm:
    """Read an alarm; raises NoSuchAlarm."""
    alarms = read_alarms(connection, alarm_id=alarm_id)
    if not alarms:
        raise no_such_alarm(alarm_id)
    return alarms[0]


def _alarms(connection: sa.Connection, seen: sa.Subquery, as_of: date) -> list[Alarm]:
    history = _histories(connection, seen)
    last = sa.and_(seen.c.alarm_id == _DAY.alarm_id, seen.c.seen_on == _DAY.as_of)
    merged = merged_themes(connection)
    alarms = [
        Alarm(
            alarm_id=row.alarm_id,
            # What makes it up today is of the last days; it is the same since it began.
            account=replace(account_of(row, merged), since=row.began),
            opened_on=history[row.alarm_id][0].as_of,
            seen_on=row.as_of,
            closed_on=closed_on(row.as_of, as_of),
            appeals=row.appeals,
            history=tuple(history[row.alarm_id]),
        )
        for row in connection.execute(sa.select(ALARM_DAYS, seen.c.began).join(seen, last))
    ]
    return sorted(alarms, key=lambda alarm: number_of(alarm.alarm_id))


def _histories(connection: sa.Connection, seen: sa.Subquery) -> dict[str, list[AlarmDay]]:
    query: sa.Select[Any] = sa.select(_DAY.alarm_id, _DAY.as_of, *_TOLD)
    same = seen.c.alarm_id == _DAY.alarm_id
    histories: dict[str, list[AlarmDay]] = {}
    for row in connection.execute(query.join(seen, same).order_by(_DAY.as_of)):
        histories.setdefault(row.alarm_id, []).append(day_of(row))
    return histories


def next_number(connection: sa.Connection) -> int:
    """Give a number that no alarm has had."""
    ids = connection.execute(sa.select(ALARMS.c.alarm_id)).scalars()
    return max(map(number_of, ids), default=0) + 1


def episodes_before(connection: sa.Connection, discovery: Discovery) -> list[Episode]:
    """Read what the alarms are recognised by that can go on, as of the days before a discovery."""
    as_of, last = discovery.as_of, newest(connection, before=discovery.as_of)
    since = open_since(as_of, None if last is None else last.as_of)
    lately = sa.and_(_DAY.as_of >= since, _DAY.as_of < as_of)
    places = _places(connection, since, discovery)
    return [
        replace(one, places=tuple(places.get(one.number, ())))
        for one in _episodes(connection, lately, ALARM_MEMBERS.c.as_of < as_of)
    ]


def _places(connection: sa.Connection, since: date, discovery: Discovery) -> dict[int, list[Place]]:
    """Read where causes lay on the days before a discovery, in the space of its encoder."""
    place = ALARM_PLACES.c
    query = sa.select(ALARM_PLACES).where(
        place.as_of >= since, place.as_of < discovery.as_of, place.encoder == discovery.encoder
    )
    places: dict[int, list[Place]] = {}
    for row in connection.execute(query.order_by(place.as_of, place.place)):
        places.setdefault(number_of(row.alarm_id), []).append(place_of(row))
    return places


def episodes_on(connection: sa.Connection, as_of: date) -> list[Episode]:
    """Read what an earlier discovery of a day told of its alarms."""
    return _episodes(connection, _DAY.as_of == as_of, sa.true(), told=True)


def _episodes(
    connection: sa.Connection,
    lately: sa.ColumnElement[bool],
    joined: sa.ColumnElement[bool],
    told: bool = False,
) -> list[Episode]:
    merged, days = merged_themes(connection), ALARM_DAYS
    rows: dict[str, list[sa.Row[Any]]] = {}
    for row in connection.execute(sa.select(days).where(lately).order_by(_DAY.as_of)):
        rows.setdefault(row.alarm_id, []).append(row)
    members = _members(connection, list(rows), joined)
    families = dict(connection.execute(sa.select(ALARMS.c.alarm_id, ALARMS.c.family)).all())
    found = []
    for alarm, its in rows.items():
        found.append(
            Episode(
                number=number_of(alarm),
                family=Family(families[alarm]),
                parts=frozenset(part for row in its for part in parts_of(row, merged)),
                appeals=frozenset(members.get(alarm, ())),
                told=account_of(its[-1], merged) if told else None,
            )
        )
    return found


def _members(
    connection: sa.Connection, alarms: Sequence[str], joined: sa.ColumnElement[bool]
) -> dict[str, list[str]]:
    member = ALARM_MEMBERS.c
    query = sa.select(member.alarm_id, member.appeal_id).where(member.alarm_id.in_(alarms), joined)
    members: dict[str, list[str]] = {}
    for alarm, appeal in connection.execute(query):
        members.setdefault(alarm, []).append(appeal)
    return members
