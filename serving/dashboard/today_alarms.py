"""The open alarms as the page Today tells them: what, since when, how far out of line, why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.alarm_words import recurrence_words
from models.alarms import Alarm
from models.themes import Driver
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


def open_alarms(
    alarms: Sequence[Alarm], themes: Mapping[str, Told], least_subjects: int
) -> OpenAlarms:
    """Tell the alarms, in their order; those of too few subjects are counted.

    Parameters
    ----------
    themes
        Those that may be named, by id.
    """
    shown = [one for one in alarms if may_be_shown(one.account, themes, least_subjects)]
    return OpenAlarms(tuple(_card(one, themes) for one in shown), len(alarms) - len(shown))


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
