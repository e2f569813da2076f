import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ceiling import LEAST_PAIRS, ceiling_of, limits
from training.metrics import auc, brier


def reviews_of(q, seed=0, times=2):
    """Decisions of `times` people on each case, who overturn it with probability q."""
    drawn = np.random.default_rng(seed).random((len(q), times)) < np.asarray(q)[:, None]
    case, person = (place.ravel() for place in np.indices(drawn.shape))
    return pd.DataFrame(
        {
            "appeal_id": [f"a{place}" for place in case],
            "reviewer_id": [f"r{place}" for place in person],
            "overturned": drawn.ravel(),
        }
    )


def spread(a, b, n, seed=0):
    return np.random.default_rng(seed).beta(a, b, n)


@pytest.mark.parametrize(("a", "b"), [(0.5, 1.5), (2, 5), (1, 1), (8, 8)])
def test_the_ceiling_of_known_reviewers_is_found(a, b):
    q = spread(a, b, 12_000)
    found = ceiling_of(reviews_of(q), rounds=100)
    rng = np.random.default_rng(9)
    many = np.repeat(q, 5)
    outcome = (rng.random(len(many)) < many).astype(int)
    assert found.auc_likely == pytest.approx(auc(outcome, many), abs=0.03)
    assert found.auc_at_most.value >= auc(outcome, many) - 0.02
    assert found.brier_at_least.value == pytest.approx(brier(outcome, many), abs=0.012)
    best = np.mean((many >= 0.5) == outcome)
    assert found.accuracy_at_most.value >= best - 0.015
    assert found.kappa.low <= 1 / (a + b + 1) + 0.02
    assert found.kappa.high >= 1 / (a + b + 1) - 0.02


@given(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=30))
def test_no_spread_of_opinions_beats_the_bounds(shares):
    """Whatever q is, the best AUC, accuracy and Brier score are within what two reviews tell."""
    q = np.array(shares)
    mean, best = q.mean(), 0.5 + np.abs(q - 0.5).mean()
    apart = np.array([2 * (q * (1 - q)).mean()])
    (_, kappa, at_most, accuracy, at_least), *_ = limits(np.array([mean]), apart)
    ranked = 0.5 + np.abs(q[:, None] - q[None, :]).mean() / (4 * mean * (1 - mean))
    assert ranked <= at_most + 1e-6
    assert best <= accuracy + 1e-6
    assert at_least == pytest.approx((q * (1 - q)).mean())
    assert 1 - at_least / (mean * (1 - mean)) == pytest.approx(kappa, abs=1e-9)


def test_people_who_always_agree_leave_everything_to_be_foreseen():
    q = (np.arange(200) % 4 == 0).astype(float)
    found = ceiling_of(reviews_of(q), rounds=50)
    assert found.agreement.value == found.kappa.value == 1
    assert found.auc_likely == 1
    assert found.brier_at_least.value == 0
    assert found.accuracy_at_most.value == pytest.approx(1)


def test_people_who_toss_coins_leave_nothing():
    found = ceiling_of(reviews_of(np.full(4_000, 0.3)), rounds=100)
    assert found.kappa.value == pytest.approx(0, abs=0.05)
    assert found.auc_likely < 0.62
    assert found.brier_at_least.value == pytest.approx(0.21, abs=0.012)


def test_more_people_a_case_give_the_same_answer_more_surely():
    q = spread(1, 2, 1_500)
    two, five = (ceiling_of(reviews_of(q, times=t), rounds=100) for t in (2, 5))
    assert five.reviews == 7_500
    assert five.kappa.value == pytest.approx(two.kappa.value, abs=0.09)
    assert five.kappa.high - five.kappa.low < two.kappa.high - two.kappa.low


def test_too_few_cases_tell_nothing_and_say_how_many_there_were():
    found = ceiling_of(reviews_of(np.full(LEAST_PAIRS - 1, 0.5)))
    assert (found.cases, found.enough, found.auc_at_most) == (LEAST_PAIRS - 1, False, None)
    empty = pd.DataFrame({"appeal_id": [], "reviewer_id": [], "overturned": []})
    assert ceiling_of(empty).cases == 0
    assert json.dumps(found.as_dict())


def test_a_reviewer_who_changes_their_mind_is_one_reviewer():
    reviews = reviews_of(np.full(40, 1.0))
    again = reviews.assign(overturned=False)[reviews["reviewer_id"] == "r0"]
    alone = pd.DataFrame(
        {"appeal_id": ["x"] * 2, "reviewer_id": ["r0"] * 2, "overturned": [True] * 2}
    )
    found = ceiling_of(pd.concat([reviews, again, alone]), rounds=50)
    assert (found.cases, found.reviews) == (40, 80)
    assert found.agreement.value == 0


def agreeing(overturned, cases=LEAST_PAIRS):
    return reviews_of((np.arange(cases) < overturned).astype(float))


def test_where_all_agree_the_bounds_leave_room_for_those_who_would_not():
    """By hand: of 30 pairs Wilson's interval reaches to 1.96^2 / (30 + 1.96^2) that disagree."""
    found = ceiling_of(agreeing(10), rounds=50)
    assert found.agreement.value == 1
    assert found.agreement.low == pytest.approx(1 - 0.1135, abs=1e-4)
    assert found.kappa.low == pytest.approx(1 - 0.1135 / (2 * 2 / 9), abs=1e-3)
    assert found.brier_at_least.high == pytest.approx(0.1135 / 2, abs=1e-4)
    assert 0.9 < found.auc_likely_bounds[0] < found.auc_likely_bounds[1] == found.auc_likely == 1


@pytest.mark.parametrize("overturned", [0, LEAST_PAIRS])
def test_where_all_ended_alike_nothing_tells_what_could_be_foreseen(overturned):
    found = ceiling_of(agreeing(overturned), rounds=50)
    assert found.enough
    assert found.kappa is found.auc_at_most is found.auc_likely is found.auc_likely_bounds is None
    assert found.agreement.low < 0.9
    assert found.accuracy_at_most.low < 0.95
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_where_all_disagree_kappa_is_within_its_bounds():
    reviews = agreeing(0)
    reviews.loc[reviews["reviewer_id"] == "r0", "overturned"] = True
    found = ceiling_of(reviews, rounds=50)
    assert found.kappa.low == found.kappa.value == -1
    assert found.kappa.high > -0.9
    assert found.agreement.high > 0.1


@pytest.mark.parametrize(("low", "high"), [(0.02, 0.98), (0.2, 0.6), (0.01, 0.05)])
def test_bounds_of_few_pairs_hold_the_truth(low, high):
    rng = np.random.default_rng(0)
    q = np.array([low, high])
    apart = np.array([(2 * q * (1 - q)).mean()])
    true = limits(np.array([q.mean()]), apart)[0]
    missed = np.zeros(2)
    for seed in range(40):
        found = ceiling_of(reviews_of(rng.choice(q, 40), seed), rounds=60)
        for place, one in ((0, found.agreement), (1, found.kappa)):
            missed[place] += one is not None and not one.low <= true[place] <= one.high
    assert (missed <= 6).all()
