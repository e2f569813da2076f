"""What the labels of a test slice leave out: outcomes that are still to come, and who decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.leniency import Decided, Leniency, leniency_of
from models.registry import Registry
from models.run_record import SELECTION
from models.weighting import Missing, Weighted, missing_of
from training.ages import hours, seen_at
from training.evaluation import Evaluation
from training.split import Slices, overturned

__all__ = ["Selection", "record_selection", "selection", "selection_words"]

Floats = NDArray[np.float64]
TRUST: Final = 20.0
"""Earlier decisions of a policy and language at which their own rate counts as much as all's."""
DAY: Final = 24.0


@dataclass(frozen=True)
class Selection:
    """What outcomes that are not there, and the choice of reviewers, may do to the figures.

    Attributes
    ----------
    missing, leniency
        The two.
    misdated
        Test cases whose decision has a date that cannot be. Before the filing: it counts as made
        with it. Long after all others, or in the future: as of then it is not decided yet.
    """

    missing: Weighted
    leniency: Leniency
    misdated: int = 0

    def as_dict(self) -> dict[str, object]:
        """Give all of it for JSON."""
        return {
            "missing": self.missing.as_dict(),
            "leniency": self.leniency.as_dict(),
            "misdated": self.misdated,
        }


def selection(slices: Slices, undecided: pd.DataFrame, evaluation: Evaluation) -> Selection:
    """Find what the labels of the test slice leave out.

    Parameters
    ----------
    slices
        What was decided; the test slice in the order of `evaluation`.
    undecided
        As `features.frame.appeal_frame`: what was not. Those filed before the test slice are left
        out.
    """
    test = slices.test
    waiting = undecided[undecided["submitted_at"] >= test["submitted_at"].min()]
    filed = pd.concat([test["submitted_at"], waiting["submitted_at"]], ignore_index=True)
    now = seen_at(filed, test["decided_at"])
    in_time = (test["decided_at"] <= now).to_numpy()
    known = in_time if in_time.any() else ~in_time
    missing = missing_of(_as_seen(test, waiting, evaluation, now, known))
    later = Decided(test["reviewer_id"], evaluation.outcome, evaluation.probability, _pool(test))
    early = (test["decided_at"] < test["submitted_at"]).to_numpy()
    misdated = int((early | ~known).sum())
    return Selection(missing, leniency_of(_earlier(slices.seen), later), misdated)


def _as_seen(
    test: pd.DataFrame,
    waiting: pd.DataFrame,
    evaluation: Evaluation,
    now: pd.Timestamp,
    known: NDArray[np.bool_],
) -> Missing:
    """Take what is dated later as undecided still, where the undecided are known."""
    age = hours(now - test["submitted_at"])
    delay = hours(test["decided_at"] - test["submitted_at"])
    late = ~known & bool(len(waiting))
    return Missing(
        outcome=evaluation.outcome[known],
        probability=evaluation.probability[known],
        age=np.maximum(age, delay)[known],
        delay=delay[known],
        waiting_age=np.concatenate((hours(now - waiting["submitted_at"]), age[late])),
    )


def record_selection(registry: Registry, run_id: str, found: Selection) -> None:
    """Log it with a run."""
    registry.client.log_dict(run_id, found.as_dict(), SELECTION)


def selection_words(found: Selection) -> dict[str, str]:
    """Say in a line each what is missing, and how much hangs on the reviewer."""
    waiting = _missing(found.missing)
    if found.misdated:
        waiting += f"; {found.misdated:,} dated before their filing or long after all others"
    return {"not decided yet": waiting, "reviewers": _reviewers(found.leniency)}


def _missing(found: Weighted) -> str:
    if found.undated:
        return f"{found.undecided:,}; decisions have no date, so their delays are not known"
    plain, weighted = found.plain, found.weighted
    source = ", as far as decided ones tell" if found.truncated else ""
    return (
        f"{found.missing:,.0f} of {found.decided + found.missing:,.0f}{source}; half are decided "
        f"in {_days(found.median_hours)}; weighted for it: AUC {_figure(plain.auc)} to "
        f"{_figure(weighted.auc)}, overturned {plain.overturned:.1%} to {weighted.overturned:.1%}"
        f" (at worst {found.rate_low:.1%} or {found.rate_high:.1%})"
    )


def _reviewers(found: Leniency) -> str:
    if found.strict is None or found.lenient is None:
        return found.reason
    strict, lenient = found.strict, found.lenient
    aucs = [None if one.auc is None else one.auc.value for one in (strict, lenient)]
    unsure = "" if found.differs else " (no difference shown)"
    return (
        f"of {found.reviewers}, the strict third overturns {strict.adjusted:.0%} and the lenient "
        f"{lenient.adjusted:.0%} of like cases{unsure}; AUC {_figure(aucs[0])} and "
        f"{_figure(aucs[1])}{_dealt(found.by_lot)}"
    )


def _dealt(by_lot: bool | None) -> str:
    if by_lot:
        return ""
    if by_lot is None:
        return "; whether cases are dealt by lot is not known"
    return "; cases are not dealt by lot: who gets the harder ones looks strict"


def _earlier(seen: pd.DataFrame) -> Decided:
    """Expect of a case what its policy and language brought: the model has seen these outcomes."""
    outcome = overturned(seen)
    rate = float(outcome.mean())
    keys = [seen["policy"].astype(object).fillna("").to_numpy(), _pool(seen).to_numpy()]
    cells = pd.Series(outcome).groupby(keys)
    expected = (cells.transform("sum") + TRUST * rate) / (cells.transform("size") + TRUST)
    return Decided(seen["reviewer_id"], outcome, expected.to_numpy(np.float64), _pool(seen))


def _pool(frame: pd.DataFrame) -> pd.Series[str]:
    """Give the language, by which appeals fall to reviewers."""
    return frame["language"].astype(object).fillna("")


def _days(hours: float | None) -> str:
    return "more time than is seen" if hours is None else f"{hours / DAY:.1f} days"


def _figure(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"
