from itertools import islice

import numpy as np

from models.scan.regions import standouts
from models.scan.statistic import Places, Recency, scores


def prepared(stream, today):
    places = Places.of(stream.graph().indices, (8, 16, 32, 64))
    ages = (today - stream.days).astype(np.int64)
    return places, Recency.of(ages, np.ones(len(ages), bool), (1, 3, 7), 64)


def test_regions_fall_and_share_no_appeal(steady):
    places, recency = prepared(steady(3), 41)
    found = list(islice(standouts(places, recency, np.array([2.0, 3.0, 4.0])), 12))
    excesses = [each.excess for each in found]
    assert len(found) >= 5
    assert excesses == sorted(excesses, reverse=True)
    members = np.concatenate([each.members for each in found])
    assert len(np.unique(members)) == len(members)


def test_the_first_is_the_largest_score_less_what_is_usual(steady):
    places, recency = prepared(steady(4), 41)
    usual = np.array([1.0, 2.0, 3.0])
    first = next(standouts(places, recency, usual))
    every = scores(places, recency, recency.rows()) - usual
    assert first.excess == every.max()
    assert first.score == first.excess + usual[first.window]
    assert len(first.members) == places.sizes[first.size] + 1
    assert set(first.recent) <= set(first.members)


def test_two_bursts_are_two_regions(steady, burst):
    stream = steady(5).plus(burst(1, [39, 40, 41] * 4)).plus(burst(1, [40, 41] * 6, side=-1))
    places, recency = prepared(stream, 41)
    n = len(stream.days)
    bursts = [set(range(n - 24, n - 12)), set(range(n - 12, n))]
    found = list(islice(standouts(places, recency, np.array([2.0, 3.0, 4.0])), 2))
    overlaps = [[len(set(each.recent) & them) for them in bursts] for each in found]
    assert sorted(np.argmax(overlaps, axis=1).tolist()) == [0, 1]
    assert np.max(overlaps, axis=1).min() >= 8


def test_where_nothing_is_recent_there_is_no_region():
    places = Places.of(np.array([[1], [0]], dtype=np.int32), (1,))
    recency = Recency.of(np.array([9, 9]), np.ones(2, bool), (1,), 1)
    assert list(standouts(places, recency, np.zeros(1))) == []
