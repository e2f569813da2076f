"""Reviewers of different leniency: how far outcomes, and the figures, depend on who decided.

Contraction (Lakkaraju, Kleinberg, Leskovec, Ludwig and Mullainathan 2017, The selective labels
problem, KDD) is for decisions that hide the outcome: whom a judge detains is never seen to
reoffend. The most lenient judge's cases show most outcomes, and a model is tried on them by
detaining more. Here no decision hides anything: upheld and overturned are both seen, whoever
decides. What is selective is when an appeal is decided (see `models.weighting`), and whose opinion
the outcome is. So nothing can be contracted: no later event tells that an overturned appeal ought
to have been upheld.

What leniency does tell, where appeals fall to reviewers as if by lot: the cases of strict and of
lenient reviewers differ by nothing but the reviewer. The share that either overturn bound what it
would be if all decided as one of them. If whatever a strict one overturns a lenient one does too
(monotonicity: Imbens and Angrist 1994, Econometrica 62:467-475), their difference is the least
share of appeals whose outcome hangs on who opens them. And a model is as good as its AUC on either
side says, or the figure is owed to the mix of reviewers.

Leniency is learnt from earlier decisions, and its effect measured on later ones: those who merely
had many overturned would otherwise be called lenient, and chance itself would be an effect. A third
of a few reviewers is two or three people: their difference is bounded by Welch's t (Welch 1947,
Biometrika 34:28-35), since normal quantiles would call every seventh chance difference sure.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, f_oneway
from scipy.stats import t as student_t

from models.performance import Estimate, performance

__all__ = ["DEALT_ALIKE", "LEAST_REVIEWERS", "Decided", "End", "Leniency", "leniency_of"]

Floats = NDArray[np.float64]
LEAST_EARLIER: Final = 50
"""Earlier decisions below which a reviewer's leniency is not known."""
LEAST_LATER: Final = 20
"""Later decisions below which a reviewer shows nothing."""
LEAST_REVIEWERS: Final = 6
"""Reviewers below which there are no strict and lenient ones to be told apart."""
END: Final = 1 / 3
"""Share of the reviewers that makes the strict, and the lenient, end."""
DEALT_ALIKE: Final = 0.01
"""Chance below which cases are taken not to be dealt by lot."""
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, eq=False)
class Decided:
    """Decisions, each (n,).

    Attributes
    ----------
    reviewer
        Who decided; None where it is not known.
    outcome
        1 where overturned, else 0.
    expected
        Chance that it would be, whoever decides: in [0, 1].
    pool
        Those among whom cases are dealt, as a language is; missing counts as one pool.
    """

    reviewer: pd.Series[Any]
    outcome: NDArray[Any]
    expected: Floats
    pool: pd.Series[Any]


@dataclass(frozen=True)
class End:
    """The later decisions of the strict, or of the lenient.

    Attributes
    ----------
    overturned, expected
        Shares: what came, and what was expected of these cases.
    adjusted
        Share overturned if all cases had fallen to them: that of all, and what they add to what was
        expected of theirs.
    auc
        Of what was expected; None where it does not apply.
    """

    reviewers: int
    cases: int
    overturned: float
    expected: float
    adjusted: float
    auc: Estimate | None


@dataclass(frozen=True)
class Leniency:
    """How far outcomes depend on who decides.

    Attributes
    ----------
    reviewers
        With decisions enough, earlier and later.
    reason
        Why nothing more is told; empty where it is.
    spread, spread_p
        Standard deviation of the reviewers' shares overturned beyond what their cases and chance
        give, and the chance of a spread as large where all are alike.
    dealt_p
        The chance that cases as unlike are dealt by lot within the pools: below `DEALT_ALIKE`, what
        is told of strict and lenient leans on what was expected of their cases. None where the same
        was expected of all, which tells nothing of it.
    strict, lenient
        The two ends; None where there is a reason.
    hangs_on
        Share of the appeals whose outcome hangs on who opens them, at least, with bounds; a share
        is not negative, so all three are 0 where the strict overturn as much as the lenient.
    """

    reviewers: int
    reason: str
    spread: float | None = None
    spread_p: float | None = None
    dealt_p: float | None = None
    strict: End | None = None
    lenient: End | None = None
    hangs_on: Estimate | None = None

    @property
    def differs(self) -> bool:
        """Whether it is shown that strict and lenient decide like cases differently."""
        return self.hangs_on is not None and self.hangs_on.low > 0

    @property
    def by_lot(self) -> bool | None:
        """Whether cases may be dealt by lot, which all of this takes for given; None: not known."""
        return None if self.dealt_p is None else self.dealt_p >= DEALT_ALIKE

    def as_dict(self) -> dict[str, object]:
        """Give all of it for JSON."""
        return asdict(self)


def leniency_of(earlier: Decided, later: Decided) -> Leniency:
    """Tell strict from lenient reviewers by earlier decisions, and set later ones side by side."""
    rank = _leniency(earlier)
    counts = later.reviewer.value_counts()
    known = [one for one in rank.index if counts.get(one, 0) >= LEAST_LATER]
    if len(known) < LEAST_REVIEWERS:
        return Leniency(
            len(known),
            f"{len(known)} reviewers with {LEAST_EARLIER} earlier and {LEAST_LATER} later "
            f"decisions; {LEAST_REVIEWERS} are needed to tell strict from lenient ones",
        )
    ordered = sorted(known, key=lambda one: (rank[one], str(one)))
    size = int(END * len(ordered))
    strict, lenient = (_end(later, side) for side in (ordered[:size], ordered[-size:]))
    spread, spread_p = _spread(later, known)
    return Leniency(
        len(known),
        "",
        spread=spread,
        spread_p=spread_p,
        dealt_p=_dealt(later, known),
        strict=strict,
        lenient=lenient,
        hangs_on=_hangs_on(later, ordered[:size], ordered[-size:]),
    )


def _leniency(earlier: Decided) -> pd.Series[float]:
    """Give each reviewer's share overturned beyond what was expected of their cases."""
    beyond = pd.Series(earlier.outcome - earlier.expected).groupby(earlier.reviewer.to_numpy())
    found = beyond.agg(["mean", "size"])
    return found.loc[found["size"] >= LEAST_EARLIER, "mean"]


def _end(later: Decided, reviewers: list[Any]) -> End:
    rows = later.reviewer.isin(reviewers).to_numpy()
    came, expected = later.outcome[rows], later.expected[rows]
    beyond = float((came - expected).mean())
    overall = float((later.outcome - later.expected).mean())
    share = float(later.outcome.mean())
    return End(
        reviewers=len(reviewers),
        cases=int(rows.sum()),
        overturned=float(came.mean()),
        expected=float(expected.mean()),
        adjusted=float(np.clip(share + beyond - overall, 0, 1)),
        auc=performance(came, expected).auc,
    )


def _spread(later: Decided, reviewers: list[Any]) -> tuple[float, float]:
    """Measure the spread beyond chance by moments, and test it by Pearson's statistic."""
    rows = later.reviewer.isin(reviewers).to_numpy()
    table = pd.DataFrame(
        {
            "beyond": later.outcome[rows] - later.expected[rows],
            "variance": later.expected[rows] * (1 - later.expected[rows]),
        }
    ).groupby(later.reviewer[rows].to_numpy())
    cases, beyond = table.size().to_numpy(), table["beyond"].sum().to_numpy()
    variance = np.maximum(table["variance"].sum().to_numpy(), 1e-9)
    # Calibration off by the same for all is no difference between reviewers.
    beyond = beyond - beyond.sum() * variance / variance.sum()
    square = np.mean((beyond / cases) ** 2) - np.mean(variance / cases**2)
    statistic = float((beyond**2 / variance).sum())
    return float(np.sqrt(max(square, 0.0))), float(chi2.sf(statistic, len(cases) - 1))


def _dealt(later: Decided, reviewers: list[Any]) -> float | None:
    """Test whether what is expected of the cases differs by reviewer, within pools."""
    rows = later.reviewer.isin(reviewers).to_numpy()
    expected = pd.Series(later.expected[rows])
    pools = later.pool[rows].astype(object).fillna("").to_numpy()
    apart = expected - expected.groupby(pools).transform("mean")
    dealt = [part.to_numpy() for _, part in apart.groupby(later.reviewer[rows].to_numpy())]
    if float(apart.abs().max()) < 1e-12:
        return None
    return float(f_oneway(*dealt).pvalue)


def _hangs_on(later: Decided, strict: list[Any], lenient: list[Any]) -> Estimate:
    """Bound the difference of the two ends, reviewers counting as the units that they are."""
    ends = [_beyond(later, side) for side in (strict, lenient)]
    value, half = float(ends[1].mean() - ends[0].mean()), _half_width(ends)
    return Estimate(*(float(np.clip(one, 0, 1)) for one in (value, value - half, value + half)))


def _half_width(ends: list[Floats]) -> float:
    """Give half of Welch's interval; as wide as can be where nobody differs from their end."""
    squares = [float(end.var(ddof=1)) / len(end) for end in ends]
    if sum(squares) == 0:
        return 1.0
    parts = (square**2 / (len(end) - 1) for square, end in zip(squares, ends, strict=True))
    freedom = sum(squares) ** 2 / sum(parts)
    return float(student_t.ppf((1 + CONFIDENCE) / 2, freedom) * np.sqrt(sum(squares)))


def _beyond(later: Decided, reviewers: list[Any]) -> Floats:
    rows = later.reviewer.isin(reviewers).to_numpy()
    beyond = pd.Series(later.outcome[rows] - later.expected[rows])
    return np.asarray(beyond.groupby(later.reviewer[rows].to_numpy()).mean().to_numpy(np.float64))
