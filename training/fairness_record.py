"""What is told of groups: the gaps between them, what closing them would cost, and who is left out.

Numbers in capitals are of `training.fairness` and `training.gap_bounds`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Closing", "Fairness", "Gap", "Group", "Grouping", "LeftOut"]


@dataclass(frozen=True)
class Gap:
    """A figure and its bounds; None where the cases are too few."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Group:
    """The cases of one market, or of one language.

    Attributes
    ----------
    cases, overturned
        All, and the wrongly enforced among them.
    found_first
        Share of the wrongly enforced that are among the `CAPACITY` of all cases reviewed first: the
        true-positive rate at equal review capacity. None below `LEAST_EACH` cases of either
        outcome.
    found_said
        The same at the score's own threshold, a probability of `SAID`.
    gap
        What the score says on average minus the share overturned.
    """

    value: str
    cases: int
    overturned: int
    found_first: Gap
    found_said: Gap
    gap: Gap


@dataclass(frozen=True)
class LeftOut:
    """A group of which something is not told.

    Attributes
    ----------
    what
        `everything`, or `found first`.
    why
        How many cases there are, and how many it takes.
    """

    value: str
    what: str
    why: str


@dataclass(frozen=True)
class Closing:
    """What closing the gaps would change, found on one half of the subjects, told of the other.

    Attributes
    ----------
    opportunity_after
        The gap that stays if each group has its own threshold, at the same capacity in all.
    precision_before, precision_after
        Share overturned among those reviewed first, with one threshold and with the groups' own.
    found_change
        Change in the share of all wrongly enforced that are found first.
    brier_change
        Change in the Brier score if each group has a shift of its own, against one shift for all;
        below 0: nothing is lost.
    calibration_after
        The gap that stays then; `calibration_shared` is that of one shift for all.
    """

    opportunity_after: float
    precision_before: float
    precision_after: float
    found_change: Gap
    brier_change: Gap
    calibration_shared: float
    calibration_after: float


@dataclass(frozen=True)
class Grouping:
    """The groups by one fact.

    Attributes
    ----------
    groups
        Those with `LEAST_CASES` cases, the largest first; their bounds hold together with those of
        all other groups, of either fact.
    passed_over
        How many others there are: too small to tell anything of.
    opportunity, calibration
        The largest difference between two groups' `found_first`, and `gap`. The bounds follow from
        the groups' own: at least the distance between the two that lie surely apart.
    closing
        None where fewer than two groups tell what is found first.
    left_out
        Groups that are passed over, or do not tell what is found first, each with its reason.
    """

    dimension: str
    groups: tuple[Group, ...]
    passed_over: int
    opportunity: Gap
    calibration: Gap
    closing: Closing | None
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Fairness:
    """The gaps by each of `GROUPINGS` that the cases tell.

    Attributes
    ----------
    capacity, level
        See `CAPACITY`; confidence of the bounds.
    looks
        Groups looked at, for which the bounds hold together: see `models.resampling` and
        `training.gap_bounds`.
    order
        By what the cases reviewed first are chosen: `priority`; older records took `probability`.
    """

    capacity: float
    level: float
    looks: int
    groupings: tuple[Grouping, ...]
    order: str = "probability"

    def as_dict(self) -> dict[str, Any]:
        """Give the table for JSON."""
        return asdict(self)
