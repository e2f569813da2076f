from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import insert

from features.database import writing
from features.tables import DECISIONS
from models.priority import TIERS
from models.theme_map import no_themes
from serving.dashboard import queue_waiting
from serving.dashboard.queue_question import Question
from serving.dashboard.queue_waiting import WaitingRoom, ranks

FILED = datetime(2025, 3, 30, 9, tzinfo=UTC)
SOON = FILED + timedelta(hours=2)


@pytest.fixture
def room(engine, queue_filler):
    """The waiting room of a small queue."""
    queue_filler(engine)
    return WaitingRoom(engine, no_themes())


def ids(waiting, question, now=SOON):
    return waiting.asked_for(question, now)["appeal_id"].tolist()


def test_what_is_undecided_waits_with_its_latest_score(room):
    frame = room.waiting().frame.set_index("appeal_id")
    assert sorted(frame.index) == sorted(
        ["Q-1", "Q-2", "Q-3", "Q-4", "Q-5", "Q-6", "Q/7?a=b#c", "Q-none"]
    )
    assert frame.loc["Q-1", "probability"] == pytest.approx(0.9)
    assert frame.loc["Q-3", "uncertain"]
    assert not frame.loc["Q-none", "uncertain"]
    assert np.isnan(frame.loc["Q-none", "priority"])
    assert room.waiting().unscored == 1


def test_cases_of_more_harm_come_first_and_those_never_scored_last(room):
    assert ids(room.waiting(), Question()) == [
        *("Q-2", "Q-3", "Q-4", "Q/7?a=b#c", "Q-1", "Q-5", "Q-6", "Q-none"),
    ]


def test_whatever_waits_long_enough_overtakes_any_other(room):
    """No case starves: one that has waited as many times its hours as another is ahead of it."""
    frame = room.waiting().frame
    low = frame[frame["appeal_id"] == "Q-1"].copy()
    new = frame[frame["appeal_id"] == "Q-2"].copy()
    new["submitted_at"] = low["submitted_at"].iloc[0] + timedelta(days=30)
    now = FILED + timedelta(days=30)
    assert ranks(low, now)[0] > ranks(new, now)[0]
    hours = {name: hours for name, _, hours in TIERS}["low"]
    aged = ranks(low, FILED + timedelta(hours=hours)) - ranks(low, FILED)
    assert aged == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (Question(tiers=("critical", "high")), ["Q-2", "Q-3"]),
        (Question(uncertain=True), ["Q-3"]),
        (Question(unscored=True), ["Q-none"]),
        (Question(overdue=True), ["Q-2"]),
        (Question(wanted=(("policy", "counterfeit"), ("market", "SG")), sort="filed"), None),
        (Question(wanted=(("market", "XX"),)), []),
        (Question(tiers=("low",), sort="due", falling=False), ["Q-1", "Q-5", "Q-6"]),
        (Question(tiers=("low",), sort="score", falling=True), ["Q-1", "Q-6", "Q-5"]),
        (Question(tiers=("low",), sort="score", falling=False), ["Q-5", "Q-6", "Q-1"]),
        (Question(tiers=("low",), sort="filed", falling=True), ["Q-6", "Q-5", "Q-1"]),
    ],
)
def test_the_queue_is_filtered_and_sorted(room, question, found):
    expected = ["Q/7?a=b#c", "Q-5", "Q-3", "Q-1"] if found is None else found
    assert ids(room.waiting(), question) == expected


def test_what_is_past_its_time_is_counted_by_tier(room):
    assert room.waiting().tiers(SOON) == [
        ("critical", 1, 1),
        ("high", 1, 0),
        ("medium", 2, 0),
        ("low", 3, 0),
    ]


def test_an_empty_history_has_an_empty_queue(engine):
    waiting = WaitingRoom(engine, no_themes()).waiting()
    assert waiting.unscored == 0
    assert waiting.values("policy") == []
    for sort in ("first", "due", "score", "filed"):
        assert ids(waiting, Question(sort=sort)) == []


def test_what_is_quick_to_read_is_read_each_time(room, engine):
    assert len(room.waiting().frame) == 8
    decide(engine, "Q-1")
    assert len(room.waiting().frame) == 7


def test_what_takes_long_is_read_again_behind_the_visit(room, engine, until, monkeypatch):
    monkeypatch.setattr(queue_waiting, "QUICK", -1.0)
    seconds = [0.0]
    room.clock = lambda: seconds[0]
    assert len(room.waiting().frame) == 8
    decide(engine, "Q-1")
    seconds[0] += 100
    assert len(room.waiting().frame) == 8
    until(lambda: len(room.waiting().frame) == 7)


def decide(engine, appeal_id):
    row = {"appeal_id": appeal_id, "decided_at": SOON, "outcome": "upheld"}
    with writing(engine) as connection:
        connection.execute(insert(DECISIONS).values(row))
