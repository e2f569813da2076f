"""The MLflow run of a look at drift: figures to follow over time, a table, a figure, the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.drift_record import ANSWER, EXPERIMENT, VERSION, DriftRecord, Look, record_json
from models.performance import Estimate
from models.registry import Registry, quiet
from training.config import DriftConfig, parameters
from training.figures import FAINT, INK
from training.tracking import running

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["drift_figure", "metrics_of", "record_drift"]

HOT: Final = "#b3261e"


def record_drift(registry: Registry, record: DriftRecord, config: DriftConfig) -> str:
    """Log a look at drift.

    Returns
    -------
    str
        The run's id.
    """
    client = registry.client
    with running(registry, f"{record.since} to {record.until}", EXPERIMENT) as run_id:
        said = {VERSION: record.version, "since": str(record.since), "until": str(record.until)}
        for name, value in {**said, **parameters(config)}.items():
            client.log_param(run_id, name, value)
        for name, number in metrics_of(record).items():
            client.log_metric(run_id, name, number)
        client.log_text(run_id, record_json(record), ANSWER)
        with quiet():
            client.log_table(run_id, _table(record), "looks.json")
            client.log_figure(run_id, drift_figure(record), "figures/drift.png")
    return run_id


def metrics_of(record: DriftRecord) -> dict[str, float]:
    """Name what was found as MLflow lists it; names hold what MLflow allows alone."""
    outlook = record.outlook
    told = {f"{look.kind}.{_plain(look.name)}": look.value for look in record.looks}
    sides = {
        "foreseen": outlook.all,
        "foreseen_decided": outlook.decided,
        "realised": outlook.realised,
    }
    for side, found in sides.items():
        for name in ("auc", "brier", "ece", "accuracy"):
            estimate = getattr(found, name, None)
            if isinstance(estimate, Estimate):
                told[f"{side}.{name}"] = estimate.value
    counts = {
        "cases": record.cases,
        "past": len(record.past),
        "decided_share": outlook.decided_share,
    }
    return {**told, **{name: float(value) for name, value in counts.items()}}


def drift_figure(record: DriftRecord, most: int = 30) -> Figure:
    """Draw each look as a multiple of its limit, with what chance gives; the farthest first."""
    from matplotlib.figure import Figure

    looks = sorted(record.looks, key=_reach)[-most:]
    figure = Figure(figsize=(9, 1.8 + 0.3 * len(looks)), layout="constrained", dpi=110)
    axes = figure.subplots()
    names = [f"{look.kind}: {look.name}".replace("$", r"\$") for look in looks]
    colours = [HOT if look.past else INK if look.beyond_chance else FAINT for look in looks]
    axes.barh(range(len(looks)), [max(_reach(look), 0) for look in looks], color=colours)
    for place, look in enumerate(looks):
        chance = max(_share(look, look.by_chance), 0)
        axes.vlines(chance, place - 0.4, place + 0.4, color="black", lw=1.5)
    axes.set_yticks(range(len(looks)), names)
    axes.axvline(1, color=HOT, linestyle="--")
    axes.set_xlabel("of its limit (dashed); the line on a bar: what chance alone may give")
    axes.set_title(
        f"version {record.version}, appeals filed {record.since} to {record.until}:"
        f" {len(record.past)} of {len(record.looks)} past the limit"
    )
    return figure


def _reach(look: Look) -> float:
    return _share(look, look.value)


def _share(look: Look, value: float) -> float:
    # An AUC begins at one half, all else at nothing.
    floor = 0.5 if look.kind == "text" else 0.0
    return (value - floor) / max(look.limit - floor, 1e-9)


def _table(record: DriftRecord) -> dict[str, list[object]]:
    looks = record.looks
    return {
        "kind": [str(look.kind) for look in looks],
        "name": [look.name for look in looks],
        "value": [look.value for look in looks],
        "limit": [look.limit for look in looks],
        "by_chance": [look.by_chance for look in looks],
        "past": [look.past for look in looks],
        "before": [look.before for look in looks],
        "now": [look.now for look in looks],
        "moved": [
            "; ".join(f"{one.value}: {one.before:.1%} to {one.now:.1%}" for one in look.moved)
            for look in looks
        ],
    }


def _plain(name: str) -> str:
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "_-. ") else "_" for sign in name
    )
