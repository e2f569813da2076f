"""The appeals that wait, held in memory: ordering them all takes longer to read than to do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading
from models.alarms import Part
from models.priority import TIERS, in_turns
from models.theme_map import Near
from serving.dashboard.by_day import midnight
from serving.dashboard.queue_question import Question
from serving.dashboard.queue_reading import (
    WaitingDays,
    catalog_mark,
    decisions_since,
    end_of,
    newest_day,
    said_in,
)
from serving.scoring import Themes

MOST_NEAR: Final = 5_000
"""Appeals newer than the newest discovery whose themes are told, the latest filed."""
CHUNK: Final = 500
TIER_NAMES: Final = tuple(name for name, _, _ in TIERS)
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Waiting:
    """The appeals that wait for a decision.

    Attributes
    ----------
    frame
        As `queue_reading.WaitingDays` gives it. Not to be changed: it is shared.
    read_at
        When it was so, UTC.
    reviewed
        Decisions of that day, UTC: they say whose turn it is, see `models.priority`.
    """

    frame: pd.DataFrame
    read_at: datetime
    reviewed: int

    @property
    def unscored(self) -> int:
        """Those that were never scored."""
        return int(self.frame["priority"].isna().sum())

    def asked_for(self, question: Question, now: datetime) -> pd.DataFrame:
        """Give those that are asked for, in the order that is asked for."""
        frame = self.frame
        keep = frame["priority"].isna() if question.unscored else np.full(len(frame), True)
        if question.tiers:
            keep = keep & frame["tier"].isin(question.tiers)
        for name, value in question.wanted:
            keep = keep & (frame[name] == value)
        if question.uncertain:
            keep = keep & frame["uncertain"]
        if question.overdue:
            keep = keep & (frame["due_at"] < pd.Timestamp(now))
        found = frame[keep]
        return found.iloc[self._order(found, question)]

    def _order(self, frame: pd.DataFrame, question: Question) -> NDArray[np.int64]:
        """Give the places in the order that is asked for; unknown last, equal ones as filed."""
        filed = frame["submitted_at"].to_numpy("datetime64[us]").astype(np.int64)
        by_filing = np.lexsort((frame["appeal_id"].to_numpy(object).astype(str), filed))
        frame = frame.iloc[by_filing]
        keys: dict[str, Callable[[], Array]] = {
            "first": lambda: -turns(frame, self.reviewed).astype(np.float64),
            "due": lambda: _seconds(frame["due_at"]),
            "score": lambda: frame["probability"].to_numpy(np.float64),
            "filed": lambda: filed[by_filing].astype(np.float64),
        }
        key = keys[question.sort]()
        key = np.where(np.isnan(key), np.inf, -key if question.falling else key)
        return by_filing[np.argsort(key, kind="stable")]

    def values(self, name: str) -> list[tuple[str, int]]:
        """Give the values of a column, the most frequent first, with their counts."""
        counts = self.frame[name].value_counts()
        return [(str(value), int(count)) for value, count in counts.items()]

    def tiers(self, now: datetime) -> list[tuple[str, int, int]]:
        """Count by tier: name, those that wait, those past their time."""
        late = self.frame["due_at"] < pd.Timestamp(now)
        return [
            (name, int((of := self.frame["tier"] == name).sum()), int((of & late).sum()))
            for name in TIER_NAMES
        ]


def turns(frame: pd.DataFrame, reviewed: int) -> NDArray[np.int64]:
    """Give each case, in order of filing, its place from 0 in the order in which to open them.

    A case that was never scored has its turn by its wait alone.
    """
    waited = -_seconds(frame["submitted_at"])
    order = in_turns(frame["priority"].to_numpy(np.float64), waited, reviewed)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def _seconds(moments: pd.Series) -> Array:
    since = (moments - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return np.asarray(since.to_numpy(np.float64), dtype=np.float64)


class WaitingRoom:
    """Holds what waits, and reads again what has changed of it.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    themes
        Tell where appeals lie that no discovery has seen yet.
    """

    def __init__(self, engine: sa.Engine, themes: Themes) -> None:
        self.engine = engine
        self.themes = themes
        self._days = WaitingDays()
        self._turn = -1
        self._frame: pd.DataFrame | None = None
        self._reviewed = 0
        self._reading = threading.Lock()
        self._near: dict[str, str] = {}
        self._near_as_of: object = None

    def waiting(self) -> Waiting:
        """Give what waits, as of now."""
        now = datetime.now(UTC)
        with self._reading, reading(self.engine) as connection:
            turn = self._days.turn(connection)
            if self._frame is None or turn != self._turn:
                frame = self._days.frame(connection)
                self._place_new(connection, frame)
                self._reviewed = decisions_since(connection, midnight(now.date()))
                self._frame, self._turn = frame, turn
            return Waiting(self._frame, now, self._reviewed)

    def _place_new(self, connection: sa.Connection, frame: pd.DataFrame) -> None:
        """Tell the themes of those that were filed after the newest discovery."""
        as_of = newest_day(connection)
        if as_of is None:
            return
        mark = catalog_mark(connection)
        if mark != self._near_as_of:
            self._near, self._near_as_of = {}, mark
        new = frame[frame["submitted_at"] >= pd.Timestamp(end_of(as_of))]
        ids = new.sort_values("submitted_at")["appeal_id"].tolist()[-MOST_NEAR:]
        unknown = [one for one in ids if one not in self._near]
        for begin in range(0, len(unknown), CHUNK):
            self._near |= self._themes_of(connection, unknown[begin : begin + CHUNK])
        self._near = {one: self._near[one] for one in ids if one in self._near}
        frame.loc[new.index, "theme"] = new["appeal_id"].map(self._near).astype(object)

    def _themes_of(self, connection: sa.Connection, ids: list[str]) -> dict[str, str]:
        near = near_among(connection, self.themes, ids)
        return {one: lies.theme.theme_id for one, lies in near if lies.theme is not None}


def near_among(
    connection: sa.Connection, themes: Themes, appeals: list[str]
) -> list[tuple[str, Near]]:
    """Tell where some appeals lie."""
    rows = said_in(connection, appeals)
    facts = [Part(row.policy, None, row.market, row.detection) for row in rows]
    near = themes.near([row.text for row in rows], facts)
    return [(row.appeal_id, one) for row, one in zip(rows, near, strict=True)]
