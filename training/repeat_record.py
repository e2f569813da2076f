"""What a run must say beside its figures, so that it can be repeated from its record alone."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.registry import Registry

__all__ = ["JUDGED", "TEACHER", "installed", "read_installed", "read_judged", "record_for_repeat"]

JUDGED: Final = "judged.parquet"
"""The prints of the rows that judged the model; those that taught it stand in `seen.parquet`."""
VERSIONS: Final = "versions.json"
TEACHER: Final = "teacher"
_PACKAGES: Final = ("redress", "numpy", "scipy", "scikit-learn", "torch", "tokenizers")


def record_for_repeat(registry: Registry, run_id: str, judged: NDArray[np.uint64]) -> None:
    """Log which rows judged a model, which teacher was set, and what was installed."""
    client = registry.client
    client.set_tag(run_id, TEACHER, registry.settings.teacher)
    client.log_dict(run_id, installed(), VERSIONS)
    with TemporaryDirectory() as folder:
        path = Path(folder) / JUDGED
        pd.DataFrame({"print": np.sort(judged)}).to_parquet(path, index=False)
        client.log_artifact(run_id, str(path))


def read_judged(registry: Registry, run_id: str) -> NDArray[np.uint64] | None:
    """Read the prints of the rows that judged a model; None of a run that does not tell them."""
    try:
        found = pd.read_parquet(registry.artifact(run_id, JUDGED))
        return found["print"].to_numpy(np.uint64)
    except (OSError, ValueError, KeyError):
        return None


def read_installed(registry: Registry, run_id: str) -> dict[str, str]:
    """Read what was installed; nothing of a run that does not tell it."""
    try:
        said = json.loads(registry.artifact(run_id, VERSIONS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(one) for name, one in said.items()} if isinstance(said, dict) else {}


def installed() -> dict[str, str]:
    """Tell the versions of what computes the figures."""
    return {"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
