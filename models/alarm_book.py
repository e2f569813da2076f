"""The alarms as people read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from features.database import reading
from models.alarm_queries import no_such_alarm, read_alarms, whole_alarm
from models.alarm_rows import number_of
from models.alarms import Alarm, Kind
from models.theme_queries import newest

__all__ = ["AlarmBook", "Raised"]


@dataclass(frozen=True)
class Raised:
    """Alarms, as of the newest discovery.

    Attributes
    ----------
    as_of
        Its day; None before the first.
    alarms
        The open ones first, what chance makes rarest first; then those that closed, the latest
        first.
    suppressed
        Those that were asked for, but that too few subjects stand behind.
    """

    as_of: date | None
    alarms: tuple[Alarm, ...]
    suppressed: int = 0


class AlarmBook:
    """Reads alarms from the database; `models.catalog.Catalog.write` enters them.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    least_subjects
        Distinct subjects below which an alarm is not told.
    """

    def __init__(self, engine: sa.Engine, least_subjects: int = 1) -> None:
        self.engine = engine
        self.least_subjects = least_subjects

    def alarms(
        self,
        *,
        is_open: bool | None = None,
        since: date | None = None,
        kinds: Collection[Kind] = tuple(Kind),
    ) -> Raised:
        """List alarms.

        Parameters
        ----------
        is_open
            Only those that are open, or only those that are not; None: both.
        since
            Only those that were open on this day or later, or closed on it: whatever opened, was
            seen, grew or closed since is among them.
        kinds
            Only those that were told last as one of these.
        """
        with reading(self.engine) as connection:
            latest = newest(connection)
            alarms = read_alarms(connection, since)
        wanted = [
            alarm
            for alarm in alarms
            if alarm.account.kind in kinds
            and (is_open is None or is_open is (alarm.closed_on is None))
        ]
        told = [one for one in wanted if one.account.subjects >= self.least_subjects]
        as_of = None if latest is None else latest.as_of
        return Raised(as_of, tuple(sorted(told, key=_urgency)), len(wanted) - len(told))

    def alarm(self, alarm_id: str) -> Alarm:
        """Give an alarm.

        Raises
        ------
        NoSuchAlarm
            There is none that is told.
        """
        with reading(self.engine) as connection:
            alarm = whole_alarm(connection, alarm_id)
        if alarm.account.subjects < self.least_subjects:
            raise no_such_alarm(alarm_id)
        return alarm


def _urgency(alarm: Alarm) -> tuple[bool, int, float, int]:
    closed = alarm.closed_on
    latest = 0 if closed is None else -closed.toordinal()
    return closed is not None, latest, alarm.account.p, number_of(alarm.alarm_id)
