"""Causes: the scan's neighbourhoods widened to the places that they take."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.emergence.causes import Letters, find_causes
from models.neighbours import neighbour_graph, unit_rows
from models.scan import ScanConfig

TODAY = date(2025, 3, 31)
DAYS = 42
DIMENSION = 24
CONFIG = ScanConfig(window_days=DAYS, shuffles=198)


def unusual(random, n):
    """Appeals of one new kind."""
    middle = np.eye(DIMENSION)[0]
    return middle + random.normal(scale=0.08, size=(n, DIMENSION))


def letters(new=0, seed=0, a_day=20, subjects=None, copies=0, since=4):
    """A steady intake of all kinds; `new` of one kind on the last days; copies of the last one."""
    random = np.random.default_rng(seed)
    usual = random.normal(size=(DAYS * a_day, DIMENSION))
    rows = np.vstack([usual, unusual(random, new)])
    rows = np.vstack([rows, np.repeat(rows[-1:], copies, axis=0)]).astype(np.float32)
    ages = np.r_[np.repeat(np.arange(DAYS), a_day), np.arange(new) % since, np.zeros(copies, int)]
    vectors = unit_rows(rows)
    read = np.arange(len(usual) + new)
    return Letters(
        vectors=vectors,
        days=TODAY.toordinal() - ages.astype(np.int64),
        subjects=subjects or [None] * len(vectors),
        read=read,
        graph=neighbour_graph(vectors[read], 64),
    )


def test_a_quiet_intake_has_no_cause():
    causes = find_causes(letters(), TODAY, CONFIG)
    assert causes.found == ()
    assert causes.scan.counted == DAYS * 20


@pytest.mark.parametrize("new", [12, 90])
def test_a_cause_is_as_large_as_it_is(new):
    """Ninety are more than the scan's largest neighbourhood holds."""
    told = letters(new)
    cause, *others = find_causes(told, TODAY, CONFIG).found
    assert others == []
    made_up_of = set(cause.finding.rows.tolist())
    planted = set(range(DAYS * 20, DAYS * 20 + new))
    assert len(made_up_of & planted) >= 0.9 * new
    assert len(made_up_of - planted) <= 2
    assert cause.finding.observed == len(made_up_of)
    assert cause.finding.observed > 3 * cause.finding.expected
    inside = told.vectors @ cause.place.centre >= cause.place.floor
    assert set(np.flatnonzero(inside & (TODAY.toordinal() - told.days < 4))) >= made_up_of


def test_copies_of_a_letter_make_a_cause_no_louder_but_are_told():
    alone = find_causes(letters(12), TODAY, CONFIG).found[0].finding
    copied = find_causes(letters(12, copies=500), TODAY, CONFIG).found[0].finding
    assert (copied.observed, copied.p) == (alone.observed, alone.p)
    assert len(copied.rows) == len(alone.rows) + 500


def test_a_subject_counts_once():
    n = DAYS * 20
    of_one = letters(12, subjects=[None] * n + ["s1"] * 12)
    assert find_causes(of_one, TODAY, CONFIG).found == ()


def test_what_is_dated_later_than_the_last_day_is_no_part_of_it():
    ahead = letters(12)
    ahead.days[-12:] = TODAY.toordinal() + 3
    causes = find_causes(ahead, TODAY, CONFIG)
    assert causes.found == ()
    assert causes.scan.future == 12


@given(st.integers(0, 3))
def test_the_same_letters_and_seed_give_the_same_causes(seed):
    one, again = (find_causes(letters(20, seed), TODAY, CONFIG, seed) for _ in range(2))
    assert [c.finding.rows.tolist() for c in one.found] == [
        c.finding.rows.tolist() for c in again.found
    ]
    assert [c.finding.p for c in one.found] == [c.finding.p for c in again.found]
