"""Alarms as the page Today tells them: what, since when, how far out of line, why; what closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from models.alarm_book import AlarmBook
from models.alarm_words import recurrence_words
from models.alarms import Alarm
from models.themes import Driver
from serving.dashboard.alarm_question import Question
from serving.dashboard.alarm_telling import (
    BADGES,
    drawn,
    lasts,
    may_be_shown,
    sentence,
    theme_of,
    times,
    usual,
)
from serving.dashboard.drawing import Still, still_of
from serving.dashboard.today_reading import Told

CAUSES: Final = 3
"""Drivers told of an alarm; the rest is on its page."""
CLOSED_DAYS: Final = 28
"""Days up to the newest discovery whose closed alarms are named."""
MOST_CLOSED: Final = 12
"""Closed alarms that are named; the page of alarms tells the rest."""
CHART_DAYS: Final = 28
CHART_HEIGHT: Final = 56


@dataclass(frozen=True)
class AlarmCard:
    """An open alarm.

    Attributes
    ----------
    badge, told
        What is out of line, in two words and in a sentence.
    times
        How far above expected, or below it; empty where nothing was expected.
    chance
        How often chance alone raises one such alarm, in words.
    appeals
        All that ever made it up.
    theme
        The theme that most of it is in, where that may be shown.
    chart, chart_words
        Its last weeks, drawn and in a sentence.
    """

    alarm_id: str
    badge: str
    title: str
    told: str
    times: str
    since: date
    lasts: int
    chance: str
    appeals: int
    drivers: tuple[Driver, ...]
    theme: Told | None
    chart: Still
    chart_words: str


@dataclass(frozen=True)
class OpenAlarms:
    """Those to be shown, and how many too few subjects stand behind."""

    cards: tuple[AlarmCard, ...]
    suppressed: int


@dataclass(frozen=True)
class ClosedAlarm:
    """An alarm that closed lately."""

    alarm_id: str
    title: str
    closed_on: date


@dataclass(frozen=True)
class ClosedAlarms:
    """Those that closed in so many last days: the latest ones, how many more, and where."""

    days: int
    alarms: tuple[ClosedAlarm, ...]
    url: str
    more: str = ""


def open_alarms(
    alarms: Sequence[Alarm],
    themes: Mapping[str, Told],
    least_subjects: int,
    suppressed: int = 0,
) -> OpenAlarms:
    """Tell the alarms, in their order; those of too few subjects are counted.

    Parameters
    ----------
    themes
        Those that may be named, by id.
    suppressed
        Alarms that are left out already.
    """
    shown = [one for one in alarms if may_be_shown(one.account, themes, least_subjects)]
    hidden = suppressed + len(alarms) - len(shown)
    return OpenAlarms(tuple(_card(one, themes) for one in shown), hidden)


def closed_alarms(
    book: AlarmBook, as_of: date | None, themes: Mapping[str, Told], least_subjects: int
) -> ClosedAlarms:
    """Name the alarms that closed in the last weeks, the latest first.

    Parameters
    ----------
    as_of
        Day of the newest discovery; None before the first.
    """
    if as_of is None:
        return ClosedAlarms(CLOSED_DAYS, (), "")
    since = as_of - timedelta(days=CLOSED_DAYS - 1)
    raised = book.alarms(is_open=False, since=since)
    links = [
        ClosedAlarm(one.alarm_id, one.account.title, one.closed_on)
        for one in raised.alarms
        if one.closed_on is not None and may_be_shown(one.account, themes, least_subjects)
    ]
    asked = Question(state="closed", since=since)
    more = f"{len(links) - MOST_CLOSED:,} more" if len(links) > MOST_CLOSED else ""
    return ClosedAlarms(CLOSED_DAYS, tuple(links[:MOST_CLOSED]), asked.url(), more)


def _card(alarm: Alarm, themes: Mapping[str, Told]) -> AlarmCard:
    told = alarm.account
    days = told.days[-CHART_DAYS:]
    return AlarmCard(
        alarm_id=alarm.alarm_id,
        badge=BADGES[told.kind],
        title=told.title,
        told=sentence(told),
        times=times(told),
        since=told.since,
        lasts=lasts(alarm),
        chance=recurrence_words(told.recurrence_days),
        appeals=alarm.appeals,
        drivers=told.drivers[:CAUSES],
        theme=theme_of(told, themes),
        chart=still_of([one.observed for one in days], usual(told, days), height=CHART_HEIGHT),
        chart_words=drawn(told, days),
    )
