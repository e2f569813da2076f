"""What the recent days of many parts are expected to bring, and how surprising a count would be.

`models.surveillance.negative_binomial` judges each series by itself. Parts of one intake have more
to go by: they share its weekdays, its seasons and its growth, which the whole tells far better than
any of them. So the whole is fitted first; the parts are fitted to what they do beside it, with
narrow priors, by the same robust regression. The fits rest on the days before the recent ones and
are made once; the count that is judged may then change, as what is known of it is taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.histories import LARGEST_DOUBT, parts
from models.surveillance.predictive import Predictive
from models.surveillance.regressors import Calendar, Regressors
from models.surveillance.robust_fit import fit_robustly
from models.surveillance.series import Floats

__all__ = ["Outlook", "look_ahead"]

HALF_LIFE: Final = 90.0
"""Days after which a count weighs half."""
OWN_TREND: Final = 1.0
OWN_SEASON: Final = 0.2
OWN_WEEKDAY: Final = 0.15
"""Prior standard deviations, on the log scale, of what sets a part apart from the whole: in growth
a year, in the first harmonic of the year (half of it in the second), on a weekday."""
HARMONIC_COLUMNS: Final = 2
DAYS_A_WEEK: Final = 7
PRIOR_WEEKS: Final = 6.0
PRIOR_SWAY: Final = 1.2
"""Weeks that the prior of the sway is worth, and its value."""
LARGEST_RESIDUAL: Final = 3.0


@dataclass(frozen=True, eq=False)
class Outlook:
    """The predictive distributions of counts on the recent days.

    Attributes
    ----------
    mean
        (series,) expected counts; NaN where there is no judging. The first series is the whole.
    doubt
        (series,) variance of the logarithm of the mean; of parts beside the doubt about the whole.
    noise
        (series,) variance over mean where the mean is known.
    growth
        (series,) 1 where the extra variance over mean grows with the mean, 0 where it does not.
    freedom
        (series,) counts that the noise rests on.
    echo
        (series,) correlation of what neighbouring days bring beyond expectation.
    """

    mean: Floats
    doubt: Floats
    noise: Floats
    growth: Floats
    freedom: Floats
    echo: Floats

    def tails(self, counts: Floats, ratio: Floats, doubt: Floats) -> Floats:
        """Give the mid-p probability of more, (series,); NaN where there is no judging.

        Parameters
        ----------
        counts
            (series,) 0 or more.
        ratio
            (series,) by which more is expected than the series' own past says.
        doubt
            (series,) variance of the logarithm of the mean.
        """
        answer = np.full(len(self.mean), np.nan)
        able = np.flatnonzero(np.isfinite(self.mean))
        answer[able] = self.predictive(able, ratio, doubt).tail(counts[able])
        return answer

    def predictive(self, able: NDArray[np.intp], ratio: Floats, doubt: Floats) -> Predictive:
        """Give the distributions of some series' counts; ratio and doubt as of `tails`."""
        mean, more = (self.mean * ratio)[able], np.where(self.growth[able] > 0, ratio[able], 1.0)
        noise = 1 + (self.noise[able] - 1) * more
        spread = mean * np.expm1(np.minimum(doubt[able], LARGEST_DOUBT))
        return Predictive(mean, noise, spread, self.freedom[able])


def look_ahead(
    table: Floats, past: int, spans: Sequence[slice], least_history: int
) -> list[Outlook]:
    """Fit each series by its first days, and predict the sums of later ones.

    Parameters
    ----------
    table
        (series, days), NaN where nothing was counted; the whole first.
    past
        Days that are fitted.
    spans
        Those that are predicted together; a series with a NaN in a span is not judged on it.
    least_history
        Days that a series must have to be fitted by.
    """
    answers = np.full((len(spans), 6, len(table)), np.nan)
    seen = np.isfinite(table)
    enough = seen[:, : max(past, 0)].sum(axis=1) >= max(least_history, 1)
    if enough[0]:
        regressors = Calendar.of_days().regressors(table.shape[1])
        whole = _Fitted(table[:1], np.ones(table.shape[1]), regressors, past)
        beside = Regressors(regressors.rows, _own_precision(len(regressors.precision)))
        others = np.flatnonzero(enough[1:]) + 1
        lots = [others[lot] for lot in parts(len(others))]
        fits = [_Fitted(table[lot], whole.shape(), beside, past) for lot in lots]
        for answer, span in zip(answers, spans, strict=True):
            answer[:, 0] = whole.outlook(span)[:, 0]
            for lot, fit in zip(lots, fits, strict=True):
                answer[:, lot] = fit.outlook(span)
            answer[:, ~seen[:, span].all(axis=1)] = np.nan
    return [Outlook(*answer) for answer in answers]


def _own_precision(columns: int) -> Floats:
    """Give the precision of the priors of a part, in the order of `Calendar.regressors`."""
    seasons = (columns - 2 - DAYS_A_WEEK) // HARMONIC_COLUMNS
    spreads = [np.inf, OWN_TREND]
    for harmonic in range(1, seasons + 1):
        spreads += [OWN_SEASON / harmonic] * HARMONIC_COLUMNS
    return np.array(spreads + [OWN_WEEKDAY] * DAYS_A_WEEK) ** -2.0


class _Fitted:
    """Series fitted by their first days.

    Parameters
    ----------
    table
        (m, days).
    shape
        (days,) that the counts are relative to, about 1. Its values become weights, which is what
        an offset does to a log-linear mean.
    regressors
        Of the days.
    past
        Days that are fitted.
    """

    def __init__(self, table: Floats, shape: Floats, regressors: Regressors, past: int) -> None:
        self.rows = regressors.rows
        self.past = past
        self.share = shape
        self.known = np.isfinite(table[:, :past])
        self.counts = np.where(self.known, table[:, :past], 0.0)
        age = past - np.arange(past)
        weight = self.known * 0.5 ** (age / HALF_LIFE) * shape[:past]
        self.fit = fit_robustly(self.counts / shape[:past], weight, regressors.until(past))

    def shape(self) -> Floats:
        """Give the first series' fitted course, (days,), about 1."""
        course = np.exp(self.rows @ self.fit.coefficients[0])
        return np.asarray(course / course[: self.past].mean())

    def outlook(self, span: slice) -> Floats:
        """Give the columns of `Outlook`, (6, m), of the sum of some days."""
        fit = self.fit
        daily = np.exp(fit.coefficients @ self.rows[span].T) * self.share[span]
        mean = daily.sum(axis=1)
        turn = (daily / mean[:, None]) @ self.rows[span]
        doubt = self._doubt(turn)
        noise = (daily * fit.dispersion(daily)).sum(axis=1) / mean
        sway = self._sway() if daily.shape[1] > 1 else 1.0
        expected = mean * np.exp(doubt / 2)
        return np.array([expected, doubt, noise * sway, fit.growth, fit.freedom, fit.echo])

    def _doubt(self, turn: Floats) -> Floats:
        turned = np.linalg.solve(self.fit.information, turn[:, :, None])[:, :, 0]
        return np.asarray(np.minimum(np.einsum("ij,ij->i", turn, turned), LARGEST_DOUBT))

    def _sway(self) -> Floats:
        """Give by how much weeks differ more than their days would let them, (m,), 1 or more.

        What keeps a day above expectation often keeps the next one there.
        """
        mean = np.exp(self.fit.coefficients @ self.rows[: self.past].T)
        mean = mean * self.share[: self.past]
        residual = (self.counts - mean) / np.sqrt(mean * self.fit.dispersion(mean))
        held = np.clip(residual, -LARGEST_RESIDUAL, LARGEST_RESIDUAL) * self.known
        weeks = self.past // DAYS_A_WEEK
        kept = slice(self.past - weeks * DAYS_A_WEEK, self.past)
        folded = (len(held), weeks, DAYS_A_WEEK)
        sums = held[:, kept].reshape(folded).sum(axis=2)
        days = self.known[:, kept].reshape(folded).sum(axis=2)
        found = (sums**2).sum(axis=1) + PRIOR_WEEKS * DAYS_A_WEEK * PRIOR_SWAY
        whole = days.sum(axis=1) + PRIOR_WEEKS * DAYS_A_WEEK
        return np.asarray(np.maximum(found / whole, 1.0))
