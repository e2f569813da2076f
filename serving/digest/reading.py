"""Reads what a digest tells from the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from features.database import reading
from features.errors import NoDiscovery
from features.settings import Settings
from features.tables import APPEALS, DISCOVERIES, THEME_CHANGES, THEME_LINEAGE, THEMES
from models.alarm_queries import read_alarms
from models.alarms import Alarm, Kind
from models.theme_queries import newest
from models.theme_rows import descent_of
from models.themes import Change, Descent, Event, Status
from serving.digest.digest import Digest, Intake, Label, Shift, entries_of, section_of
from serving.digest.period import Period, period_of

__all__ = ["read_digest"]

_TOLD = (Event.BORN, Event.SPLIT, Event.MERGED, Event.RETIRED)
_LOST = (Event.MERGED, Event.RETIRED)


def read_digest(
    engine: sa.Engine, settings: Settings, since: date, until: date | None, today: date
) -> Digest:
    """Read what a digest tells of some days, all of it as of one moment.

    Parameters
    ----------
    since, until
        The first day and the last one, UTC; without a last one, that of the newest discovery, or
        `since` where that is later.
    today
        Days after it are refused.

    Raises
    ------
    NoDiscovery
        Nothing has been discovered yet.
    InvalidDate
        As of `serving.digest.period.period_of`.
    """
    with reading(engine) as connection:
        newest_day = _newest_day(connection)
        period = period_of(since, until, newest_day, today)
        labels, hidden = _labels(connection, settings.least_subjects)
        alarms = read_alarms(connection, period.since)
        told, suppressed = _told(alarms, period, hidden, settings.least_subjects)
        changes = [one for one in _changes(connection, period) if one.theme_id in labels]
        return Digest(
            period=period,
            newest=newest_day,
            intake=_intake(connection, period),
            accepted=settings.accepted_false_alarms,
            entries=entries_of(told, period, labels),
            shifts=_shifts(_descents(connection, period), labels),
            changes=tuple(changes),
            named={one.theme_id: labels[one.theme_id].title for one in changes},
            first_look=_first_day(connection) in period,
            suppressed_alarms=suppressed,
            suppressed_themes=_suppressed(connection, hidden),
        )


def _newest_day(connection: sa.Connection) -> date:
    latest = newest(connection)
    if latest is None:
        raise NoDiscovery(
            "nothing has been discovered yet: there is nothing that a digest could tell",
            "at least one discovery",
            "Run `redress discover` first, and then daily.",
        )
    return latest.as_of


def _first_day(connection: sa.Connection) -> date:
    first: date = connection.execute(sa.select(sa.func.min(DISCOVERIES.c.as_of))).scalar_one()
    return first


def _labels(
    connection: sa.Connection, least_subjects: int
) -> tuple[dict[str, Label], frozenset[str]]:
    """Name the themes that may be shown; and give the ids of the others."""
    columns = THEMES.c
    named = sa.func.coalesce(columns.given_title, columns.title)
    told = (columns.theme_id, named, columns.status, columns.owner, columns.cases)
    labels, hidden = {}, set()
    for theme, title, status, owner, cases, subjects in connection.execute(
        sa.select(*told, columns.subjects)
    ):
        if subjects < least_subjects:
            hidden.add(theme)
        else:
            labels[theme] = Label(theme, title, Status(status), owner, cases)
    return labels, frozenset(hidden)


def _told(
    alarms: Iterable[Alarm], period: Period, hidden: frozenset[str], least_subjects: int
) -> tuple[list[Alarm], int]:
    """Leave out the alarms that too few subjects stand behind, and count those of the period."""
    due = [alarm for alarm in alarms if section_of(alarm, period) is not None]
    told = [alarm for alarm in due if not _is_hidden(alarm, hidden, least_subjects)]
    return told, len(due) - len(told)


def _is_hidden(alarm: Alarm, hidden: frozenset[str], least_subjects: int) -> bool:
    account = alarm.account
    # A fall is made up of appeals that were not filed: it has no subjects of its own.
    few = account.kind is not Kind.FALL and account.subjects < least_subjects
    return few or account.part.theme in hidden


def _intake(connection: sa.Connection, period: Period) -> Intake:
    first = connection.execute(sa.select(sa.func.min(APPEALS.c.submitted_at))).scalar_one()
    before = period.before
    reaches = first is not None and first.date() <= before.since
    return Intake(_filed(connection, period), _filed(connection, before) if reaches else None)


def _filed(connection: sa.Connection, period: Period) -> int:
    filed = APPEALS.c.submitted_at
    query = sa.select(sa.func.count()).where(filed >= period.start, filed < period.end)
    return int(connection.execute(query).scalar_one())


def _descents(connection: sa.Connection, period: Period) -> list[Descent]:
    """Read the lineage of the period, by day and theme number."""
    lineage = THEME_LINEAGE.c
    query = sa.select(THEME_LINEAGE).where(
        lineage.as_of.between(period.since, period.until),
        lineage.event.in_([str(event) for event in _TOLD]),
    )
    ordered = query.order_by(lineage.as_of, sa.func.length(lineage.theme_id), lineage.theme_id)
    return [descent_of(row) for row in connection.execute(ordered)]


def _shifts(descents: Iterable[Descent], labels: dict[str, Label]) -> tuple[Shift, ...]:
    """Tell what became of each theme over the period, the largest themes first.

    The last event counts; a theme that was born and lost in the period is not told.
    """
    ends: dict[str, Descent] = {}
    born: set[str] = set()
    for one in descents:
        born |= {one.theme_id} if one.event in (Event.BORN, Event.SPLIT) else set()
        ends[one.theme_id] = one
    shifts = [
        Shift(labels[theme], one.as_of, one.event, one.into or one.parents)
        for theme, one in ends.items()
        if theme in labels and not (theme in born and one.event in _LOST)
    ]
    return tuple(sorted(shifts, key=lambda shift: -shift.theme.cases))


def _changes(connection: sa.Connection, period: Period) -> list[Change]:
    """Read what people changed in the period, the latest first; of a merge its one side."""
    columns = THEME_CHANGES.c
    query = sa.select(*(one for one in columns if one.name != "change_id")).where(
        columns.made_at >= period.start,
        columns.made_at < period.end,
        columns.field != "took_in",
    )
    return [Change(*row) for row in connection.execute(query.order_by(columns.change_id.desc()))]


def _suppressed(connection: sa.Connection, hidden: frozenset[str]) -> int:
    query = sa.select(THEMES.c.theme_id).where(
        THEMES.c.retired_on.is_(None), THEMES.c.merged_into.is_(None)
    )
    return len(hidden.intersection(connection.execute(query).scalars()))
