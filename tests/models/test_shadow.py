"""Shadow scores: kept, and compared on what was decided after both had scored it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from features.database import writing
from features.history import add_appeals, add_decisions
from features.schema import Appeal, Decision
from models.shadow import LEAST_PAIRS, Pairs, ShadowScore, difference, pairs_of, record, shadowed

AT = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def score(appeal_id, said=0.7, champion=0.4, at=AT, version="2", serving="1"):
    return ShadowScore(appeal_id, at, version, said, serving, champion)


def enter(engine, decided, subjects=0):
    """Enter appeals and their decisions: {appeal: [(hours after AT, outcome), ...]}."""
    appeals = [
        Appeal(
            appeal_id=name,
            submitted_at=AT,
            text="x",
            subject_id=f"seller {place % subjects}" if subjects else None,
        )
        for place, name in enumerate(decided)
    ]
    with writing(engine) as connection:
        add_appeals(connection, appeals)
        add_decisions(
            connection,
            [
                Decision(appeal_id=name, outcome=outcome, decided_at=AT + hours * HOUR)
                for name, decisions in decided.items()
                for hours, outcome in decisions
            ],
        )


def test_only_what_was_decided_after_both_had_scored_it_is_compared(emptied):
    engine = emptied()
    enter(
        engine,
        {"later": [(5, "overturned")], "before": [(-5, "upheld")], "undecided": []},
    )
    record(engine, [score(name) for name in ("later", "before", "undecided", "unknown")])
    record(engine, [score("later", version="3"), score("later", serving="9")])

    pairs = pairs_of(engine, "2", "1")

    assert pairs.overturned.tolist() == [1]
    assert (pairs.challenger.tolist(), pairs.champion.tolist()) == ([0.7], [0.4])
    assert shadowed(engine, "2", "1") == 4
    assert shadowed(engine, "9", "1") == 0
    assert len(pairs_of(engine, "9", "1")) == 0


def test_the_last_scores_before_the_decision_and_the_last_decision_count(emptied):
    engine = emptied()
    enter(engine, {"a": [(5, "upheld"), (9, "overturned")]})
    record(
        engine, [score("a", 0.2), score("a", 0.6, at=AT + HOUR), score("a", 0.9, at=AT + 20 * HOUR)]
    )

    pairs = pairs_of(engine, "2", "1")

    assert pairs.overturned.tolist() == [1]
    assert pairs.challenger.tolist() == [0.6]


def test_nothing_to_keep_writes_nothing(emptied):
    engine = emptied()
    record(engine, [])
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM shadow_scores")).scalar() == 0


@given(st.integers(0, 2**32 - 1))
def test_the_difference_is_that_of_the_brier_scores(seed):
    rng = np.random.default_rng(seed)
    came = rng.integers(0, 2, 50)
    pairs = Pairs(came, rng.random(50), rng.random(50), np.arange(50))

    found = difference(pairs)

    brier = [np.mean((said - came) ** 2) for said in (pairs.champion, pairs.challenger)]
    assert found.value == pytest.approx(brier[0] - brier[1])
    assert found.low <= found.value <= found.high
    swapped = difference(Pairs(came, pairs.champion, pairs.challenger, np.arange(50)))
    assert swapped.value == pytest.approx(-found.value)


def test_of_few_pairs_no_difference_is_told():
    few = np.zeros(LEAST_PAIRS - 1)
    assert difference(Pairs(few.astype(int), few, few, np.arange(len(few)))) is None
    assert difference(Pairs(few.astype(int)[:0], few[:0], few[:0], few.astype(int)[:0])) is None


def test_many_appeals_of_few_subjects_tell_as_little_as_few_appeals(emptied):
    engine, names = emptied(), [f"a{place}" for place in range(60)]
    enter(engine, {name: [(5, "overturned")] for name in names}, subjects=LEAST_PAIRS - 1)
    record(engine, [score(name) for name in names])
    pairs = pairs_of(engine, "2", "1")
    assert (len(pairs), len(set(pairs.subject))) == (60, LEAST_PAIRS - 1)
    assert difference(pairs) is None


def test_pairs_are_in_order_of_decision_and_an_appeal_of_nobody_is_its_own(emptied):
    engine = emptied()
    enter(engine, {name: [(hours, "upheld")] for name, hours in (("a", 9), ("b", 3), ("c", 6))})
    record(engine, [score(name, said) for name, said in (("a", 0.1), ("b", 0.2), ("c", 0.3))])
    pairs = pairs_of(engine, "2", "1")
    assert pairs.challenger.tolist() == [0.2, 0.3, 0.1]
    assert sorted(pairs.subject) == [0, 1, 2]
