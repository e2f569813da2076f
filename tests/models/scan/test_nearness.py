import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.neighbours import NeighbourGraph, neighbour_graph
from models.scan.nearness import without_hubs


@given(st.integers(0, 200))
def test_the_neighbours_stay_the_same(seed):
    vectors = np.random.default_rng(seed).normal(size=(30, 6))
    graph = neighbour_graph(vectors, 8)
    np.testing.assert_array_equal(
        np.sort(without_hubs(graph), axis=1), np.sort(graph.indices, axis=1)
    )


def test_one_who_is_near_to_everyone_comes_later():
    indices = np.array([[1, 2], [0, 2], [1, 0], [1, 2]], dtype=np.int32)
    similarities = np.array([[0.80, 0.79], [0.9, 0.9], [0.4, 0.4], [0.6, 0.1]], dtype=np.float32)
    found = without_hubs(NeighbourGraph(indices, similarities, 1.0, True))
    assert found[0].tolist() == [2, 1]
    assert found[3].tolist() == [1, 2]


def test_missing_neighbours_come_last():
    indices = np.array([[-1, 1], [0, -1]], dtype=np.int32)
    graph = NeighbourGraph(indices, np.array([[0, 0.5], [0.5, 0]], np.float32), 1.0, False)
    assert without_hubs(graph).tolist() == [[1, -1], [0, -1]]
