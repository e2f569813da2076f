from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from training.seen import Seen, later_cases
from training.source import row_prints

START = datetime(2026, 1, 1, tzinfo=UTC)


def filed(days):
    return pd.DataFrame(
        {
            "appeal_id": pd.Series([f"a{place}" for place in range(len(days))], dtype=object),
            "submitted_at": pd.to_datetime([START + timedelta(days=day) for day in days], utc=True),
            "text": pd.Series(["please"] * len(days), dtype=object),
        }
    )


def seen_first(frame, rows):
    """What a model has seen that learnt from the first rows."""
    taught = frame.iloc[:rows]
    return Seen(taught["submitted_at"].max(), row_prints(taught))


def identifiers(frame):
    return frame["appeal_id"].tolist()


def test_without_a_champion_all_that_the_challenger_has_not_seen_judges():
    frame = filed(range(10))

    cases, saw = later_cases(frame, seen_first(frame, 7), None, enough=5)

    assert identifiers(cases) == ["a7", "a8", "a9"]
    assert saw == 0


def test_both_are_judged_on_what_neither_has_seen():
    frame = filed(range(10))

    cases, saw = later_cases(frame, seen_first(frame, 4), seen_first(frame, 7), enough=3)

    assert identifiers(cases) == ["a7", "a8", "a9"]
    assert saw == 0


def test_where_too_few_are_left_the_champion_has_the_advantage_and_it_is_said():
    frame = filed(range(10))

    cases, saw = later_cases(frame, seen_first(frame, 4), seen_first(frame, 7), enough=4)

    assert identifiers(cases) == ["a4", "a5", "a6", "a7", "a8", "a9"]
    assert saw == 3


def test_appeals_of_one_moment_that_were_not_seen_count_as_later():
    frame = filed([0] * 6)

    cases, _ = later_cases(frame, seen_first(frame, 4), None, enough=1)

    assert identifiers(cases) == ["a4", "a5"]


@given(st.lists(st.integers(0, 5), min_size=4, max_size=40).map(sorted), st.data())
def test_no_model_is_judged_on_what_the_challenger_saw_or_on_earlier_appeals(days, data):
    frame = filed(days)
    mine = seen_first(frame, data.draw(st.integers(1, len(days) - 1)))
    theirs = seen_first(frame, data.draw(st.integers(1, len(days) - 1)))

    cases, saw = later_cases(frame, mine, theirs, enough=data.draw(st.integers(0, 10)))

    prints = row_prints(cases)
    assert not np.isin(prints, mine.prints).any()
    assert (cases["submitted_at"] >= mine.until).all()
    assert saw == (~theirs.later(cases)).sum()
