"""How a model is trained, measured and let through: declared, frozen, refused where misspelt."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import Field, ValidationError

from features.errors import InvalidConfig, UnreadableFile
from features.schema import Contract
from models.scorer import ScorerConfig

Share = Annotated[float, Field(gt=0, lt=1)]
Scalar = str | float | bool | None


class SplitConfig(Contract):
    """The share of the decided appeals, the latest, that judges; the others teach."""

    test: Annotated[float, Field(gt=0, le=0.5)] = 0.15


class EvaluationConfig(Contract):
    """How the bounds of the measures are found."""

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
    """

    rounds: Annotated[int, Field(ge=200, le=20_000)] = 2_000
    prior_confidence: Share = 0.95
    champion_confidence: Share = 0.75
    ece_limit: Share = 0.05
    level: Share = 0.95
    slice_cases: Annotated[int, Field(ge=20)] = 200
    later_cases: Annotated[int, Field(ge=50)] = 200


class TrainConfig(Contract):
    """Everything that, with the data, decides what a run gives, to the digit."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    split: SplitConfig = SplitConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
    gate: GateConfig = GateConfig()
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
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg'].lower()}"
            for fault in error.errors(include_url=False)
        )
        raise InvalidConfig(
            f"{where}: {faults}",
            f"keys of: {', '.join(parameters(DEFAULT))}",
            "Correct or remove what is named",
        ) from error


def parameters(config: Contract) -> dict[str, Scalar]:
    """Flatten a configuration to dotted names, as a run records it; lists become JSON."""
    return dict(_flat(config.model_dump(mode="json"), ""))


def _flat(declared: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Scalar]]:
    for name, value in declared.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", json.dumps(value) if isinstance(value, list) else value
