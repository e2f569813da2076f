"""The rows of the list of alarms: chosen, sorted, and written as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from models.alarm_words import recurrence_words
from models.alarms import Alarm, Kind
from models.themes import Driver
from serving.dashboard.alarm_question import Question
from serving.dashboard.alarm_telling import BADGES, lasts, part_words, ratio_of, theme_of, times
from serving.dashboard.csv_files import csv_of
from serving.dashboard.drawing import Spark, spark_of
from serving.dashboard.today_reading import Told

SPARK_DAYS: Final = 28


@dataclass(frozen=True)
class AlarmRow:
    """An alarm in a list.

    Attributes
    ----------
    badge
        What is out of line, in two words.
    seen_on, closed_on
        The last day on which it was seen; the day from which it counts as over, or None.
    lasts
        Days from the first to the last on which it was seen.
    appeals
        All that ever made it up.
    observed, expected, window_days
        As of `models.alarms.Account`, when it was seen last.
    times
        How far above expected, in words; empty where nothing was expected.
    chance
        How often chance alone raises one such alarm, in words.
    part
        The part of the intake that it is about, in words; empty: all of it, or a cause.
    theme
        The theme that most of it is in, where that may be shown.
    daily
        Appeals of each of the last `SPARK_DAYS` days up to the one on which it was seen last.
    """

    alarm_id: str
    kind: Kind
    badge: str
    title: str
    since: date
    opened_on: date
    seen_on: date
    closed_on: date | None
    lasts: int
    appeals: int
    observed: int
    expected: float
    decided: int | None
    window_days: int
    ratio: float | None
    times: str
    recurrence_days: float
    chance: str
    subjects: int
    part: str
    driver: Driver | None
    theme: Told | None
    daily: tuple[int, ...]

    @property
    def spark(self) -> Spark:
        """Its last weeks, drawn."""
        return spark_of(self.daily)

    @property
    def state(self) -> str:
        """Whether it is `open` or `closed`."""
        return "open" if self.closed_on is None else "closed"


def row_of(alarm: Alarm, themes: Mapping[str, Told]) -> AlarmRow:
    """Put the row of an alarm together.

    Parameters
    ----------
    themes
        Those that may be named, by id.
    """
    told = alarm.account
    return AlarmRow(
        alarm_id=alarm.alarm_id,
        kind=told.kind,
        badge=BADGES[told.kind],
        title=told.title,
        since=told.since,
        opened_on=alarm.opened_on,
        seen_on=alarm.seen_on,
        closed_on=alarm.closed_on,
        lasts=lasts(alarm),
        appeals=alarm.appeals,
        observed=told.observed,
        expected=told.expected,
        decided=told.decided,
        window_days=told.window_days,
        ratio=ratio_of(told),
        times=times(told),
        recurrence_days=told.recurrence_days,
        chance=recurrence_words(told.recurrence_days),
        subjects=told.subjects,
        part=part_words(told.part),
        driver=told.drivers[0] if told.drivers else None,
        theme=theme_of(told, themes),
        daily=tuple(one.observed for one in told.days[-SPARK_DAYS:]),
    )


def asked_for(alarm: Alarm, question: Question) -> bool:
    """Tell whether a question is about an alarm."""
    state = "open" if alarm.closed_on is None else "closed"
    over = alarm.closed_on or date.max
    return (
        question.state in ("", state)
        and (not question.kinds or alarm.account.kind in question.kinds)
        and (question.until is None or alarm.account.since <= question.until)
        and (question.since is None or over >= question.since)
        and question.text.casefold() in f"{alarm.alarm_id} {alarm.account.title}".casefold()
    )


_KEYS: Final[Mapping[str, Callable[[AlarmRow], Any]]] = {
    "title": lambda row: row.title.casefold(),
    "since": lambda row: row.since,
    "lasts": lambda row: row.lasts,
    "appeals": lambda row: row.appeals,
    "times": lambda row: -1.0 if row.ratio is None else row.ratio,
    "chance": lambda row: row.recurrence_days,
    "theme": lambda row: "" if row.theme is None else row.theme.title.casefold(),
}


def in_order(rows: Iterable[AlarmRow], question: Question) -> list[AlarmRow]:
    """Sort rows that come open ones first, then the latest closed; equal ones stay so."""
    if question.sort == "new":
        told = list(rows)
        return told if question.falling else told[::-1]
    return sorted(rows, key=_KEYS[question.sort], reverse=question.falling)


_COLUMNS: Final = (
    "alarm",
    "kind",
    "title",
    "part",
    "state",
    "since",
    "opened on",
    "last seen on",
    "closed on",
    "days",
    "appeals",
    "observed",
    "expected",
    "decided",
    "in days",
    "times expected",
    "recurrence in days",
    "recurrence",
    "sellers",
    "likely cause",
    "theme",
    "title of the theme",
    "status",
    "owner",
)


def alarms_csv(rows: Iterable[AlarmRow]) -> str:
    """Write rows as CSV; counts and expectations are those of the last day it was seen."""
    return csv_of(_COLUMNS, map(_csv_row, rows))


def _csv_row(row: AlarmRow) -> tuple[object, ...]:
    theme = row.theme
    return (
        row.alarm_id,
        str(row.kind),
        row.title,
        row.part,
        row.state,
        *(one and one.isoformat() for one in (row.since, row.opened_on, row.seen_on)),
        row.closed_on and row.closed_on.isoformat(),
        row.lasts,
        row.appeals,
        row.observed,
        round(row.expected, 2),
        row.decided,
        row.window_days,
        None if row.ratio is None else round(row.ratio, 2),
        round(row.recurrence_days, 1),
        row.chance,
        row.subjects,
        f"{row.driver.field}:{row.driver.value}" if row.driver else None,
        *((theme.theme_id, theme.title, str(theme.status), theme.owner) if theme else (None,) * 4),
    )
