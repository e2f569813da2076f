from datetime import UTC, datetime

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.sample.making import DEFAULT_UNTIL, Plan, make_sample


def test_the_rates_are_those_of_a_marketplace(made):
    cases = made.cases
    assert len(cases) == 3_000
    assert 0.21 < cases["overturned"].mean() < 0.29
    assert 0.08 < (cases["overturned"] != cases["wrong"]).mean() < 0.12
    assert 0.15 < (cases["letter"] != "").mean() < 0.25
    assert 0.02 < cases["escalated"].mean() < 0.06
    assert 0.03 < (cases["attempt"] == 2).mean() < 0.09
    assert cases["reviewer"].nunique() == 40
    assert cases["seller"].nunique() > 1_000


def test_each_policy_has_a_rate_between_one_and_fifty_percent(made):
    outside = made.cases[(made.cases["incident"] < 0) & (made.cases["attempt"] == 1)]
    rates = outside.groupby("policy")["probability"].mean()
    assert len(rates) >= 14
    assert 0.005 < rates.min() < 0.03
    assert 0.42 < rates.max() < 0.54


def test_the_true_probabilities_are_worth_learning(made):
    auc = roc_auc_score(made.cases["overturned"], made.cases["probability"])
    assert 0.75 < auc < 0.86


def test_no_single_fact_gives_the_outcome_away(made):
    for column in ("prior_violations", "seller_age_days", "stake", "prior_appeals"):
        auc = roc_auc_score(made.cases["overturned"], made.cases[column])
        assert 0.35 < auc < 0.65


def test_languages_have_their_shares(made):
    shares = made.cases["language"].value_counts(normalize=True)
    assert 0.5 < shares["en"] < 0.7
    for code in ("id", "vi", "th", "zh"):
        assert 0.05 < shares[code] < 0.2


def test_the_newest_few_percent_are_undecided(made):
    end = np.datetime64(DEFAULT_UNTIL.replace(tzinfo=None))
    undecided = made.cases["decided_at"].to_numpy() >= end
    assert 0.005 < undecided.mean() < 0.06
    assert made.cases.loc[undecided, "time"].median() > made.cases["time"].quantile(0.9)


def test_the_same_plan_gives_the_same_sample_and_another_seed_another():
    plan = Plan(appeals=150, days=60, seed=3)
    again = make_sample(Plan(appeals=150, days=60, seed=3))
    other = make_sample(Plan(appeals=150, days=60, seed=4))
    first = make_sample(plan)
    assert first.cases.equals(again.cases)
    assert not first.cases["text"].equals(other.cases["text"])


@pytest.mark.parametrize(("appeals", "days"), [(1, 1), (2, 400), (40, 1), (300, 7)])
def test_small_samples_are_whole(appeals, days):
    until = datetime(2024, 3, 1, tzinfo=UTC)
    cases = make_sample(Plan(appeals=appeals, days=days, until=until)).cases
    assert len(cases) == appeals
    assert cases["text"].str.len().min() > 0
    assert cases["time"].max() < until.replace(tzinfo=None)
    assert cases["time"].min() >= np.datetime64("2024-03-01") - np.timedelta64(days, "D")


def test_earlier_appeals_are_counted(made):
    ordered = made.cases.groupby("seller")["prior_appeals"]
    assert (ordered.diff().dropna() == 1).all()
