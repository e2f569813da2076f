import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.logistic import Coefficients, fit_logistic


def cases(seed=0, n=200, wide=5, narrow=3):
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=(n, wide))
    sparse = sp.random_array((n, narrow), density=0.4, rng=rng, format="csr")
    logits = dense @ rng.normal(size=wide) + sparse @ rng.normal(size=narrow) - 0.5
    return dense, sparse, (rng.random(n) < expit(logits)).astype(float), rng


def reference(matrix, outcome, penalties, weights=None):
    """Scikit-learn has one penalty for all: scaling the columns gives each its own."""
    scale = 1 / np.sqrt(penalties)
    model = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000)
    model.fit(matrix * scale, outcome, sample_weight=weights)
    return float(model.intercept_[0]), model.coef_[0] * scale


def flat(fitted):
    return np.concatenate([[fitted.intercept], *fitted.blocks])


@given(
    seed=st.integers(0, 1_000),
    penalties=st.tuples(st.floats(0.05, 100), st.floats(0.05, 100)),
    weighted=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_blocks_with_penalties_of_their_own_equal_scikit_learn(seed, penalties, weighted):
    dense, sparse, outcome, rng = cases(seed)
    weights = rng.uniform(0.1, 3, len(outcome)) if weighted else None
    fitted = fit_logistic([dense, sparse], outcome, penalties, weights)
    whole = np.hstack([dense, sparse.toarray()])
    each = np.repeat(penalties, [dense.shape[1], sparse.shape[1]])
    intercept, beta = reference(whole, outcome, each, weights)
    assert fitted.intercept == pytest.approx(intercept, abs=2e-3)
    assert np.concatenate(fitted.blocks) == pytest.approx(beta, abs=2e-3)


@given(seed=st.integers(0, 1_000), offset=st.floats(-3, 3))
@settings(max_examples=25, deadline=None)
def test_the_gradient_is_zero_at_the_optimum_with_any_offset(seed, offset):
    dense, sparse, outcome, rng = cases(seed)
    offsets = offset + rng.normal(size=len(outcome))
    weights = rng.uniform(0.5, 2, len(outcome))
    fitted = fit_logistic([dense, sparse], outcome, (2.0, 0.7), weights, offset=offsets)
    error = weights * (expit(fitted.logits([dense, sparse]) + offsets) - outcome)
    gradients = (
        error.sum(),
        dense.T @ error + 2.0 * fitted.blocks[0],
        sparse.T @ error + 0.7 * fitted.blocks[1],
    )
    assert max(float(np.abs(part).max()) for part in gradients) < 1e-4 * len(outcome)


def test_a_constant_offset_moves_the_intercept_alone():
    dense, sparse, outcome, _ = cases()
    plain = fit_logistic([dense, sparse], outcome, (1.0, 1.0))
    moved = fit_logistic([dense, sparse], outcome, (1.0, 1.0), offset=1.5)
    assert moved.intercept == pytest.approx(plain.intercept - 1.5, abs=2e-3)
    assert np.concatenate(moved.blocks) == pytest.approx(np.concatenate(plain.blocks), abs=2e-3)


@given(seed=st.integers(0, 1_000))
@settings(max_examples=20, deadline=None)
def test_where_it_starts_does_not_change_the_answer(seed):
    dense, sparse, outcome, rng = cases(seed)
    start = Coefficients(float(rng.normal()), (rng.normal(size=5) * 3, rng.normal(size=3) * 3))
    here = fit_logistic([dense, sparse], outcome, (1.0, 2.0))
    there = fit_logistic([dense, sparse], outcome, (1.0, 2.0), start=start)
    assert flat(there) == pytest.approx(flat(here), abs=2e-3)


def test_sparse_and_dense_float32_and_float64_agree():
    dense, _, outcome, _ = cases()
    wanted = flat(fit_logistic([dense], outcome, [1.0]))
    for block in (sp.csr_array(dense), dense.astype(np.float32), sp.csr_array(dense.astype("f4"))):
        assert flat(fit_logistic([block], outcome, [1.0])) == pytest.approx(wanted, abs=2e-3)


@pytest.mark.parametrize("empty", [np.empty((200, 0)), sp.csr_array((200, 0))])
def test_a_block_without_columns_changes_nothing(empty):
    dense, _, outcome, _ = cases()
    wanted = fit_logistic([dense], outcome, [1.0])
    fitted = fit_logistic([empty, dense], outcome, [5.0, 1.0])
    assert fitted.blocks[0].shape == (0,)
    assert fitted.blocks[1] == pytest.approx(wanted.blocks[0], abs=1e-9)
    assert fitted.logits([empty, dense]) == pytest.approx(wanted.logits([dense]), abs=1e-9)


def test_without_columns_the_intercept_is_the_log_odds():
    outcome = np.array([1.0] * 30 + [0.0] * 70)
    fitted = fit_logistic([np.empty((100, 0))], outcome, [1.0])
    assert fitted.intercept == pytest.approx(np.log(30 / 70), abs=1e-4)


def test_a_case_of_weight_two_counts_as_two_cases():
    dense, _, outcome, _ = cases()
    twice = np.where(np.arange(len(outcome)) < 50, 2.0, 1.0)
    weighted = fit_logistic([dense], outcome, [1.0], twice)
    repeated = fit_logistic(
        [np.vstack([dense, dense[:50]])], np.append(outcome, outcome[:50]), [1.0]
    )
    assert flat(weighted) == pytest.approx(flat(repeated), abs=2e-3)


def test_a_stronger_penalty_shrinks_its_own_block():
    dense, sparse, outcome, _ = cases()
    loose = fit_logistic([dense, sparse], outcome, (1.0, 1.0))
    tight = fit_logistic([dense, sparse], outcome, (1e4, 1.0))
    assert np.linalg.norm(tight.blocks[0]) < 0.05 * np.linalg.norm(loose.blocks[0])
    assert np.linalg.norm(tight.blocks[1]) > 0.2 * np.linalg.norm(loose.blocks[1])


def test_logits_of_blocks_that_do_not_match_are_refused():
    fitted = fit_logistic([np.ones((4, 1))], np.array([0.0, 1, 0, 1]), [1.0])
    with pytest.raises(ValueError, match="zip"):
        fitted.logits([np.ones((4, 1)), np.ones((4, 1))])
