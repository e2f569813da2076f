"""What is expected of a week's share overturned, and how far chance goes."""

import numpy as np
import pytest

from models.expectation import InvalidLevel
from models.rate_band import LEAST_WEEKS, rate_band
from models.surveillance.series import InvalidCounts


def drawn(weeks=26, number=500, rate=0.24, spread=0.0, series=300):
    chance = np.random.default_rng(4)
    decided = np.full((series, weeks), number)
    rates = rate
    if spread:
        whole = 1 / spread - 1
        rates = chance.beta(rate * whole, (1 - rate) * whole, (series, weeks))
    return chance.binomial(decided, rates), decided


@pytest.mark.parametrize(("number", "spread"), [(500, 0.0), (500, 0.002), (60, 0.0), (60, 0.01)])
def test_quiet_weeks_lie_in_the_band(number, spread):
    overturned, decided = drawn(number=number, spread=spread)
    inside = []
    for one, cases in zip(overturned, decided, strict=True):
        band = rate_band(one[None], cases[None], 1)
        share = one[-1] / number
        inside.append(band.lower[0, 0] - 1e-9 <= share <= band.upper[0, 0] + 1e-9)
        assert band.lower[0, 0] < band.expected[0, 0] < band.upper[0, 0]
    assert 0.9 <= np.mean(inside) <= 0.995


def test_a_step_of_eight_points_in_a_week_of_five_hundred_is_seen():
    overturned, decided = drawn(series=1)
    overturned[:, -1] = round(0.34 * 500)
    assert rate_band(overturned, decided, 1).upper[0, 0] < 0.34


def test_both_sides_are_told_alike():
    overturned, decided = drawn(series=1)
    band, turned = (rate_band(one, decided, 8) for one in (overturned, decided - overturned))
    np.testing.assert_allclose(band.lower, 1 - turned.upper)
    np.testing.assert_allclose(band.upper, 1 - turned.lower)


def test_weeks_without_a_past_or_without_decisions_have_no_band():
    overturned, decided = drawn(weeks=10, series=1)
    overturned[:, -1] = decided[:, -1] = 0
    band = rate_band(overturned, decided, 10)
    known = np.isfinite(band.expected[0])
    assert known.tolist() == [False] * LEAST_WEEKS + [True] * (9 - LEAST_WEEKS) + [False]
    assert (np.isfinite(band.lower[0]) == known).all()


@pytest.mark.parametrize("within", [0.0, 1.0, float("nan")])
def test_a_band_that_is_no_share_is_refused(within):
    with pytest.raises(InvalidLevel):
        rate_band([[1]], [[2]], 1, within)


def test_more_overturned_than_decided_is_refused():
    with pytest.raises(InvalidCounts):
        rate_band([[3.0, 1.0]], [[2.0, 2.0]], 1)
