"""Streams of appeals as points in a space: kinds of complaint are clouds, days are numbers."""

from dataclasses import dataclass

import numpy as np
import pytest

from models.neighbours import neighbour_graph


@dataclass
class Stream:
    """Vectors (n, d) and days (n,) of appeals; `kinds` (n,) is what each is about."""

    vectors: np.ndarray
    days: np.ndarray
    kinds: np.ndarray

    def graph(self, k=64):
        return neighbour_graph(self.vectors, k)

    def only(self, kept):
        return Stream(*(getattr(self, name)[kept] for name in vars(self)))

    def plus(self, other):
        pairs = ((getattr(self, name), getattr(other, name)) for name in vars(self))
        return Stream(*(np.concatenate(pair) for pair in pairs))


def steady(seed, days=42, a_day=20, kinds=15, shape=None, columns=12):
    """Draw Poisson counts of each kind and day; a gamma factor of that shape makes them wobble."""
    random = np.random.default_rng(seed)
    share = random.gamma(1.0, size=kinds)
    wobble = random.gamma(shape, 1 / shape, size=(days, kinds)) if shape else 1.0
    counts = random.poisson(np.broadcast_to(a_day * wobble * share / share.sum(), (days, kinds)))
    day, kind = (np.repeat(places, counts[counts > 0]) for places in np.nonzero(counts))
    centres = random.normal(size=(kinds, columns))
    vectors = centres[kind] + 0.6 * random.normal(size=(len(kind), columns))
    return Stream(vectors, day, kind)


def burst(seed, days, columns=12, spread=0.3, side=1):
    """Draw appeals of one new kind on the given days; side -1 is the opposite of side 1."""
    random = np.random.default_rng([seed, 1])
    centre = side * random.normal(size=columns)
    vectors = centre + spread * random.normal(size=(len(days), columns))
    return Stream(vectors, np.array(days), np.full(len(days), -1))


@pytest.fixture(name="steady")
def _steady():
    return steady


@pytest.fixture(name="burst")
def _burst():
    return burst
