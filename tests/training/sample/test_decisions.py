from datetime import UTC, datetime

import numpy as np
import pytest

from training.sample.decisions import SECOND_SHARE, judge, with_second_attempts


def test_decisions_are_drawn_from_their_probabilities(made):
    cases = made.cases
    for chance in ("probability", "reviewer_probability"):
        bins = np.quantile(cases[chance], np.linspace(0, 1, 11))
        decile = np.clip(np.searchsorted(bins, cases[chance], side="right") - 1, 0, 9)
        for part in range(10):
            there = cases[decile == part]
            spread = np.sqrt((there[chance] * (1 - there[chance])).sum()) / len(there)
            assert abs(there["overturned"].mean() - there[chance].mean()) < 4 * spread


def test_second_attempts_are_drawn_from_their_probabilities(made):
    second = made.cases[made.cases["attempt"] == 2]
    chance = second["probability"]
    spread = np.sqrt((chance * (1 - chance)).sum()) / len(second)
    assert abs(second["overturned"].mean() - chance.mean()) < 4 * spread
    assert chance.mean() < made.cases.loc[made.cases["attempt"] == 1, "probability"].mean()


def test_the_truth_is_drawn_from_its_probability(made):
    chance = 1 / (1 + np.exp(-made.cases["logit"]))
    spread = np.sqrt((chance * (1 - chance)).sum()) / len(chance)
    assert abs(made.cases["wrong"].mean() - chance.mean()) < 4 * spread


def test_some_try_again_after_they_were_upheld(made, reviewers):
    first = made.cases[made.cases["attempt"] == 1].reset_index(drop=True)
    until = datetime(2026, 11, 1, tzinfo=UTC)
    both = with_second_attempts(first, reviewers, until, np.random.default_rng(1))
    assert len(both) == len(first)
    assert (both["attempt"] == 2).sum() == round(SECOND_SHARE * len(first))
    assert both["time"].is_monotonic_increasing
    assert both["time"].max() < until.replace(tzinfo=None)


def test_a_second_attempt_follows_a_first_of_the_same_enforcement(made):
    cases = made.cases
    key = ["seller", "policy", "stake", "category"]
    first = cases[(cases["attempt"] == 1) & ~cases["overturned"]].set_index(key)
    second = cases[cases["attempt"] == 2].set_index(key)
    pairs = second.merge(first, left_index=True, right_index=True, suffixes=("", "_first"))
    assert len(pairs) == len(second)
    assert (pairs["time"] > pairs["decided_at_first"]).all()
    assert (pairs["wrong"] == pairs["wrong_first"]).all()
    assert (pairs["logit"] < pairs["logit_first"]).all()


def test_a_decision_takes_time_and_less_when_escalated(made, reviewers):
    judged = judge(made.cases, reviewers, np.random.default_rng(5))
    hours = (judged["decided_at"] - judged["time"]) / np.timedelta64(1, "h")
    assert hours.min() > 0
    assert 20 < hours.median() < 72
    assert hours[judged["escalated"]].median() < 0.5 * hours.median()


def test_nobody_returns_when_there_was_no_time(made, reviewers):
    first = made.cases[made.cases["attempt"] == 1].reset_index(drop=True)
    early = datetime(2026, 1, 1, tzinfo=UTC)
    both = with_second_attempts(first, reviewers, early, np.random.default_rng(1))
    assert (both["attempt"] == 1).all()
    assert len(both) == pytest.approx(len(first))
