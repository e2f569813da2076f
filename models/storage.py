"""Storage: fitted models as JSON and arrays (safetensors). No pickle is written or read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from features.attributes import AttributeDesign
from features.encoder import StudentEncoder
from features.errors import DamagedModel
from models.calibration import Calibration, ConformalSets
from models.logistic import Coefficients
from models.overturn import OverturnConfig, OverturnModel
from models.penalties import Penalties
from models.phrases import Phrases
from models.risk import LearntRisk, PrototypeRisk, RiskModel


@dataclass(frozen=True)
class State:
    """A fitted model at rest: plain data, and named arrays."""

    plain: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def write_state(state: State, folder: Path, name: str) -> None:
    """Write `NAME.json` and `NAME.safetensors`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(state.plain, indent=1, allow_nan=False, ensure_ascii=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    arrays = {key: np.ascontiguousarray(array) for key, array in state.arrays.items()}
    save_file(arrays, folder / f"{name}.safetensors")


def read_state(folder: Path, name: str) -> State:
    """Read what `write_state` wrote.

    Raises
    ------
    DamagedModel
        When a file is missing or broken.
    """
    with undamaged(name):
        plain = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return State(plain, load_file(folder / f"{name}.safetensors"))


@contextmanager
def undamaged(name: str) -> Iterator[None]:
    """Tell what goes wrong while a model's files are read, or made sense of, as damage.

    Raises
    ------
    DamagedModel
        When a file is missing, broken, or lacks a part.
    """
    try:
        yield
    except (OSError, ValueError, LookupError, TypeError, AttributeError, SafetensorError) as error:
        raise DamagedModel(
            f"the model's {name} files cannot be read ({type(error).__name__})",
            f"{name}.json and {name}.safetensors as they were written",
            "Train again, or promote another version: redress promote --version V.",
        ) from error


def overturn_state(model: OverturnModel) -> State:
    """Give an overturn model as data; its encoder is kept apart."""
    plain = {
        "config": model.config.model_dump(mode="json"),
        "terms": model.design_.to_json(),
        "penalties": model.penalties_.model_dump(mode="json"),
        "calibration": asdict(model.calibration_),
        "sets": asdict(model.sets_),
        "intercept": model.coefficients_.intercept,
    }
    arrays = {
        **_blocks("coefficients", model.coefficients_),
        "phrase_keys": model.phrases_.keys_,
        "phrase_rarity": model.phrases_.rarity_,
        "centres": model.centres_,
    }
    return State(plain, arrays)


def overturn_from(state: State, encoder: StudentEncoder) -> OverturnModel:
    """Take an overturn model from data."""
    plain, arrays = state.plain, state.arrays
    model = OverturnModel(encoder, OverturnConfig.model_validate(plain["config"]))
    model.design_ = AttributeDesign.from_json(plain["terms"])
    model.penalties_ = Penalties.model_validate(plain["penalties"])
    model.calibration_ = Calibration(**plain["calibration"])
    model.sets_ = ConformalSets(**plain["sets"])
    model.coefficients_ = _coefficients(plain["intercept"], "coefficients", arrays)
    model.phrases_ = Phrases()
    model.phrases_.keys_ = arrays["phrase_keys"]
    model.phrases_.rarity_ = arrays["phrase_rarity"]
    model.centres_ = arrays["centres"]
    return model


def risk_state(model: RiskModel) -> State:
    """Give a risk model as data."""
    if isinstance(model, PrototypeRisk):
        plain: dict[str, Any] = {"centre": model.centre, "scale": model.scale}
        return State(plain, {"vectors": model.vectors, "team": model.team})
    plain = {
        "intercept": model.whether.intercept,
        "calibration": asdict(model.calibration),
        "teams": [team and team.intercept for team in model.teams],
    }
    arrays = _blocks("whether", model.whether)
    for place, team in enumerate(model.teams):
        arrays |= _blocks(f"team{place}", team) if team else {}
    return State(plain, arrays)


def risk_from(state: State) -> RiskModel:
    """Take a risk model from data."""
    plain, arrays = state.plain, state.arrays
    if "centre" in plain:
        return PrototypeRisk(arrays["vectors"], arrays["team"], plain["centre"], plain["scale"])
    teams = tuple(
        None if intercept is None else _coefficients(intercept, f"team{place}", arrays)
        for place, intercept in enumerate(plain["teams"])
    )
    whether = _coefficients(plain["intercept"], "whether", arrays)
    return LearntRisk(whether, Calibration(**plain["calibration"]), teams)


def _blocks(name: str, fitted: Coefficients) -> dict[str, NDArray[Any]]:
    return {f"{name}.{place}": block for place, block in enumerate(fitted.blocks)}


def _coefficients(intercept: float, name: str, arrays: Mapping[str, NDArray[Any]]) -> Coefficients:
    count = sum(key.startswith(f"{name}.") for key in arrays)
    return Coefficients(intercept, tuple(arrays[f"{name}.{place}"] for place in range(count)))
