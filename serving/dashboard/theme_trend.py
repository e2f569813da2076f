"""The trend of a theme: its days against what its own days before let expect, and its alarms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import sqlalchemy as sa

from models.alarms import Alarm, Kind
from models.expectation import LEAST_DAYS, Expectation, expectation
from models.themes import Theme
from models.tree.whole import intake_gaps
from serving.dashboard.charts import Episode, Figure, TrendDay, trend_figure
from serving.dashboard.theme_history import filed_by_day, known_days
from serving.dashboard.wording import counted, day

TREND_DAYS: Final = 120
"""Days of the trend, at most: a bar a day can still be told apart on a telephone."""
HISTORY_DAYS: Final = 180
"""Days that are looked at: what is older weighs a quarter at most in what is expected."""
METHOD: Final = (
    " The line is what the theme's own past lets expect of each day: a negative binomial regression"
    " with trend, season and weekday. A burst of up to four weeks does not raise it; a change that"
    " lasts is followed after five. Chance alone leaves 19 days of 20 within the band; days outside"
    " it are in colour."
)
_DAY = timedelta(days=1)


def trend_of(engine: sa.Engine, theme: Theme, until: date, alarms: Sequence[Alarm]) -> Figure:
    """Draw the days of a theme.

    Parameters
    ----------
    until
        The last day that counts to it.
    alarms
        Those that tell the theme.
    """
    counts = {one.day: one.appeals for one in theme.portrait.days if one.day <= until}
    known = min(known_days(engine, theme.born_on) or until, until)
    first = max(min([known, *counts]), until - (HISTORY_DAYS - 1) * _DAY)
    filed = filed_by_day(engine, first, until)
    episodes = [one for one in _episodes(alarms) if one.first <= until]
    days = expected_days(counts, filed, (first, until), known, episodes)
    return trend_figure(days, episodes, _caption(days, episodes))


def expected_days(
    counts: Mapping[date, int],
    filed: Mapping[date, int],
    ends: tuple[date, date],
    known: date,
    episodes: Sequence[Episode] = (),
) -> list[TrendDay]:
    """Expect the last days of a theme, `TREND_DAYS` at most, by its days before.

    Parameters
    ----------
    counts, filed
        Appeals by day: of the theme, and of all themes together, whose days without intake are
        left out.
    ends
        The first day and the last one. The last may not be complete: it cannot be too low.
    known
        The first day whose count is known to be all there was.
    episodes
        Of alarms: what they raised is held against the days before them, however long they last.
    """
    first, last = ends
    span = [first + n * _DAY for n in range((last - first).days + 1)]
    observed = [counts.get(one, 0) for one in span]
    series = np.array(observed, dtype=np.float64)
    gone = intake_gaps(np.array([filed.get(one, 0) for one in span], dtype=np.float64))
    series[gone | [one < known or _alarmed(one, episodes) for one in span]] = np.nan
    # What the last day holds is not looked at: while no other changes, this holds too.
    series[-1] = np.nan
    found = _expected(series.tobytes())
    told = list(map(TrendDay, span, observed))[-TREND_DAYS:]
    ends_of = zip(found.expected[0], found.lower[0], found.upper[0], strict=True)
    days = [_against(one, *map(float, to)) for one, to in zip(told, ends_of, strict=True)]
    if days[-1].beyond == "below":
        days[-1] = replace(days[-1], lower=float(days[-1].observed))
    return days


@lru_cache(maxsize=64)
def _expected(series: bytes) -> Expectation:
    counts = np.frombuffer(series)[None]
    return expectation(counts, min(counts.shape[1], TREND_DAYS))


def _alarmed(when: date, episodes: Sequence[Episode]) -> bool:
    return any(one.first <= when <= one.last for one in episodes)


def _against(one: TrendDay, expected: float, lower: float, upper: float) -> TrendDay:
    if np.isnan(expected):
        return one
    return replace(one, expected=expected, lower=lower, upper=upper)


def _caption(days: Sequence[TrendDay], episodes: Sequence[Episode]) -> str:
    caption = f"Appeals a day, {counted(len(days), 'day')} up to {day(days[-1].day)}."
    if any(one.expected is not None for one in days):
        caption += METHOD
    else:
        caption += f" Nothing is expected before {counted(LEAST_DAYS, 'day')} of it are known."
    return caption + (
        " On shaded days an alarm was open: what is expected later leaves them out."
        if episodes
        else ""
    )


def _episodes(alarms: Iterable[Alarm]) -> Iterable[Episode]:
    for alarm in alarms:
        if alarm.account.kind is not Kind.OVERTURNS:
            yield Episode(alarm.account.since, alarm.seen_on, alarm.alarm_id)
