"""Logistic regression over blocks of columns, each block with a ridge penalty of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

Array = NDArray[np.float64]
Columns = NDArray[np.float32] | NDArray[np.float64] | sp.csr_array


@dataclass(frozen=True)
class Coefficients:
    """What was fitted: an intercept, and for each block its (width,) coefficients."""

    intercept: float
    blocks: tuple[Array, ...]

    def logits(self, blocks: Sequence[Columns]) -> Array:
        """Sum the blocks' effects in float64, so that reasons can add up to them: (n,)."""
        effects = [
            block.astype(np.float64, copy=False) @ beta
            for block, beta in zip(blocks, self.blocks, strict=True)
        ]
        return np.asarray(self.intercept + np.sum(effects, axis=0))


def fit_logistic(
    blocks: Sequence[Columns],
    outcome: Array,
    penalties: Sequence[float | Array],
    weights: Array | None = None,
    start: Coefficients | None = None,
    offset: Array | float = 0.0,
) -> Coefficients:
    """Minimise the weighted log loss plus, for each block, penalty / 2 times its squared length.

    Parameters
    ----------
    blocks
        Matrices of n rows, dense or sparse.
    outcome
        (n,) of 0 and 1, or anything between.
    penalties
        One a block, or (width,) one a column of it, above 0: the inverse variance of a Gaussian
        prior. An infinite one leaves the column out. The intercept has none.
    weights
        (n,) of cases, 1 each where left out.
    start
        Where to begin; the answer does not depend on it but for the tolerance.
    offset
        (n,) or one logit to which the blocks add.

    Notes
    -----
    Solved by L-BFGS (Liu and Nocedal 1989). Blocks stay as they are, so that a dense one keeps its
    fast product and a sparse one its size.
    """
    weight = np.ones(len(outcome)) if weights is None else weights
    ends = np.cumsum([0, *(block.shape[1] for block in blocks)])
    asked = [np.broadcast_to(p, b.shape[1]) for p, b in zip(penalties, blocks, strict=True)]
    penalty = np.concatenate([np.empty(0), *asked])
    free = np.isfinite(penalty)
    penalty = np.where(free, penalty, 0.0)
    transposed = [block.T.tocsr() if sp.issparse(block) else block.T for block in blocks]

    def loss(theta: Array) -> tuple[float, Array]:
        beta = theta[1:]
        parts = (_times(block, beta[a:b]) for block, a, b in _spans(blocks, ends))
        logits = theta[0] + offset + sum(parts)
        error = weight * (expit(logits) - outcome)
        value = weight @ (np.logaddexp(0, logits) - outcome * logits)
        slopes = [_times(block, error) for block in transposed]
        gradient = np.concatenate([[error.sum()], *slopes])
        gradient[1:] = (gradient[1:] + penalty * beta) * free
        return float(value + 0.5 * penalty @ beta**2), gradient

    first = _flat(start) if start else np.zeros(1 + int(ends[-1]))
    first[1:] *= free
    level = 1e-6 * max(float(weight.sum()), 1.0)
    with threadpool_limits(limits=1, user_api="blas"):  # the products are too small to share
        theta = minimize(
            loss,
            first,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": 500, "maxcor": 20, "ftol": 1e-9, "gtol": level},
        ).x
    return Coefficients(
        float(theta[0]), tuple(theta[1 + a : 1 + b] for _, a, b in _spans(blocks, ends))
    )


def _spans(blocks: Sequence[Columns], ends: NDArray[np.int64]) -> list[tuple[Columns, int, int]]:
    return [(block, int(ends[i]), int(ends[i + 1])) for i, block in enumerate(blocks)]


def _times(matrix: Columns, vector: Array) -> Array:
    """Multiply in the matrix's own precision, and add up in float64."""
    return np.asarray(matrix @ vector.astype(matrix.dtype), dtype=np.float64)


def _flat(start: Coefficients) -> Array:
    return np.concatenate([[start.intercept], *start.blocks])
