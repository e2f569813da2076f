"""The page Map: the window's appeals in two dimensions, and what a script draws it from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from starlette.responses import Response

from features.errors import NoSuchAlarm
from models.catalog import Shown
from models.themes import Status, Theme
from serving.dashboard.alarm_reading import read_alarm
from serving.dashboard.alarm_telling import may_be_shown
from serving.dashboard.door import Door
from serving.dashboard.map_question import FACTS, PATH, MapQuestion, question_of
from serving.dashboard.map_reading import Sheet, Sheets
from serving.dashboard.map_still import COLOURS, LABELS, MapStill, still_of
from serving.dashboard.pages import Page
from serving.dashboard.stock import Stock
from serving.dashboard.today_reading import told_themes
from serving.dashboard.visits import HEADERS, Visit

POINTS: Final = "/map/points"
TEXT: Final = "/map/text"
MOST_CHOICES: Final = 60
MOST_ROWS: Final = 150
"""Themes beside the map; of more, only those that are asked for or emerge."""


@dataclass(frozen=True)
class MapRow:
    """A theme beside the map.

    Attributes
    ----------
    colour
        `c0` to `c6`, or `other`.
    appeals, emerging
        On the map; those of them that make up an open alarm.
    share
        Of all appeals of the window.
    url
        Of the map on which it stands out, or, where it is asked for, no longer does.
    """

    theme_id: str
    title: str
    status: Status
    colour: str
    appeals: int
    emerging: int
    share: float
    chosen: bool
    url: str


@dataclass(frozen=True)
class MapChoice:
    """A value that a filter offers."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class FactChoices:
    """A fact by which appeals are looked for."""

    field: str
    choices: tuple[MapChoice, ...]


@dataclass(frozen=True)
class Absent:
    """A theme that is not on the map; `known` where it has a page that tells more."""

    theme_id: str
    known: bool


@dataclass(frozen=True)
class MapPage(Page):
    """The page Map.

    Attributes
    ----------
    as_of
        Last day of the window, or None before the first discovery.
    placed, untold, matching, emerging
        Appeals on the map; those of no theme that may be shown; those that stand out, and how many
        of these make up an open alarm, or the one that is asked for.
    absent
        Themes that are asked for, but are not on the map.
    unlisted
        Themes that are on the map, but not in the list beside it.
    dismissed, dismissed_url
        Dismissed themes, which are grey and not in the list, and where they are like others.
    lit
        Themes whose appeals may stand out, one blank between them.
    points_url, text_url
        Where the script reads places, and a text.
    all_url
        Of the map with all themes.
    """

    template: ClassVar[str] = "map.html"
    under: ClassVar[str] = PATH

    as_of: date | None
    window_days: int
    appeals: int
    placed: int
    untold: int
    matching: int
    emerging: int
    suppressed: int
    question: MapQuestion
    statuses: tuple[MapChoice, ...]
    facts: tuple[FactChoices, ...]
    rows: tuple[MapRow, ...]
    absent: tuple[Absent, ...]
    unlisted: int
    dismissed: int
    dismissed_url: str
    still: MapStill
    lit: str
    points_url: str
    text_url: str
    all_url: str


class MapPages:
    """Answers what is asked of the map.

    Parameters
    ----------
    stock
        What pages read from.
    """

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self.sheets = Sheets(stock.engine, stock.least_subjects)

    def add_to(self, door: Door) -> None:
        """Add the page, and what its script asks for."""

        @door.page(PATH)
        def show(visit: Visit) -> Response:
            page = self.page(self._told(question_of(visit.query)))
            visit.note(appeals=page.placed)
            return visit.show(page)

        @door.page(POINTS)
        def points(visit: Visit) -> Response:
            return self.points(visit)

        @door.page(TEXT)
        def text(visit: Visit) -> Response:
            return self.text(visit)

    def page(self, question: MapQuestion) -> MapPage:
        """Put the page together."""
        shown, sheet = (
            self.stock.catalog.themes(self.stock.least_subjects, days=1),
            self._sheet(question.alarm),
        )
        latest = shown.discovery
        there = [one for one in shown.themes if one.theme_id in sheet.counts]
        themes = [one for one in there if _is_open(one, question)]
        asked = [one for one in themes if _asked_for(one, question)]
        listed = _listed(themes, sheet, question)
        lit = _lit(sheet, asked, question, _ids(there) - _ids(themes))
        colours = {one.theme_id: number for number, one in enumerate(asked[:COLOURS])}
        return MapPage(
            title="Map",
            as_of=latest.as_of if latest else None,
            window_days=latest.window_days if latest else 0,
            appeals=latest.appeals if latest else 0,
            placed=len(sheet.ids),
            untold=int((sheet.theme < 0).sum()),
            matching=int(lit.sum()),
            emerging=int((lit & sheet.emerging).sum()),
            suppressed=shown.suppressed,
            question=question,
            statuses=tuple(
                MapChoice(str(one), str(one).capitalize(), one in question.statuses)
                for one in Status
            ),
            facts=tuple(_choices(sheet, field, question) for field in FACTS),
            rows=_rows(shown, sheet, listed, colours, question),
            absent=self._absent(question, sheet.counts),
            unlisted=len(themes) - len(listed),
            dismissed=len(there) - len(themes),
            dismissed_url=question.with_dismissed().url(),
            still=still_of(sheet, lit, colours, _named(asked, sheet)),
            lit=" ".join(one.theme_id for one in asked),
            points_url=f"{POINTS}?map={sheet.key}{_asks(question.alarm)}",
            text_url=f"{TEXT}?map={sheet.key}",
            all_url=question.of_themes().url(),
        )

    def _sheet(self, alarm_id: str) -> Sheet:
        return self.sheets.of_alarm(alarm_id) if alarm_id else self.sheets.sheet()

    def _absent(self, question: MapQuestion, counts: Mapping[str, int]) -> tuple[Absent, ...]:
        missing = [one for one in question.themes if not counts.get(one)]
        named = told_themes(self.stock.engine, self.stock.least_subjects) if missing else {}
        return tuple(Absent(one, one in named) for one in missing)

    def _told(self, question: MapQuestion) -> MapQuestion:
        """Leave an alarm out that is not there, or behind which too few people stand."""
        if not question.alarm:
            return question
        least = self.stock.least_subjects
        try:
            account = read_alarm(self.stock.alarms, question.alarm).account
        except NoSuchAlarm:
            return replace(question, alarm="")
        shown = may_be_shown(account, told_themes(self.stock.engine, least), least)
        return question if shown else replace(question, alarm="")

    def points(self, visit: Visit) -> Response:
        """Send the places; a browser that has them already is told so."""
        alarm = self._told(question_of(visit.query)).alarm
        sheet = self._sheet(alarm)
        mark = f'"{sheet.key}{alarm}"'
        # Kept by the browser, but each time asked for anew: who is signed out gets nothing.
        headers = {**HEADERS, "Cache-Control": "private, no-cache", "ETag": mark}
        if mark in visit.call.request.headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        visit.note(appeals=len(sheet.ids))
        headers |= {"Content-Encoding": "gzip", "Vary": "Cookie"}
        return Response(sheet.packed, media_type="application/json", headers=headers)

    def text(self, visit: Visit) -> Response:
        """Send the text of one appeal, redacted, where it may be told."""
        sheet, asked = self.sheets.sheet(), visit.query.get("point", "")
        if visit.query.get("map") != sheet.key:
            return _json({"changed": True}, HTTPStatus.CONFLICT)
        number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else -1
        text = self.sheets.text(sheet, number)
        if text is None:
            return _json({"told": False}, HTTPStatus.NOT_FOUND)
        visit.note(appeal=sheet.ids[number])
        return _json({"theme": sheet.themes[sheet.theme[number]], "text": text})


def _asks(alarm_id: str) -> str:
    return f"&alarm={alarm_id}" if alarm_id else ""


def _json(value: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    content = json.dumps(value, ensure_ascii=False).encode()
    return Response(content, status, media_type="application/json", headers=HEADERS)


def _ids(themes: Iterable[Theme]) -> set[str]:
    return {one.theme_id for one in themes}


def _is_open(theme: Theme, question: MapQuestion) -> bool:
    """Tell whether a theme is not dismissed, or is asked for all the same."""
    asked = question.dismissed or Status.DISMISSED in question.statuses
    return theme.status is not Status.DISMISSED or asked or theme.theme_id in question.themes


def _asked_for(theme: Theme, question: MapQuestion) -> bool:
    of_status = not question.statuses or theme.status in question.statuses
    return of_status and (not question.themes or theme.theme_id in question.themes)


def _lit(
    sheet: Sheet, asked: list[Theme], question: MapQuestion, dismissed: set[str]
) -> NDArray[np.bool_]:
    """Tell which appeals stand out; of untold ones only where nothing but emergence is asked."""
    whole = not question.themes and not question.statuses
    wanted = set(sheet.themes) - dismissed if whole else _ids(asked)
    of_theme = np.array([whole, *(one in wanted for one in sheet.themes)], dtype=bool)
    lit: NDArray[np.bool_] = of_theme[sheet.theme + 1]
    for field, value in question.facts.items():
        lit &= sheet.facts[field].is_(value)
    return lit & sheet.emerging if question.emerging or question.alarm else lit


def _named(asked: list[Theme], sheet: Sheet) -> dict[str, str]:
    """Give the titles to be written on the map: of emerging themes first, then of large ones."""
    first = sorted(asked, key=lambda one: not sheet.marked[one.theme_id])
    return {one.theme_id: one.title for one in first[: 2 * LABELS]}


def _choices(sheet: Sheet, field: str, question: MapQuestion) -> FactChoices:
    """Offer the commonest values of a fact, by name, and one that is asked for in any case."""
    fact, chosen = sheet.facts[field], question.facts.get(field, "")
    counts = np.bincount(fact.codes, minlength=len(fact.values) + 1)[1:]
    most = {fact.values[place] for place in np.argsort(-counts, kind="stable")[:MOST_CHOICES]}
    values = sorted(most | ({chosen} if chosen else set()))
    return FactChoices(
        field,
        tuple(MapChoice(one, one.replace("_", " "), one == chosen) for one in values),
    )


def _listed(themes: list[Theme], sheet: Sheet, question: MapQuestion) -> list[Theme]:
    """Choose the themes to list: the largest, and those that emerge or are asked for."""
    return [
        one
        for place, one in enumerate(themes)
        if place < MOST_ROWS or sheet.marked[one.theme_id] or one.theme_id in question.themes
    ]


def _rows(
    shown: Shown,
    sheet: Sheet,
    themes: list[Theme],
    colours: Mapping[str, int],
    question: MapQuestion,
) -> tuple[MapRow, ...]:
    appeals = shown.discovery.appeals if shown.discovery else 0
    return tuple(
        MapRow(
            theme_id=one.theme_id,
            title=one.title,
            status=one.status,
            colour=f"c{colours[one.theme_id]}" if one.theme_id in colours else "other",
            appeals=sheet.counts[one.theme_id],
            emerging=sheet.marked[one.theme_id],
            share=sheet.counts[one.theme_id] / appeals if appeals else 0.0,
            chosen=one.theme_id in question.themes,
            url=question.of_themes(
                *() if question.themes == (one.theme_id,) else (one.theme_id,)
            ).url(),
        )
        for one in themes
    )
