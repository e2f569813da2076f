"""A digest laid out: what each template is given, in words, before any markup.

Texts of people are on one line and cut to length here; to escape them is the templates' business.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from models.alarm_words import recurrence_words
from models.alarms import Alarm, Kind
from models.themes import Change, Driver, Event
from serving.digest.charts import Chart, chart_of
from serving.digest.digest import Digest, Entry, Label, Section, Shift
from serving.digest.words import (
    WHAT,
    amount,
    chance,
    clipped,
    counted,
    day,
    figures,
    headline,
    part_of,
    since,
    span,
    standing,
)

__all__ = [
    "MOST_CARDS",
    "Card",
    "Cause",
    "ChangeLine",
    "Figure",
    "Page",
    "Part",
    "ThemeGroup",
    "ThemeLine",
    "page_of",
]

MOST_CARDS: Final = 15
"""Alarms that are told in full; the others are counted."""
MOST_LINES: Final = 6
"""Themes of a group, and changes, that are listed; the others are counted."""
CAUSES: Final = 3
EXEMPLARS: Final = 2
TITLE: Final = 120
EXEMPLAR: Final = 220
VALUE: Final = 80

HEADINGS: Final = {
    Section.OPENED: "Opened",
    Section.GROWN: "Escalated or grown",
    Section.OPEN: "Open from before, unchanged",
    Section.CLOSED: "Closed",
}
GROUPS: Final = {
    "New themes": (Event.BORN, Event.SPLIT),
    "Merged": (Event.MERGED,),
    "No longer found": (Event.RETIRED,),
}


@dataclass(frozen=True)
class Figure:
    """A line of figures: what, this period, the one before, the change."""

    name: str
    now: str
    before: str
    change: str


@dataclass(frozen=True)
class Cause:
    """A fact that points to the cause, and the counts behind it."""

    fact: str
    observed: str
    expected: str


@dataclass(frozen=True)
class ThemeLine:
    """A theme, and what there is to say of it; `url` as of `Card`."""

    theme_id: str
    title: str
    state: str
    url: str = ""


@dataclass(frozen=True)
class Card:
    """An alarm.

    Attributes
    ----------
    what
        What is out of line.
    figures
        Observed against expected.
    recurrence
        How often chance alone would raise it.
    subjects
        Who is hit; empty where nobody can be counted.
    url
        Address of its page; empty: the reader is led nowhere.
    """

    alarm_id: str
    what: str
    title: str
    figures: str
    since: str
    recurrence: str
    subjects: str
    chart: Chart | None
    causes: tuple[Cause, ...]
    exemplars: tuple[str, ...]
    theme: ThemeLine | None
    url: str = ""


@dataclass(frozen=True)
class Part:
    """A section of alarms; `more` says how many are not told."""

    heading: str
    cards: tuple[Card, ...]
    more: str


@dataclass(frozen=True)
class ThemeGroup:
    """Themes that the same became of; `more` says how many are not listed."""

    heading: str
    lines: tuple[ThemeLine, ...]
    more: str


@dataclass(frozen=True)
class ChangeLine:
    """Something that a person changed."""

    when: str
    who: str
    theme: str
    what: str
    reason: str


@dataclass(frozen=True)
class Page:
    """A digest, ready for its templates."""

    title: str
    preheader: str
    headline: str
    period: str
    intake: Figure
    chance: str
    parts: tuple[Part, ...]
    themes: tuple[ThemeGroup, ...]
    changes: tuple[ChangeLine, ...]
    more_changes: str
    suppressed: str
    looked: str


def page_of(digest: Digest, most_cards: int = MOST_CARDS, base: str | None = None) -> Page:
    """Lay out a digest; of more alarms than `most_cards` the first ones are told in full.

    Parameters
    ----------
    base
        As of `serving.digest.html.digest_html`.
    """
    told = headline(digest)
    listed = digest.changes[:MOST_LINES]
    return Page(
        title=f"Redress digest, {span(digest.period)}",
        preheader=_preheader(digest),
        headline=told,
        period=f"{span(digest.period)}, {counted(digest.period.days, 'day')} UTC",
        intake=_intake(digest),
        chance=chance(digest),
        parts=_parts(digest, most_cards, base),
        themes=_groups(digest, base),
        changes=tuple(_change(one, digest.named) for one in listed),
        more_changes=_more(len(digest.changes) - len(listed), "change"),
        suppressed=_suppressed(digest),
        looked=f"As of the discovery of {day(digest.newest, year=True)}.",
    )


def _preheader(digest: Digest) -> str:
    """Name what is most important: an inbox shows it beside the subject."""
    if not digest.entries:
        return chance(digest)
    return "; ".join(clipped(entry.alarm.account.title, 60) for entry in digest.entries[:2])


def _intake(digest: Digest) -> Figure:
    filed, before = digest.intake.filed, digest.intake.before
    if before is None:
        return Figure("Appeals filed", f"{filed:,}", "no history", "")
    change = f"{(filed - before) / before:+.0%}".replace("%", " %") if before else ""
    return Figure("Appeals filed", f"{filed:,}", f"{before:,}", change.replace("-", "−"))


def _parts(digest: Digest, most_cards: int, base: str | None) -> tuple[Part, ...]:
    """Fill the sections in their order, as long as there is room."""
    parts, room = [], most_cards
    for section, heading in HEADINGS.items():
        entries = digest.of(section)
        told = entries[:room]
        room -= len(told)
        if entries:
            cards = tuple(_card(entry, base) for entry in told)
            parts.append(Part(heading, cards, _more(len(entries) - len(told), "alarm")))
    return tuple(parts)


def _card(entry: Entry, base: str | None) -> Card:
    alarm = entry.alarm
    account = alarm.account
    return Card(
        alarm_id=alarm.alarm_id,
        what=_what(alarm),
        title=clipped(account.title, TITLE) or alarm.alarm_id,
        figures=figures(entry),
        since=since(entry),
        recurrence=recurrence_words(entry.last.recurrence_days),
        subjects=counted(account.subjects, "distinct subject") if account.subjects else "",
        chart=chart_of(entry.days),
        causes=tuple(_cause(driver) for driver in account.drivers[:CAUSES]),
        exemplars=_exemplars(entry),
        theme=None if entry.theme is None else _theme(entry.theme, base),
        url=_address(base, f"/alarms/{alarm.alarm_id}"),
    )


def _what(alarm: Alarm) -> str:
    what = WHAT[alarm.account.kind]
    return what if alarm.account.kind is Kind.CAUSE else f"{what} {part_of(alarm)}"


def _cause(driver: Driver) -> Cause:
    return Cause(
        fact=clipped(f"{driver.field}: {driver.value}", VALUE),
        observed=f"{driver.observed:,} of {driver.cases:,}",
        expected=amount(driver.expected),
    )


def _exemplars(entry: Entry) -> tuple[str, ...]:
    """Quote appeals, but not of an alarm that is over."""
    quoted = () if entry.section is Section.CLOSED else entry.alarm.account.exemplars[:EXEMPLARS]
    return tuple(text for one in quoted if (text := clipped(one.text, EXEMPLAR)))


def _address(base: str | None, path: str) -> str:
    return "" if base is None else f"{base}{path}"


def _theme(label: Label, base: str | None) -> ThemeLine:
    owner = f"owner {clipped(label.owner, VALUE)}" if label.owner else "no owner"
    url = _address(base, f"/themes/{label.theme_id}")
    return ThemeLine(label.theme_id, clipped(label.title, TITLE), f"{label.status}, {owner}", url)


def _groups(digest: Digest, base: str | None) -> tuple[ThemeGroup, ...]:
    groups = []
    for heading, events in GROUPS.items():
        shifts = [shift for shift in digest.shifts if shift.event in events]
        if shifts:
            lines = tuple(_shift(shift, base) for shift in shifts[:MOST_LINES])
            more = _more(len(shifts) - len(lines), "theme")
            first = digest.first_look and Event.BORN in events
            note = "The first discovery of all was in these days. " if first else ""
            groups.append(ThemeGroup(heading, lines, f"{note}{more}".strip()))
    return tuple(groups)


def _shift(shift: Shift, base: str | None) -> ThemeLine:
    label = shift.theme
    state = f"{standing(shift)}; {counted(label.cases, 'letter')}"
    url = _address(base, f"/themes/{label.theme_id}")
    return ThemeLine(label.theme_id, clipped(label.title, TITLE), state, url)


def _change(change: Change, named: dict[str, str]) -> ChangeLine:
    new = "cleared" if change.new is None else clipped(change.new, VALUE)
    old = "" if change.old is None else f"{clipped(change.old, VALUE)} → "
    return ChangeLine(
        when=day(change.made_at.date()),
        who=clipped(change.made_by, VALUE),
        theme=f"{change.theme_id} {clipped(named[change.theme_id], VALUE)}",
        what=f"{change.field.replace('_', ' ')}: {old}{new}",
        reason="" if change.reason is None else clipped(change.reason, TITLE),
    )


def _more(number: int, noun: str) -> str:
    return f"And {counted(number, f'more {noun}')}, not told here." if number > 0 else ""


def _suppressed(digest: Digest) -> str:
    """Count what too few subjects stand behind."""
    counts = Counter(alarm=digest.suppressed_alarms, theme=digest.suppressed_themes)
    told = " and ".join(counted(number, noun) for noun, number in counts.items() if number)
    if not told:
        return ""
    return f"{told} not shown, because too few distinct subjects stand behind each."
