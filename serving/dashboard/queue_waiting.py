"""The appeals that wait, held in memory: ordering them all takes longer to read than to do."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.exc import SQLAlchemyError

from features.database import reading
from models.alarms import Part
from models.priority import TIERS, aged
from models.theme_map import Near
from serving.dashboard.queue_question import Question
from serving.dashboard.queue_reading import end_of, newest_day, read_waiting, said_in
from serving.scoring import Themes

QUICK: Final = 0.05
"""Seconds within which all may be read on every visit: then nothing is told late."""
TIMES_AS_LONG: Final = 20
"""What takes longer is read again after so many times as long, while the old goes on."""
MOST_SECONDS: Final = 30.0
"""After which it is read again in any case."""
MOST_NEAR: Final = 5_000
"""Appeals newer than the newest discovery whose themes are told, the latest filed."""
CHUNK: Final = 500
ALLOWED: Final = {name: hours for name, _, hours in TIERS}
Array = NDArray[np.float64]
logger = logging.getLogger("redress.serving")


@dataclass(frozen=True, eq=False)
class Waiting:
    """The appeals that wait for a decision.

    Attributes
    ----------
    frame
        As `queue_reading.read_waiting` gives it.
    read_at
        When it was so, UTC.
    """

    frame: pd.DataFrame
    read_at: datetime

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
        return found.iloc[_order(found, question, now)]

    def values(self, name: str) -> list[tuple[str, int]]:
        """Give the values of a column, the most frequent first, with their counts."""
        counts = self.frame[name].value_counts()
        return [(str(value), int(count)) for value, count in counts.items()]

    def tiers(self, now: datetime) -> list[tuple[str, int, int]]:
        """Count by tier: name, those that wait, those past their time."""
        late = self.frame["due_at"] < pd.Timestamp(now)
        return [
            (name, int((of := self.frame["tier"] == name).sum()), int((of & late).sum()))
            for name in ALLOWED
        ]


def _order(frame: pd.DataFrame, question: Question, now: datetime) -> NDArray[np.int64]:
    """Give the places in the order that is asked for; unscored last, equal ones as filed."""
    filed = frame["submitted_at"].to_numpy("datetime64[us]").astype(np.int64)
    keys: dict[str, Callable[[], Array]] = {
        "first": lambda: ranks(frame, now),
        "due": lambda: _seconds(frame["due_at"]),
        "score": lambda: frame["probability"].to_numpy(np.float64),
        "filed": lambda: filed.astype(np.float64),
    }
    key = keys[question.sort]()
    key = np.where(np.isnan(key), np.inf, -key if question.falling else key)
    return np.lexsort((frame["appeal_id"].to_numpy(object).astype(str), filed, key))


def ranks(frame: pd.DataFrame, now: datetime) -> Array:
    """Give the priority of each case as it stands after its wait: (n,), NaN without a score."""
    waited = (now.timestamp() - _seconds(frame["submitted_at"])) / 3600
    allowed = np.array([ALLOWED.get(one, np.nan) for one in frame["tier"]], dtype=np.float64)
    return aged(frame["priority"].to_numpy(np.float64), waited, allowed)


def _seconds(moments: pd.Series) -> Array:
    since = (moments - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return np.asarray(since.to_numpy(np.float64), dtype=np.float64)


class WaitingRoom:
    """Holds what waits, and reads it again when it may have changed.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    themes
        Tell where appeals lie that no discovery has seen yet.
    clock
        Gives seconds that only ever grow.
    """

    def __init__(
        self, engine: sa.Engine, themes: Themes, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.engine = engine
        self.themes = themes
        self.clock = clock
        self._held: Waiting | None = None
        self._again_at = 0.0
        self._took = 0.0
        self._reading = threading.Lock()
        self._near: dict[str, str] = {}
        self._near_as_of: object = None

    def waiting(self) -> Waiting:
        """Give what waits: as of now, or as of some seconds ago where reading it takes long."""
        held = self._held
        if held is None or self._took < QUICK:
            with self._reading:
                return self._read()
        if self.clock() >= self._again_at and self._reading.acquire(blocking=False):
            threading.Thread(target=self._read_behind, name="queue", daemon=True).start()
        return held

    def _read_behind(self) -> None:
        try:
            self._read()
        except SQLAlchemyError as error:
            logger.error("cannot read the queue again: %s", type(error).__qualname__)
        finally:
            self._reading.release()

    def _read(self) -> Waiting:
        began = self.clock()
        now = datetime.now(UTC)
        with reading(self.engine) as connection:
            frame = read_waiting(connection)
            self._place_new(connection, frame)
        self._took = self.clock() - began
        self._again_at = self.clock() + min(TIMES_AS_LONG * self._took, MOST_SECONDS)
        self._held = Waiting(frame, now)
        return self._held

    def _place_new(self, connection: sa.Connection, frame: pd.DataFrame) -> None:
        """Tell the themes of those that were filed after the newest discovery."""
        as_of = newest_day(connection)
        if as_of is None:
            return
        if as_of != self._near_as_of:
            self._near, self._near_as_of = {}, as_of
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
