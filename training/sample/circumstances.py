"""What makes a case critical, and the team that it must then be taken to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.sample.marketplace import POLICIES


@dataclass(frozen=True)
class Circumstance:
    """Something that a seller reports and that makes the case critical.

    `share` is how often it is reported in `areas`, which is three times as often as elsewhere;
    `logit` is the base of the probability that the reviewer escalates the case to `team`.
    """

    key: str
    team: str
    share: float
    logit: float
    areas: tuple[str, ...]


CIRCUMSTANCES: Final = (
    Circumstance("lawsuit", "legal", 0.020, 0.7, ("ip",)),
    Circumstance("injury", "safety", 0.018, 1.2, ("product",)),
    Circumstance("stolen_account", "fraud", 0.024, 1.0, ("account",)),
    Circumstance("press", "communications", 0.009, 0.6, ("listing", "account", "payments")),
    Circumstance("missing_money", "payments", 0.030, 0.5, ("payments",)),
)
NOTHING: Final = -1
USUAL_LOGIT: Final = -4.9
STAKE_EFFECT: Final = 0.5
USUAL_TEAM: Final = {
    "ip": "legal",
    "product": "safety",
    "listing": "communications",
    "fulfilment": "payments",
    "account": "fraud",
    "payments": "payments",
}
"""Area -> the team of a case that is escalated for no reason that the text gives."""


def draw_circumstances(cases: pd.DataFrame, rng: np.random.Generator) -> None:
    """Draw what critical thing, if any, a seller reports, and how likely it is to be escalated.

    Adds the columns `circumstance` (position in `CIRCUMSTANCES`, -1 for none), `team` and
    `escalation_probability`.
    """
    area = cases["area"].to_numpy(object)
    chosen = np.full(len(cases), NOTHING)
    for position, circumstance in enumerate(CIRCUMSTANCES):
        share = np.where(np.isin(area, circumstance.areas), 1.0, 1 / 3) * circumstance.share
        chosen[rng.random(len(cases)) < share] = position
    cases["circumstance"] = np.where(cases["template"], NOTHING, chosen)
    cases["escalation_probability"] = _escalation(cases)
    teams = np.array([circumstance.team for circumstance in CIRCUMSTANCES])
    usual = cases["area"].map(USUAL_TEAM).to_numpy(object)
    critical = cases["circumstance"].to_numpy() != NOTHING
    cases["team"] = np.where(critical, teams[cases["circumstance"].to_numpy()], usual)


def _escalation(cases: pd.DataFrame) -> NDArray[np.float64]:
    """Give the probability that each case is escalated: what is reported, and what is at stake."""
    base = np.array([circumstance.logit for circumstance in CIRCUMSTANCES] + [USUAL_LOGIT])
    median = cases["policy"].map({policy.name: policy.stake for policy in POLICIES})
    excess = np.log((cases["stake"] / median).to_numpy(float))
    logit = base[cases["circumstance"].to_numpy()] + STAKE_EFFECT * np.clip(excess, -2.5, 2.5)
    return np.asarray(1 / (1 + np.exp(-logit)))
