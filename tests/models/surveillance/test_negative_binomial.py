"""The detector: its promise of false alarms, and histories that are short, empty or broken."""

import numpy as np
import pytest
from scipy import stats

from models.surveillance.negative_binomial import NegativeBinomial
from models.surveillance.regressors import Calendar
from models.surveillance.series import InvalidCounts, InvalidRate

WEEKS = NegativeBinomial(Calendar.of_weeks())
DAYS = NegativeBinomial(Calendar.of_days())
WEEKDAYS = np.array([1.1, 1.1, 1.05, 1, 1, 0.85, 0.8])


def quiet(mean, dispersion, series, times, seed=0):
    random = np.random.default_rng(seed)
    if dispersion == 1:
        return random.poisson(mean, (series, times)).astype(float)
    size = np.broadcast_to(mean / (dispersion - 1), (series, times))
    return random.negative_binomial(size, 1 / dispersion) * 1.0


def most(share, trials):
    """Give the most that a share of trials may bring in all but one of a thousand tests."""
    return stats.binom.ppf(0.999, trials, share)


@pytest.mark.parametrize("memory", [0.0, 0.6])
@pytest.mark.parametrize(("mean", "dispersion"), [(0.5, 1), (4.0, 2), (40.0, 1)])
def test_the_false_alarms_are_those_promised(mean, dispersion, memory):
    rule = NegativeBinomial(Calendar.of_weeks(), memory=memory)
    pvalue = rule.tails(quiet(mean, dispersion, 1_000, 150)).last().pvalue
    for alpha in (0.01, 0.05):
        assert (pvalue <= alpha).sum() <= most(1.15 * alpha, 1_000)
    assert (pvalue <= 0.05).mean() > 0.015  # kept, not merely conservative


def test_days_that_wobble_raise_no_more_alarms():
    random = np.random.default_rng(1)
    mean = 12 * WEEKDAYS[np.arange(120) % 7] * random.gamma(8, 1 / 8, (1_000, 120))
    pvalue = DAYS.tails(random.poisson(mean)).last().pvalue
    assert (pvalue <= 0.01).sum() <= most(0.0115, 1_000)
    assert (pvalue <= 0.1).mean() > 0.05


def test_a_weekday_is_expected():
    counts = np.random.default_rng(2).poisson(60 * WEEKDAYS[np.arange(141) % 7], (50, 141))
    found = DAYS.tails(counts, 7)
    last = WEEKDAYS[np.arange(134, 141) % 7]
    assert found.expected.mean(axis=0) == pytest.approx(60 * last, rel=0.03)


def test_a_rise_alarms_and_a_fall_does_not():
    counts = quiet(10.0, 1, 2, 200)
    counts[0, -1], counts[1, -1] = 40, 0
    found = WEEKS.tails(counts).last()
    assert found.pvalue[0] < 1e-6
    assert found.pvalue[1] > 0.5
    assert counts[0, -1] > found.upper[0]


def test_two_small_rises_in_a_row_are_more_than_one():
    once = quiet(20.0, 1, 1, 200)
    once[0, -2:] = 20, 30
    twice = once.copy()
    twice[0, -2] = 30
    assert WEEKS.tails(twice).pvalue[0, 0] < WEEKS.tails(once).pvalue[0, 0] / 3
    alone = NegativeBinomial(Calendar.of_weeks(), memory=0)
    assert alone.tails(twice).pvalue[0, 0] > 0.01 > WEEKS.tails(twice).pvalue[0, 0]


@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_an_alarm_is_a_p_value_of_alpha_or_less(memory):
    rule = NegativeBinomial(Calendar.of_weeks(), alpha=0.1, memory=memory)
    counts = quiet(3.0, 2, 60, 100)
    counts[0, -3] = np.nan
    found = rule.tails(counts, 20)
    known = np.isfinite(found.pvalue)
    assert ((counts[:, -20:] > found.upper) == (found.pvalue <= 0.1))[known].all()


def test_the_last_time_is_judged_the_same_alone_and_among_others():
    counts = quiet(6.0, 2, 20, 200)
    many, one = WEEKS.tails(counts, 9).last(), WEEKS.tails(counts).last()
    assert many.pvalue == pytest.approx(one.pvalue, rel=0.1)
    assert np.median(np.abs(many.pvalue / one.pvalue - 1)) < 1e-3
    assert many.expected == pytest.approx(one.expected, rel=0.01)


def test_short_histories_have_wider_limits():
    counts = np.full((1, 300), 9.0) + np.arange(300) % 3
    upper = [WEEKS.tails(counts[:, -length:]).upper[0, 0] for length in (10, 40, 300)]
    assert upper[0] > upper[1] > upper[2]


def test_fewer_counts_than_needed_are_not_judged():
    counts = quiet(5.0, 1, 2, 30)
    counts[0, :22] = np.nan
    found = WEEKS.tails(counts).last()
    assert np.isnan(found.pvalue).tolist() == [True, False]
    assert np.isnan(DAYS.tails([[3, 60]]).pvalue).all()


def test_zeros_alone_are_no_alarm_and_many_after_them_are():
    counts = np.zeros((3, 60))
    counts[1, -1], counts[2, -1] = 1, 12
    found = WEEKS.tails(counts).last()
    assert found.pvalue[0] > 0.3
    assert found.pvalue[1] > 0.001
    assert found.pvalue[2] < 1e-3


def test_a_week_without_intake_neither_alarms_nor_hides_an_alarm():
    counts = quiet(30.0, 1, 40, 91)
    counts[:, 60:67] = 0
    found = DAYS.tails(counts, 20)
    assert (found.pvalue <= 0.01).sum() <= most(0.012, 800)
    counts[:, -1] = 70
    assert (DAYS.tails(counts).pvalue < 0.01).mean() > 0.9


def test_gaps_are_left_out():
    counts = quiet(8.0, 1, 2, 120)
    counts[0, 30:50] = np.nan
    counts[1, -1] = np.nan
    found = WEEKS.tails(counts).last()
    assert np.isfinite(found.pvalue[0])
    assert np.isnan([found.expected[1], found.upper[1], found.pvalue[1]]).all()
    counts[0, -2] = np.nan
    assert 0 < WEEKS.tails(counts).last().pvalue[0] <= 1


@pytest.mark.parametrize("shape", [(0, 20), (4, 0), (0, 0), (3, 1)])
def test_nothing_is_judged_as_nothing(shape):
    found = WEEKS.tails(np.zeros(shape), 2)
    assert found.pvalue.shape == (shape[0], min(2, shape[1]))
    assert np.isnan(found.pvalue).all()


def test_what_is_no_table_is_refused():
    with pytest.raises(InvalidCounts):
        WEEKS.tails([[1, -2]])


def test_a_level_that_has_changed_for_good_is_learnt_with_a_half_life():
    counts = quiet(10.0, 1, 20, 365)
    counts[:, -60:] = quiet(60.0, 1, 20, 60, seed=1)
    steady = NegativeBinomial(Calendar.of_days())
    forgetful = NegativeBinomial(Calendar.of_days(), half_life=45)
    for rule in (steady, forgetful):
        assert (rule.tails(counts[:, :310]).pvalue < 0.01).all()
    assert (steady.tails(counts).pvalue < 0.01).all()
    assert (forgetful.tails(counts).pvalue < 0.01).mean() < 0.2


@pytest.mark.parametrize("wrong", [{"alpha": 0}, {"memory": -1}, {"half_life": 0}])
def test_what_cannot_be_a_setting_is_refused(wrong):
    with pytest.raises(InvalidRate):
        NegativeBinomial(Calendar.of_weeks(), **wrong).tails([[1, 2]])
