"""Quasi-Poisson regression of many series at once: a level for each season, and one trend.

The log of the mean is level[season] + slope x time. Iteratively reweighted least squares with the
starting values, the stopping rule and the 25 iterations of R's `glm.fit`, so that its answers are
R's even where the likelihood has no maximum (a season without a single count) and the last
iteration alone says how far the fit went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.series import Floats

__all__ = ["SeasonalDesign", "SeasonalFit", "fit_seasons"]

MOST_ITERATIONS: Final = 25
TOLERANCE: Final = 1e-8
LARGEST_LOG: Final = 700.0
SMALLEST_MEAN: Final = float(np.finfo(np.float64).eps)
LARGEST_LEVERAGE: Final = 1 - 1e-10


class SeasonalDesign:
    """The regressors that all series share.

    Parameters
    ----------
    seasons
        (n,) from 0; the last one is that of the time judged.
    times
        (n,) relative to the time judged, which is 0.
    trend
        Whether there is a slope.
    """

    def __init__(self, seasons: NDArray[np.intp], times: Floats, trend: bool) -> None:
        self.seasons = seasons
        self.times = times
        self.trend = trend
        self.one_hot = np.eye(int(seasons.max(initial=-1)) + 1)[seasons]
        self.rows = np.column_stack([self.one_hot, times]) if trend else self.one_hot
        timed = self.one_hot * times[:, None]
        self.moments = np.column_stack([self.one_hot, timed, times**2]) if trend else self.one_hot

    def without_trend(self) -> SeasonalDesign:
        """Give the same seasons without a slope."""
        return SeasonalDesign(self.seasons, self.times, trend=False)


@dataclass(frozen=True)
class SeasonalFit:
    """Fits of m series to n times.

    Attributes
    ----------
    now
        (m,) the linear predictor at the time judged.
    variance_now
        (m,) its variance, per unit of dispersion.
    slope, variance_slope
        (m,) the trend, and its variance per unit of dispersion; NaN without a trend.
    mean
        (m, n) fitted means.
    residual
        (m, n) relative residuals, count / mean - 1.
    leverage
        (m, n) the diagonal of the hat matrix, below 1.
    dispersion
        (m,) Pearson's, not held above 1.
    freedom
        (m,) residual degrees of freedom.
    converged
        (m,) whether the deviance came to rest.
    """

    now: Floats
    variance_now: Floats
    slope: Floats
    variance_slope: Floats
    mean: Floats
    residual: Floats
    leverage: Floats
    dispersion: Floats
    freedom: Floats
    converged: NDArray[np.bool_]


class _Solution:
    """A weighted least-squares problem. Its matrix is an arrow: levels apart, the slope on all."""

    def __init__(self, weight: Floats, design: SeasonalDesign) -> None:
        levels = design.one_hot.shape[1]
        moments = weight @ design.moments
        self.design = design
        self.weight = weight
        self.held = moments[:, :levels] > 0
        self.level_weight = np.where(self.held, moments[:, :levels], 1.0)
        self.level_time = np.zeros((len(weight), levels))
        self.spread = np.zeros(len(weight))
        if design.trend:
            timed = moments[:, levels:-1]
            self.level_time = timed / self.level_weight
            self.spread = moments[:, -1] - (timed * self.level_time).sum(axis=1)

    def coefficients(self, weighted: Floats) -> Floats:
        """Solve for the levels, and the slope last where there is one; (m, n) weighted response."""
        targets = weighted @ self.design.rows
        levels = targets[:, : self.level_weight.shape[1]] / self.level_weight
        if not self.design.trend:
            return levels
        level_share = (targets[:, :-1] * self.level_time).sum(axis=1)
        slope = _ratio(targets[:, -1] - level_share, self.spread, 0.0)
        return np.column_stack([levels - slope[:, None] * self.level_time, slope])

    def fit(
        self,
        coefficients: Floats,
        mean: Floats,
        residual: Floats,
        prior: Floats,
        converged: NDArray[np.bool_],
    ) -> SeasonalFit:
        """Say of a fit what rests on the weights of its last step, as in R."""
        trend, now = self.design.trend, self.level_time[:, -1]
        slope_variance = _ratio(np.ones(len(mean)), self.spread, np.inf if trend else 0.0)
        rank = self.held.sum(axis=1) + (self.spread > 0)
        freedom = (prior > 0).sum(axis=1) - rank
        pearson = np.einsum("ij,ij,ij->i", self.weight, residual, residual)
        judged = self.held[:, -1]
        return SeasonalFit(
            now=np.where(judged, coefficients[:, self.level_weight.shape[1] - 1], np.nan),
            variance_now=1 / self.level_weight[:, -1] + now**2 * slope_variance,
            slope=coefficients[:, -1] if trend else np.full(len(mean), np.nan),
            variance_slope=slope_variance if trend else np.full(len(mean), np.nan),
            mean=mean,
            residual=residual,
            leverage=self._leverage(slope_variance),
            dispersion=_ratio(pearson, freedom.astype(np.float64), np.nan),
            freedom=freedom.astype(np.float64),
            converged=converged & judged,
        )

    def _leverage(self, slope_variance: Floats) -> Floats:
        seasons = self.design.seasons
        from_level = (1 / self.level_weight)[:, seasons]
        from_trend = (self.design.times - self.level_time[:, seasons]) ** 2 * slope_variance[
            :, None
        ]
        found = self.weight * (from_level + from_trend)
        return np.minimum(found, LARGEST_LEVERAGE)


def _ratio(above: Floats, below: Floats, otherwise: float) -> Floats:
    return np.divide(above, below, out=np.full_like(above, otherwise), where=below > 0)


def fit_seasons(counts: Floats, weights: Floats, design: SeasonalDesign) -> SeasonalFit:
    """Fit each series.

    Parameters
    ----------
    counts
        (m, n), finite; where the weight is 0, the count is not looked at.
    weights
        (m, n) prior weights, 0 or more.
    design
        The regressors.
    """
    answer = np.empty((len(counts), design.rows.shape[1]))
    means, working = np.empty_like(counts), np.empty_like(counts)
    converged = np.ones(len(counts), dtype=bool)
    rows, y, prior, mean = np.arange(len(counts)), counts, weights, counts + 0.1
    eta = np.log(mean)
    deviance = _deviance(y, prior, eta, mean)
    for iteration in range(1, MOST_ITERATIONS + 1):
        weight = prior * mean
        coefficients = _Solution(weight, design).coefficients(weight * (eta - 1 + y / mean))
        eta = coefficients @ design.rows.T
        mean = np.maximum(np.exp(np.minimum(eta, LARGEST_LOG)), SMALLEST_MEAN)
        found = _deviance(y, prior, eta, mean)
        rest = np.abs(found - deviance) / (np.abs(found) + 0.1) < TOLERANCE
        if iteration == MOST_ITERATIONS:
            converged[rows[~rest]] = False
            rest = np.ones_like(rest)
        deviance = found
        if rest.any():
            done = rows[rest]
            answer[done], means[done], working[done] = coefficients[rest], mean[rest], weight[rest]
            rows, y, prior = rows[~rest], y[~rest], prior[~rest]
            mean, eta, deviance = mean[~rest], eta[~rest], deviance[~rest]
        if len(rows) == 0:
            break
    residual = np.where(weights > 0, counts / means - 1, 0.0)
    return _Solution(working, design).fit(answer, means, residual, weights, converged)


def _deviance(counts: Floats, weights: Floats, eta: Floats, mean: Floats) -> Floats:
    from scipy.special import xlogy

    surprise = xlogy(counts, counts) - counts * (eta + 1) + mean
    return np.asarray(2 * np.einsum("ij,ij->i", weights, surprise))
