"""Negative binomial regression of many series at once, in which past outbreaks weigh less.

The mean is log-linear in the regressors, whose priors are normal. The variance is
mean x (1 + extra x (mean / usual) ^ growth): growth 0 makes it a multiple of the mean, growth 1
adds a square of the mean (negative binomial of the first and of the second kind); each series has
the one that fits it better. Penalised quasi-likelihood (McCullagh and Nelder 1989, chapter 9),
dispersion by moments, weights by Anscombe residuals as in Farrington et al. 1996, but continuous:
1 up to a residual of 2.2, then falling with its fourth power, on either side, since a day on
which the intake was down must not pull the mean either.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.regressors import Regressors
from models.surveillance.series import Floats
from models.surveillance.trimming import (
    anscombe_residuals,
    neighbour_weights,
    outlier_weights,
    variance_left,
)

__all__ = ["RobustFit", "fit_robustly"]

MOST_ITERATIONS: Final = 25
TOLERANCE: Final = 1e-4
"""The fit has come to rest when no coefficient moves by more."""
LARGEST_STEP: Final = 2.0
MEDIAN_ITERATIONS: Final = 3
"""Iterations, from a flat start, in which the median residual says how much counts scatter: by
moments a long outbreak would excuse itself."""
LEAST_MEDIAN: Final = 3.0
"""Median count below which the mean is the better start."""
NORMAL_MEDIAN: Final = 0.6745
"""Median size of a standard normal deviate."""
GROWTH_ITERATION: Final = 5
"""The iteration at which the kind of variance is chosen."""
HALF_COUNT: Final = 0.5
"""Jeffreys' prior for a Poisson mean: half a count, so that a history of zeros has a level."""
PRIOR_FREEDOM: Final = 6.0
"""Counts that the prior of the dispersion is worth."""
PRIOR_EXTRA: Final = 0.5
PRIOR_WOBBLE: Final = 0.05
"""The prior's extra variance: at all means, and for each unit of the mean."""
LEAST_DISPERSION: Final = 0.1
ECHO_PRIOR: Final = 20.0
"""Counts without correlation that the prior of the neighbours' correlation is worth."""


@dataclass(frozen=True)
class RobustFit:
    """Fits of m series with p regressors.

    Attributes
    ----------
    coefficients
        (m, p) on the log scale.
    information
        (m, p, p) inverse of the coefficients' covariance, priors included.
    extra
        (m,) variance over mean less 1 at the usual mean, 0 or more.
    usual
        (m,) geometric mean of the fitted means.
    growth
        (m,) 0 or 1: how the extra variance grows with the mean.
    freedom
        (m,) counts that the dispersion rests on, the prior's included.
    echo
        (m,) correlation of neighbouring residuals, shrunken, in [0, 1).
    """

    coefficients: Floats
    information: Floats
    extra: Floats
    usual: Floats
    growth: Floats
    freedom: Floats
    echo: Floats

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> RobustFit:
        """Give the fits of some of the series."""
        return RobustFit(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @classmethod
    def joined(cls, fits: Sequence[RobustFit]) -> RobustFit:
        """Give the fits of several lots, one after the other."""
        columns = ([getattr(fit, field.name) for fit in fits] for field in fields(cls))
        return cls(*(np.concatenate(column) for column in columns))

    def dispersion(self, mean: Floats) -> Floats:
        """Give variance over mean for (m, n) means."""
        extra = self.extra[:, None]
        return 1 + extra * self.relative(mean)

    def relative(self, mean: Floats) -> Floats:
        """Give the extra variance at (m, n) means, per unit of that at the usual mean."""
        growing = self.growth > 0
        if growing.all():
            return mean / self.usual[:, None]
        found = np.ones_like(mean)
        if growing.any():
            found[growing] = mean[growing] / self.usual[growing, None]
        return found


def fit_robustly(
    counts: Floats, seen: Floats, regressors: Regressors, start: RobustFit | None = None
) -> RobustFit:
    """Fit each series.

    Parameters
    ----------
    counts
        (m, times), m at least 1, finite; where it weighs nothing, the count is not looked at.
    seen
        (m, times) how much each count weighs, 0 to 1.
    regressors
        Of the times.
    start
        Fits to start from, such as those of a shorter history of the same series.
    """
    problem = _Problem(counts, seen, regressors)
    state = problem.flat() if start is None else start
    rows = np.arange(len(counts))
    found: list[tuple[NDArray[np.intp], RobustFit]] = []
    for iteration in range(0 if start is None else GROWTH_ITERATION, MOST_ITERATIONS):
        better = problem.improve(state, iteration)
        moved = np.abs(better.coefficients - state.coefficients).max(axis=1)
        last = iteration == MOST_ITERATIONS - 1
        rest = (moved < TOLERANCE) & (iteration > GROWTH_ITERATION) | last
        state = better
        if rest.any():
            found.append((rows[rest], state.take(rest)))
            rows, state, problem = rows[~rest], state.take(~rest), problem.take(~rest)
        if len(rows) == 0:
            break
    order = np.argsort(np.concatenate([rows for rows, _ in found]))
    return RobustFit.joined([fit for _, fit in found]).take(order)


class _Problem:
    """The counts of m series, and what one iteration needs of them."""

    def __init__(self, counts: Floats, seen: Floats, regressors: Regressors) -> None:
        self.regressors = regressors
        p = len(regressors.precision)
        self.pairs = np.triu_indices(p)
        self.products = regressors.rows[:, self.pairs[0]] * regressors.rows[:, self.pairs[1]]
        self.counts = counts
        self.seen = seen
        self.powered = counts ** (2 / 3)

    def take(self, chosen: NDArray[np.bool_]) -> _Problem:
        """Give the problem of some of the series."""
        part = copy(self)
        part.counts, part.seen = self.counts[chosen], self.seen[chosen]
        part.powered = self.powered[chosen]
        return part

    def flat(self) -> RobustFit:
        """Start from the median count alone; from the mean where counts are small."""
        m, p = len(self.counts), len(self.regressors.precision)
        mean = ((self.counts * self.seen).sum(axis=1) + HALF_COUNT) / (self.seen.sum(axis=1) + 1)
        median = _medians(self.counts, self.seen)
        mean = np.where(median < LEAST_MEDIAN, mean, median)
        coefficients = np.zeros((m, p))
        coefficients[:, 0] = np.log(mean)
        nothing = np.zeros(m)
        return RobustFit(
            coefficients, np.zeros((m, p, p)), nothing, mean, nothing, nothing, nothing
        )

    def improve(self, state: RobustFit, iteration: int) -> RobustFit:
        """Make one step: weights, then the dispersion, then the coefficients."""
        # One exponential gives all powers of the mean that the residuals need.
        sixth = np.exp(state.coefficients @ self.regressors.rows.T / 6)
        cube = sixth * sixth * sixth
        mean = cube * cube
        residual = anscombe_residuals(self.powered, sixth)
        early = iteration < MEDIAN_ITERATIONS
        if early:
            spread = _medians(np.abs(residual), self.seen) / NORMAL_MEDIAN
            state = replace(state, extra=np.maximum(spread**2 - 1, 0))
        residual = residual / np.sqrt(state.dispersion(mean))
        held = residual * (self.seen > 0)
        weight = self.seen * outlier_weights(residual) * neighbour_weights(held)
        if not early:
            state = self._dispersed(state, mean, weight, iteration)
        over = weight / state.dispersion(mean)
        information = self._information(over * mean)
        gradient = (over * (self.counts - mean)) @ self.regressors.rows
        gradient -= state.coefficients * self.regressors.precision
        gradient[:, 0] += HALF_COUNT
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        return replace(
            state,
            coefficients=state.coefficients + np.clip(step, -LARGEST_STEP, LARGEST_STEP),
            information=information,
            echo=_echo(residual, weight),
        )

    def _information(self, weight: Floats) -> Floats:
        p = len(self.regressors.precision)
        packed = weight @ self.products
        full = np.empty((len(weight), p, p))
        full[:, self.pairs[0], self.pairs[1]] = packed
        full[:, self.pairs[1], self.pairs[0]] = packed
        full[:, range(p), range(p)] += self.regressors.precision
        return full

    def _dispersed(
        self, state: RobustFit, mean: Floats, weight: Floats, iteration: int
    ) -> RobustFit:
        """Estimate the extra variance by moments, and at one iteration the way it grows."""
        total = weight.sum(axis=1)
        freedom = np.maximum(total - len(self.regressors.precision), 0)
        left = variance_left(state.usual, 1 + state.extra)
        kept = left * freedom / np.maximum(total, 1)
        apart = self.counts - mean
        squares = apart * apart / mean
        predictor = ((weight @ self.regressors.rows) * state.coefficients).sum(axis=1)
        usual = np.exp(predictor / np.maximum(total, 1))
        state = replace(state, usual=usual, freedom=freedom + PRIOR_FREEDOM)
        if iteration != GROWTH_ITERATION:
            return replace(state, extra=_extra(state, mean, weight, squares, kept))
        rivals = []
        for growth in (0.0, 1.0):
            rival = replace(state, growth=np.full(len(mean), growth))
            rival = replace(rival, extra=_extra(rival, mean, weight, squares, kept))
            rivals.append((rival, _likelihood(rival, mean, weight, squares)))
        better = rivals[1][1] > rivals[0][1]
        return replace(
            state,
            growth=better.astype(np.float64),
            extra=np.where(better, rivals[1][0].extra, rivals[0][0].extra),
        )


def _extra(state: RobustFit, mean: Floats, weight: Floats, squares: Floats, kept: Floats) -> Floats:
    """Estimate the extra variance by least squares, and shrink its log towards the prior's.

    squares: (m, n) squared residuals over the mean; kept: (m,) the share of them that is left by
    the weights and the fit.
    """
    relative = state.relative(mean)
    dispersion = 1 + state.extra[:, None] * relative
    trust = weight * relative / (dispersion * dispersion)
    scaled = np.einsum("ij,ij->i", trust, squares) / np.maximum(kept, 1e-6) - trust.sum(axis=1)
    found = scaled / np.maximum(np.einsum("ij,ij->i", trust, relative), 1e-300)
    prior = PRIOR_EXTRA + PRIOR_WOBBLE * state.usual
    own = state.freedom - PRIOR_FREEDOM
    told = np.where(own > 0, np.log(np.maximum(1 + found, LEAST_DISPERSION)), 0.0)
    pooled = (own * told + PRIOR_FREEDOM * np.log1p(prior)) / state.freedom
    return np.asarray(np.maximum(np.expm1(pooled), 0))


def _medians(values: Floats, seen: Floats) -> Floats:
    """Give the lower median of what was seen of each series; 0 where nothing was."""
    ordered = np.sort(np.where(seen > 0, values, np.inf), axis=1)
    number = (seen > 0).sum(axis=1)
    found = ordered[np.arange(len(values)), np.maximum(number - 1, 0) // 2]
    return np.where(number > 0, found, 0.0)


def _likelihood(state: RobustFit, mean: Floats, weight: Floats, squares: Floats) -> Floats:
    """Give the normal pseudo-likelihood of the variance (Carroll and Ruppert 1988)."""
    dispersion = state.dispersion(mean)
    return np.asarray(-0.5 * (weight * (np.log(dispersion) + squares / dispersion)).sum(axis=1))


def _echo(residual: Floats, weight: Floats) -> Floats:
    """Correlate neighbouring residuals: shrunken, and less what chance alone would bring."""
    held = residual * weight
    power = np.einsum("ij,ij->i", held, held) + ECHO_PRIOR
    found = np.einsum("ij,ij->i", held[:, 1:], held[:, :-1]) / power
    return np.asarray(np.maximum(found - 1 / np.sqrt(power), 0))
