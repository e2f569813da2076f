import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from models.scores import Risk, Score
from models.shifts import Shift
from training.queue_value import AtOnce, Day, QueueCases, at_once, queue_cases, value_of

FIRST = datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def cases():
    """Four hundred appeals in twenty days; the priority tells the wrongly enforced well."""
    rng = np.random.default_rng(0)
    wrong = rng.random(400) < 0.3
    return QueueCases(
        filed=np.sort(rng.uniform(7, 480, 400)),
        averted=rng.normal(0.3 + 0.5 * wrong, 0.15),
        wrong=wrong,
        right=~wrong,
        escalated=rng.random(400) < 0.1,
        critical=np.zeros(400, dtype=bool),
    )


def test_while_more_comes_in_than_is_reviewed_the_wrongly_enforced_are_restored_sooner(cases):
    value = value_of(cases, 0.8)
    assert value.median_ratio < 0.5
    assert value.longest_ratio <= 2
    assert value.oracle.restored_median < value.redress.restored_median
    assert value.redress.unrestored < value.first_come.unrestored


def test_a_priority_that_knows_nothing_restores_nobody_sooner_on_the_whole(cases):
    rng = np.random.default_rng(1)
    blind = replace(cases, averted=rng.random(400))
    value = value_of(blind, 0.8)
    assert value.redress.restored_mean > 0.85 * value.first_come.restored_mean


def test_more_capacity_shortens_every_wait(cases):
    values = [value_of(cases, capacity) for capacity in (0.6, 0.8, 1.2)]
    for rule in ("first_come", "redress"):
        waits = [getattr(value, rule).longest for value in values]
        assert waits == sorted(waits, reverse=True)
    assert values[0].first_come.unrestored > values[-1].first_come.unrestored


def test_the_capacity_is_met_exactly_with_whole_desks(cases):
    span = cases.filed[-1] - cases.filed[0]
    for capacity in (0.6, 1.0, 1.2):
        value = value_of(cases, capacity, Day(minutes=300))
        assert value.desks > 1
        reviews = value.desks * span / (value.minutes / 60)
        assert reviews == pytest.approx(capacity * len(cases.filed))


def test_nights_off_are_waited_through(cases):
    by_day = value_of(cases, 0.8, Day(shift=Shift(9, 17)))
    always = value_of(cases, 0.8)
    assert by_day.oracle.restored_mean > always.oracle.restored_mean
    assert by_day.first_come.longest > always.first_come.longest
    assert by_day.minutes == pytest.approx(always.minutes / 3, rel=0.05)


def test_what_is_critical_reaches_its_team_at_once_and_nobody_elses_order_changes(cases):
    told = replace(cases, critical=cases.escalated)
    value, before = value_of(told, 0.8), value_of(cases, 0.8)
    assert value.redress.within_hour == 1.0
    assert value.first_come == before.first_come
    assert value.redress.longest == before.redress.longest


def test_first_come_with_the_same_tier_tells_what_the_order_adds(cases):
    told = replace(cases, critical=cases.escalated & (np.arange(400) % 2 == 0))
    value = value_of(told, 0.8)
    same = value.first_come_with_tier
    assert value.first_come.within_hour < same.within_hour
    assert replace(same, within_hour=value.first_come.within_hour) == value.first_come
    assert value.as_dict()["first_come_with_tier"]["within_hour"] == same.within_hour
    assert set(value.as_dict()["policies"]) == {"first_come", "redress", "oracle"}


def test_who_calls_all_critical_is_never_late_and_is_seen_to_send_all(cases):
    everything = replace(cases, critical=np.ones(400, dtype=bool), right=cases.right.copy())
    everything.right[:] &= np.arange(400) % 2 == 0
    value = value_of(everything, 0.8)
    assert value.redress.within_hour == value.first_come_with_tier.within_hour == 1.0
    sent = at_once(everything)
    assert (sent.sent, sent.escalated) == (400, int(cases.escalated.sum()))
    assert sent.decided == int((everything.wrong | everything.right).sum()) < 400
    assert sent.a_day == pytest.approx(400 / ((cases.filed[-1] - cases.filed[0]) / 24))
    nothing = replace(everything, filed=np.zeros(400), critical=np.zeros(400, dtype=bool))
    assert at_once(nothing) == AtOnce(0, 0, 0, 0.0)


def test_where_nobody_was_wrongly_enforced_or_escalated_the_answer_is_none(cases):
    nobody = np.zeros(400, dtype=bool)
    told = value_of(replace(cases, wrong=nobody, escalated=nobody), 0.8).as_dict()
    assert told["median_ratio"] is None
    assert told["policies"]["redress"]["within_hour"] is None
    assert json.dumps(told, allow_nan=False)


def test_decided_appeals_are_laid_out_in_hours_with_what_their_scores_say():
    frame = pd.DataFrame(
        {
            "submitted_at": pd.to_datetime([FIRST + n * timedelta(hours=30) for n in range(3)]),
            "outcome": ["overturned", "upheld", None],
            "escalated_to": [None, "legal", None],
        }
    )
    scores = [
        Score("a", 0.9, 2.2, False, Risk(0.1, "legal", "medium", "learnt"), 1.5, FIRST, ()),
        Score("b", 0.2, -1.4, False, Risk(0.8, "legal", "critical", "learnt"), 4.2, FIRST, ()),
        Score("c", 0.2, -1.4, False, Risk(0.1, "legal", "medium", "learnt"), 0.2, FIRST, ()),
    ]
    cases = queue_cases(frame, scores)
    assert cases.filed.tolist() == [7.0, 37.0, 67.0]
    assert cases.averted.tolist() == [1.5, 4.2, 0.2]
    assert cases.wrong.tolist() == [True, False, False]
    assert cases.right.tolist() == [False, True, False]
    assert cases.escalated.tolist() == cases.critical.tolist() == [False, True, False]


def test_those_not_decided_take_reviews_and_are_in_no_other_figure(cases):
    open_cases = ~cases.wrong & (np.arange(400) % 2 == 0)
    some = value_of(replace(cases, right=cases.right & ~open_cases), 0.8)
    whole = value_of(cases, 0.8)
    assert some.redress.restored_median == whole.redress.restored_median
    assert some.redress.longest == whole.redress.longest
    assert some.first_come.upheld_median != whole.first_come.upheld_median
