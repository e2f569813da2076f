"""Surveillance by robust negative binomial regression on the whole history of each series.

A count is judged by its predictive distribution: what the regression expects, how much such counts
scatter, how unsure the fit is. Details are in `robust_fit` (the regression), `regressors` (trend,
season, weekday, and their priors), `predictive` (tails) and `memory` (two times together).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.surveillance.histories import Histories, Places, parts
from models.surveillance.memory import carried, joined_tail, score_limit, surprise, tail_of
from models.surveillance.regressors import Calendar
from models.surveillance.robust_fit import RobustFit
from models.surveillance.series import Floats, InvalidRate, Tails, judged_times, read_counts

__all__ = ["NegativeBinomial"]


@dataclass(frozen=True)
class NegativeBinomial:
    """Judges the last counts of many series, each by all counts before.

    Attributes
    ----------
    calendar
        `Calendar.of_weeks()` or `Calendar.of_days()`.
    alpha
        Rate of false alarms aimed at, in (0, 1): it sets `Tails.upper`.
    memory
        Share of the surprise of the count before that is added to the last count's own; 0: the last
        count alone. The fit leaves out the count before as well where it is used.
    least_history
        Counts that a series must have before it is judged. By default eight: the priors let fewer
        be judged, but then it is they who judge.
    half_life
        Times after which a count weighs half, above 0. Infinite: a whole history of one trend, as
        outbreaks in old and steady series ask for. With a finite one, a level that has changed for
        good stops being an alarm after about as long.
    """

    calendar: Calendar
    alpha: float = 0.01
    memory: float = 0.6
    least_history: int = 8
    half_life: float = np.inf

    def tails(self, counts: ArrayLike, judged: int = 1) -> Tails:
        """Judge the last times of each series, each by the times before it.

        Parameters
        ----------
        counts
            (series, times) one column a week, or a day; NaN where nothing was counted. Series that
            began late start with NaN: a zero says that there could have been appeals.
        judged
            How many of the last times.

        Returns
        -------
        Tails of shape (series, judged); NaN where the series has fewer than `least_history` counts
        before, or the count itself is NaN. p-values are mid-p and uniform by chance: of quiet
        series the share alpha has one of alpha or less. An alarm is a count above `upper`, which
        is the same as a p-value of alpha or less.

        Raises
        ------
        InvalidCounts
        InvalidRate
            When alpha, memory or the half-life is out of range.
        """
        self._check()
        table = read_counts(counts)
        wanted = judged_times(judged, table.shape[1])
        answer = np.full((3, len(table), wanted), np.nan)
        series, now = self._able(table, wanted)
        if len(series) == 0:
            return Tails(*answer)
        history = Histories(
            table, self.calendar.regressors(table.shape[1]), self._gap, self.half_life
        )
        starts, start_of = history.first_fits(series, now)
        for part in parts(len(series)):
            fit = history.fits(series[part], now[part], starts.take(start_of[part]))
            found = self._judge(history, fit, series[part], now[part])
            answer[:, series[part], now[part] - table.shape[1] + wanted] = found
        return Tails(*answer)

    @property
    def _gap(self) -> int:
        """Latest counts before the judged one that the fit leaves out."""
        return 1 if self.memory > 0 else 0

    def _check(self) -> None:
        if not (0 < self.alpha < 1 and self.memory >= 0 and self.half_life > 0):
            raise InvalidRate(
                f"alpha {self.alpha}, memory {self.memory}, half-life {self.half_life}",
                "alpha in (0, 1), memory of 0 or more, a half-life above 0",
            )

    def _able(self, table: Floats, wanted: int) -> tuple[Places, Places]:
        """List series and time of all counts that can be judged, a series' own in a row."""
        seen = np.isfinite(table)
        before = np.cumsum(seen, axis=1) - seen
        before[:, self._gap :] = before[:, : before.shape[1] - self._gap]
        able = seen & (before >= max(1, self.least_history))
        able[:, : table.shape[1] - wanted] = False
        series, now = np.nonzero(able)
        return series, now

    def _judge(self, history: Histories, fit: RobustFit, series: Places, now: Places) -> Floats:
        """Judge m counts: expected, upper and p-value, (3, m)."""
        count = history.table[series, now]
        predicted = history.predict(fit, now)
        if self._gap == 0:
            level = np.full(len(count), self.alpha)
            tail = predicted.tail(count)
            return np.array([predicted.mean, predicted.largest_above(level), tail])
        earlier = history.predict(fit, now - 1)
        before = history.table[series, now - 1]
        known = np.isfinite(before)
        score_before = surprise(earlier.tail(np.where(known, before, 0.0)))
        correlation = np.where(known, history.correlation(fit, now, predicted, earlier), 0.0)
        raised = self.memory * np.where(known, carried(score_before), 0.0)
        tail = predicted.tail(count)
        together = joined_tail(surprise(tail) + raised, correlation, self.memory)
        limit = score_limit(correlation, self.memory, self.alpha) - raised
        level = np.where(known, tail_of(limit), self.alpha)
        return np.array(
            [
                predicted.mean,
                predicted.largest_above(level),
                np.where(known, together, tail),
            ]
        )
