import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from models.communities import affinity
from models.neighbours import neighbour_graph
from models.resolution import adjusted_rand, choose_resolution, middle_of_plateau


def blobs(centres, each, d=32, spread=0.35, seed=0):
    random = np.random.default_rng(seed)
    middle = random.normal(size=(centres, d))
    noise = spread * random.normal(size=(centres * each, d))
    return np.repeat(middle, each, axis=0) + noise


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=50))
def test_adjusted_rand_is_that_of_scikit_learn(pairs):
    left, right = np.array(pairs).T
    assert adjusted_rand(left, right) == pytest.approx(adjusted_rand_score(left, right), abs=1e-12)


def test_adjusted_rand_of_hardly_anything():
    nothing = np.empty(0, dtype=np.int64)
    assert adjusted_rand(nothing, nothing) == 1.0


def test_the_middle_lies_between_the_ends():
    resolutions = np.array([1.0, 2, 4, 8, 16])
    assert middle_of_plateau(
        resolutions, np.array([0.2, 0.8, 0.8, 0.8, 0.2]), tolerance=0.0
    ) == pytest.approx(4)


def test_the_ends_lie_where_the_lines_cross_the_level():
    resolutions = np.array([1.0, 2, 4])
    middle = middle_of_plateau(resolutions, np.array([0.0, 1.0, 0.0]), tolerance=0.5)
    assert middle == pytest.approx(2)
    skewed = middle_of_plateau(resolutions, np.array([0.5, 1.0, 0.0]), tolerance=0.5)
    assert skewed == pytest.approx(np.sqrt(1 * np.sqrt(8)))


@given(st.lists(st.floats(-0.1, 1), min_size=5, max_size=5))
def test_the_middle_stays_in_range(agreements):
    resolutions = np.array([1.0, 2, 4, 8, 16])
    assert 1 <= middle_of_plateau(resolutions, np.array(agreements)) <= 16.001


def test_clear_themes_are_agreed_on():
    weights = affinity(neighbour_graph(blobs(12, 60), 27))
    choice = choose_resolution(weights)
    assert choice.agreement > 0.95
    assert len(choice.resolutions) == len(choice.agreements)


def test_noise_is_not_agreed_on():
    noise = np.random.default_rng(0).normal(size=(800, 64))
    assert choose_resolution(affinity(neighbour_graph(noise, 29))).agreement < 0.15


def test_the_choice_does_not_depend_on_threads():
    weights = affinity(neighbour_graph(blobs(6, 40, spread=0.8), 16))
    assert choose_resolution(weights, workers=1) == choose_resolution(weights, workers=3)


@pytest.mark.parametrize("weights", [sp.csr_array((500, 500)), sp.csr_array(np.ones((4, 4)))])
def test_too_little_to_tell(weights):
    choice = choose_resolution(weights)
    assert choice.resolution == 1.0
    assert np.isnan(choice.agreement)


def test_a_kept_resolution_is_taken_where_halves_agree_on_it_too():
    weights = affinity(neighbour_graph(blobs(12, 60), 27))
    free = choose_resolution(weights)
    near = free.resolution * 1.1
    kept = choose_resolution(weights, kept=near)
    assert kept.resolution == near
    assert kept.agreement == pytest.approx(free.agreement, abs=1 / 7)
    assert kept.agreements == free.agreements


@pytest.mark.parametrize("outworn", [1e-6, 45.0])
def test_a_kept_resolution_that_halves_do_not_agree_on_is_given_up(outworn):
    weights = affinity(neighbour_graph(blobs(12, 60), 27))
    free = choose_resolution(weights)
    agreed = np.interp(np.log(outworn), np.log(free.resolutions), free.agreements)
    taken = choose_resolution(weights, kept=outworn)
    if agreed >= 6 / 7 * max(free.agreements):
        assert taken.resolution == outworn
    else:
        assert taken == free


def test_a_kept_resolution_stays_where_there_is_too_little_to_tell():
    assert choose_resolution(sp.csr_array((500, 500)), kept=3.5).resolution == 3.5
