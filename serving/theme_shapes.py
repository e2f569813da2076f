"""The shapes of what is asked and answered about themes, as OpenAPI documents them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from features.schema import Contract
from models.curation import Edit, Reason
from models.themes import Event, Status
from serving.shapes import Shape

Count = Annotated[int, Field(ge=0)]
ThemeId = Annotated[str, Field(pattern="^T[0-9]{1,18}$", examples=["T12"])]


def _without_defaults(schema: dict[str, Any]) -> None:
    """Leave defaults out of the document: a member that is left out changes nothing."""
    for member in schema["properties"].values():
        member.pop("default", None)


class ThemeEdit(Edit):
    """What to change about a theme; a member that is left out changes nothing.

    `title` null gives the theme back the title that was found; `owner` and `note` null clear them.
    `reason` is kept with each change; alone it is refused.
    """

    model_config = ConfigDict(json_schema_extra=_without_defaults)


class ThemeMerge(Contract):
    """The theme that another one counts to from now on."""

    into: ThemeId
    reason: Reason = None


class OutcomesShape(Shape):
    """How appeals were decided, against what their policies' base rates would give."""

    decided: Count
    overturned: Count
    expected: Annotated[
        float,
        Field(
            ge=0,
            description="Overturned, if as often as their policies' appeals outside the theme.",
        ),
    ]
    information: Annotated[float, Field(description="log2 of overturned over expected, shrunken.")]
    lower: Annotated[float, Field(description="Its 2.5 % bound; above 0 it is no chance.")]


class DriverShape(Shape):
    """A fact that is told more often in the theme than chance explains."""

    field: str
    value: str
    observed: Annotated[int, Field(ge=0, description="Cases with that value.")]
    cases: Annotated[int, Field(ge=0, description="Cases that tell the field at all.")]
    expected: Annotated[
        float, Field(ge=0, description="Cases with it, if like the rest of the window.")
    ]
    information: Annotated[float, Field(description="log2 of observed over expected, shrunken.")]
    lower: Annotated[float, Field(description="Its 2.5 % bound; above 0 it is no chance.")]


class DayCount(Shape):
    """Appeals filed on one day, UTC."""

    day: date
    appeals: Count


class DayOutcomes(DayCount):
    """Appeals filed on one day, UTC, and how they were decided."""

    overturned: Count
    decided: Count


class TakenShape(Shape):
    """A theme that a discovery found merged into another, and what people had made of it."""

    id: str
    title: str
    status: Status
    owner: str | None


class ThemeFacts(Shape):
    """What every answer says of a theme."""

    id: str
    title: Annotated[str, Field(description="The name people gave it, or else the one found.")]
    named: Annotated[bool, Field(description="Whether people named it.")]
    status: Status
    owner: str | None
    revision: Annotated[int, Field(ge=0, description="Rises with every change by people.")]
    size: Annotated[int, Field(ge=0, description="Appeals in the window.")]
    cases: Annotated[
        int, Field(ge=0, description="Letters among them: a template counts once a subject.")
    ]
    subjects: Annotated[int, Field(ge=0, description="Distinct subjects behind them.")]
    campaigns: Annotated[int, Field(ge=0, description="Template letters among them.")]
    first_seen: datetime
    last_seen: datetime
    outcomes: OutcomesShape
    born_on: date
    retired_on: Annotated[date | None, Field(description="Since when it is no longer found.")]
    merged: Annotated[
        str | None,
        Field(description="The theme that a discovery found most of its appeals in; null if none."),
    ]
    took_in: Annotated[
        list[TakenShape],
        Field(
            description="Themes that the newest discovery found merged into this one, and of "
            "earlier ones those that people are watching or have escalated."
        ),
    ]
    emerging: Annotated[
        bool, Field(description="Whether an open alarm says that it rises as a whole.")
    ]
    alarms: Annotated[list[str], Field(description="The open alarms that tell it.")]


class ThemeSummary(ThemeFacts):
    """A theme in a list."""

    driver: Annotated[DriverShape | None, Field(description="The strongest.")]
    days: Annotated[
        list[DayCount],
        Field(description="Of the last two weeks of the window, those with appeals."),
    ]


class ThemeList(Shape):
    """The themes as of the newest discovery, those of most cases first.

    Themes no longer found are among them while people are watching or have escalated them; with
    `retired=true`, all of them are.
    """

    as_of: Annotated[date | None, Field(description="null before the first discovery.")]
    made_at: datetime | None
    window_days: int | None
    appeals: Annotated[int, Field(ge=0, description="In the window.")]
    copies: Annotated[
        int,
        Field(ge=0, description="Of these, copies of template letters, without the first of each."),
    ]
    unassigned: Annotated[int, Field(ge=0, description="Of these, in no theme.")]
    suppressed: Annotated[
        int, Field(ge=0, description="Themes not shown: too few subjects stand behind each.")
    ]
    themes: list[ThemeSummary]


class ExemplarShape(Shape):
    """An appeal that stands for its theme, without what would tell who wrote it."""

    appeal_id: str
    text: str


class DescentShape(Shape):
    """What became of the theme in a discovery: whose appeals it has, or who took its own over."""

    as_of: date
    event: Event
    parents: Annotated[list[str], Field(description="Themes before whose appeals it has.")]
    into: Annotated[list[str], Field(description="Of a merged theme: those that took it over.")]


class ChangeShape(Shape):
    """Something that a person changed."""

    made_at: datetime
    made_by: Annotated[str, Field(description="The name of the key, or of the person.")]
    field: str
    old: str | None
    new: str | None
    reason: str | None


class ThemeDetail(ThemeFacts):
    """A theme whole."""

    found_title: str
    note: str | None
    merged_into: Annotated[str | None, Field(description="The theme that people merged it into.")]
    phrases: list[str]
    exemplars: list[ExemplarShape]
    drivers: Annotated[list[DriverShape], Field(description="The strongest first.")]
    days: list[DayOutcomes]
    descents: list[DescentShape]
    changes: list[ChangeShape]
