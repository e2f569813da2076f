"""The rows of the queue: put together for the page, and written as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from models.emerging import Emerging
from serving.dashboard.csv_files import csv_of
from serving.dashboard.queue_question import PATH


@dataclass(frozen=True)
class CaseScore:
    """What the latest score in the ledger says of a case."""

    probability: float
    uncertain: bool
    tier: str
    team: str
    due_at: datetime
    overdue: bool


@dataclass(frozen=True)
class CaseTheme:
    """The theme of a case; without a title where it may not be named."""

    theme_id: str
    title: str


@dataclass(frozen=True)
class Case:
    """An appeal that waits.

    Attributes
    ----------
    score
        None where it was never scored, or where it is hidden.
    alarm
        The open alarm that it falls into, or None.
    waits
        How long, in words.
    """

    appeal_id: str
    submitted_at: datetime
    waits: str
    policy: str | None
    market: str | None
    language: str | None
    score: CaseScore | None
    theme: CaseTheme | None
    alarm: CaseAlarm | None

    @property
    def url(self) -> str:
        """Give the address of its page."""
        return url_of(self.appeal_id)


@dataclass(frozen=True)
class CaseAlarm:
    """An open alarm, by number, and what it is about."""

    alarm_id: str
    title: str


def url_of(appeal_id: str) -> str:
    """Give the address of an appeal's page."""
    return f"{PATH}/{quote(appeal_id, safe='')}"


def cases_of(
    found: pd.DataFrame,
    names: Mapping[str, str],
    alarms: Mapping[str, CaseAlarm],
    now: datetime,
    hidden: bool,
) -> tuple[Case, ...]:
    """Put rows together.

    Parameters
    ----------
    found
        As of `Waiting.asked_for`.
    names
        Titles of the themes that may be named.
    alarms
        By appeal.
    hidden
        Whether the score is not to be told.
    """
    records: list[dict[str, Any]] = found.to_dict("records")  # type: ignore[assignment]
    return tuple(
        Case(
            appeal_id=row["appeal_id"],
            submitted_at=row["submitted_at"],
            waits=lasted(row["submitted_at"], now),
            policy=_told(row["policy"]),
            market=_told(row["market"]),
            language=_told(row["language"]),
            score=None if hidden else _score(row, now),
            theme=_theme(_told(row["theme"]) or "", names),
            alarm=alarms.get(row["appeal_id"]),
        )
        for row in records
    )


def _told(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _score(row: Mapping[str, Any], now: datetime) -> CaseScore | None:
    if pd.isna(row["priority"]):
        return None
    due_at = row["due_at"].to_pydatetime()
    return CaseScore(
        row["probability"], bool(row["uncertain"]), row["tier"], row["team"], due_at, due_at < now
    )


def _theme(theme_id: str, names: Mapping[str, str]) -> CaseTheme | None:
    """Give a theme, unless it has too few subjects to be told."""
    return None if theme_id not in names else CaseTheme(theme_id, names[theme_id])


def alarm_of(emerging: Emerging) -> CaseAlarm:
    """Say the alarm that an appeal falls into in short."""
    return CaseAlarm(emerging.alarm_id, emerging.title)


def lasted(since: datetime, until: datetime) -> str:
    """Say how long something lasted, roughly: 3 days; 5 hours; 12 min."""
    minutes = max(int((until - since).total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60):,} days"


_COLUMNS: Final = (
    "place",
    "appeal",
    "filed",
    "priority",
    "probability overturned",
    "uncertain",
    "tier",
    "team",
    "due",
    "overdue",
    "policy",
    "market",
    "language",
    "theme",
)


_OF_SCORE: Final = frozenset(
    {"priority", "probability overturned", "uncertain", "tier", "team", "due", "overdue"}
)
"""Columns that tell the score, or that it would be guessed from."""


def queue_csv(
    found: pd.DataFrame, names: Mapping[str, str], now: datetime, hidden: bool = False
) -> str:
    """Write what waits as CSV: ids and figures, no texts; where it is hidden, no score."""
    columns = [found[name].tolist() for name in ("appeal_id", "submitted_at", "policy", "market")]
    told = zip(
        *columns,
        *(found[name].tolist() for name in ("language", "theme", "uncertain", "tier", "team")),
        found["due_at"].tolist(),
        found["probability"].tolist(),
        found["priority"].tolist(),
        strict=True,
    )
    rows = (_csv_row(place, row, names, now) for place, row in enumerate(told, 1))
    kept = [place for place, name in enumerate(_COLUMNS) if not (hidden and name in _OF_SCORE)]
    return csv_of([_COLUMNS[place] for place in kept], ([row[at] for at in kept] for row in rows))


def _csv_row(
    place: int, row: Sequence[Any], names: Mapping[str, str], now: datetime
) -> Sequence[object]:
    (
        appeal_id,
        filed,
        policy,
        market,
        language,
        theme,
        uncertain,
        tier,
        team,
        due,
        chance,
        averted,
    ) = row
    scored = not pd.isna(due)
    return (
        place,
        appeal_id,
        filed.isoformat(),
        round(averted, 4) if scored else None,
        round(chance, 4) if scored else None,
        _yes(uncertain) if scored else None,
        tier if scored else None,
        team if scored else None,
        due.isoformat() if scored else None,
        _yes(due < now) if scored else None,
        _told(policy),
        _told(market),
        _told(language),
        theme if theme in names else None,
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"
