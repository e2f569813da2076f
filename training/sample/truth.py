"""The latent truth: how likely each enforcement is wrong, from what is known when it is appealed.

The logit of a wrong enforcement is a sum: the policy's level, the seller's history, the detector,
the evidence, the reasons given, the incident, and two interactions. The level of each policy is
solved so that its appeals outside incidents are overturned at the policy's base rate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.sample.cases import NO_INCIDENT
from training.sample.incidents import Placed
from training.sample.marketplace import CATEGORIES, MARKETS, POLICIES, USEFUL_EVIDENCE
from training.sample.reasons import REASONS

TEMPLATE_EFFECT: Final = -0.45
FIRST_REASON: Final = 0.9
SECOND_REASON: Final = 0.6
"""How much of its family's effect a reason has, by its place."""
CONCRETE: Final = 0.6
"""Effect of each useful piece of evidence."""
LEVELS: Final = (-16.0, 8.0)
"""Between these the level of a policy is searched."""
STEPS: Final = 40

Array = NDArray[np.float64]
Decide = Callable[[Array], Array]


def sigmoid(logit: Array) -> Array:
    """Turn logits into probabilities."""
    return np.asarray(1 / (1 + np.exp(-logit)))


def known_logit(cases: pd.DataFrame) -> Array:
    """Add up what speaks for a wrong enforcement, but for the policy's level and the incident.

    Parameters
    ----------
    cases
        Cases as `draw_cases` gives them.

    Returns
    -------
    numpy.ndarray
        Shape (n,), in logits, about zero on average within a policy.
    """
    return np.asarray(_history(cases) + _detection(cases) + _argument(cases) + _interactions(cases))


def _history(cases: pd.DataFrame) -> Array:
    """Weigh the seller's record, the market and the category."""
    age = np.log(cases["seller_age_days"].to_numpy(float) / 400)
    orders = np.log1p(cases["order_count_90d"].to_numpy(float)) - 4.2
    rating = (cases["rating"].fillna(4.5) - 4.55).to_numpy(float)
    violations = np.log1p(cases["prior_violations"].to_numpy(float))
    category = cases["category"].map({name: effect for name, (_, effect) in CATEGORIES.items()})
    market = cases["market"].map({market.name: market.effect for market in MARKETS})
    return np.asarray(
        0.34 * np.clip(age, -3, 2)
        + 0.10 * orders
        + 1.1 * np.clip(rating, -1, 1)
        - 0.85 * (violations - 0.35)
        - 6.0 * (cases["cancellation_rate"].to_numpy(float) - 0.04)
        + 0.5 * (cases["verified"].to_numpy(float) - 0.6)
        - 0.25 * cases["cross_border"].to_numpy(float)
        + 2.0 * category.to_numpy(float)
        + market.to_numpy(float)
    )


def _detection(cases: pd.DataFrame) -> Array:
    """Weigh how the enforcement came about, and how soon it was appealed."""
    source = cases["detection"].map({"automated": 0.15, "human": -0.55, "report": 0.0})
    doubt = 3.0 * (0.8 - cases["detector_confidence"].fillna(0.8).to_numpy(float))
    soon = -0.22 * np.log(cases["days_to_appeal"].to_numpy(float) / 1.5)
    return np.asarray(source.to_numpy(float) + doubt + np.clip(soon, -0.6, 0.6))


def _argument(cases: pd.DataFrame) -> Array:
    """Weigh what the seller says and shows."""
    effect = np.array([reason.effect for reason in REASONS] + [0.0])
    first, second = cases["reason"].to_numpy(), cases["second_reason"].to_numpy()
    said = FIRST_REASON * effect[first] + SECOND_REASON * effect[second]
    shown = CONCRETE * _useful_evidence(cases)
    return np.asarray(said + shown + TEMPLATE_EFFECT * cases["template"].to_numpy(float))


def _useful_evidence(cases: pd.DataFrame) -> Array:
    """Count the pieces of evidence that bear on the area of the policy."""
    area = cases["area"].to_numpy(object)
    pieces = np.zeros(len(cases))
    for name, kinds in USEFUL_EVIDENCE.items():
        for kind in kinds:
            pieces += (area == name) & cases[f"evidence.{kind}"].to_numpy(bool)
    return pieces


def _interactions(cases: pd.DataFrame) -> Array:
    """Weigh what counts only together: the new and unverified, and machines that judge products."""
    new = (cases["seller_age_days"] < 60) & ~cases["verified"]
    machine = (cases["area"] == "product") & (cases["detection"] == "automated")
    return np.asarray(-0.4 * new.to_numpy(float) + 0.3 * machine.to_numpy(float))


def wrong_logit(cases: pd.DataFrame, placed: tuple[Placed, ...], decide: Decide) -> Array:
    """Give each case the logit of the probability that its enforcement is wrong.

    Levels are solved by bisection: one a policy for the base rate outside incidents, one an
    incident for its share of overturned appeals.

    Parameters
    ----------
    cases
        First attempts.
    placed
        The incidents on the calendar.
    decide
        Turns logits of all cases into probabilities that they are overturned; increasing.

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    incident = cases["incident"].to_numpy()
    policy = cases["policy"].map({p.name: position for position, p in enumerate(POLICIES)})
    group = np.where(incident == NO_INCIDENT, policy.to_numpy(), len(POLICIES) + incident)
    rates = [p.base_rate for p in POLICIES] + [p.incident.overturned for p in placed]
    known = known_logit(cases)
    return known + solve_levels(known, group, np.array(rates), decide)[group]


def solve_levels(known: Array, group: NDArray[np.int64], rates: Array, decide: Decide) -> Array:
    """Find the level of each group at which its mean probability is the rate asked for.

    Returns
    -------
    numpy.ndarray
        Shape (groups,), between the two `LEVELS`.
    """
    low, high = np.full(len(rates), LEVELS[0]), np.full(len(rates), LEVELS[1])
    members = np.bincount(group, minlength=len(rates)).clip(1)
    for _ in range(STEPS):
        middle = (low + high) / 2
        chance = decide(known + middle[group])
        mean = np.bincount(group, weights=chance, minlength=len(rates)) / members
        low, high = np.where(mean < rates, middle, low), np.where(mean < rates, high, middle)
    return np.asarray((low + high) / 2)
