from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.dating import AHEAD, EARLY, SLACK, dated
from features.schema import Decision

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
HOURS = st.integers(-2_000, 2_000).map(lambda hours: NOW + timedelta(hours=hours))


def made(moment):
    return Decision(appeal_id="a", outcome="upheld", decided_at=moment)


@given(HOURS, HOURS)
def test_what_is_taken_has_a_date_that_can_be(moment, filed):
    found = dated(made(moment), filed, NOW)
    if isinstance(found, Decision):
        assert found.decided_at - max(filed, NOW) < SLACK
        assert found.decided_at >= min(filed, NOW - SLACK)
        assert abs(found.decided_at - moment) < SLACK
        assert dated(found, filed, NOW) == found
    else:
        assert found in (AHEAD, EARLY)


@pytest.mark.parametrize(
    ("decided", "filed", "kept"),
    [
        (-5, -30, -5),
        (-30, -29, -29),  # a date without hours
        (-54, -30, None),
        (-53, -30, -30),
        (23, -30, 23),  # local time
        (24, -30, None),
        (0, 8, 0),  # decided on a page, the intake's clock ahead
        (0, 500, 0),
        (-24, 500, None),
        (500, 500, 500),  # without a date of its own
        (524, 500, None),
    ],
)
def test_hours_from_now_that_are_kept_mended_or_refused(decided, filed, kept):
    at = [
        None if hours is None else NOW + timedelta(hours=hours) for hours in (decided, filed, kept)
    ]
    found = dated(made(at[0]), at[1], NOW)
    assert (found.decided_at if isinstance(found, Decision) else None) == at[2]
