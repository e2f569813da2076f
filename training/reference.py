"""What a model was trained on, in counts: logged with its run, and read or counted again later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from features.errors import InputError
from models.makeup import Makeup, makeup_of
from models.registry import Registry, Served
from training.seen import Seen
from training.source import Cases, read_cases
from training.tracking import Origin

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAKEUP", "learnt_again", "read_makeup", "record_makeup"]

MAKEUP: Final = "makeup.json"


def record_makeup(
    registry: Registry, run_id: str, seen: pd.DataFrame, tested: NDArray[np.float64]
) -> None:
    """Log what a model has learnt from, in counts.

    Parameters
    ----------
    seen
        The appeals that it has learnt from.
    tested
        (m,) its probabilities of the later cases that tested it.
    """
    registry.client.log_dict(run_id, makeup_of(seen, tested).as_dict(), MAKEUP)


def read_makeup(
    registry: Registry, served: Served, seen: Seen, origin: Origin, cases: Cases | None
) -> Makeup | None:
    """Give the make-up that was logged; that of an older run is counted again, where it can be.

    Older is one that says nothing of the AUC to expect: its numbers may be in bands of deciles
    alone. It is given as it is where it cannot be counted again.

    Parameters
    ----------
    cases
        What the training read, read again; None where that is not possible.
    """
    logged = _logged(registry, served.run_id)
    if cases is None or (logged is not None and logged.foreseen is not None):
        return logged
    return _counted_again(served, seen, origin, cases.frame) or logged


def learnt_again(registry: Registry, origin: Origin) -> Cases | str:
    """Read again what a training read, or say why that is not possible."""
    try:
        return read_cases(origin.source, registry.settings)
    except InputError as error:
        return f"what was trained on cannot be read any more: {error.found}"


def _logged(registry: Registry, run_id: str) -> Makeup | None:
    try:
        path = registry.artifact(run_id, MAKEUP)
        return Makeup.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _counted_again(
    served: Served, seen: Seen, origin: Origin, frame: pd.DataFrame
) -> Makeup | None:
    learnt = frame[seen.holds(frame)]
    tested = frame[seen.later(frame) & (frame["submitted_at"] <= origin.last).to_numpy()]
    if learnt.empty or tested.empty:
        return None
    probability = served.scorer.probabilities(tested.reset_index(drop=True))
    return makeup_of(learnt.reset_index(drop=True), probability)
