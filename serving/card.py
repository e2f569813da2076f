"""The model card: which model serves, and what it learnt from."""

from __future__ import annotations

from typing import Any, Final

from models.priority import TIERS
from serving.answers import told
from serving.champion import Registry, Served

DIGEST: Final = "digest"


def card(served: Served, registry: Registry) -> dict[str, Any]:
    """Shape the card of a model.

    Parameters
    ----------
    served
        The model in service.
    registry
        Knows what was said of it when it was registered, and what was measured.
    """
    said = registry.describe(served.version).tags
    return {
        "version": served.version,
        "run_id": served.run_id,
        "registered_at": told(served.registered_at),
        "digest": served.digest,
        "trained_on": {name: value for name, value in sorted(said.items()) if name != DIGEST},
        "attributes": {expected.name: expected.kind for expected in served.scorer.attributes},
        "measured": dict(sorted(registry.figures(served.run_id).items())),
    }


def thresholds(served: Served) -> dict[str, Any]:
    """Shape what turns a model's probabilities into tiers, due times and `uncertain`."""
    low, high = served.scorer.uncertain_between
    return {
        "model_version": served.version,
        "tiers": [
            {"tier": tier, "least_risk": least, "due_hours": hours} for tier, least, hours in TIERS
        ],
        "uncertain_between": {"low": low, "high": high},
    }
