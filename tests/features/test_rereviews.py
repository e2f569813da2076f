from datetime import UTC, datetime, timedelta

import pytest

from features.columns import Records
from features.database import open_database
from features.history import History
from features.rereviews import no_rereviews, rereviews
from features.schema import Appeal, Decision
from features.settings import Settings

START = datetime(2025, 3, 1, tzinfo=UTC)


def decision(appeal, day, reviewer, outcome):
    return Decision(
        appeal_id=appeal,
        outcome=outcome,
        decided_at=START + timedelta(days=day),
        reviewer_id=reviewer,
    )


@pytest.fixture
def history(tmp_path):
    return History(open_database(Settings(home=tmp_path)))


def test_only_appeals_that_two_people_decided_are_read_in_order_of_time(history):
    appeals = [Appeal(appeal_id=name, submitted_at=START, text="") for name in "abcd"]
    decisions = [
        decision("a", 2, "r2", "overturned"),
        decision("a", 1, "r1", "upheld"),
        decision("b", 1, "r1", "upheld"),
        decision("b", 2, "r1", "overturned"),
        decision("c", 1, "r1", "upheld"),
        decision("c", 2, None, "overturned"),
        decision("d", 1, "r1", "upheld"),
    ]
    history.add(Records(appeals, decisions, []))
    found = rereviews(history.engine)
    assert found.to_dict("list") == {
        "appeal_id": ["a", "a"],
        "reviewer_id": ["r1", "r2"],
        "overturned": [False, True],
    }


def test_a_second_export_with_the_other_decision_makes_a_rereview(history):
    appeal = Appeal(appeal_id="a", submitted_at=START, text="")
    history.add(Records([appeal], [decision("a", 1, "r1", "upheld")], []))
    assert rereviews(history.engine).empty
    history.add(Records([appeal], [decision("a", 3, "r2", "upheld")], []))
    assert rereviews(history.engine)["reviewer_id"].tolist() == ["r1", "r2"]


def test_an_empty_history_has_none(history):
    assert rereviews(history.engine).columns.tolist() == no_rereviews().columns.tolist()
    assert rereviews(history.engine).empty
