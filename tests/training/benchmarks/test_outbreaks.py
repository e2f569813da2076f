"""Series with planted outbreaks."""

import numpy as np
import pytest

from training.benchmarks.outbreaks import (
    JUDGED_WEEKS,
    SCENARIOS,
    WEEKS,
    Scenario,
    plant_outbreaks,
)

PLANTED = plant_outbreaks(120, seed=1)


def test_the_grid_has_sixty_scenarios():
    assert len(set(SCENARIOS)) == 60


def test_the_seed_decides():
    again, other = plant_outbreaks(5, seed=1), plant_outbreaks(5, seed=2)
    assert (again.counts == plant_outbreaks(5, seed=1).counts).all()
    assert (again.counts != other.counts).any()


def test_outbreaks_are_part_of_the_counts_and_one_is_current():
    assert PLANTED.counts.shape == PLANTED.outbreak.shape == (120, WEEKS)
    assert (PLANTED.outbreak <= PLANTED.counts).all()
    held = PLANTED.outbreak > 0
    assert held[:, -JUDGED_WEEKS:].any(axis=1).all()
    starts = (np.diff(held.astype(int), axis=1) == 1).sum(axis=1)
    assert 4 < starts.mean() < 8  # five outbreaks; some meet, some have a week without a case
    assert not held[:, :52].any()


def test_a_mean_follows_its_scenario():
    flat, rising = (Scenario(1.0, beta, 0, 1).means(104) for beta in (0, 0.01))
    assert flat == pytest.approx(np.full(104, np.e))
    assert rising[[0, 103]] == pytest.approx(np.exp([1 - 0.515, 1]))
    seasonal = Scenario(0, 0, 2, 1).means(104)
    assert seasonal[:52] == pytest.approx(seasonal[52:])


@pytest.mark.parametrize("dispersion", [1, 2])
def test_usual_counts_scatter_as_the_scenario_says(dispersion):
    rows = [
        place
        for place in range(120)
        if SCENARIOS[place % 60].dispersion == dispersion and SCENARIOS[place % 60].beta == 0
    ]
    usual = (PLANTED.counts - PLANTED.outbreak)[rows]
    means = np.array([SCENARIOS[place % 60].means(WEEKS) for place in rows])
    assert ((usual - means) ** 2 / means).mean() == pytest.approx(dispersion, rel=0.05)


def test_no_series_is_none():
    assert plant_outbreaks(0, seed=0).counts.shape == (0, WEEKS)
