import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from models.clustering import InvalidStart, ThemeClustering, centroids
from models.neighbours import InvalidVectors, neighbour_graph, unit_rows


def blobs(centres, each, d=32, spread=0.35, seed=0):
    random = np.random.default_rng(seed)
    middle = random.normal(size=(centres, d))
    noise = spread * random.normal(size=(centres * each, d))
    return np.repeat(middle, each, axis=0) + noise, np.repeat(np.arange(centres), each)


@pytest.mark.parametrize(("centres", "each"), [(3, 200), (12, 60), (25, 30)])
def test_clear_themes_are_found_whatever_their_number(centres, each):
    vectors, truth = blobs(centres, each)
    found = ThemeClustering().fit(vectors)
    assert adjusted_rand_score(truth, found.labels) > 0.9
    assert found.unassigned_share < 0.05
    assert found.labels.dtype == np.int32


def test_the_same_vectors_give_the_same_labels():
    vectors, _ = blobs(8, 50, spread=1.0)
    first, second = (ThemeClustering(seed=3).fit(vectors) for _ in range(2))
    np.testing.assert_array_equal(first.labels, second.labels)
    assert first.resolution == second.resolution


def test_a_known_graph_changes_nothing():
    vectors, _ = blobs(8, 50)
    graph = neighbour_graph(vectors, 64)
    np.testing.assert_array_equal(
        ThemeClustering().fit(vectors).labels, ThemeClustering().fit(vectors, graph).labels
    )


def test_labels_are_numbered_by_size_and_the_share_counts_the_rest():
    vectors, _ = blobs(6, 40)
    vectors = np.vstack([vectors, vectors[:30] + 0.01])
    found = ThemeClustering().fit(vectors)
    sizes = np.bincount(found.labels[found.labels >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert found.clusters == len(sizes)
    assert found.unassigned_share == np.mean(found.labels == -1)


def test_strangers_are_unassigned():
    vectors, _ = blobs(5, 80, d=64)
    strangers = np.random.default_rng(9).normal(size=(12, 64))
    found = ThemeClustering().fit(np.vstack([vectors, strangers]))
    assert np.mean(found.labels[-12:] == -1) >= 0.75
    assert np.mean(found.labels[:-12] == -1) < 0.02


def test_a_margin_of_nothing_assigns_nearly_all():
    vectors = np.random.default_rng(1).normal(size=(400, 32))
    shares = [ThemeClustering(margin=m).fit(vectors).unassigned_share for m in (0.0, 0.5, 0.9)]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_zero_vectors_are_unassigned():
    vectors, _ = blobs(4, 40)
    vectors[::10] = 0
    labels = ThemeClustering().fit(vectors).labels
    assert (labels[::10] == -1).all()
    assert (np.delete(labels, np.s_[::10]) >= 0).mean() > 0.9


@pytest.mark.parametrize("n", [30, 500])
@pytest.mark.parametrize("seed", range(3))
def test_equal_vectors_are_one_theme_whatever_their_facts(n, seed):
    facts = np.random.default_rng(seed).integers(0, 3, (n, 2)).astype(np.int32)
    found = ThemeClustering(seed).fit(np.ones((n, 8)), facts=facts)
    assert found.labels.tolist() == [0] * n


@pytest.mark.parametrize("seed", range(4))
def test_equal_vectors_share_a_theme_whatever_their_facts(seed):
    random = np.random.default_rng(seed)
    distinct = np.repeat(random.normal(size=(3, 8)), 10, axis=0)
    distinct += 0.3 * random.normal(size=distinct.shape)
    facts = random.integers(0, 2, (300, 2)).astype(np.int32)
    labels = ThemeClustering(seed).fit(np.repeat(distinct, 10, axis=0), facts=facts).labels
    assert (labels.reshape(30, 10) == labels[::10, None]).all()


@pytest.mark.parametrize("n", [30, 500])
def test_equal_vectors_are_one_theme(n):
    found = ThemeClustering().fit(np.ones((n, 8)))
    assert found.labels.tolist() == [0] * n


def test_equal_vectors_share_a_theme():
    vectors, _ = blobs(3, 30, spread=2.0)
    vectors[40:60] = vectors[7]
    labels = ThemeClustering().fit(vectors).labels
    assert len({labels[7], *labels[40:60].tolist()}) == 1


def test_all_zero_vectors_belong_nowhere():
    found = ThemeClustering().fit(np.zeros((40, 8)))
    assert found.clusters == 0
    assert found.unassigned_share == 1.0


@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_too_few_make_no_theme(n):
    found = ThemeClustering().fit(np.ones((n, 3)))
    assert found.labels.tolist() == [-1] * n
    assert found.clusters == 0


def test_thirty_texts_of_two_kinds():
    vectors, truth = blobs(2, 15)
    assert adjusted_rand_score(truth, ThemeClustering().fit(vectors).labels) == 1.0


def test_a_warm_start_keeps_the_themes():
    vectors, _ = blobs(10, 40, spread=0.9)
    cold = ThemeClustering(resolution=2.0).fit(vectors)
    warm = ThemeClustering(resolution=2.0).fit(vectors, start=cold.labels)
    assert adjusted_rand_score(cold.labels, warm.labels) > 0.9


def test_a_given_resolution_is_kept():
    found = ThemeClustering(resolution=3.0).fit(blobs(4, 30)[0])
    assert found.resolution == 3.0
    assert np.isnan(found.agreement)


def test_a_kept_resolution_stays_while_nothing_speaks_against_it():
    vectors, _ = blobs(6, 40)
    chosen = ThemeClustering().fit(vectors)
    near = chosen.resolution * 1.05
    stayed = ThemeClustering(kept=near).fit(vectors)
    assert stayed.resolution == near
    assert stayed.agreement > 0.9
    assert ThemeClustering(kept=45.0).fit(vectors).resolution == chosen.resolution


@pytest.mark.parametrize("name", ["start", "facts"])
def test_a_start_or_facts_of_another_length_are_refused(name):
    given = {"start": np.zeros(3, dtype=np.int32), "facts": np.zeros((3, 1), dtype=np.int32)}
    with pytest.raises(InvalidStart, match="3 rows to go by; expected 5"):
        ThemeClustering().fit(np.ones((5, 2)), **{name: given[name]})


def test_centres_are_unit_rows_by_theme_near_to_their_members():
    vectors, _ = blobs(6, 40, spread=0.8)
    found = ThemeClustering().fit(vectors)
    assert found.centres.shape == (found.clusters, 32)
    assert found.centres.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.centres, axis=1), 1, atol=1e-5)
    nearest = (unit_rows(vectors) @ found.centres.T).argmax(axis=1)
    assert np.mean(nearest[found.labels >= 0] == found.labels[found.labels >= 0]) > 0.95


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**16), st.integers(1, 7), st.floats(0.2, 2.0))
def test_all_members_reach_the_floor_of_their_theme(seed, k, spread):
    vectors, truth = blobs(k, 30, d=12, spread=spread, seed=seed)
    found = ThemeClustering(seed, resolution=1.0).fit(
        vectors, facts=truth[:, None].astype(np.int32) % 2
    )
    assert len(found.centres) == len(found.floors) == found.clusters
    inside = found.labels >= 0
    own = np.einsum("ij,ij->i", unit_rows(vectors)[inside], found.centres[found.labels[inside]])
    assert (own >= found.floors[found.labels[inside]] - 1e-6).all()


def test_nothing_found_has_no_centres_and_no_floors():
    found = ThemeClustering().fit(np.zeros((40, 8)))
    assert found.centres.shape == (0, 8)
    assert found.floors.shape == (0,)


def test_facts_divide_what_reads_alike():
    vectors, truth = blobs(3, 80)
    half = np.tile(np.repeat([0, 1], 40), 3)
    facts = np.column_stack([half * (truth == 1), half * (truth == 1)]).astype(np.int32)
    found = ThemeClustering().fit(vectors, facts=facts)
    assert adjusted_rand_score(truth * 2 + facts[:, 0], found.labels) > 0.95
    assert ThemeClustering().fit(vectors, facts=np.zeros_like(facts)).clusters == 3


def test_themes_are_found_again_from_where_the_last_run_left_them():
    vectors, truth = blobs(4, 60, spread=0.8)
    random = np.random.default_rng(2)
    facts = np.column_stack([truth % 2, random.integers(0, 3, 240)]).astype(np.int32)
    first = ThemeClustering().fit(vectors, facts=facts)
    again = ThemeClustering(kept=first.resolution).fit(vectors, start=first.labels, facts=facts)
    both = (first.labels >= 0) & (again.labels >= 0)
    assert both.mean() > 0.95
    assert adjusted_rand_score(first.labels[both], again.labels[both]) > 0.97


def test_vectors_that_are_not_finite_are_refused():
    with pytest.raises(InvalidVectors):
        ThemeClustering().fit(np.full((9, 2), np.nan))


def test_centroids_are_unit_means_of_members():
    rows = np.array([[1, 0], [0, 1], [1, 0], [0, -1]], dtype=np.float32)
    found = centroids(rows, np.array([0, 0, 1, -1], dtype=np.int32))
    np.testing.assert_allclose(found, [[0.5**0.5, 0.5**0.5], [1, 0]], atol=1e-6)
    assert centroids(rows, np.full(4, -1, dtype=np.int32)).shape == (0, 2)
