from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from features.schema import MAX_TEXT, Appeal, Decision

FILED = datetime(2024, 5, 31, 8, tzinfo=UTC)


def appeal(**fields):
    return Appeal(**{"appeal_id": "a1", "submitted_at": FILED, "text": "please"} | fields)


def test_only_identifier_time_and_text_are_needed():
    filed = appeal()
    assert filed.attributes == {}
    assert filed.evidence == ()
    assert filed.policy is None


@given(st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1)), st.integers(-14, 14))
def test_times_are_brought_to_utc(moment, hours):
    local = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    read = appeal(submitted_at=local).submitted_at
    assert read == local
    assert read.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_utc():
    assert appeal(submitted_at="2024-05-31T08:00:00").submitted_at == FILED


@pytest.mark.parametrize("moment", ["1970-01-01", "2100-01-01T00:00:00Z", "2024-02-30", "soon", ""])
def test_impossible_dates_are_refused(moment):
    with pytest.raises(ValidationError):
        appeal(submitted_at=moment)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("appeal_id", ""),
        ("appeal_id", "x" * 201),
        ("text", "x" * (MAX_TEXT + 1)),
        ("text", "a\x00b"),
        ("text", "\ud800"),
        ("text", None),
        ("policy", ""),
        ("detection", "robot"),
        ("evidence", ["photo"] * 51),
        ("attempt", 0),
        ("attempt", 1.5),
        ("stake", -1),
        ("stake", float("inf")),
        ("attributes", {"": 1}),
        ("attributes", {"age": float("nan")}),
        ("attributes", {"age": [1]}),
        ("attributes", {"age": 10**400}),
        ("attributes", {"note": "a\x00b"}),
        ("attributes", {f"n{i}": i for i in range(501)}),
        ("unheard_of", 1),
    ],
)
def test_what_cannot_be_is_refused(field, value):
    with pytest.raises(ValidationError):
        appeal(**{field: value})


@pytest.mark.parametrize("value", [True, 3, 2.5, "phone", None])
def test_attributes_keep_their_type(value):
    kept = appeal(attributes={"a": value}).attributes["a"]
    assert kept == value
    assert type(kept) is type(value)


def test_a_record_is_frozen():
    with pytest.raises(ValidationError):
        appeal().text = "other"


@pytest.mark.parametrize(
    "fields", [{"outcome": "partly"}, {"escalated_to": "mum"}, {"reviewer_id": ""}]
)
def test_decisions_know_their_words(fields):
    sound = {"appeal_id": "a1", "outcome": "overturned", "decided_at": FILED}
    assert Decision(**sound).outcome == "overturned"
    with pytest.raises(ValidationError):
        Decision(**sound | fields)
