from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.frame import (
    APPEAL_COLUMNS,
    appeal_frame,
    attribute_names,
    content_digest,
    decided_frame,
    digest_of,
)
from features.schema import Appeal, Decision, Detection, Outcome, Team

FILED = datetime(2024, 5, 31, 8, tzinfo=UTC)


def appeal(name="a1", **fields):
    return Appeal(**{"appeal_id": name, "submitted_at": FILED, "text": "please"} | fields)


def decision(name="a1", outcome="overturned", days=1, **fields):
    made = FILED + timedelta(days=days)
    return Decision(appeal_id=name, outcome=outcome, decided_at=made, **fields)


def test_no_appeals_give_the_columns_of_the_contract():
    frame = appeal_frame([])
    assert list(frame.columns) == list(APPEAL_COLUMNS)
    assert len(frame) == 0
    assert str(frame["submitted_at"].dtype).endswith("UTC]")


def test_fields_become_columns_in_order():
    filed = [
        appeal("b", attributes={"age": 3, "city": "Ipoh"}, evidence=("photo",), attempt=2),
        appeal("a", attributes={"age": None}, detection=Detection.HUMAN, stake=2.5),
    ]
    frame = appeal_frame(filed)
    assert frame["appeal_id"].tolist() == ["b", "a"]
    assert attribute_names(frame) == ["age", "city"]
    assert frame["attributes.age"].tolist() == [3, None]
    assert frame["attributes.city"].tolist() == ["Ipoh", None]
    assert frame["evidence"].tolist() == [("photo",), ()]
    assert frame["attempt"].fillna(-1).tolist() == [2.0, -1.0]
    assert frame["stake"].dtype == "float64"
    assert frame["submitted_at"].tolist() == [pd.Timestamp(FILED)] * 2


def test_enumerations_become_plain_strings():
    frame = decided_frame([appeal(detection=Detection.HUMAN)], [decision(escalated_to=Team.LEGAL)])
    values = [frame.at[0, name] for name in ("detection", "outcome", "escalated_to")]
    assert values == ["human", "overturned", "legal"]
    assert {type(value) for value in values} == {str}


def test_undecided_appeals_are_left_out_and_the_latest_decision_counts():
    decisions = [decision("a1", "upheld", days=5), decision("a1", "overturned", days=2)]
    frame = decided_frame([appeal("a1"), appeal("a2")], decisions)
    assert frame["appeal_id"].tolist() == ["a1"]
    assert frame["outcome"].tolist() == ["upheld"]


def test_decided_appeals_stand_in_order_of_filing_ties_as_given():
    filed = [appeal("late", submitted_at=FILED + timedelta(days=1)), appeal("x"), appeal("b")]
    frame = decided_frame(filed, [decision(name) for name in ("late", "x", "b")])
    assert frame["appeal_id"].tolist() == ["x", "b", "late"]
    assert frame.index.tolist() == [0, 1, 2]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_digest_does_not_depend_on_order(cases, data):
    pairs = data.draw(cases)
    shuffled = data.draw(st.permutations(pairs))
    frames = [
        decided_frame([a for a, _ in some], [d for _, d in some]) for some in (pairs, shuffled)
    ]
    assert digest_of(frames[0]) == digest_of(frames[1][sorted(frames[1].columns, reverse=True)])


def test_digest_leaves_out_what_is_missing():
    assert digest_of(appeal_frame([appeal(attributes={"age": None})])) == digest_of(
        appeal_frame([appeal()])
    )


@pytest.mark.parametrize(
    "other",
    [
        appeal(text="pleased"),
        appeal(policy="spam"),
        appeal(attributes={"age": 3}),
        appeal(submitted_at=FILED + timedelta(microseconds=1)),
        appeal("a2"),
    ],
)
def test_digest_tells_contents_apart(other):
    assert digest_of(appeal_frame([appeal()])) != digest_of(appeal_frame([other]))


def test_content_digest_refuses_what_has_no_canonical_form():
    with pytest.raises(TypeError, match="set has no canonical form"):
        content_digest({"a": {1, 2}})


def test_outcomes_are_the_contracts():
    frame = decided_frame([appeal()], [decision()])
    assert set(frame["outcome"]) <= set(Outcome)
