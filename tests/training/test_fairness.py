import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from training.fairness import CAPACITY, LeftOut, fairness


def cases(n=4_000, shift=0.0, base=0.0, seed=0, groups=("SG", "ID")):
    """Cases of two markets; of the second the score says less, and less comes."""
    rng = np.random.default_rng(seed)
    market = rng.choice(groups, n)
    second = market == groups[-1]
    truth = rng.normal(size=n) - 1 - base * second
    frame = pd.DataFrame(
        {
            "outcome": np.where(rng.random(n) < expit(truth), "overturned", "upheld"),
            "market": market,
            "language": pd.Series([None] * n, dtype=object),
            "subject_id": [f"s{place}" for place in range(n)],
        }
    )
    return frame, expit(truth - shift * second)


def scored(**how):
    """Cases whose priority is their probability."""
    frame, probability = cases(**how)
    return frame, probability, probability


def test_a_score_that_treats_markets_alike_has_no_gap_for_sure():
    found = fairness(*scored(), rounds=200)
    (market,) = found.groupings
    assert market.dimension == "market"
    assert found.looks == 2
    assert market.opportunity.low == 0
    assert market.calibration.low == 0
    assert market.closing.brier_change.low <= 0.001


def test_a_market_of_which_too_little_is_said_is_found_and_closing_it_costs_nothing():
    (market,) = fairness(*scored(shift=1.2), rounds=200).groupings
    first, second = sorted(market.groups, key=lambda one: one.gap.value)
    assert first.value == "ID"
    assert first.gap.high < 0 < second.gap.high
    assert market.opportunity.low > 0.1
    assert market.calibration.low > 0.05
    closing = market.closing
    assert closing.opportunity_after < 0.08 < market.opportunity.value
    assert closing.calibration_after < 0.04 < closing.calibration_shared
    assert closing.brier_change.high < 0
    assert closing.precision_after > closing.precision_before
    assert closing.found_change.low > 0


def test_where_base_rates_differ_an_honest_score_has_a_gap_and_closing_it_costs_precision():
    (market,) = fairness(*scored(n=12_000, base=1.5), rounds=200).groupings
    assert market.calibration.low == 0
    assert market.opportunity.low > 0.1
    closing = market.closing
    assert closing.opportunity_after < market.opportunity.value / 2
    assert closing.precision_after < closing.precision_before
    assert closing.found_change.high < 0


@given(seed=st.integers(0, 200), n=st.integers(60, 300))
@settings(max_examples=15)
def test_figures_are_what_they_say_they_are(seed, n):
    frame, probability = cases(n=n, seed=seed)
    outcome = (frame["outcome"] == "overturned").to_numpy()
    first = np.zeros(n, dtype=bool)
    first[np.argsort(-probability, kind="stable")[: round(CAPACITY * n)]] = True
    for grouping in fairness(frame, probability, probability, rounds=50, seed=seed).groupings:
        for group in grouping.groups:
            mine = (frame[grouping.dimension] == group.value).to_numpy()
            assert group.cases == mine.sum()
            assert group.overturned == outcome[mine].sum()
            if min(group.overturned, group.cases - group.overturned) >= 10:
                found_first = first[mine & outcome].mean()
                assert group.found_first.value == pytest.approx(found_first, abs=1e-6)
                said = (probability[mine & outcome] >= 0.5).mean()
                assert group.found_said.value == pytest.approx(said, abs=1e-6)
            else:
                assert group.found_first.value is None
            gap = (probability - outcome)[mine].mean()
            assert group.gap.value == pytest.approx(gap, abs=1e-6)
        if grouping.closing:
            before = outcome[first].sum() / first.sum()
            assert grouping.closing.precision_before == pytest.approx(before)
        if grouping.opportunity.low is not None:
            assert 0 <= grouping.opportunity.low <= grouping.opportunity.value + 1e-9
            assert grouping.opportunity.value <= grouping.opportunity.high + 1e-9


def test_small_groups_are_counted_and_facts_that_nobody_has_are_left_out():
    frame, probability = cases(n=500)
    frame.loc[:4, "market"] = "VN"
    found = fairness(frame, probability, probability, rounds=50)
    (market,) = found.groupings
    assert [one.value for one in market.groups] == frame["market"].value_counts().index[:2].tolist()
    assert market.passed_over == 1
    assert market.left_out == (LeftOut("VN", "everything", "5 of 20 cases needed"),)
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_one_market_alone_has_no_gap_and_nothing_to_close():
    frame, probability = cases(n=500, groups=("SG",))
    (market,) = fairness(frame, probability, probability, rounds=50).groupings
    assert market.opportunity.value is market.calibration.value is market.closing is None
    none = fairness(frame.assign(market=None), probability, probability, rounds=50)
    assert none.groupings == ()
    assert none.looks == 0


def test_a_subject_with_many_cases_makes_the_gaps_less_sure():
    frame, probability = cases(n=600)
    alone = fairness(frame, probability, probability, rounds=200).groupings[0].groups[0].gap
    frame["subject_id"] = [f"s{place // 30}" for place in range(600)]
    order = np.argsort((frame["outcome"] == "overturned").to_numpy(), kind="stable")
    alike = fairness(
        frame.iloc[order].assign(subject_id=frame["subject_id"].to_numpy()),
        probability[order],
        probability[order],
        rounds=200,
    )
    whole = alike.groupings[0].groups[0].gap
    assert whole.high - whole.low > 2 * (alone.high - alone.low)


def test_a_market_that_hardly_ever_wins_is_told_and_why_it_is_not_ranked():
    frame, probability = cases(n=4_000, groups=("SG", "ID", "VN"))
    rare = (frame["market"] == "VN").to_numpy()
    frame.loc[rare, "outcome"] = "upheld"
    frame.loc[frame.index[rare][:5], "outcome"] = "overturned"
    (market,) = fairness(frame, probability, probability, rounds=100).groupings
    told = {one.value: one for one in market.groups}
    assert told["VN"].gap.low > 0.2
    assert told["VN"].found_first.value is told["VN"].found_said.value is None
    assert market.calibration.low > 0.15
    assert market.calibration.value == pytest.approx(told["VN"].gap.value, abs=0.05)
    assert market.left_out == (LeftOut("VN", "found first", "5 of 10 overturned needed"),)
    assert market.passed_over == 0
    assert market.closing.calibration_after < market.closing.calibration_shared / 2
    assert market.opportunity.value < 0.1  # of the two that are ranked


def test_first_is_who_stands_first_by_priority():
    frame, probability = cases(n=1_000)
    rng = np.random.default_rng(2)
    priority = probability * rng.choice([1.0, 10.0], 1_000)
    found = fairness(frame, probability, priority, rounds=50)
    assert found.order == "priority"
    first = np.argsort(-priority, kind="stable")[: round(CAPACITY * 1_000)]
    outcome = (frame["outcome"] == "overturned").to_numpy()
    (market,) = found.groupings
    for group in market.groups:
        wrong = (frame["market"] == group.value).to_numpy() & outcome
        share = np.isin(np.flatnonzero(wrong), first).mean()
        assert group.found_first.value == pytest.approx(share, abs=1e-6)
    assert market.closing.precision_before == pytest.approx(outcome[first].mean())
    scaled = fairness(frame, probability, priority * 7, rounds=50)
    assert scaled == found
