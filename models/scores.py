"""What a score is: a chance, a risk, a place in the queue, and the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Reason(NamedTuple):
    """One part of a score. A tuple, as each score has dozens.

    Attributes
    ----------
    kind
        `base` (the intercept and the policy's offset), `attribute` (a fact known at filing),
        `phrase` (words of the appeal), `text` (what the phrases shown leave of the text).
    name
        The fact or the phrase.
    value
        What the appeal says of that fact; None where it says nothing, or for a phrase.
    contribution
        In units of the logit. All reasons of a score sum to its logit, to 1e-6.
    """

    kind: str
    name: str
    value: str | float | bool | None
    contribution: float


@dataclass(frozen=True)
class Risk:
    """How likely the case must be escalated, and where to.

    Attributes
    ----------
    probability
        Of an escalation, in [0, 1].
    team
        A `features.schema.Team`, the one it would go to.
    tier
        `critical`, `high`, `medium` or `low`.
    basis
        `learnt` from escalations, or `prototypes` where there were none to learn from.
    """

    probability: float
    team: str
    tier: str
    basis: str


@dataclass(frozen=True)
class Score:
    """What the model says of one appeal. It advises; a person decides.

    Attributes
    ----------
    probability
        That the decision is overturned: calibrated, in [0, 1].
    logit
        The sum of the reasons.
    uncertain
        Whether the conformal set holds both outcomes.
    priority
        Expected harm averted per review; higher goes first.
    due_at
        UTC.
    reasons
        Sum to `logit`, to 1e-6.
    """

    appeal_id: str
    probability: float
    logit: float
    uncertain: bool
    risk: Risk
    priority: float
    due_at: datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Attribute:
    """An attribute that a model expects: its name and its kind, `number` or `word`."""

    name: str
    kind: str
