"""Risk: how likely a case must be escalated, and to which team.

Learnt from `escalated_to` where there are escalations enough. Before that, texts are compared with
a few described prototypes for each team, which orders cases but promises no frequency; every
answer says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import expit

from features.encoder import StudentEncoder
from features.schema import Contract, Team
from models.calibration import Calibration, Slice
from models.logistic import Coefficients, Columns, fit_logistic
from models.penalties import Positive

Array = NDArray[np.float64]

Share = Annotated[float, Field(gt=0, lt=1)]
TEAMS: Final = tuple(team.value for team in Team if team is not Team.NONE)

PROTOTYPES: Final[dict[str, tuple[str, ...]]] = {
    "legal": (
        "My lawyer will file a lawsuit and take you to court.",
        "We received a court order and will seek damages for breach of contract.",
        "I am reporting you to the regulator and the consumer protection authority.",
    ),
    "safety": (
        "The product caused a fire and a child was injured.",
        "I cannot go on, I do not want to live any more.",
        "Someone threatens to hurt me and my family.",
    ),
    "fraud": (
        "My account was hacked and someone else changed the bank details.",
        "A stolen identity was used to open this shop.",
        "The buyer swapped the item and returned a fake one, this is an organised scam.",
    ),
    "communications": (
        "I am a journalist and will publish this story.",
        "I will post this on social media to my followers and call the newspapers.",
        "A television channel has asked us for an interview about your platform.",
    ),
    "payments": (
        "You hold my money and the payout has not arrived for weeks.",
        "My balance is frozen and I cannot pay my staff.",
        "The funds were withdrawn twice from my bank account.",
    ),
}
"""What a case for each team sounds like."""


class RiskConfig(Contract):
    """How risk is learnt.

    Attributes
    ----------
    least_escalations
        Fewer than these in the decided cases, and prototypes are used.
    penalty
        Ridge penalty of each block: words, numbers, vector, phrases.
    latest_share
        Share of the cases, the latest, on which the probability is calibrated.
    usual_share
        With prototypes: the share of cases taken to need an escalation.
    """

    least_escalations: Annotated[int, Field(ge=0)] = 40
    penalty: tuple[Positive, Positive, Positive, Positive] = (5.0, 50.0, 3.0, 10.0)
    latest_share: Share = 0.25
    usual_share: Share = 0.03


@dataclass(frozen=True)
class Escalation:
    """What risk says of n cases: (n,) probabilities, (n,) places in `TEAMS`, and its basis."""

    probability: Array
    team: NDArray[np.int64]
    basis: str


@dataclass(frozen=True)
class LearntRisk:
    """Escalation learnt from decided cases: one logistic for whether, one a team for where to.

    Attributes
    ----------
    whether
        On the blocks of the overturn model's reading.
    calibration
        Of `whether`.
    teams
        One for each of `TEAMS`; None for a team that no case went to.
    """

    whether: Coefficients
    calibration: Calibration
    teams: tuple[Coefficients | None, ...]

    @classmethod
    def fit(cls, blocks: Sequence[Columns], team: Sequence[str], config: RiskConfig) -> LearntRisk:
        """Fit on decided cases in order of filing; `team` holds a `Team` for each."""
        names = np.asarray(team, dtype=object)
        escalated = (names != Team.NONE.value).astype(np.float64)
        n = len(names)
        past, latest = np.split(np.arange(n), [int(n * (1 - config.latest_share))])
        before = _fit(blocks, escalated, past, config)
        whether = _fit(blocks, escalated, np.arange(n), config)
        unseen = Slice(before.logits([block[latest] for block in blocks]), escalated[latest])
        seen = Slice(whether.logits([block[latest] for block in blocks]), escalated[latest])
        calibration = Calibration.fit([unseen], seen)
        some = np.flatnonzero(escalated)
        teams = tuple(_team(blocks, names == name, some, config) for name in TEAMS)
        return cls(whether, calibration, teams)

    def escalation(self, blocks: Sequence[Columns], _vectors: object = None) -> Escalation:
        """Say whether cases must be escalated, and where to."""
        logits = self.calibration.apply(self.whether.logits(blocks))
        n = len(logits)
        where = [t.logits(blocks) if t else np.full(n, -np.inf) for t in self.teams]
        return Escalation(expit(logits), np.argmax(where, axis=0), "learnt")


@dataclass(frozen=True)
class PrototypeRisk:
    """Escalation guessed from what a text sounds like.

    Attributes
    ----------
    vectors
        (prototypes, d) unit rows.
    team
        (prototypes,) the place in `TEAMS` of each.
    centre, scale
        The cosine that counts as one half, and the spread of cosines.
    """

    vectors: NDArray[np.float32]
    team: NDArray[np.int64]
    centre: float
    scale: float

    @classmethod
    def fit(
        cls, encoder: StudentEncoder, vectors: NDArray[np.float32], config: RiskConfig
    ) -> PrototypeRisk:
        """Place the prototypes among the texts: one half where the usual share of them lies."""
        texts = [text for name in TEAMS for text in PROTOTYPES[name]]
        places = [place for place, name in enumerate(TEAMS) for _ in PROTOTYPES[name]]
        prototypes = encoder.encode(texts)
        nearest = (vectors @ prototypes.T).max(axis=1)
        centre = float(np.quantile(nearest, 1 - config.usual_share))
        return cls(prototypes, np.array(places), centre, max(float(nearest.std()) / 3, 1e-3))

    def escalation(self, _blocks: object, vectors: NDArray[np.float32]) -> Escalation:
        """Say how near cases come to a prototype, and whose it is."""
        cosines = (vectors @ self.vectors.T).astype(np.float64)
        nearest = cosines.argmax(axis=1)
        distance = (cosines.max(axis=1) - self.centre) / self.scale
        # A text without words is near nothing.
        distance = np.where(np.abs(vectors).sum(axis=1) > 0, distance, -50.0)
        return Escalation(expit(distance), self.team[nearest], "prototypes")


RiskModel = LearntRisk | PrototypeRisk


def teams_of(frame: pd.DataFrame) -> list[str]:
    """Spell where decided cases were escalated to; nothing said counts as `none`."""
    said = frame["escalated_to"]
    return [team if isinstance(team, str) and team else Team.NONE.value for team in said]


def _fit(
    blocks: Sequence[Columns], outcome: Array, rows: NDArray[np.int64], config: RiskConfig
) -> Coefficients:
    return fit_logistic([block[rows] for block in blocks], outcome[rows], config.penalty)


def _team(
    blocks: Sequence[Columns], ours: NDArray[np.bool_], rows: NDArray[np.int64], config: RiskConfig
) -> Coefficients | None:
    """Tell one team's escalations from the other teams'."""
    return _fit(blocks, ours.astype(np.float64), rows, config) if ours.any() else None
