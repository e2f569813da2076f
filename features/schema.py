"""The data contract: what an appeal is, and what a decision is. Spelt here, once."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_TEXT: Final = 50_000
"""Characters of one appeal's text; a longer one is a file pasted by mistake."""

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


class Outcome(StrEnum):
    """How an appeal was decided; a partial reversal is overturned unless mapped otherwise."""

    OVERTURNED = "overturned"
    UPHELD = "upheld"


class Detection(StrEnum):
    """What led to the enforcement."""

    AUTOMATED = "automated"
    HUMAN = "human"
    REPORT = "report"


class Team(StrEnum):
    """Where a case was escalated to."""

    NONE = "none"
    LEGAL = "legal"
    SAFETY = "safety"
    FRAUD = "fraud"
    COMMUNICATIONS = "communications"
    PAYMENTS = "payments"


def _utc(moment: datetime) -> datetime:
    """Read a moment without a zone as UTC, bring any other to UTC, and refuse the impossible."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not EARLIEST <= aware < LATEST:
        raise ValueError(f"{moment.isoformat()} is not between {EARLIEST:%Y} and {LATEST:%Y}")
    return aware.astimezone(UTC)


def _clean(text: str) -> str:
    """Refuse what no database and no log can carry: NUL bytes and lone surrogates."""
    if "\x00" in text:
        raise ValueError("contains a NUL byte; remove it")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("contains a lone surrogate; send well-formed Unicode") from None
    return text


def _finite(value: AttributeValue) -> AttributeValue:
    """Refuse numbers that are not; a missing one is null."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number; leave a missing value null")
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        raise ValueError(f"the number is beyond {sys.float_info.max:.0e}, the largest there is")
    return value


Moment = Annotated[datetime, AfterValidator(_utc)]
Identifier = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
Label = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_clean)]
Phrase = Annotated[str, Field(max_length=1_000), AfterValidator(_clean)]
AttributeValue = bool | int | float | Phrase | None


class Contract(BaseModel):
    """A frozen record that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Appeal(Contract):
    """What was filed, and what was known at that moment.

    Times are UTC; a time without a zone is read as UTC. `stake` is the money at stake in one
    currency, `attempt` counts the appeals against the same enforcement from 1.
    """

    appeal_id: Identifier
    submitted_at: Moment
    text: Text
    subject_id: Identifier | None = None
    policy: Label | None = None
    action: Label | None = None
    market: Label | None = None
    language: Label | None = None
    detection: Detection | None = None
    evidence: Annotated[tuple[Label, ...], Field(max_length=50)] = ()
    attempt: Annotated[int, Field(ge=1, le=1_000)] | None = None
    stake: Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)] | None = None
    attributes: Annotated[
        dict[Label, Annotated[AttributeValue, AfterValidator(_finite)]], Field(max_length=500)
    ] = {}


class Decision(Contract):
    """How an appeal ended, when, by whom, and where it had to be taken."""

    appeal_id: Identifier
    outcome: Outcome
    decided_at: Moment
    reviewer_id: Identifier | None = None
    escalated_to: Team | None = None
