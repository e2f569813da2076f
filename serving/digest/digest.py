"""What a digest tells, as data: how it is read and how it is laid out are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.alarms import Against, Alarm, AlarmDay, Turn
from models.themes import Change, Event, Status
from serving.digest.period import Period

__all__ = ["Digest", "Entry", "Intake", "Label", "Section", "Shift", "entries_of", "section_of"]

DAYS_A_MONTH = 365.25 / 12


class Section(StrEnum):
    """Where an alarm is told, the most important first."""

    OPENED = "opened"
    GROWN = "grown"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Label:
    """A theme as it is named in passing.

    Attributes
    ----------
    cases
        Letters in the window in which it was found last.
    """

    theme_id: str
    title: str
    status: Status
    owner: str | None
    cases: int


@dataclass(frozen=True)
class Entry:
    """An alarm as it stood at the end of the period.

    Attributes
    ----------
    last
        The last of its days in the period or before it.
    current
        Whether it was not seen again after that: what was told last is of that day.
    turn, turned_on
        The gravest thing that became of it in the period, and when last; None for nothing.
    theme
        The theme that it is about, where that may be shown.
    """

    alarm: Alarm
    section: Section
    last: AlarmDay
    current: bool
    turn: Turn | None
    turned_on: date | None
    days: tuple[Against, ...]
    theme: Label | None


@dataclass(frozen=True)
class Shift:
    """What became of a theme: born, split off, merged or retired, and with which others."""

    theme: Label
    day: date
    event: Event
    others: tuple[str, ...]


@dataclass(frozen=True)
class Intake:
    """Appeals filed in the period, and in as many days before it.

    Attributes
    ----------
    before
        None where the history does not reach back so far.
    """

    filed: int
    before: int | None


@dataclass(frozen=True)
class Digest:
    """All that a digest tells.

    Attributes
    ----------
    newest
        Day of the newest discovery.
    accepted
        False alarms a month that are accepted.
    entries
        By section, the most important first.
    shifts, changes
        Those on themes that may be shown; changes by people, the latest first.
    named
        Titles of the themes that `changes` are about.
    first_look
        Whether the first discovery of all is in the period: every theme was born in it.
    suppressed_alarms, suppressed_themes
        Those that too few subjects stand behind: alarms of the period, themes current now.
    """

    period: Period
    newest: date
    intake: Intake
    accepted: float
    entries: tuple[Entry, ...]
    shifts: tuple[Shift, ...]
    changes: tuple[Change, ...]
    named: dict[str, str]
    first_look: bool
    suppressed_alarms: int
    suppressed_themes: int

    @property
    def expected_false_alarms(self) -> float:
        """False alarms that are to be expected in so many days, at the accepted rate."""
        return self.accepted * self.period.days / DAYS_A_MONTH

    def of(self, section: Section) -> tuple[Entry, ...]:
        """Give the alarms of a section."""
        return tuple(entry for entry in self.entries if entry.section is section)


def section_of(alarm: Alarm, period: Period) -> Section | None:
    """Say where an alarm is told; None where it was over before the period, or opened after it.

    One that opened and closed in the period is closed.
    """
    closed = alarm.closed_on
    if alarm.opened_on > period.until or (closed is not None and closed < period.since):
        return None
    if closed is not None and closed <= period.until:
        return Section.CLOSED
    if alarm.opened_on >= period.since:
        return Section.OPENED
    return Section.OPEN if _turn(alarm, period) is None else Section.GROWN


def entries_of(
    alarms: Iterable[Alarm], period: Period, labels: dict[str, Label]
) -> tuple[Entry, ...]:
    """Sort alarms into the sections of a digest; within one, what chance makes rarest first."""
    found = [
        _entry(alarm, section, period, labels)
        for alarm in alarms
        if (section := section_of(alarm, period)) is not None
    ]
    order = list(Section)
    return tuple(sorted(found, key=lambda one: (order.index(one.section), *_weight(one))))


def _entry(alarm: Alarm, section: Section, period: Period, labels: dict[str, Label]) -> Entry:
    account = alarm.account
    theme = account.theme or account.part.theme
    turn = _turn(alarm, period)
    turned = [one.as_of for one in alarm.history if one.turn is turn and one.as_of in period]
    return Entry(
        alarm=alarm,
        section=section,
        last=_last(alarm, period),
        current=alarm.seen_on <= period.until,
        turn=turn,
        turned_on=max(turned, default=None),
        days=tuple(one for one in account.days if one.day <= period.until),
        theme=None if theme is None else labels.get(theme),
    )


def _weight(entry: Entry) -> tuple[bool, float, float, str]:
    """Order by escalation, then by rarity, then by size; the id ends all ties."""
    last = entry.last
    excess = abs(last.observed - last.expected)
    return entry.turn is not Turn.ESCALATED, -last.recurrence_days, -excess, entry.alarm.alarm_id


def _turn(alarm: Alarm, period: Period) -> Turn | None:
    turns = {one.turn for one in alarm.history if one.as_of in period}
    return next((turn for turn in (Turn.ESCALATED, Turn.GREW) if turn in turns), None)


def _last(alarm: Alarm, period: Period) -> AlarmDay:
    told = [one for one in alarm.history if one.as_of <= period.until]
    if told:
        return max(told, key=lambda one: one.as_of)
    account = alarm.account
    return AlarmDay(
        alarm.opened_on,
        Turn.OPENED,
        account.observed,
        account.expected,
        account.recurrence_days,
        alarm.appeals,
    )
