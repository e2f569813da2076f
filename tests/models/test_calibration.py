import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import binom

from models.calibration import Calibration, ConformalSets, Slice


def drawn(n, slope, shift, seed):
    """Cases whose true log odds are a straight line on the logits that a model claims."""
    rng = np.random.default_rng(seed)
    claimed = rng.normal(size=n) * 1.5
    return Slice(claimed, (rng.random(n) < expit(slope * claimed + shift)).astype(float))


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.5, -1.0), (1.6, 0.7), (0.3, 2.0)])
def test_a_known_distortion_is_recovered(slope, shift):
    before = [drawn(8_000, slope, 0.4 * k, seed=k) for k in range(3)]
    found = Calibration.fit(before, drawn(8_000, slope, shift, seed=9))
    assert found.slope == pytest.approx(slope, abs=0.07)
    assert found.shift == pytest.approx(shift, abs=0.12)


def test_the_latest_slice_alone_sets_the_shift():
    before = [drawn(5_000, 1.0, -2.0, seed=1)]
    found = Calibration.fit(before, drawn(5_000, 1.0, 1.0, seed=2))
    assert found.shift == pytest.approx(1.0, abs=0.12)


def test_calibrated_probabilities_meet_the_latest_base_rate():
    latest = drawn(2_000, 0.6, 0.5, seed=3)
    found = Calibration.fit([latest], latest)
    assert expit(found.apply(latest.logits)).mean() == pytest.approx(
        latest.outcome.mean(), abs=2e-3
    )


def test_few_cases_leave_the_slope_near_one():
    few = drawn(6, 0.0, 0.0, seed=0)
    assert 0.6 < Calibration.fit([few], few).slope < 1.4


def test_a_model_that_is_always_wrong_is_not_turned_round():
    wrong = drawn(5_000, -2.0, 0.0, seed=0)
    assert Calibration.fit([wrong], wrong).slope == 0.05


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_a_slice_in_which_all_went_one_way_promises_no_certainty(outcome):
    mixed = drawn(500, 1.0, 0.0, seed=0)
    one_way = Slice(np.zeros(38), np.full(38, outcome))
    found = Calibration.fit([mixed, one_way], one_way)
    probability = float(expit(found.apply(np.zeros(1)))[0])
    assert probability == pytest.approx(39 / 40 if outcome else 1 / 40, abs=1e-3)


@given(
    slope=st.floats(0.05, 5),
    shift=st.floats(-5, 5),
    logits=st.lists(st.floats(-30, 30), min_size=1, max_size=20),
)
def test_calibration_is_a_line_and_keeps_the_order(slope, shift, logits):
    before = np.array(sorted(logits))
    after = Calibration(slope, shift).apply(before)
    assert after == pytest.approx(slope * before + shift)
    assert (np.diff(after) >= 0).all()


@pytest.mark.parametrize("error", [0.05, 0.1, 0.25])
@pytest.mark.parametrize("skill", [0.0, 1.0, 3.0])
def test_each_outcome_is_missed_no_more_often_than_promised(error, skill):
    """On exchangeable cases the misses of an outcome are Beta-binomial; the bound is generous."""
    fitted, fresh = drawn(1_500, skill, -1.0, seed=5), drawn(20_000, skill, -1.0, seed=6)
    sets = ConformalSets.fit(expit(fitted.logits), fitted.outcome, error)
    probability = expit(fresh.logits)
    for outcome, strangeness, limit in (
        (1, 1 - probability, sets.overturned),
        (0, probability, sets.upheld),
    ):
        ours = fresh.outcome == outcome
        missed = int((strangeness[ours] > limit).sum())
        known = int((fitted.outcome == outcome).sum())
        slack = 4 * np.sqrt(error * (1 - error) / known)
        assert missed <= binom.ppf(0.9999, ours.sum(), error + slack)
        assert missed >= binom.ppf(0.0001, ours.sum(), max(error - slack - 1 / known, 0))


@given(st.integers(0, 500))
@settings(max_examples=30, deadline=None)
def test_a_certain_case_has_a_set_of_one_outcome(seed):
    cases = drawn(400, 1.0, 0.0, seed)
    sets = ConformalSets.fit(expit(cases.logits), cases.outcome, 0.1)
    probability = np.linspace(0, 1, 101)
    overturned = 1 - probability <= sets.overturned
    upheld = probability <= sets.upheld
    assert (sets.uncertain(probability) == (overturned == upheld)).all()


@pytest.mark.parametrize("outcomes", [[], [1.0] * 5, [0.0] * 5, [0.0, 1.0] * 4])
def test_too_few_cases_leave_everything_uncertain(outcomes):
    outcome = np.array(outcomes)
    sets = ConformalSets.fit(np.full(len(outcome), 0.5), outcome, 0.1)
    assert sets.uncertain(np.linspace(0, 1, 11)).all()


def test_a_perfect_model_is_certain_of_clear_cases():
    outcome = np.array([0.0, 1.0] * 100)
    sets = ConformalSets.fit(np.where(outcome == 1, 0.99, 0.01), outcome, 0.1)
    assert sets.uncertain(np.array([0.005, 0.995])).tolist() == [False, False]
    assert sets.uncertain(np.array([0.5])).tolist() == [True]


@given(overturned=st.floats(0, 1), upheld=st.floats(0, 1), probability=st.lists(st.floats(0, 1)))
def test_uncertain_is_what_lies_between(overturned, upheld, probability):
    sets = ConformalSets(0.1, overturned, upheld)
    least, most = sets.between
    asked = np.array(probability)
    asked = asked[np.minimum(abs(asked - least), abs(asked - most)) > 1e-12]
    assert (sets.uncertain(asked) == ((least < asked) & (asked < most))).all()
