"""Farrington Flexible, equal to R's `surveillance::farringtonFlexible`.

Noufaily et al. 2013, "An improved algorithm for outbreak detection in multiple surveillance
systems", Statistics in Medicine 32; Salmon, Schumacher and Höhle 2016, Journal of Statistical
Software 70(10). Each time is judged by a quasi-Poisson regression on windows of past years, in
which past outbreaks weigh less. All series and all times are fitted together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.surveillance.quasi_poisson import SeasonalDesign, SeasonalFit, fit_seasons
from models.surveillance.reference import Dates, Reference, reference_of
from models.surveillance.series import Floats, Tails, judged_times, read_counts
from models.surveillance.tail import upper_quantile, upper_tail

__all__ = ["FarringtonFlexible", "Threshold"]

Threshold = Literal["nb_plugin", "muan", "delta"]
"""How the limit is set: R's `nbPlugin`, `muan` and `delta` (with its power of 2/3)."""
TOGETHER: Final = 256
"""Fits that are made together: few enough for their arrays to stay in the processor's cache."""
LARGEST_LOG: Final = 700.0
"""No mean is told above exp of this: the float would overflow."""


@dataclass(frozen=True)
class FarringtonFlexible:
    """Judges counts by the same season of past years.

    Attributes
    ----------
    years
        Past years looked at (R's `b`).
    half_window
        Times on either side of the same time in a past year (R's `w`).
    seasons
        Levels of the season (R's `noPeriods`); 1: the windows alone are looked at.
    excluded
        Latest times left out, which an outbreak may have reached (R's `pastWeeksNotIncluded`).
    threshold
        The way of the limit.
    alpha
        Rate of false alarms aimed at, in (0, 1).
    weights_threshold
        Anscombe residual above which a past count weighs less (R's `weightsThreshold`).
    trend_level
        p-value that the trend must stay below to be kept (R's `pThresholdTrend`); it is also
        dropped where it leads above all past counts, or with fewer than 3 years.
    frequency
        Times a year.

    Notes
    -----
    R's `limit54` (no alarm below five cases in four weeks) is off.
    """

    years: int = 5
    half_window: int = 3
    seasons: int = 10
    excluded: int = 26
    threshold: Threshold = "nb_plugin"
    alpha: float = 0.01
    weights_threshold: float = 2.58
    trend_level: float = 1.0
    frequency: int = 52

    def tails(self, counts: ArrayLike, judged: int = 1, dates: Dates | None = None) -> Tails:
        """Judge the last times of each series, each by the times before it.

        Parameters
        ----------
        counts
            (series, times); NaN where nothing was counted.
        judged
            How many of the last times.
        dates
            (times,) their dates, where years are to be the calendar's.

        Returns
        -------
        Tails of shape (series, judged): NaN where the history is too short, where the count itself
        is NaN, or where no fit comes to rest (as for a long history of zeros alone). `pvalue` is
        P(count or more); an alarm is a count above `upper`.

        Raises
        ------
        InvalidCounts, InvalidReference
        """
        table = read_counts(counts)
        times = table.shape[1]
        answer = np.full((3, len(table), judged_times(judged, times)), np.nan)
        for reference, nows in self._references(times, answer.shape[2], dates):
            past = table[:, nows[:, None] + reference.offsets]
            found = self._judge(
                past.reshape(-1, len(reference.offsets)), table[:, nows].ravel(), reference
            )
            answer[:, :, nows - times + answer.shape[2]] = found.reshape(3, len(table), len(nows))
        return Tails(*answer)

    def _references(
        self, times: int, judged: int, dates: Dates | None
    ) -> list[tuple[Reference, NDArray[np.intp]]]:
        """Give each past to compare with, and the times that have it."""
        alike: dict[bytes, tuple[Reference, list[int]]] = {}
        for now in range(times - judged, times):
            reference = reference_of(
                now,
                self.years,
                self.half_window,
                self.seasons,
                self.excluded,
                self.frequency,
                dates,
            )
            if reference is not None:
                key = reference.offsets.tobytes() + reference.seasons.tobytes()
                alike.setdefault(key, (reference, []))[1].append(now)
        return [(reference, np.array(nows)) for reference, nows in alike.values()]

    def _judge(self, past: Floats, now: Floats, reference: Reference) -> Floats:
        """Judge m counts by their pasts (m, n): expected, upper and p-value, (3, m)."""
        seen = np.isfinite(past)
        able = np.isfinite(now) & seen.any(axis=1)
        answer = np.full((3, len(now)), np.nan)
        design = SeasonalDesign(reference.seasons, reference.offsets / self.frequency, trend=True)
        for part in np.array_split(np.flatnonzero(able), max(1, int(able.sum()) // TOGETHER)):
            weights = seen[part].astype(np.float64)
            known = np.where(seen[part], past[part], 0.0)
            answer[:, part] = self._limits(_predict(self, known, weights, design), now[part])
        return answer

    def _limits(self, predicted: _Prediction, now: Floats) -> Floats:
        if self.threshold == "delta":
            return _power_limits(predicted, now, self.alpha)
        safest = self.threshold == "muan"
        return _negative_binomial_limits(predicted, now, self.alpha, safest)


@dataclass(frozen=True)
class _Prediction:
    """Of the linear predictor at the time judged, (m,): mean, variance; and the dispersion."""

    eta: Floats
    variance: Floats
    dispersion: Floats


def _predict(
    rule: FarringtonFlexible, past: Floats, seen: Floats, design: SeasonalDesign
) -> _Prediction:
    """Predict with the trend where it may be kept, without it elsewhere."""
    fit, weights, settled = _reweighted(past, seen, design, rule.weights_threshold)
    predicted = _prediction(fit, weights, settled)
    kept = settled & (rule.years >= 3) & _significant(fit, weights, rule.trend_level)
    leading = np.exp(np.minimum(predicted.eta, LARGEST_LOG))
    kept &= leading <= np.where(seen > 0, past, 0.0).max(axis=1)
    level = np.flatnonzero(~kept)
    if len(level) == 0:
        return predicted
    flat, weights, settled = _reweighted(
        past[level], seen[level], design.without_trend(), rule.weights_threshold
    )
    instead = _prediction(flat, weights, settled)
    for mine, other in zip(_arrays(predicted), _arrays(instead), strict=True):
        mine[level] = other
    return predicted


def _arrays(predicted: _Prediction) -> tuple[Floats, Floats, Floats]:
    return predicted.eta, predicted.variance, predicted.dispersion


def _reweighted(
    past: Floats, seen: Floats, design: SeasonalDesign, threshold: float
) -> tuple[SeasonalFit, Floats, NDArray[np.bool_]]:
    """Fit, weigh outlying counts less, fit again: the fit, its weights, and where it is one."""
    first = fit_seasons(past, seen, design)
    dispersion = np.fmax(first.dispersion, 1.0)[:, None]
    anscombe = 1.5 * (past ** (2 / 3) * first.mean ** (-1 / 6) - np.sqrt(first.mean))
    anscombe /= np.sqrt(dispersion * (1 - first.leverage))
    share = np.where(anscombe > threshold, np.maximum(anscombe, threshold) ** -2.0, 1.0) * seen
    weights = share * (seen.sum(axis=1) / share.sum(axis=1))[:, None]
    return fit_seasons(past, weights, design), weights, first.converged


def _prediction(fit: SeasonalFit, weights: Floats, settled: NDArray[np.bool_]) -> _Prediction:
    return _Prediction(
        np.where(settled, fit.now, np.nan),
        fit.variance_now * _scale(fit, weights),
        np.fmax(fit.dispersion, 1.0),
    )


def _scale(fit: SeasonalFit, weights: Floats) -> Floats:
    # R's fitted object holds the prior weights where summary.glm and predict.glm look for the
    # working ones: standard errors rest on this in R, and so they do here.
    squares = np.einsum("ij,ij,ij->i", weights, fit.residual, fit.residual)
    return np.asarray(squares / np.maximum(fit.freedom, 1.0))


def _significant(fit: SeasonalFit, weights: Floats, level: float) -> NDArray[np.bool_]:
    from scipy.special import stdtr

    error = np.sqrt(fit.variance_slope * _scale(fit, weights))
    held = np.isfinite(error) & (error > 0) & (fit.freedom > 0)
    ratio = np.divide(np.abs(fit.slope), error, out=np.zeros_like(error), where=held)
    return held & (2 * stdtr(np.maximum(fit.freedom, 1.0), -ratio) < level)


def _negative_binomial_limits(
    predicted: _Prediction, now: Floats, alpha: float, safest: bool
) -> Floats:
    from scipy.special import ndtri

    mean = np.exp(predicted.eta)
    shift = ndtri(1 - alpha) * np.sqrt(predicted.variance) if safest else 0.0
    reach = predicted.eta + shift
    likely = np.exp(np.where(reach < LARGEST_LOG, reach, np.nan))
    return np.array(
        [
            np.where(np.isnan(likely), np.nan, mean),
            upper_quantile(likely, predicted.dispersion, alpha),
            upper_tail(now, likely, predicted.dispersion),
        ]
    )


def _power_limits(predicted: _Prediction, now: Floats, alpha: float) -> Floats:
    """Take counts to the power 2/3 as normal (Farrington et al. 1996)."""
    from scipy.special import ndtr, ndtri

    mean = np.exp(predicted.eta)
    spread = predicted.dispersion + predicted.variance * mean
    error = np.sqrt(4 / 9 * np.cbrt(mean) * spread)
    root = mean ** (2 / 3)
    upper = (root + ndtri(1 - alpha) * error) ** 1.5
    return np.array([mean, upper, ndtr((root - now ** (2 / 3)) / error)])
