"""The scorer: encoder, overturn model, risk and queue in one, as files without pickle.

`fit` learns everything from decided appeals; `score` answers for new ones; `save` and `load` keep
it as arrays (safetensors) and JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from types import NoneType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.attributes import is_numeric
from features.distill import DistillConfig, distill
from features.encoder import StudentEncoder
from features.faults import Fault, pointer_to
from features.frame import ATTRIBUTE_PREFIX, appeal_frame, attribute_names
from features.schema import Contract
from features.teacher import Teacher
from models.explanation import reasons
from models.overturn import OverturnConfig, OverturnModel, sigmoid
from models.priority import TIERS, due, harm, tier_of
from models.risk import (
    TEAMS,
    Escalation,
    LearntRisk,
    PrototypeRisk,
    RiskConfig,
    RiskModel,
    teams_of,
)
from models.scores import Attribute, Reason, Risk, Score
from models.storage import (
    State,
    overturn_from,
    overturn_state,
    read_state,
    risk_from,
    risk_state,
    undamaged,
    write_state,
)

Array = NDArray[np.float64]

CHUNK: Final = 4_000
"""Appeals explained at once: enough to share the work, few enough to stay in the cache."""


class ScorerConfig(Contract):
    """Everything that, with the data, decides a scorer."""

    distill: DistillConfig = DistillConfig()
    overturn: OverturnConfig = OverturnConfig()
    risk: RiskConfig = RiskConfig()


class Scorer:
    """Scores appeals.

    Parameters
    ----------
    overturn
        P(overturned), with its encoder and its explanation.
    risk
        P(escalated), and the team.
    attributes
        What may stand under `attributes` in an appeal.
    usual_stake
        The median money at stake, 0 where none is known.
    fidelity
        Mean cosine of the student to the teacher on held-out texts; NaN where it is not known.
    """

    def __init__(
        self,
        overturn: OverturnModel,
        risk: RiskModel,
        attributes: Sequence[Attribute],
        usual_stake: float,
        fidelity: float,
    ) -> None:
        self.overturn = overturn
        self.risk = risk
        self.attributes = tuple(attributes)
        self.usual_stake = usual_stake
        self.fidelity = fidelity

    @property
    def encoder(self) -> StudentEncoder:
        """Reads the texts."""
        return self.overturn.encoder

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        config: ScorerConfig | None = None,
        teacher: Teacher | None = None,
        progress: bool = False,
    ) -> Scorer:
        """Learn from decided appeals in order of filing.

        Parameters
        ----------
        frame
            As `features.frame.decided_frame`; both outcomes must be there.
        config
            How.
        teacher
            Whom the student imitates; the packaged one where left out.
        progress
            Whether to show the teacher's progress.
        """
        config = config or ScorerConfig()
        texts = frame["text"].tolist()
        student = distill(teacher or Teacher(), texts, config.distill, progress=progress)
        return cls.fit_with(student.encoder, frame, config, student.fidelity)

    @classmethod
    def fit_with(
        cls,
        encoder: StudentEncoder,
        frame: pd.DataFrame,
        config: ScorerConfig,
        fidelity: float = float("nan"),
    ) -> Scorer:
        """Learn from decided appeals, with an encoder that is there already."""
        overturn = OverturnModel(encoder, config.overturn).fit(frame)
        risk = _fit_risk(overturn, frame, config.risk)
        stake = frame["stake"].median()
        usual = 0.0 if np.isnan(stake) else float(stake)
        return cls(overturn, risk, _attributes(frame), usual, fidelity)

    @property
    def uncertain_between(self) -> tuple[float, float]:
        """The probabilities between which a case is called uncertain."""
        return self.overturn.sets_.between

    def faults(self, frame: pd.DataFrame) -> dict[int, list[Fault]]:
        """Find the appeals that this scorer cannot score: {row: faults}.

        An attribute that was not there in training, or whose value is of another kind, would be
        dropped or misread in silence; it is a fault instead.
        """
        kinds = {attribute.name: attribute.kind for attribute in self.attributes}
        found: dict[int, list[Fault]] = {}
        for name in attribute_names(frame):
            values = frame[ATTRIBUTE_PREFIX + name].tolist()
            details = {
                kind: _misfit(name, kind, kinds) for kind in {*map(type, values)} - {NoneType}
            }
            if not any(details.values()):
                continue
            for row, value in enumerate(values):
                detail = None if _missing(value) else details[type(value)]
                if detail:
                    fault = Fault(pointer_to("attributes", name), detail)
                    found.setdefault(row, []).append(fault)
        return found

    def score(self, frame: pd.DataFrame) -> list[Score]:
        """Score appeals, in their order.

        Parameters
        ----------
        frame
            As `features.frame.appeal_frame`.
        """
        chunks = range(0, len(frame), CHUNK)
        parts = (frame.iloc[k : k + CHUNK].reset_index(drop=True) for k in chunks)
        return [score for part in parts for score in self._score(part)]

    def _score(self, frame: pd.DataFrame) -> list[Score]:
        reading = self.overturn.read(frame)
        told = reasons(self.overturn, reading)
        logit = np.array([sum([reason.contribution for reason in row]) for row in told])
        probability = sigmoid(logit)
        escalation = self.risk.escalation(reading.blocks, reading.vectors)
        tier = tier_of(escalation.probability)
        stake = frame["stake"].to_numpy(np.float64)
        averted = harm(probability, escalation.probability, stake, self.usual_stake)
        columns = (
            frame["appeal_id"].tolist(),
            probability.tolist(),
            logit.tolist(),
            self.overturn.sets_.uncertain(probability).tolist(),
            _risks(escalation, tier),
            averted.tolist(),
            due(frame["submitted_at"], tier).dt.to_pydatetime().tolist(),
            told,
        )
        return [Score(*fields) for fields in zip(*columns, strict=True)]

    def probabilities(self, frame: pd.DataFrame) -> Array:
        """Calibrated probabilities of `overturned`: (n,)."""
        return self.overturn.probabilities(frame)

    def priorities(self, frame: pd.DataFrame) -> Array:
        """Priorities alone, as `score` gives them: (n,)."""
        reading = self.overturn.read(frame)
        probability = sigmoid(self.overturn.logits_of(reading))
        escalation = self.risk.escalation(reading.blocks, reading.vectors)
        stake = frame["stake"].to_numpy(np.float64)
        return harm(probability, escalation.probability, stake, self.usual_stake)

    def explain(self, frame: pd.DataFrame) -> list[tuple[Reason, ...]]:
        """Tell the reasons alone."""
        return reasons(self.overturn, self.overturn.read(frame))

    def save(self, folder: Path) -> None:
        """Write the scorer into a folder: safetensors and JSON."""
        self.overturn.encoder.save(folder / "encoder")
        write_state(overturn_state(self.overturn), folder, "overturn")
        write_state(risk_state(self.risk), folder, "risk")
        plain = {
            "attributes": [asdict(attribute) for attribute in self.attributes],
            "usual_stake": self.usual_stake,
            "fidelity": None if np.isnan(self.fidelity) else self.fidelity,
        }
        write_state(State(plain, {}), folder, "scorer")

    @classmethod
    def load(cls, folder: Path) -> Scorer:
        """Read what `save` wrote.

        Raises
        ------
        DamagedModel
            When a file is missing or broken.
        """
        encoder = StudentEncoder.load(folder / "encoder")
        with undamaged("overturn"):
            overturn = overturn_from(read_state(folder, "overturn"), encoder)
        with undamaged("risk"):
            risk = risk_from(read_state(folder, "risk"))
        with undamaged("scorer"):
            plain = read_state(folder, "scorer").plain
            attributes = [Attribute(**attribute) for attribute in plain["attributes"]]
            fidelity = float("nan") if plain["fidelity"] is None else float(plain["fidelity"])
            scorer = cls(overturn, risk, attributes, float(plain["usual_stake"]), fidelity)
        # What follows from the model alone is worked out here, not while the first appeal waits.
        scorer.explain(appeal_frame([]))
        return scorer


def _fit_risk(overturn: OverturnModel, frame: pd.DataFrame, config: RiskConfig) -> RiskModel:
    reading = overturn.read(frame)
    teams = teams_of(frame)
    if len(teams) - teams.count("none") >= config.least_escalations:
        return LearntRisk.fit(reading.blocks, teams, config)
    return PrototypeRisk.fit(overturn.encoder, reading.vectors, config)


def _risks(escalation: Escalation, tier: NDArray[np.int64]) -> list[Risk]:
    probabilities, teams = escalation.probability.tolist(), escalation.team.tolist()
    return [
        Risk(probability, TEAMS[team], TIERS[place][0], escalation.basis)
        for probability, team, place in zip(probabilities, teams, tier.tolist(), strict=True)
    ]


def _attributes(frame: pd.DataFrame) -> list[Attribute]:
    return [
        Attribute(name, "number" if is_numeric(frame[ATTRIBUTE_PREFIX + name]) else "word")
        for name in attribute_names(frame)
    ]


def _missing(value: object) -> bool:
    return value is None or value != value


def _misfit(name: str, found: type, kinds: dict[str, str]) -> str | None:
    """Say why an attribute's values of a type do not fit; none is told: it may be private."""
    if name not in kinds:
        near = get_close_matches(name, kinds, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        return f"unknown attribute {name!r}: this model was not trained with it{meant}"
    number = issubclass(found, int | float | np.number) and not issubclass(found, bool)
    if number == (kinds[name] == "number"):
        return None
    return f"attribute {name!r} holds a {found.__name__}; expected a {kinds[name]}"
