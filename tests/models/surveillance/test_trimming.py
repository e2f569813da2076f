"""What is left of the variance when outlying counts weigh less."""

import numpy as np
import pytest

from models.surveillance.trimming import (
    anscombe_residuals,
    neighbour_weights,
    outlier_weights,
    variance_left,
)


def test_weights_are_whole_in_the_middle_and_fall_without_a_jump():
    residual = np.linspace(-8, 8, 3201)
    weight = outlier_weights(residual)
    assert (weight[np.abs(residual) <= 2.2] == 1).all()
    assert np.abs(np.diff(weight)).max() < 0.02
    assert weight == pytest.approx(weight[::-1])
    assert weight[0] * 64 < 0.5  # what an outbreak still adds to the scatter


def test_a_neighbour_of_one_that_stands_out_weighs_less():
    residual = np.array([[0.0, 9.0, 0.0, 0.0], [9.0, 0.0, 0.0, -9.0]])
    assert (neighbour_weights(residual) < 1).tolist() == [
        [True, False, True, False],
        [False, True, False, False],
    ]


@pytest.mark.parametrize(("mean", "dispersion"), [(0.3, 1.0), (0.3, 3.0), (6.0, 2.0), (90.0, 1.0)])
def test_what_is_left_is_what_draws_leave(mean, dispersion):
    random = np.random.default_rng(2)
    if dispersion == 1:
        counts = random.poisson(mean, 400_000)
    else:
        counts = random.negative_binomial(mean / (dispersion - 1), 1 / dispersion, 400_000)
    residual = anscombe_residuals(counts ** (2 / 3), np.array([mean ** (1 / 6)]))
    weight = outlier_weights(residual / np.sqrt(dispersion))
    drawn = (weight @ (counts - mean) ** 2) / weight.sum() / (mean * dispersion)
    told = variance_left(np.array([mean]), np.array([dispersion]))[0]
    assert told == pytest.approx(drawn, rel=0.03)


def test_beyond_the_grid_the_edge_holds():
    edge = variance_left(np.array([256.0, 0.02]), np.array([16.0, 1.0]))
    assert variance_left(np.array([1e6, 1e-9]), np.array([1e3, 1.0])) == pytest.approx(edge)
