"""How the sightings of a day enter the catalogue: they replace those of the day, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from features.tables import ALARM_DAYS, ALARM_MEMBERS, ALARM_PLACES, ALARMS
from models.alarm_queries import episodes_before, episodes_on, next_number, open_alarms
from models.alarm_rows import account_row, day_of, id_of, place_row
from models.alarms import Account, Alarm, AlarmDay, Sighting, Turn
from models.episodes import Told, assign, family_of, turn_of
from models.keyphrases import titles
from models.outbox import BY_PEOPLE, put_in_line, settle_day
from models.themes import Discovery

__all__ = ["enter_alarms", "escalate_alarms", "tells"]


def enter_alarms(
    connection: sa.Connection, discovery: Discovery, sightings: Iterable[Sighting], webhook: bool
) -> None:
    """Write the sightings of a discovery that is in the catalogue already.

    Those of an earlier discovery of the same day go; alarms keep the numbers that it gave them. In
    a transaction of the caller's.

    Parameters
    ----------
    webhook
        Whether what opens and escalates is put in line to be sent.
    """
    as_of = discovery.as_of
    superseded = episodes_on(connection, as_of)
    before = episodes_before(connection, discovery)
    told = assign(sightings, before, superseded, next_number(connection))
    escalated = _escalated(connection, as_of)
    _forget(connection, as_of)
    _write_alarms(connection, told)
    _write_members(connection, told, as_of)
    _write_days(connection, told, as_of, escalated)
    _write_places(connection, told, discovery)
    settle_day(connection, as_of, discovery.made_at, webhook)


def escalate_alarms(connection: sa.Connection, theme_id: str, at: datetime, webhook: bool) -> None:
    """Escalate the open alarms that tell a theme which people have escalated.

    Parameters
    ----------
    at
        When they did (aware).
    webhook
        As of `enter_alarms`.
    """
    day = ALARM_DAYS.c
    for alarm in open_alarms(connection):
        if not tells(alarm.account, theme_id):
            continue
        last = (day.alarm_id == alarm.alarm_id, day.as_of == alarm.seen_on)
        connection.execute(sa.update(ALARM_DAYS).where(*last).values(**_by_people(alarm)))
        if webhook:
            put_in_line(connection, BY_PEOPLE, alarm.alarm_id, alarm.seen_on, at)


def tells(account: Account, theme_id: str) -> bool:
    """Tell whether an account is of a theme: of one that its appeals are in, or of a part of it."""
    return theme_id in (account.theme, account.part.theme)


def _by_people(alarm: Alarm) -> dict[str, Any]:
    """Mark a day as one on which people escalated; the first one stays the one that opened."""
    turn = {} if len(alarm.history) == 1 else {"turn": Turn.ESCALATED.value}
    return {"escalated": True, **turn}


def _escalated(connection: sa.Connection, as_of: date) -> frozenset[str]:
    day = ALARM_DAYS.c
    query = sa.select(day.alarm_id).where(day.as_of == as_of, day.escalated)
    return frozenset(connection.execute(query).scalars())


def _forget(connection: sa.Connection, as_of: date) -> None:
    for table in (ALARM_PLACES, ALARM_MEMBERS, ALARM_DAYS):
        connection.execute(sa.delete(table).where(table.c.as_of == as_of))


def _write_alarms(connection: sa.Connection, told: Sequence[Told]) -> None:
    there = set(connection.execute(sa.select(ALARMS.c.alarm_id)).scalars())
    rows = [
        {"alarm_id": id_of(one.number), "family": family_of(one.account.kind).value}
        for one in told
        if id_of(one.number) not in there
    ]
    if rows:
        connection.execute(sa.insert(ALARMS), rows)


def _write_members(connection: sa.Connection, told: Sequence[Told], as_of: date) -> None:
    member = ALARM_MEMBERS.c
    rows = []
    for one in told:
        alarm = id_of(one.number)
        query = sa.select(member.appeal_id).where(member.alarm_id == alarm)
        new = one.appeals.difference(connection.execute(query).scalars())
        rows += [{"alarm_id": alarm, "appeal_id": appeal, "as_of": as_of} for appeal in sorted(new)]
    if rows:
        connection.execute(sa.insert(ALARM_MEMBERS), rows)


def _write_days(
    connection: sa.Connection, alarms: Sequence[Told], as_of: date, escalated: frozenset[str]
) -> None:
    rows = []
    for one in alarms:
        alarm = id_of(one.number)
        appeals, by_people = _appeals(connection, alarm), alarm in escalated
        turn = turn_of(appeals, _history(connection, alarm), by_people)
        day = {"alarm_id": alarm, "as_of": as_of, "turn": turn.value, "appeals": appeals}
        told = {**account_row(one.account), "parts": [part.facts for part in one.parts]}
        told["title"] = _title(connection, alarm, one.account)
        rows.append({**day, "escalated": by_people, **told})
    if rows:
        connection.execute(sa.insert(ALARM_DAYS), rows)


def _title(connection: sa.Connection, alarm: str, account: Account) -> str:
    """Keep the title of the last day while each of its phrases still tells the cause."""
    day = ALARM_DAYS.c
    query = sa.select(day.title).where(day.alarm_id == alarm).order_by(day.as_of.desc()).limit(1)
    before = connection.execute(query).scalar()
    (title,) = titles([account.phrases], [before])
    return title if title and title == before else account.title


def _appeals(connection: sa.Connection, alarm: str) -> int:
    query = sa.select(sa.func.count()).where(ALARM_MEMBERS.c.alarm_id == alarm)
    return int(connection.execute(query).scalar_one())


def _history(connection: sa.Connection, alarm: str) -> list[AlarmDay]:
    day = ALARM_DAYS.c
    query = sa.select(ALARM_DAYS).where(day.alarm_id == alarm).order_by(day.as_of)
    return [day_of(row) for row in connection.execute(query)]


def _write_places(connection: sa.Connection, told: Sequence[Told], discovery: Discovery) -> None:
    rows = []
    for one in told:
        places = [sighting.place for sighting in one.sightings if sighting.place is not None]
        same = {
            "alarm_id": id_of(one.number),
            "as_of": discovery.as_of,
            "encoder": discovery.encoder,
        }
        rows += [{**same, "place": at, **place_row(own)} for at, own in enumerate(places)]
    if rows:
        connection.execute(sa.insert(ALARM_PLACES), rows)
