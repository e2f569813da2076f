from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import insert

from features.database import writing
from features.tables import DECISIONS
from models.ledger import Ledger, Occasion
from models.priority import TURNS
from models.scores import Risk, Score
from models.theme_map import no_themes
from serving.dashboard.queue_question import Question
from serving.dashboard.queue_waiting import WaitingRoom, turns

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


def test_most_harm_and_longest_wait_take_turns(room):
    frame = room.waiting().frame
    by_harm = frame.sort_values("priority", ascending=False)["appeal_id"].tolist()
    by_wait = frame.sort_values("submitted_at", kind="stable")["appeal_id"].tolist()
    order = ids(room.waiting(), Question())
    assert sorted(order) == sorted(frame["appeal_id"])
    first = {True: by_harm[0], False: by_wait[0]}
    assert order[0] == first[room.waiting().reviewed % TURNS != TURNS - 1]


def test_whose_turn_it_is_changes_with_every_decision(room, engine):
    """The head of the line is reached by whoever always opens the first case of the page."""
    waiting, heads = room.waiting(), []
    oldest = waiting.frame.sort_values("submitted_at")["appeal_id"].iloc[0]
    for _ in range(TURNS):
        heads.append(ids(room.waiting(), Question())[0])
        decide(engine, heads[-1], datetime.now(UTC))
    assert room.waiting().reviewed == waiting.reviewed + TURNS
    assert oldest in heads


def test_nobody_is_kept_waiting_by_what_comes_in_later(room):
    """However much harm newer cases promise, the first filed is opened first or second."""
    frame = room.waiting().frame
    oldest = frame.sort_values("submitted_at")["appeal_id"].iloc[0]
    at = int((frame["appeal_id"] == oldest).to_numpy().argmax())
    assert {int(turns(frame, reviewed)[at]) for reviewed in (0, 1)} <= {0, 1}


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


def test_a_decision_made_elsewhere_is_seen_by_the_next_visit(room, engine):
    before = room.waiting()
    assert len(before.frame) == 8
    assert room.waiting().frame is before.frame
    decide(engine, "Q-1")
    assert len(room.waiting().frame) == 7
    assert len(before.frame) == 8


def test_a_score_given_meanwhile_is_told(room, engine):
    room.waiting()
    score = Score("Q-none", 0.5, 0.0, True, Risk(0.9, "legal", "high", "learnt"), 3.0, SOON, ())
    Ledger(engine).record([score], ["never scored: payout held"], Occasion("9", SOON))
    waiting = room.waiting()
    assert waiting.unscored == 0
    assert waiting.frame.set_index("appeal_id").loc["Q-none", "tier"] == "high"


def decide(engine, appeal_id, at=SOON):
    row = {"appeal_id": appeal_id, "decided_at": at, "outcome": "upheld"}
    with writing(engine) as connection:
        connection.execute(insert(DECISIONS).values(row))
