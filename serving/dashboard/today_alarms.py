"""The open alarms as the page Today tells them: what, since when, how far out of line, why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.alarm_words import recurrence_words
from models.alarms import Account, Alarm, Kind
from models.themes import Driver
from serving.dashboard.drawing import Still, still_of
from serving.dashboard.today_reading import Told
from serving.dashboard.wording import counted, day, number, plain

CAUSES: Final = 3
"""Drivers told of an alarm; the rest is on the page of its theme."""
CHART_DAYS: Final = 28
CHART_HEIGHT: Final = 56
FAR: Final = 100
"""Times expected above which the number itself tells no more."""


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


_BADGES: Final = {
    Kind.CAUSE: "new cause",
    Kind.RISE: "rising",
    Kind.FALL: "falling",
    Kind.OVERTURNS: "overturned more",
}


def open_alarms(
    alarms: Sequence[Alarm], themes: Mapping[str, Told], least_subjects: int
) -> OpenAlarms:
    """Tell the alarms, in their order; those of too few subjects are counted.

    Parameters
    ----------
    themes
        Those that may be named, by id.
    """
    shown = [one for one in alarms if _may_be_shown(one.account, themes, least_subjects)]
    return OpenAlarms(tuple(_card(one, themes) for one in shown), len(alarms) - len(shown))


def _may_be_shown(told: Account, themes: Mapping[str, Told], least_subjects: int) -> bool:
    # A fall is made up of appeals that were not filed: it has no subjects of its own.
    enough = told.kind is Kind.FALL or told.subjects >= least_subjects
    return enough and (told.part.theme is None or told.part.theme in themes)


def _card(alarm: Alarm, themes: Mapping[str, Told]) -> AlarmCard:
    told = alarm.account
    theme = told.theme or told.part.theme
    days = told.days[-CHART_DAYS:]
    return AlarmCard(
        alarm_id=alarm.alarm_id,
        badge=_BADGES[told.kind],
        title=told.title,
        told=_sentence(told),
        times=_times(told),
        since=told.since,
        lasts=(alarm.seen_on - told.since).days + 1,
        chance=recurrence_words(told.recurrence_days),
        appeals=alarm.appeals,
        drivers=told.drivers[:CAUSES],
        theme=None if theme is None else themes.get(theme),
        chart=still_of(
            [one.observed for one in days], [one.expected for one in days], height=CHART_HEIGHT
        ),
        chart_words=_drawn(told),
    )


def _sentence(told: Account) -> str:
    within = f"in {counted(told.window_days, 'day')}"
    expected = number(round(told.expected, 1))
    if told.kind is Kind.OVERTURNS:
        of = "" if told.decided is None else f" of {number(told.decided)}"
        decisions = "decision" if told.decided == 1 else "decisions"
        return f"{number(told.observed)}{of} {decisions} overturned {within}, {expected} expected"
    same = " that say the same" if told.kind is Kind.CAUSE else ""
    of = f" of {_part(told)}" if told.part.facts and told.kind is not Kind.CAUSE else ""
    return f"{counted(told.observed, 'appeal')}{same}{of} {within}, {expected} expected"


def _part(told: Account) -> str:
    facts = [
        "this theme" if name == "theme" else f"{name} {plain(value)}"
        for name, value in told.part.facts.items()
    ]
    return ", ".join(facts)


def _times(told: Account) -> str:
    if told.expected <= 0:
        return ""
    ratio = told.observed / told.expected
    if told.kind is Kind.FALL:
        return f"{100 * ratio:.0f} % of expected"
    return f"{number(round(ratio, 1))} × expected" if ratio < FAR else f"over {FAR} × expected"


def _drawn(told: Account) -> str:
    days = told.days[-CHART_DAYS:]
    if not days:
        return "no days are told"
    noun = "overturned decisions" if told.kind is Kind.OVERTURNS else "appeals"
    most = max(days, key=lambda one: one.observed)
    return (
        f"{noun} a day over {counted(len(days), 'day')} up to {day(days[-1].day)},"
        f" at most {number(most.observed)} on {day(most.day)}; the line is what was expected"
    )
