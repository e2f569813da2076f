"""The shapes of what is answered about alarms, as OpenAPI documents them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from models.alarms import Kind, Turn
from serving.shapes import Probability, Shape
from serving.theme_shapes import Count, DriverShape, ExemplarShape

Days = Annotated[float, Field(ge=1, description="Days in which chance alone raises one such.")]


class PartShape(Shape):
    """A part of the intake: the facts that its appeals share; with none, all of it."""

    policy: str | None
    theme: str | None
    market: str | None
    detection: str | None


class AgainstShape(Shape):
    """A day, UTC: what was counted, and what was expected; null where too little is known."""

    day: date
    observed: Count
    expected: Annotated[float | None, Field(ge=0)]


class AlarmFacts(Shape):
    """What every answer says of an alarm, as it was seen last."""

    id: Annotated[str, Field(examples=["A7"])]
    kind: Annotated[
        Kind,
        Field(
            description="cause: more appeals that say the same; rise, fall: more, fewer of a part; "
            "overturns: more of its decisions overturned."
        ),
    ]
    part: PartShape
    title: str
    phrases: list[str]
    since: Annotated[
        date,
        Field(description="Of a cause the day of its first appeal; else of the first recent day."),
    ]
    opened_on: date
    seen_on: Annotated[date, Field(description="The last day on which it was seen.")]
    closed_on: Annotated[
        date | None, Field(description="Since when it is over; null while it is open.")
    ]
    window_days: Annotated[int, Field(ge=1, description="Recent days that were looked at.")]
    observed: Annotated[
        int,
        Field(
            ge=0,
            description="Cases in them, no copies or repeats; of overturns, overturned decisions.",
        ),
    ]
    expected: Annotated[float, Field(ge=0)]
    times: Annotated[
        float | None, Field(ge=0, description="Observed over expected; null where that is 0.")
    ]
    decided: Annotated[int | None, Field(ge=0, description="Of overturns: all decisions.")]
    p: Annotated[Probability, Field(description="That chance alone gives anything so rare.")]
    recurrence_days: Days
    recurrence: Annotated[str, Field(examples=["once in 14 months"])]
    subjects: Annotated[int, Field(ge=0, description="Distinct subjects behind it.")]
    appeals: Annotated[int, Field(ge=0, description="All that ever made it up.")]
    theme: Annotated[str | None, Field(description="The theme that half of them are in.")]
    emerging: Annotated[bool, Field(description="Whether that theme rises as a whole.")]
    days: Annotated[list[AgainstShape], Field(description="Of the last weeks.")]


class AlarmSummary(AlarmFacts):
    """An alarm in a list."""


class AlarmList(Shape):
    """Alarms as of the newest discovery: open ones first, what chance makes rarest first."""

    as_of: Annotated[date | None, Field(description="null before the first discovery.")]
    alarms: list[AlarmSummary]


class AlarmDayShape(Shape):
    """A day on which the alarm was seen, and what became of it then."""

    as_of: date
    turn: Turn
    observed: Count
    expected: Annotated[float, Field(ge=0)]
    recurrence_days: Days
    appeals: Annotated[int, Field(ge=0, description="All that made it up until then.")]


class AlarmDetail(AlarmFacts):
    """An alarm whole."""

    drivers: Annotated[list[DriverShape], Field(description="The strongest first.")]
    exemplars: list[ExemplarShape]
    history: Annotated[list[AlarmDayShape], Field(description="By day.")]
