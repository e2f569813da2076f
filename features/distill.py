"""Distillation: fits the student to the teacher, on the user's own texts, by ridge regression.

With A the rows of weighted token counts at unit length, Y the teacher's vectors of the same texts,
and E0 the teacher's vectors of the single vocabulary entries:

1. a map M, (B'B + mu I) M = B'Y with B = A E0: what the teacher says of a word alone, turned
   towards what it says of a text that holds the word; this reaches words that the sample does not
   hold;
2. a correction D, (A'A + lambda I) D = A'(Y - A E0 M), by conjugate gradients: what the sample
   itself teaches of each word.

The table is w_t (E0 M + D)_t with w_t = a / (a + p_t), p_t the token's frequency (Arora, Liang and
Ma 2017). `lambda` is chosen on held-out texts; no label is ever seen. Seconds, no descent
by gradient, any teacher.

A teacher whose vocabulary is WordPiece keeps it, and frequent words are added. Any other is taken
for a multilingual one: a vocabulary is learnt from the texts (`features.vocabulary`), and Y is
freed of what tells the language (`features.tongues`), so that a cause is one in every language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import Field
from tokenizers import Tokenizer

from features.encoder import StudentEncoder, silent
from features.schema import Contract
from features.teacher import Teacher
from features.tokens import entries, extend, is_wordpiece, spell, tokenise
from features.tongues import neutral
from features.vectors import unit
from features.vocabulary import learn

Matrix = NDArray[np.float32]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class DistillConfig(Contract):
    """How the student is fitted.

    Attributes
    ----------
    token_budget
        Tokens that the teacher reads at the most; texts are sampled down to it.
    held_out
        Share of the sampled texts on which `lambda` is chosen and fidelity is measured, half for
        each.
    least, most
        A word that stands in `least` texts gets an entry of its own; at most `most` do.
    smoothing
        `a`: the smaller, the less a frequent token weighs.
    ridge
        Candidates for `lambda`.
    map_ridge
        `mu`: the larger, the less the map follows the sampled texts.
    seed
        Of the choice of the texts that the teacher reads.
    """

    token_budget: Annotated[int, Field(ge=1)] = 300_000
    held_out: Annotated[float, Field(gt=0, lt=1)] = 0.1
    least: Annotated[int, Field(ge=1)] = 3
    most: Annotated[int, Field(ge=0)] = 20_000
    smoothing: Positive = 5e-3
    ridge: Annotated[tuple[Positive, ...], Field(min_length=1)] = (0.5, 1.0, 2.0)
    map_ridge: Positive = 1.0
    seed: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True)
class Distilled:
    """A student and how true it is.

    Attributes
    ----------
    encoder
        The student, fitted on all sampled texts.
    fidelity
        Mean cosine to the teacher on texts that neither the fit nor the choice of `lambda` saw; it
        is that of the student fitted without them. NaN where there were too few texts.
    texts
        Texts that the teacher read.
    ridge
        The chosen `lambda`.
    """

    encoder: StudentEncoder
    fidelity: float
    texts: int
    ridge: float


def distill(
    teacher: Teacher,
    texts: Sequence[str],
    config: DistillConfig | None = None,
    vectors: Matrix | None = None,
    progress: bool = False,
) -> Distilled:
    """Fit a student to the teacher on texts.

    Parameters
    ----------
    teacher
        Whom to imitate.
    texts
        The user's texts; duplicates and empty ones teach nothing and are left out.
    config
        How.
    vectors
        (n, d) the teacher's vectors of `texts`, where they are known already.
    progress
        Whether to show the teacher's progress.

    Returns
    -------
    Distilled
        Where no text holds anything, the silent encoder: there is nothing to teach, and the teacher
        is not so much as loaded. With fewer than `20 / held_out` texts all are fitted to, and
        fidelity is NaN.
    """
    config = config or DistillConfig()
    if not any(text.strip() for text in texts):
        return Distilled(silent(), float("nan"), 0, _middle(config))
    chosen = _sample(teacher, texts, config)
    sample = [texts[i] for i in chosen]
    target = teacher.encode(sample, progress) if vectors is None else vectors[chosen]
    if is_wordpiece(teacher.tokenizer):
        tokenizer = extend(teacher.tokenizer, sample, config.least, config.most)
        words = _extended(teacher, tokenizer)
    else:
        tokenizer = learn(sample, config.least, config.most)
        words = teacher.encode([spell([entry]) for entry in entries(tokenizer)], progress)
        target = neutral(target, sample)
    counts = tokenise(tokenizer, sample).counts()
    fit = _Fit(counts, target, words - words.mean(axis=0), config)
    fidelity, ridge = fit.choose()
    table = fit.table(np.arange(len(sample)), ridge)
    return Distilled(StudentEncoder(tokenizer, table), fidelity, len(sample), ridge)


def _extended(teacher: Teacher, tokenizer: Tokenizer) -> Matrix:
    """Embed the teacher's own vocabulary, which is known, and what was added to it."""
    added = entries(tokenizer)[len(teacher.words) :]
    return np.concatenate([teacher.words, teacher.encode(added)])


def _sample(teacher: Teacher, texts: Sequence[str], config: DistillConfig) -> list[int]:
    """Pick distinct texts, seeded, until the teacher's budget of tokens is used up."""
    first = {text: i for i, text in reversed(list(enumerate(texts))) if text.strip()}
    order = np.random.default_rng(config.seed).permutation(sorted(first.values()))
    tokens = tokenise(teacher.tokenizer, [texts[i] for i in order])
    read = np.minimum(np.diff(tokens.offsets), teacher.window)
    return [int(i) for i in order[np.cumsum(read) - read < config.token_budget]]


def _middle(config: DistillConfig) -> float:
    return config.ridge[len(config.ridge) // 2]


@dataclass(frozen=True)
class _Fit:
    """The regression, on token counts, the teacher's vectors, and its vectors of single words."""

    counts: sp.csr_array
    target: Matrix
    words: Matrix
    config: DistillConfig

    def choose(self) -> tuple[float, float]:
        """Measure fidelity on one part of the texts with the `lambda` that another part prefers."""
        part = int(len(self.target) * self.config.held_out / 2)
        if part < 10:
            return float("nan"), _middle(self.config)
        judged, measured = np.arange(part), np.arange(part, 2 * part)
        rest = np.arange(2 * part, len(self.target))
        tables = {ridge: self.table(rest, ridge) for ridge in self.config.ridge}
        best = max(tables, key=lambda ridge: self.cosine(judged, tables[ridge]))
        return self.cosine(measured, tables[best]), best

    def cosine(self, rows: NDArray[np.int64], table: Matrix) -> float:
        """Mean cosine of the student's vectors to the teacher's."""
        return float((unit(self.counts[rows] @ table) * self.target[rows]).sum(axis=1).mean())

    def table(self, rows: NDArray[np.int64], ridge: float) -> Matrix:
        """Fit the table on some of the texts."""
        counts, target = self.counts[rows], self.target[rows]
        occurrences = np.asarray(counts.sum(axis=0)).ravel()
        seen = np.flatnonzero(occurrences)
        a = self.config.smoothing
        weights = (a / (a + occurrences / max(occurrences.sum(), 1))).astype(np.float32)
        A = unit_rows(counts[:, seen].multiply(weights[seen]).tocsr())
        mapped = self.words @ self._map(A @ self.words[seen], target)
        mapped[seen] += ridge_solve(A, target - A @ mapped[seen], ridge)
        table: Matrix = weights[:, None] * mapped
        return table

    def _map(self, B: Matrix, target: Matrix) -> Matrix:
        """Solve for M: what words say alone, turned towards what texts say."""
        gram = B.T @ B + self.config.map_ridge * np.eye(B.shape[1], dtype=np.float32)
        return np.linalg.solve(gram, B.T @ target)


def unit_rows(matrix: sp.csr_array) -> sp.csr_array:
    """Scale the rows of a sparse matrix to length one; an empty row stays empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = sp.diags_array((1 / np.where(lengths > 0, lengths, 1)).astype(np.float32))
    return sp.csr_array(scale @ matrix)


def ridge_solve(
    A: sp.csr_array, R: Matrix, ridge: float, tolerance: float = 1e-3, most: int = 100
) -> Matrix:
    """Solve (A'A + ridge I) D = A'R for all columns of R at once, by conjugate gradients.

    Parameters
    ----------
    A
        (n, m) sparse.
    R
        (n, d).
    ridge
        Penalty, above 0.
    tolerance
        Length of the residual, relative to that of A'R, at which to stop.
    most
        Steps at the most.

    Returns
    -------
    numpy.ndarray
        (m, d). Each column has its own step length (Hestenes and Stiefel 1952); the columns share
        the products with A, which is what the time goes into.
    """
    transposed = A.T.tocsr()
    residual: Matrix = transposed @ R
    solution, direction = np.zeros_like(residual), residual.copy()
    squares = (residual**2).sum(axis=0)
    enough = tolerance**2 * squares.sum()
    for _ in range(most):
        if squares.sum() <= enough:
            break
        image = transposed @ (A @ direction) + ridge * direction
        step = squares / np.maximum((direction * image).sum(axis=0), np.finfo(np.float32).tiny)
        solution += step * direction
        residual -= step * image
        previous, squares = squares, (residual**2).sum(axis=0)
        direction *= squares / np.maximum(previous, np.finfo(np.float32).tiny)
        direction += residual
    return solution
