import pytest

from training.sample.making import Plan, make_sample
from training.sample.summary import summarise


def test_the_summary_agrees_with_the_cases(made):
    summary = summarise(made)
    assert summary["appeals"] == 3_000
    assert summary["decided"] < 3_000
    assert summary["overturned_share"] == pytest.approx(made.cases["overturned"].mean(), abs=1e-4)
    assert sum(summary["languages"].values()) == pytest.approx(1, abs=1e-3)
    assert sum(summary["incidents"].values()) == (made.cases["incident"] >= 0).sum()
    assert len(summary["incidents"]) == 5


def test_one_outcome_alone_has_no_auc():
    assert summarise(make_sample(Plan(appeals=1)))["best_auc"] is None
