"""The shapes of requests and answers, as OpenAPI documents them.

Answers are built as plain dictionaries in `serving.scoring` and its like, because building models
costs more than scoring does; tests hold the two to each other.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from features.schema import Appeal, Decision, Team
from models.themes import Status
from serving.bodies import MAX_ITEMS

Probability = Annotated[float, Field(ge=0, le=1)]


class Shape(BaseModel):
    """A documented object that has no members but those named."""

    model_config = ConfigDict(extra="forbid")


class ScoreRequest(Shape):
    """Appeals to score. An appeal's id may stand in one request only once."""

    appeals: Annotated[list[Appeal], Field(min_length=1, max_length=MAX_ITEMS)]


class DecisionRequest(Shape):
    """Decisions to remember."""

    decisions: Annotated[list[Decision], Field(min_length=1, max_length=MAX_ITEMS)]


class ItemError(Shape):
    """What is wrong at one place of the request."""

    pointer: Annotated[str, Field(description="A JSON pointer (RFC 6901) into the request.")]
    detail: str


class ItemErrors(Shape):
    """The answer for one item that cannot be used; its neighbours are not affected."""

    appeal_id: str | None
    errors: Annotated[list[ItemError], Field(min_length=1)]


class ReasonShape(Shape):
    """One part of a score. The contributions of all reasons add up to the logit."""

    kind: Literal["base", "attribute", "phrase", "text"]
    name: str
    value: bool | float | str | None
    contribution: float


class RiskShape(Shape):
    """How likely the case must be escalated, and where to."""

    probability: Probability
    team: Team
    tier: Literal["critical", "high", "medium", "low"]
    basis: Literal["learnt", "prototypes"]


class NearestTheme(Shape):
    """The theme that an appeal is near to: appeals with one cause."""

    id: str
    title: str
    status: Status
    similarity: Annotated[float, Field(ge=-1, le=1, description="Cosine to the theme's centre.")]


class EmergingAlarm(Shape):
    """The open alarm that an appeal falls into: more of the same, lately, than chance allows."""

    alarm: Annotated[str, Field(examples=["A7"])]
    title: str
    since: Annotated[
        date,
        Field(description="Of a cause the day of its first appeal; else of the first recent day."),
    ]
    recurrence_days: Annotated[
        float, Field(ge=1, description="Days in which chance alone raises one such alarm.")
    ]


class ScoreResult(Shape):
    """The answer for one appeal that was scored."""

    appeal_id: str
    probability: Annotated[Probability, Field(description="That the decision is overturned.")]
    uncertain: Annotated[bool, Field(description="Whether either outcome remains plausible.")]
    risk: RiskShape
    priority: Annotated[
        float,
        Field(
            description="Harm that a review is expected to avert. Of two reviews, let one open the "
            "highest, the other the earliest filed: then nobody waits for ever."
        ),
    ]
    due_at: datetime
    logit: float
    reasons: list[ReasonShape]
    theme: Annotated[NearestTheme | None, Field(description="null where none is near enough.")]
    emerging: Annotated[
        EmergingAlarm | None,
        Field(description="Of several, the one that chance makes rarest; null in none."),
    ]
    model_version: str


class ScoreAnswer(Shape):
    """One result per appeal, in the order of the request."""

    model_version: str
    results: list[ScoreResult | ItemErrors]


class DecisionResult(Shape):
    """The answer for one decision that is now in the history, whether or not it was before."""

    appeal_id: str
    status: Literal["recorded"]


class DecisionAnswer(Shape):
    """One result per decision, in the order of the request."""

    results: list[DecisionResult | ItemErrors]


class ModelCard(Shape):
    """The model in service."""

    version: str
    run_id: Annotated[str, Field(description="The run that trained it, in MLflow.")]
    registered_at: datetime
    digest: Annotated[str, Field(description="SHA-256 over the model's files.")]
    trained_on: Annotated[
        dict[str, str], Field(description="The data: its digest, source, rows and dates.")
    ]
    attributes: Annotated[
        dict[str, Literal["number", "word"]],
        Field(description="What may stand under `attributes` in an appeal, and its kind."),
    ]
    measured: Annotated[
        dict[str, float], Field(description="On the latest appeals, which it had not seen.")
    ]


class TierShape(Shape):
    """One tier: the least probability of an escalation, and the hours until a case is due."""

    tier: Literal["critical", "high", "medium", "low"]
    least_risk: Probability
    due_hours: Annotated[float, Field(gt=0)]


class Span(Shape):
    """Two probabilities, the lower one first."""

    low: float
    high: float


class Thresholds(Shape):
    """What turns probabilities into tiers, due times and `uncertain`."""

    model_version: str
    tiers: list[TierShape]
    uncertain_between: Annotated[
        Span, Field(description="Of the probability of an overturn; from the conformal sets.")
    ]


class ProblemDocument(BaseModel):
    """A refusal of a whole request (RFC 9457)."""

    type: Annotated[str, Field(description="urn:redress:problem: and the kind of problem.")]
    title: str
    status: int
    detail: Annotated[str, Field(description="What was found, what was expected, the remedy.")]
    errors: list[ItemError] = []
