from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from models.communities import affinity, leiden, numbered_by_size
from models.neighbours import NeighbourGraph, neighbour_graph


def cliques(sizes, bridge=0.01):
    blocks = [np.ones((size, size)) - np.eye(size) for size in sizes]
    dense = sp.block_diag(blocks).toarray()
    firsts = np.cumsum([0, *sizes[:-1]])
    for a, b in pairwise(firsts):
        dense[a, b] = dense[b, a] = bridge
    return sp.csr_array(dense)


def test_cliques_are_communities_numbered_by_size():
    labels = leiden(cliques([4, 9, 6]), 1.0)
    np.testing.assert_array_equal(labels, [2] * 4 + [0] * 9 + [1] * 6)


def test_a_higher_resolution_gives_no_fewer_communities():
    weights = affinity(neighbour_graph(np.random.default_rng(0).normal(size=(200, 6)), 14))
    counts = [leiden(weights, resolution).max() for resolution in (0.5, 2, 8, 32)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_same_seed_same_communities():
    weights = affinity(neighbour_graph(np.random.default_rng(0).normal(size=(300, 6)), 17))
    np.testing.assert_array_equal(leiden(weights, 3.0, seed=4), leiden(weights, 3.0, seed=4))


def test_a_warm_start_is_deterministic_and_keeps_what_is_good():
    weights = cliques([8, 8, 8])
    start = np.repeat([5, 2, 9], 8).astype(np.int32)
    start[3] = -1
    first = leiden(weights, 1.0, start=start)
    np.testing.assert_array_equal(first, np.repeat([0, 1, 2], 8))
    np.testing.assert_array_equal(first, leiden(weights, 1.0, start=start))


def test_nodes_without_edges_stand_alone():
    weights = sp.block_diag([cliques([5, 5]), sp.csr_array((2, 2))]).tocsr()
    for start in (None, np.zeros(12, dtype=np.int32)):
        labels = leiden(sp.csr_array(weights), 1.0, start=start)
        assert len(set(labels[10:]) | set(labels[:10])) == 4
    assert leiden(sp.csr_array((3, 3)), 1.0).tolist() == [0, 1, 2]


def test_affinity_is_symmetric_and_counts_mutual_neighbours_twice():
    graph = NeighbourGraph(
        np.array([[1], [0], [1]], np.int32), np.array([[0.5], [0.5], [0.2]], np.float32), 1.0, True
    )
    dense = affinity(graph).toarray()
    np.testing.assert_allclose(dense, [[0, 0.5, 0], [0.5, 0, 0.04], [0, 0.04, 0]], atol=1e-6)


def test_affinity_leaves_out_what_is_not_similar_or_missing():
    graph = NeighbourGraph(
        np.array([[1], [2], [-1]], np.int32), np.array([[0], [-0.4], [0]], np.float32), 1.0, True
    )
    assert affinity(graph).nnz == 0


@given(st.lists(st.integers(-1, 5), max_size=40))
def test_numbering_keeps_groups_and_sorts_them(labels):
    given_labels = np.array(labels, dtype=np.int32)
    numbered = numbered_by_size(given_labels)
    np.testing.assert_array_equal(numbered < 0, given_labels < 0)
    pairs = set(zip(given_labels.tolist(), numbered.tolist(), strict=True))
    assert len(pairs) == len(set(labels)) == len(set(numbered.tolist()))
    sizes = np.bincount(numbered[numbered >= 0])
    assert (np.diff(sizes) <= 0).all()
