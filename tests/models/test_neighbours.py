import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.neighbours import InvalidVectors, neighbour_graph, unit_rows


def blobs(n, d=16, centres=8, spread=0.3, seed=0):
    random = np.random.default_rng(seed)
    middle = random.normal(size=(centres, d))
    return middle[np.arange(n) % centres] + spread * random.normal(size=(n, d))


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(2, 12), st.integers(1, 5)),
        elements=st.floats(-5, 5).map(lambda value: round(value, 3)),
    ),
    st.integers(1, 20),
)
@settings(max_examples=60, deadline=None)
def test_neighbours_are_the_most_similar_others(vectors, k):
    graph = neighbour_graph(vectors, k)
    rows = unit_rows(vectors)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    expected = -np.sort(-cosines, axis=1)[:, : min(k, len(rows) - 1)]
    assert graph.indices.shape == expected.shape
    np.testing.assert_allclose(graph.similarities, expected, atol=1e-5)
    assert not (graph.indices == np.arange(len(rows))[:, None]).any()
    assert all(len(set(row)) == len(row) for row in graph.indices.tolist())


def test_exact_search_says_so():
    graph = neighbour_graph(blobs(50), 5)
    assert graph.exact
    assert graph.recall == 1.0


@pytest.mark.parametrize("columns", [6, 64, 193])
def test_an_inexact_search_measures_its_recall(columns):
    vectors = blobs(3000, columns)
    graph = neighbour_graph(vectors, 10, exact_up_to=1000)
    truth = neighbour_graph(vectors, 10)
    found = np.mean(
        [len(np.intersect1d(a, b)) / 10 for a, b in zip(graph.indices, truth.indices, strict=True)]
    )
    assert not graph.exact
    assert graph.recall == pytest.approx(found, abs=0.03)
    assert graph.recall > 0.85


def test_the_same_vectors_give_the_same_inexact_graph():
    vectors = blobs(3000)
    first, second = (neighbour_graph(vectors, 10, exact_up_to=1000) for _ in range(2))
    np.testing.assert_array_equal(first.indices, second.indices)
    np.testing.assert_array_equal(first.similarities, second.similarities)


def test_length_does_not_matter():
    vectors = blobs(60)
    scaled = vectors * np.linspace(0.1, 50, 60)[:, None]
    np.testing.assert_array_equal(
        neighbour_graph(vectors, 3).indices, neighbour_graph(scaled, 3).indices
    )


def test_equal_rows_are_neighbours_of_one_another_and_never_of_themselves():
    graph = neighbour_graph(np.ones((30, 4)), 5)
    assert graph.indices.shape == (30, 5)
    np.testing.assert_allclose(graph.similarities, 1, atol=1e-6)
    assert not (graph.indices == np.arange(30)[:, None]).any()


def test_zero_rows_are_similar_to_nothing():
    vectors = blobs(20)
    vectors[3] = 0
    graph = neighbour_graph(vectors, 4)
    np.testing.assert_array_equal(graph.similarities[3], 0)


@pytest.mark.parametrize(("n", "columns"), [(0, 0), (1, 0), (2, 1), (4, 3)])
def test_fewer_rows_than_neighbours(n, columns):
    assert neighbour_graph(np.ones((n, 3)), 10).indices.shape == (n, columns)


def test_nearest_keeps_the_first_columns():
    graph = neighbour_graph(blobs(40), 9)
    np.testing.assert_array_equal(graph.nearest(4).indices, neighbour_graph(blobs(40), 4).indices)
    assert graph.nearest(99).indices.shape == (40, 9)


@pytest.mark.parametrize(
    "vectors",
    [np.ones(3), np.ones((3, 0)), np.ones((2, 2, 2)), np.full((3, 2), np.nan), [[np.inf, 1.0]]],
)
def test_what_is_no_finite_matrix_is_refused(vectors):
    with pytest.raises(InvalidVectors):
        neighbour_graph(vectors)


def test_no_neighbours_cannot_be_asked_for():
    with pytest.raises(InvalidVectors, match="k = 0"):
        neighbour_graph(np.ones((3, 2)), 0)
