"""How a model is trained, measured and let through: declared, frozen, refused where misspelt."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import Field, ValidationError

from features.errors import UnreadableFile
from features.schema import Contract
from models.overturn import OverturnConfig
from models.scorer import ScorerConfig
from training.config_faults import refusal

Share = Annotated[float, Field(gt=0, lt=1)]
Scalar = str | float | bool | None


class SplitConfig(Contract):
    """Which decided appeals judge; the others teach.

    Attributes
    ----------
    test
        The share that judges: the latest.
    """

    test: Annotated[float, Field(gt=0, le=0.5)] = 0.15


class EvaluationConfig(Contract):
    """How the bounds of the measures are found.

    Attributes
    ----------
    rounds
        Resamples behind each interval.
    """

    rounds: Annotated[int, Field(ge=50, le=10_000)] = 500


class GateConfig(Contract):
    """What a challenger must show before it may serve.

    Attributes
    ----------
    rounds
        Resamples behind each line.
    prior_confidence, champion_confidence
        The share of resamples in which the challenger must beat the prior, and the champion.
    ece_limit
        The calibration error allowed. The fewer the cases, the more of it may be chance: see
        `training.metrics.ece_allowed`, at `level`.
    level
        How sure a slice's loss must be, over all slices together, to count as clearly worse.
    slice_cases
        Cases that a slice must hold to be judged.
    later_cases
        Cases that must be later than what both models have seen for these alone to be compared on.
    shadow_cases
        Decided appeals that both models must have scored before the decision, the challenger in
        shadow, for these to be asked too.
    """

    rounds: Annotated[int, Field(ge=200, le=20_000)] = 2_000
    prior_confidence: Share = 0.95
    champion_confidence: Share = 0.75
    ece_limit: Share = 0.05
    level: Share = 0.95
    slice_cases: Annotated[int, Field(ge=20)] = 200
    later_cases: Annotated[int, Field(ge=50)] = 200
    shadow_cases: Annotated[int, Field(ge=50)] = 200


class DriftConfig(Contract):
    """From where on what is scored is too far from what the champion was trained on.

    Nothing is past its limit that chance may give, over all looks together, at `level`.

    Attributes
    ----------
    days
        Days of filing that are looked at, up to the latest, where none are named.
    level
        Share of looks at unmoved appeals in which nothing at all is beyond chance.
    text_cases
        Texts on either side, at most, that a classifier tries to tell apart.
    text_auc
        How well it may tell them apart: 0.5 not at all, 1 always.
    stability_index
        Population stability index of a fact, and of the scores.
    missing_share
        Change of the share of appeals that say nothing of a fact.
    auc_fall
        Fall of the AUC: foreseen, below what was foreseen of the cases that tested the champion;
        realised, below what was foreseen of these very cases.
    calibration_error
        Realised calibration error.
    share_gap
        Distance of the realised share overturned from what the scores said.
    expected
        Facts that are known to move, such as the age of an account: told, and never past a limit.
        An attribute goes by its name, with `attributes.` before it or without; a name that no fact
        has is told with the look, as what a champion has learnt from decides which there are.
    """

    days: Annotated[int, Field(ge=1, le=3_650)] = 28
    level: Share = 0.95
    text_cases: Annotated[int, Field(ge=50, le=20_000)] = 1_500
    text_auc: Annotated[float, Field(ge=0.5, lt=1)] = 0.7
    stability_index: Annotated[float, Field(gt=0)] = 0.25
    missing_share: Share = 0.1
    auc_fall: Share = 0.05
    calibration_error: Share = 0.05
    share_gap: Share = 0.05
    expected: tuple[str, ...] = ()


class TrainConfig(Contract):
    """Everything that, with the data, decides what a run gives, to the digit.

    Attributes
    ----------
    seed
        Of the resamples and of a search; the encoder's sample has its own.
    split, evaluation, gate, drift, scorer
        As their classes say.
    """

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    split: SplitConfig = SplitConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
    gate: GateConfig = GateConfig()
    drift: DriftConfig = DriftConfig()
    scorer: ScorerConfig = ScorerConfig()


DEFAULT: Final = TrainConfig()


def load_config(path: Path | None) -> TrainConfig:
    """Read a configuration from YAML; without a file, the default one.

    Raises
    ------
    UnreadableFile
        When the file is missing or is not YAML.
    InvalidConfig
        When it has an unknown key or a value out of range; the message names each.
    """
    if path is None:
        return DEFAULT
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        kind = type(error).__name__
        raise UnreadableFile(f"{path} cannot be read ({kind})", "a YAML file") from error
    return read_config({} if declared is None else declared, str(path))


def read_config(declared: object, where: str) -> TrainConfig:
    """Read a configuration from what YAML or JSON gave.

    Raises
    ------
    InvalidConfig
        As `load_config`; `where` says in the message where it stood.
    """
    try:
        return TrainConfig.model_validate(declared)
    except ValidationError as error:
        raise refusal(error, where, DEFAULT) from error


def with_overturn(config: TrainConfig, overturn: OverturnConfig) -> TrainConfig:
    """Give the configuration with another way to fit the overturn model."""
    scorer = config.scorer.model_copy(update={"overturn": overturn})
    return config.model_copy(update={"scorer": scorer})


def parameters(config: Contract) -> dict[str, Scalar]:
    """Flatten a configuration to dotted names, as a run records it; lists become JSON."""
    return dict(_flat(config.model_dump(mode="json"), ""))


def _flat(declared: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Scalar]]:
    for name, value in declared.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", json.dumps(value) if isinstance(value, list) else value
