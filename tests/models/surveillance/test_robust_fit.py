"""The robust regression: what it finds, and what cannot mislead it."""

import numpy as np
import pytest

from models.surveillance.regressors import Calendar
from models.surveillance.robust_fit import fit_robustly

REGRESSORS = Calendar.of_weeks().regressors(500)
TRUTH = np.array([2.0, 0.08, 0.3, -0.3, 0.1, 0.0])
MEAN = np.exp(REGRESSORS.rows @ TRUTH)
SEEN = np.ones((40, 500))


def draw(dispersion, seed=0, rows=40):
    random = np.random.default_rng(seed)
    if dispersion == 1:
        return random.poisson(MEAN, (rows, 500)).astype(float)
    return random.negative_binomial(MEAN / (dispersion - 1), 1 / dispersion, (rows, 500)) * 1.0


@pytest.mark.parametrize("dispersion", [1, 2, 4])
def test_coefficients_and_dispersion_are_found(dispersion):
    found = fit_robustly(draw(dispersion), SEEN, REGRESSORS)
    assert found.coefficients.mean(axis=0) == pytest.approx(TRUTH, abs=0.05)
    usual = found.dispersion(np.full((40, 1), MEAN.mean())).mean()
    assert usual == pytest.approx(dispersion, rel=0.08)
    assert found.echo.mean() < 0.02


def test_its_errors_are_those_that_it_tells():
    found = fit_robustly(draw(2, rows=200), np.ones((200, 500)), REGRESSORS)
    told = np.linalg.inv(found.information).diagonal(axis1=1, axis2=2)
    squares = ((found.coefficients - TRUTH) ** 2 / told).mean(axis=0)
    assert (np.abs(squares - 1) < 0.4).all()


def test_past_outbreaks_and_outages_weigh_little():
    clean = draw(1)
    hit = clean.copy()
    hit[:, 100:103] += 40
    hit[:, 300] = 0
    before, after = (fit_robustly(counts, SEEN, REGRESSORS) for counts in (clean, hit))
    apart = (after.coefficients - before.coefficients) @ REGRESSORS.rows.T
    assert np.abs(apart).mean() < 0.01
    assert (after.extra - before.extra).mean() < 0.06


def test_variance_that_grows_with_the_square_of_the_mean_is_told_apart():
    random = np.random.default_rng(4)
    growing = np.exp(np.linspace(0, 4, 500))
    squared = random.poisson(growing * random.gamma(4, 1 / 4, (40, 500)))
    linear = random.negative_binomial(growing / 2, 1 / 3, (40, 500))
    chosen = [fit_robustly(counts * 1.0, SEEN, REGRESSORS).growth for counts in (squared, linear)]
    assert chosen[0].mean() > 0.9
    assert chosen[1].mean() < 0.1


def test_neighbours_that_move_together_are_noticed():
    random = np.random.default_rng(5)
    level = np.zeros((40, 500))
    for week in range(1, 500):
        level[:, week] = 0.7 * level[:, week - 1] + random.normal(0, 0.2, 40)
    found = fit_robustly(random.poisson(20 * np.exp(level)) * 1.0, SEEN, REGRESSORS)
    assert 0.2 < found.echo.mean() < 0.7


def test_what_was_not_seen_does_not_matter():
    counts, seen = draw(2), SEEN.copy()
    seen[:, 350:] = 0
    seen[:, 50:60] = 0
    other = np.where(seen > 0, counts, 999.0)
    one, two = (fit_robustly(told, seen, REGRESSORS) for told in (counts, other))
    assert one.coefficients == pytest.approx(two.coefficients)


def test_a_start_changes_the_way_and_not_the_end():
    counts = draw(2)
    cold = fit_robustly(counts, SEEN, REGRESSORS)
    seen = SEEN.copy()
    seen[:, 450:] = 0
    warm = fit_robustly(counts, SEEN, REGRESSORS, fit_robustly(counts, seen, REGRESSORS))
    apart = np.abs(warm.coefficients - cold.coefficients).max(axis=1)
    # Where both kinds of variance fit alike, or a residual lies on the edge, there are two ends.
    assert np.median(apart) < 1e-4
    assert apart.max() < 0.3 * np.sqrt(np.linalg.inv(cold.information)[:, 0, 0].max())


def test_zeros_alone_have_a_level():
    found = fit_robustly(np.zeros((1, 500)), np.ones((1, 500)), REGRESSORS)
    mean = np.exp(REGRESSORS.rows @ found.coefficients[0])
    assert mean.sum() == pytest.approx(0.5, abs=0.1)
