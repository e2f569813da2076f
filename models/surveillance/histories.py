"""The same series judged at many times: fits that each see a series up to a time, made together."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.predictive import Predictive
from models.surveillance.regressors import Regressors
from models.surveillance.robust_fit import RobustFit, fit_robustly
from models.surveillance.series import Floats

__all__ = ["Histories", "Places", "parts"]

Places = NDArray[np.intp]

TOGETHER: Final = 128
"""Fits that are made together: few enough for their arrays to stay in the processor's cache."""
LARGEST_DOUBT: Final = 4.0
"""Variance of the log of the mean above which nothing is known anyway."""
LARGEST_CORRELATION: Final = 0.9


def parts(length: int) -> list[Places]:
    """Cut the places 0 to length - 1 into parts that are fitted together."""
    return [np.arange(at, min(at + TOGETHER, length)) for at in range(0, length, TOGETHER)]


class Histories:
    """Counts of many series, and their regressors.

    Parameters
    ----------
    table
        (series, times), NaN where nothing was counted.
    regressors
        Of the times.
    gap
        Latest times before the judged one that are left out of a fit.
    half_life
        Times after which a count weighs half in a fit; infinite: never.
    """

    def __init__(
        self, table: Floats, regressors: Regressors, gap: int, half_life: float = np.inf
    ) -> None:
        self.table = table
        self.regressors = regressors
        self.gap = gap
        self.half_life = half_life
        self.seen = np.isfinite(table)
        self.known = np.where(self.seen, table, 0.0)

    def fits(self, series: Places, now: Places, start: RobustFit | None = None) -> RobustFit:
        """Fit m histories: a series each, up to a time each, the time and the gap left out."""
        last = int(now.max()) - self.gap
        age = (now - self.gap)[:, None] - np.arange(last)
        seen = np.where(self.seen[series, :last] & (age > 0), 0.5 ** (age / self.half_life), 0.0)
        return fit_robustly(self.known[series, :last], seen, self.regressors.until(last), start)

    def first_fits(self, series: Places, now: Places) -> tuple[RobustFit, Places]:
        """Fit each series at its first time, to start its later fits from.

        A start must not know what comes later, or the last digits of a fit would tell.

        Parameters
        ----------
        series, now
            (m,) a series' own times in a row, ascending.

        Returns
        -------
        The fits, one a series, and for each of the m the place of its series' fit.
        """
        first = np.diff(series, prepend=-1) != 0
        places = np.flatnonzero(first)
        found = [self.fits(series[places[part]], now[places[part]]) for part in parts(len(places))]
        return RobustFit.joined(found), np.cumsum(first) - 1

    def predict(self, fit: RobustFit, at: Places) -> Predictive:
        """Predict the counts of m fits, at a time each."""
        rows = self.regressors.rows[at]
        doubt = np.minimum(self._covariance(fit, rows, rows), LARGEST_DOUBT)
        mean = np.exp(np.einsum("ij,ij->i", fit.coefficients, rows) + doubt / 2)
        noise = fit.dispersion(mean[:, None])[:, 0]
        return Predictive(mean, noise, mean * np.expm1(doubt), fit.freedom)

    def correlation(
        self, fit: RobustFit, now: Places, later: Predictive, earlier: Predictive
    ) -> Floats:
        """Correlate a count with the one before it: they share the fit's error, and an echo."""
        rows = self.regressors.rows
        shared = self._covariance(fit, rows[now], rows[now - 1])
        errors = later.mean * earlier.mean * np.clip(shared, 0, LARGEST_DOUBT)
        echo = fit.echo * np.sqrt(later.mean * later.noise * earlier.mean * earlier.noise)
        whole = np.sqrt(later.variance * earlier.variance)
        return np.minimum((errors + echo) / whole, LARGEST_CORRELATION)

    def _covariance(self, fit: RobustFit, one: Floats, other: Floats) -> Floats:
        """Give the covariance of two linear predictors of each fit."""
        turned = np.linalg.solve(fit.information, other[:, :, None])[:, :, 0]
        return np.asarray(np.einsum("ij,ij->i", one, turned))
