import numpy as np
import pytest
from scipy.stats import binom

from models.neighbours import neighbour_graph
from models.scan import InvalidScan, ScanConfig, scan

TODAY = 41
UNWIDENED = ScanConfig(accepted_false_alarms_per_month=1e-6, shuffles=198)
"""At this rate no alarm is raised, so that p is that of the shuffles alone."""
RUNS = range(300, 308)
ALLOWED = binom.ppf(0.95, len(RUNS), ScanConfig().most_chance)
"""Alarms that this many runs may raise by chance: as many as were promised, and no more."""


def scanned(stream, today=TODAY, seed=0, config=None, **who):
    return scan(stream.graph(), stream.days, today, seed=seed, config=config, **who)


def alarms(make, seeds, **given):
    return sum(bool(scanned(make(seed), seed=seed, **given).regions) for seed in seeds)


@pytest.mark.slow
def test_without_a_cause_p_is_as_small_as_it_says_it_is(steady):
    runs = 150
    found = np.array(
        [scanned(steady(seed), seed=seed, config=UNWIDENED).p for seed in range(5000, 5000 + runs)]
    )
    for level in (0.05, 0.2, 0.5):
        least, most = binom.ppf([0.0005, 0.9995], runs, level)
        assert least <= (found <= level).sum() <= most


@pytest.mark.slow
def test_a_stream_that_wobbles_raises_fewer_alarms_than_its_shuffles_would(steady):
    streams = [steady(seed, days=56, shape=1, a_day=30) for seed in range(6000, 6020)]
    most = ScanConfig().most_chance
    alone = [each for each in streams if scanned(each, 55, config=UNWIDENED).p <= most]
    held = sum(bool(scanned(each, 55).regions) for each in alone)
    assert held <= binom.ppf(0.9995, len(streams), most)
    assert len(alone) > 2 * held


def test_a_new_cause_of_ten_appeals_is_found(steady, burst):
    stream = steady(1).plus(burst(1, [TODAY - i // 4 for i in range(10)]))
    found = scanned(stream)
    first = found.regions[0]
    new = np.flatnonzero(stream.kinds == -1)
    assert np.isin(new, first.recent_members).mean() >= 0.8
    assert np.isin(first.recent_members, new).mean() >= 0.8
    assert first.p < 1e-3
    assert first.recurrence_days == pytest.approx(1 / first.p)
    assert len(first.recent_members) > 3 * first.expected
    assert first.p == found.p
    assert set(first.recent_members) <= set(first.members)


def test_an_old_kind_that_surges_is_found(steady):
    stream = steady(2)
    kind = np.bincount(stream.kinds).argsort()[7]
    more = stream.only(np.flatnonzero(stream.kinds == kind)[:14])
    more.days = np.full(14, TODAY)
    more.vectors = more.vectors + 0.01
    both = stream.plus(more)
    first = scanned(both).regions[0]
    assert (both.kinds[first.recent_members] == kind).mean() > 0.8


def test_regions_do_not_overlap_and_fall(steady, burst):
    stream = steady(3).plus(burst(1, [TODAY] * 12)).plus(burst(1, [40, 41] * 6, side=-1))
    regions = scanned(stream).regions
    assert len(regions) >= 2
    members = np.concatenate([region.members for region in regions])
    assert len(np.unique(members)) == len(members)
    assert [region.p for region in regions] == sorted(region.p for region in regions)


def test_the_same_seed_gives_the_same_answer(steady, burst):
    stream = steady(4).plus(burst(1, [TODAY] * 8))
    first, second = (scanned(stream, seed=7) for _ in range(2))
    assert (first.p, first.shuffles) == (second.p, second.shuffles)
    for one, other in zip(first.regions, second.regions, strict=True):
        np.testing.assert_array_equal(one.members, other.members)
        assert one.p == other.p


def test_what_a_manager_accepts_sets_what_is_raised(steady):
    streams = [steady(seed) for seed in range(40, 46)]
    rare, often = (
        sum(
            len(scanned(each, config=ScanConfig(accepted_false_alarms_per_month=rate)).regions)
            for each in streams
        )
        for rate in (0.01, 12)
    )
    assert rare < often


def test_a_weekend_theme_is_no_news_on_a_saturday(steady, burst):
    saturdays = [day for day in range(TODAY + 1) if day % 7 == TODAY % 7]
    found = [
        scanned(steady(seed).plus(burst(seed, saturdays * 4)), seed=seed) for seed in range(60, 64)
    ]
    assert not any(each.regions for each in found)


# What a manager would curse.


def test_two_days_of_history_raise_no_alarm(steady, burst):
    stream = steady(5, days=2, a_day=60).plus(burst(1, [1] * 20))
    found = scanned(stream, today=1)
    assert found.regions == ()
    assert (found.p, found.windows) == (1.0, ())


def test_a_short_history_is_judged_by_short_windows_alone(steady):
    assert scanned(steady(5, days=16), today=15).windows == (1, 3)
    assert scanned(steady(5, days=42)).windows == (1, 3, 7, 14)


@pytest.mark.parametrize("since", [0, 2, 6])
def test_a_week_without_intake_raises_no_more_alarms_than_any_other(steady, since):
    def with_gap(seed):
        stream = steady(seed)
        return stream.only((stream.days <= TODAY - since - 7) | (stream.days > TODAY - since))

    assert alarms(with_gap, RUNS) <= ALLOWED


def test_a_month_filed_on_one_day_raises_no_more_alarms_than_any_other(steady):
    def backfilled(seed):
        stream = steady(seed, days=72)
        stream.days = np.minimum(stream.days, TODAY)
        return stream

    assert alarms(backfilled, RUNS) <= ALLOWED


def test_appeals_from_the_future_are_left_out(steady, burst):
    stream = steady(6)
    ahead = stream.plus(burst(1, [TODAY + 1, TODAY + 400, TODAY + 90_000] * 10))
    found = scanned(ahead)
    assert found.regions == ()
    assert (found.future, found.counted) == (30, len(stream.days))


@pytest.mark.parametrize("known_by", ["subjects", "campaigns"])
def test_one_letter_sent_five_thousand_times_raises_no_alarm(steady, known_by):
    stream = steady(7)
    n, copies = len(stream.days), 5000
    letter = np.random.default_rng(0).normal(size=12)
    vectors = np.concatenate([stream.vectors, np.tile(letter, (copies, 1))])
    days = np.concatenate([stream.days, np.full(copies, TODAY)])
    who = {
        "subjects": [f"s{i}" for i in range(n)] + ["one"] * copies,
        "campaigns": [-1] * n + [0] * copies,
    }
    found = scan(neighbour_graph(vectors, 64), days, TODAY, **{known_by: who[known_by]})
    assert found.regions == ()
    assert found.repeated >= 0.98 * copies


def test_many_sellers_with_one_cause_are_heard_beside_one_who_repeats_himself(steady, burst):
    stream = steady(8).plus(burst(1, [TODAY] * 12)).plus(burst(1, [TODAY] * 60, side=-1))
    n = len(stream.days)
    subjects = [None] * (n - 60) + ["one"] * 60
    found = scanned(stream, subjects=subjects)
    recent = np.concatenate([region.recent_members for region in found.regions])
    assert (recent >= n - 60).sum() <= 1
    assert ((recent >= n - 72) & (recent < n - 60)).sum() >= 9


@pytest.mark.parametrize("n", [0, 1, 3])
def test_hardly_any_appeals_are_no_fault(n):
    found = scan(neighbour_graph(np.ones((n, 3)), 64), np.zeros(n, int), 0)
    assert (found.regions, found.p) == ((), 1.0)


def test_a_few_appeals_over_many_weeks_are_scanned(steady):
    found = scanned(steady(9, a_day=1))
    assert 0 < found.p <= 1


@pytest.mark.parametrize(
    ("days", "who", "message"),
    [
        (np.zeros(4, int), {}, "graph of 5 appeals"),
        (np.zeros(5), {}, "whole numbers"),
        (np.zeros((5, 1), int), {}, "whole numbers"),
        (np.zeros(5, int), {"subjects": ["a"] * 4}, "graph of 5 appeals"),
        (np.zeros(5, int), {"campaigns": [0]}, "graph of 5 appeals"),
    ],
)
def test_what_does_not_fit_together_is_refused(days, who, message):
    with pytest.raises(InvalidScan, match=message):
        scan(neighbour_graph(np.eye(5), 3), days, 0, **who)


@pytest.mark.parametrize(
    "wrong",
    [
        {"accepted_false_alarms_per_month": 0},
        {"windows": ()},
        {"windows": (1, 2, 3, 4, 5)},
        {"windows": (7, 3)},
        {"windows": (0, 3)},
        {"sizes": (64, 8)},
        {"sizes": (8, 300)},
        {"shuffles": 9},
    ],
)
def test_a_config_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ScanConfig(**wrong)
