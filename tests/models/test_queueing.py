import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.priority import TURNS
from models.queueing import (
    Appeals,
    FirstCome,
    InTurns,
    InvalidQueue,
    WrongFirst,
    simulate,
    work,
)

HOURS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), min_size=1, max_size=40)
DESKS = st.integers(1, 4)
SEEDS = st.integers(0, 2**32 - 1)


def queue(hours):
    filed = np.sort(np.array([at for at, _ in hours], dtype=np.float64))
    return Appeals(filed, np.array([quarters / 4 for _, quarters in hours]))


def rules(appeals, seed):
    rng = np.random.default_rng(seed)
    count = len(appeals.filed)
    return (
        FirstCome(),
        InTurns(rng.random(count), appeals.filed),
        WrongFirst(rng.random(count) < 0.3),
    )


@given(HOURS, DESKS, SEEDS)
def test_everybody_is_reviewed_once_and_no_desk_reviews_two_at_once(hours, desks, seed):
    appeals = queue(hours)
    for rule in rules(appeals, seed):
        found = simulate(appeals, rule, desks)
        assert (found.opened >= appeals.filed).all()
        assert found.done == pytest.approx(found.opened + appeals.work)
        assert set(found.desk) <= set(range(desks))
        for desk in range(desks):
            own = np.flatnonzero(found.desk == desk)
            own = own[np.argsort(found.opened[own])]
            assert (found.opened[own[1:]] >= found.done[own[:-1]]).all()


@given(HOURS, DESKS, SEEDS)
def test_no_desk_is_idle_while_one_waits(hours, desks, seed):
    appeals = queue(hours)
    for rule in rules(appeals, seed):
        found = simulate(appeals, rule, desks)
        for case in np.flatnonzero(found.opened > appeals.filed):
            for moment in (appeals.filed[case], (appeals.filed[case] + found.opened[case]) / 2):
                busy = (found.opened <= moment) & (found.done > moment)
                assert busy.sum() == desks


@given(HOURS, DESKS)
def test_first_come_opens_in_order_of_filing(hours, desks):
    found = simulate(queue(hours), FirstCome(), desks)
    assert (np.diff(found.opened) >= 0).all()


@given(HOURS, SEEDS)
def test_with_the_same_work_each_nobody_waits_longer_than_the_turns_allow(hours, seed):
    """The moments at which a desk opens a case are then those of first come, whatever the rule."""
    appeals = queue(hours)
    appeals = Appeals(appeals.filed, np.ones(len(hours)))
    first = simulate(appeals, FirstCome(), 1)
    found = simulate(appeals, rules(appeals, seed)[1], 1)
    assert sorted(found.opened) == pytest.approx(sorted(first.opened))
    # From the moment a case is filed, m + 1 reviews by first come are at most TURNS (m + 1) in
    # turns; the review that was going on when it was filed is in neither.
    reach = np.ceil(first.opened - appeals.filed) + 1
    assert (found.opened - appeals.filed <= TURNS * reach).all()


@given(HOURS, DESKS, SEEDS)
def test_an_oracle_never_opens_a_rightly_enforced_while_a_wrongly_enforced_waits(
    hours, desks, seed
):
    appeals = queue(hours)
    rule = rules(appeals, seed)[2]
    found = simulate(appeals, rule, desks)
    for right in np.flatnonzero(~rule.wrong):
        moment = found.opened[right]
        assert not (rule.wrong & (appeals.filed <= moment) & (found.opened > moment)).any()


@given(st.integers(1, 200), st.floats(0.01, 10), SEEDS)
def test_the_work_is_what_was_asked_for_on_average(count, hours, seed):
    drawn = work(count, hours, seed)
    assert (drawn > 0).all()
    assert drawn.mean() == pytest.approx(hours)
    assert (drawn == work(count, hours, seed)).all()


def test_nothing_to_review_is_reviewed_at_once():
    assert simulate(Appeals(np.zeros(0), np.zeros(0)), FirstCome(), 1).done.shape == (0,)


@pytest.mark.parametrize(
    ("filed", "hours", "desks"),
    [
        ([2.0, 1.0], [1.0, 1.0], 1),
        ([1.0, 2.0], [1.0], 1),
        ([1.0, np.nan], [1.0, 1.0], 1),
        ([1.0, 2.0], [1.0, 0.0], 1),
        ([1.0, 2.0], [1.0, 1.0], 0),
    ],
)
def test_what_is_no_queue_is_refused(filed, hours, desks):
    with pytest.raises(InvalidQueue):
        simulate(Appeals(np.array(filed), np.array(hours)), FirstCome(), desks)
