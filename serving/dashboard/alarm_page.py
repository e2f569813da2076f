"""The page of an alarm: what, since when, how far out of line, why, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final
from urllib.parse import urlencode

from starlette.responses import Response

from models.alarm_queries import no_such_alarm
from models.alarms import Account, Alarm, Kind
from models.themes import Driver, Exemplar
from serving.dashboard.alarm_figures import days_figure
from serving.dashboard.alarm_history import Event, history_of
from serving.dashboard.alarm_list_rows import AlarmRow, row_of
from serving.dashboard.alarm_question import PATH
from serving.dashboard.alarm_reading import Seen, days_of, on_the_map, read_alarm, seen_days
from serving.dashboard.alarm_telling import DETECTORS, may_be_shown, part_words, sentence
from serving.dashboard.charts import Figure
from serving.dashboard.door import Door
from serving.dashboard.map_question import MapQuestion
from serving.dashboard.marking import Marker, Piece
from serving.dashboard.pages import Page
from serving.dashboard.queue_question import FIELDS as QUEUE_FIELDS
from serving.dashboard.queue_question import PATH as QUEUE
from serving.dashboard.stock import Stock
from serving.dashboard.theme_question import FIELDS as THEME_FIELDS
from serving.dashboard.theme_question import PATH as THEMES
from serving.dashboard.today_reading import Told, told_themes
from serving.dashboard.visits import Visit

_QUEUED: Final = frozenset(QUEUE_FIELDS) - {"theme"}


@dataclass(frozen=True)
class Detected:
    """Why an alarm was opened.

    Attributes
    ----------
    name, method
        What found it, and how that looks.
    part
        The part of the intake that it was found in, in words; empty: everywhere, or all of it.
    told
        What was counted on that day, in a sentence.
    parts
        Other parts in which the same was seen on that day, in words.
    """

    as_of: date
    name: str
    method: str
    part: str
    told: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class DriverLine:
    """A fact that goes with an alarm; the addresses are empty where a page has no such filter."""

    driver: Driver
    themes_url: str
    queue_url: str


@dataclass(frozen=True)
class Letter:
    """An exemplar, redacted, with the words that matter marked."""

    appeal_id: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class AlarmPage(Page):
    """The page of an alarm.

    Attributes
    ----------
    row
        What the list tells of it.
    told
        What was counted and expected when it was seen last, in a sentence.
    fact_url
        Themes that its part's facts are told in, or empty; `facts` are these in words.
    queue_url
        What waits of its theme, or empty.
    mapped, map_url
        Its appeals that lie on the map, and the map on which they are marked.
    """

    template: ClassVar[str] = "alarm.html"
    under: ClassVar[str] = PATH
    has_charts: ClassVar[bool] = True

    row: AlarmRow
    told: str
    theme: Told | None
    trend: Figure | None
    detected: Detected
    drivers: tuple[DriverLine, ...]
    phrases: tuple[str, ...]
    letters: tuple[Letter, ...]
    events: tuple[Event, ...]
    facts: str
    fact_url: str
    queue_url: str
    mapped: int
    map_url: str


class AlarmPages:
    """Puts the page of an alarm together.

    Parameters
    ----------
    stock
        What pages read from.
    """

    def __init__(self, stock: Stock) -> None:
        self.stock = stock

    def add_to(self, door: Door) -> None:
        """Add the page."""

        @door.page(f"{PATH}/{{alarm_id}}")
        def alarm(visit: Visit) -> Response:
            page = self.page(visit.part("alarm_id"))
            visit.note(alarm=page.row.alarm_id)
            return visit.show(page)

    def page(self, alarm_id: str) -> AlarmPage:
        """Put the page together.

        Raises
        ------
        NoSuchAlarm
            There is none to be shown.
        """
        least, engine = self.stock.least_subjects, self.stock.engine
        alarm = read_alarm(self.stock.alarms, alarm_id)
        told, themes = alarm.account, told_themes(engine, least)
        if not may_be_shown(told, themes, least):
            raise no_such_alarm(alarm_id)
        seen, row = seen_days(engine, alarm_id), row_of(alarm, themes)
        return AlarmPage(
            title=told.title,
            row=row,
            told=sentence(told),
            theme=row.theme,
            trend=_trend(alarm, seen),
            detected=_detected(seen[0], themes),
            drivers=tuple(map(_driver, told.drivers)),
            phrases=told.phrases,
            letters=_letters(told.exemplars, told.phrases),
            events=history_of(alarm, seen, least),
            facts=_facts(told),
            fact_url=_themes_url(told.part.facts),
            queue_url=f"{QUEUE}?{urlencode({'theme': row.theme.theme_id})}" if row.theme else "",
            mapped=on_the_map(engine, alarm_id),
            map_url=MapQuestion(alarm=alarm_id).url(),
        )


def _trend(alarm: Alarm, seen: tuple[Seen, ...]) -> Figure | None:
    days = days_of(seen)
    ends = alarm.account.since, alarm.seen_on
    return days_figure(alarm.account.kind, days, ends) if days else None


def _detected(first: Seen, themes: Mapping[str, Told]) -> Detected:
    """Say how it was found on the day it opened; parts of themes that may not be named left out."""
    told = first.account
    name, method = DETECTORS[told.kind]
    others = [
        part_words(one)
        for one in first.parts
        if one != told.part and (one.theme is None or one.theme in themes)
    ]
    part = "" if told.kind is Kind.CAUSE else part_words(told.part)
    return Detected(first.as_of, name, method, part, sentence(told), tuple(filter(None, others)))


def _driver(driver: Driver) -> DriverLine:
    fact = {driver.field: driver.value}
    queued = driver.field in _QUEUED
    return DriverLine(driver, _themes_url(fact), f"{QUEUE}?{urlencode(fact)}" if queued else "")


def _themes_url(facts: Mapping[str, str]) -> str:
    """Give the themes with appeals of some facts; empty where the list does not ask for any."""
    asked = {field: value for field, value in facts.items() if field in THEME_FIELDS}
    return f"{THEMES}?{urlencode(asked)}" if asked else ""


def _facts(told: Account) -> str:
    asked = {name: value for name, value in told.part.facts.items() if name in THEME_FIELDS}
    return ", ".join(f"{name} {value.replace('_', ' ')}" for name, value in asked.items())


def _letters(exemplars: Sequence[Exemplar], phrases: Sequence[str]) -> tuple[Letter, ...]:
    marker = Marker(phrases)
    return tuple(Letter(one.appeal_id, marker.pieces(one.text)) for one in exemplars)
