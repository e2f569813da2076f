import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.sample.cases import NO_INCIDENT
from training.sample.marketplace import POLICIES
from training.sample.reviewers import overturned_share, panel
from training.sample.truth import LEVELS, known_logit, sigmoid, solve_levels, wrong_logit


@given(
    arrays(float, 40, elements=st.floats(-3, 3)),
    st.lists(st.floats(0.01, 0.9), min_size=2, max_size=2),
)
def test_levels_reach_the_rates_asked_for(known, rates):
    group = np.arange(40) % 2
    levels = solve_levels(known, group, np.array(rates), sigmoid)
    chance = sigmoid(known + levels[group])
    for position, rate in enumerate(rates):
        assert chance[group == position].mean() == pytest.approx(rate, abs=1e-6)


def test_a_group_without_members_stays_between_the_levels():
    levels = solve_levels(np.zeros(3), np.zeros(3, int), np.array([0.5, 0.3]), sigmoid)
    assert levels[0] == pytest.approx(0, abs=1e-6)
    assert LEVELS[0] <= levels[1] <= LEVELS[1]


def test_each_policy_is_overturned_at_its_base_rate_outside_incidents(made, reviewers):
    first = made.cases[made.cases["attempt"] == 1]
    language = first["language"].to_numpy(str)

    def decide(logit):
        return overturned_share(logit, panel(logit, language, reviewers))

    chance = decide(wrong_logit(first, made.placed, decide))
    outside = (first["incident"] == NO_INCIDENT).to_numpy()
    for policy in POLICIES:
        under = outside & (first["policy"] == policy.name).to_numpy()
        assert chance[under].mean() == pytest.approx(policy.base_rate, abs=1e-4)


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [
        ("prior_violations", 5, 0),
        ("verified", False, True),
        ("detector_confidence", 0.99, 0.55),
        ("template", True, False),
        ("seller_age_days", 20, 2_000),
    ],
)
def test_what_speaks_for_the_seller_raises_the_logit(made, column, low, high):
    cases = made.cases.head(50)
    worse = known_logit(cases.assign(**{column: low}))
    better = known_logit(cases.assign(**{column: high}))
    assert (better > worse).all()


def test_logits_are_finite_where_facts_are_missing(made):
    cases = made.cases.head(50).assign(rating=np.nan, detector_confidence=np.nan)
    assert np.isfinite(known_logit(cases)).all()
