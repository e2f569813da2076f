from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from training.sample.second_looks import HOURS, SHARE, second_looks

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def many(made):
    """Fifteen times as many cases, so that what is drawn can be told from chance."""
    return pd.concat([made.cases] * 15, ignore_index=True)


def test_some_decided_cases_are_decided_again_by_somebody_else_of_the_language(made, reviewers):
    again = second_looks(made.cases, reviewers, UNTIL, np.random.default_rng(1))
    first = made.cases.iloc[again.index]

    decided = (made.cases["decided_at"] < UNTIL.replace(tzinfo=None)).sum()
    assert 0.9 * SHARE * decided < len(again) <= SHARE * decided + 1
    assert again.index.is_monotonic_increasing
    assert again.index.is_unique
    assert (again["reviewer"].to_numpy() != first["reviewer"].to_numpy()).all()
    assert (reviewers.language[again["reviewer"]] == first["language"].to_numpy()).all()
    hours = (again["decided_at"] - first["decided_at"]) / np.timedelta64(1, "h")
    assert hours.between(HOURS[0] - 1, HOURS[1]).all()
    assert again["decided_at"].max() < UNTIL.replace(tzinfo=None)


def test_both_follow_the_truth_and_do_not_always_agree(many, reviewers):
    again = second_looks(many, reviewers, UNTIL, np.random.default_rng(2))
    first = many.iloc[again.index]

    agreed = (again["overturned"] == first["overturned"]).mean()
    right = (again["overturned"] == first["wrong"]).mean()
    as_right = (first["overturned"] == first["wrong"]).mean()
    assert abs(right - as_right) < 0.06
    assert as_right**2 - 0.05 < agreed < 1


def test_where_nothing_is_decided_nobody_looks_again(made, reviewers):
    early = datetime(2020, 1, 1, tzinfo=UTC)
    again = second_looks(made.cases, reviewers, early, np.random.default_rng(1))
    assert again.empty
    assert list(again.columns) == ["reviewer", "overturned", "decided_at"]
