import numpy as np
import pytest

from models.scan.calibration import LEAST_DAYS, UNWIDENED, Widening, widening
from models.scan.permutation import Shuffler, shuffle_until_clear
from models.scan.statistic import Places, Recency

WINDOWS = (1, 3, 7)
SIZES = (8, 16, 32)


def widened(stream, today=55, seed=0, days=28):
    places = Places.of(stream.graph(32).indices, SIZES)
    counted = np.ones(len(stream.days), bool)
    ages = (today - stream.days).astype(np.int64)
    as_of = [Recency.of(ages - back, counted, WINDOWS, 32) for back in (0, *range(14, 14 + days))]
    shuffler = Shuffler(ages, counted, np.random.default_rng(seed))
    chance = shuffle_until_clear(places, as_of[0], shuffler, 99)
    return widening(places, chance, as_of[0], as_of[1:], shuffler)


def mean_factor(streams):
    return np.mean([widened(stream).factor for stream in streams])


@pytest.mark.slow
def test_streams_that_wobble_are_widened_and_steady_ones_hardly(steady):
    calm = mean_factor(steady(seed, days=56) for seed in range(6))
    wavy = mean_factor(steady(seed, days=56, shape=2) for seed in range(6))
    assert 1.0 <= calm < 1.12
    assert wavy > calm + 0.1


def test_true_causes_of_the_past_widen_little(steady, burst):
    stream = steady(11, days=56)
    without = widened(stream)
    for side, start in ((1, 18), (-1, 26)):
        stream = stream.plus(burst(3, [start + i // 4 for i in range(30)], side=side))
    assert widened(stream).factor < without.factor + 0.1


def test_too_few_days_tell_nothing(steady):
    assert widened(steady(1), today=41, days=LEAST_DAYS - 1) == Widening(1.0, LEAST_DAYS - 1)
    assert UNWIDENED.factor == 1.0


def test_the_same_seed_gives_the_same_widening(steady):
    stream = steady(2, days=56, shape=2)
    assert widened(stream, seed=5) == widened(stream, seed=5)
