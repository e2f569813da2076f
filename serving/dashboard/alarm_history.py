"""What became of an alarm: opened, grew, escalated, was told otherwise, closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Final

from models.alarm_words import recurrence_words
from models.alarms import Alarm, AlarmDay, Kind, Turn
from models.episodes import ABSENT
from serving.dashboard.alarm_reading import Seen
from serving.dashboard.alarm_telling import BADGES, amount
from serving.dashboard.wording import counted, day, number

_TURNS: Final = {Turn.OPENED: "opened", Turn.GREW: "grew", Turn.ESCALATED: "escalated"}


@dataclass(frozen=True)
class Event:
    """A line of the history of an alarm.

    Attributes
    ----------
    what
        In a word or a few.
    told
        What was counted by then, in a sentence; empty: nothing to tell.
    before, after
        The titles, where the title changed; else empty.
    """

    day: date
    what: str
    told: str = ""
    before: str = ""
    after: str = ""


def history_of(alarm: Alarm, seen: Sequence[Seen], least_subjects: int) -> tuple[Event, ...]:
    """Tell the history, the latest first.

    Parameters
    ----------
    seen
        By day. The titles of days on which too few subjects stood behind it are left out.
    """
    events = [*_turns(alarm), *_renamed(seen, least_subjects), *_by_people(alarm, seen)]
    events.sort(key=lambda event: event.day)
    if alarm.closed_on is not None:
        why = f"it had not been seen for {counted(ABSENT.days, 'day')}"
        events.append(Event(alarm.closed_on, "closed", why))
    return tuple(reversed(events))


def _turns(alarm: Alarm) -> Iterator[Event]:
    """Tell what became of it, day by day; days in a row on which it was only seen, once."""
    is_overturns = alarm.account.kind is Kind.OVERTURNS
    for turn, run in groupby(alarm.history, key=lambda one: one.turn):
        days = list(run)
        if turn is Turn.SEEN:
            yield Event(days[-1].as_of, _seen(days), _figures(days[-1], is_overturns))
            continue
        for one in days:
            yield Event(one.as_of, _TURNS[turn], _figures(one, is_overturns))


def _seen(days: Sequence[AlarmDay]) -> str:
    if len(days) == 1:
        return "seen again"
    return f"seen again on {counted(len(days), 'day')} since {day(days[0].as_of)}"


def _figures(one: AlarmDay, is_overturns: bool) -> str:
    what = "overturned" if is_overturns else "counted"
    return (
        f"{number(one.observed)} {what}, {amount(one.expected)} expected;"
        f" {counted(one.appeals, 'appeal')} in all; by chance"
        f" {recurrence_words(one.recurrence_days)}"
    )


def _renamed(seen: Iterable[Seen], least_subjects: int) -> Iterator[Event]:
    told = [one for one in seen if one.account.subjects >= least_subjects]
    for before, after in pairwise(told):
        if before.account.title != after.account.title:
            titles = before.account.title, after.account.title
            yield Event(after.as_of, "title changed", "", *titles)
        if before.account.kind is not after.account.kind:
            kinds = f"{BADGES[before.account.kind]} before, {BADGES[after.account.kind]} since"
            yield Event(after.as_of, "told as another kind", kinds)


def _by_people(alarm: Alarm, seen: Iterable[Seen]) -> Iterator[Event]:
    """Tell that people escalated it on the day it opened: on that one, the turn does not say so."""
    for one in seen:
        if one.escalated and one.as_of == alarm.opened_on:
            yield Event(one.as_of, "escalated", "people escalated its theme")
