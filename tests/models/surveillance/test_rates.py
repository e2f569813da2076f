"""A rise in the overturn rate."""

import numpy as np
import pytest
from scipy import stats

from models.surveillance.rates import OverturnRates
from models.surveillance.series import InvalidCounts, InvalidRate

RATES = OverturnRates()


def draw(rate=0.25, spread=0.0, series=600, times=100, decided=15, seed=0):
    random = np.random.default_rng(seed)
    number = random.poisson(decided, (series, times))
    share = rate
    if spread:
        weight = 1 / spread - 1
        share = random.beta(rate * weight, (1 - rate) * weight, (series, times))
    return random.binomial(number, share), number


@pytest.mark.parametrize(("rate", "spread"), [(0.02, 0.0), (0.25, 0.0), (0.25, 0.08), (0.6, 0.0)])
def test_the_false_alarms_are_those_promised(rate, spread):
    pvalue = RATES.tails(*draw(rate, spread)).last().pvalue
    for alpha in (0.01, 0.05):
        assert (pvalue <= alpha).sum() <= stats.binom.ppf(0.999, 600, 1.2 * alpha)
    assert np.nanmean(pvalue) == pytest.approx(0.5, abs=0.05)


def test_a_rise_in_the_rate_alarms_though_the_volume_stands_still():
    overturned, decided = draw(series=2)
    decided[:, -1] = 30
    overturned[:, -1] = 21, 7
    found = RATES.tails(overturned, decided).last()
    assert found.pvalue[0] < 1e-4
    assert found.pvalue[1] > 0.1
    assert found.expected == pytest.approx([7.5, 7.5], rel=0.15)
    assert (overturned[:, -1] > found.upper).tolist() == [True, False]


def test_a_past_rise_does_not_hide_a_new_one():
    overturned, decided = draw(series=50)
    clean = RATES.tails(overturned, decided).last()
    overturned[:, 60:63] = decided[:, 60:63]
    hit = RATES.tails(overturned, decided).last()
    assert (hit.expected / clean.expected).mean() == pytest.approx(1, abs=0.03)
    assert (hit.upper - clean.upper).mean() < 1


def test_the_old_counts_less_than_the_new():
    overturned, decided = np.zeros((1, 101)), np.full((1, 101), 20.0)
    overturned[:, 50:] = 4
    quick, slow = (OverturnRates(half_life=life).tails(overturned, decided) for life in (20, 1e6))
    assert quick.expected[0, 0] > slow.expected[0, 0] + 0.5


def test_a_short_history_leans_on_all_series_and_is_less_sure():
    overturned, decided = draw(series=30)
    overturned[0, :-1], decided[0, :-1] = 0, 0
    overturned[0, 98], decided[0, 98] = 10, 20  # half of its own, a quarter of all
    decided[:2, -1] = 20
    found = RATES.tails(overturned, decided).last()
    assert 6 < found.expected[0] < 9.5
    assert found.upper[0] > found.upper[1]


def test_what_cannot_be_judged_is_nan():
    overturned, decided = draw(series=3)
    decided = decided.astype(float)
    decided[0, -1], overturned[0, -1] = 0, 0
    decided[1, -1] = np.nan
    overturned[2, :-1], decided[2, :-1] = 0, 0
    assert np.isnan(RATES.tails(overturned, decided).last().pvalue).all()
    assert RATES.tails(np.zeros((0, 4)), np.zeros((0, 4))).pvalue.shape == (0, 1)


def test_always_upheld_is_no_alarm_and_one_in_forty_seldom():
    overturned, decided = np.zeros((1, 50)), np.full((1, 50), 40.0)
    assert RATES.tails(overturned, decided).pvalue[0, 0] > 0.3
    overturned[0, -1] = 20
    assert RATES.tails(overturned, decided).pvalue[0, 0] < 1e-3


@pytest.mark.parametrize(
    ("overturned", "decided", "found"),
    [
        ([[3]], [[2]], "more overturned"),
        ([[1, 1]], [[2]], "shape"),
        ([[0.5]], [[1]], "part of a decision"),
        ([[-1]], [[1]], "0 or more"),
    ],
)
def test_what_are_no_decisions_is_refused(overturned, decided, found):
    with pytest.raises(InvalidCounts, match=found):
        RATES.tails(overturned, decided)


def test_a_half_life_is_a_time():
    with pytest.raises(InvalidRate, match="half-life of 0"):
        OverturnRates(half_life=0).tails([[1]], [[2]])
