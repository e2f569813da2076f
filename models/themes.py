"""What the catalogue says of a theme. Data alone: who finds it and who keeps it are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Change",
    "Day",
    "Descent",
    "Discovery",
    "Driver",
    "Event",
    "Exemplar",
    "Found",
    "Member",
    "Nearest",
    "Outcomes",
    "Portrait",
    "Status",
    "Taken",
    "Theme",
]


class Status(StrEnum):
    """What people have made of a theme."""

    NEW = "new"
    WATCHING = "watching"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class Event(StrEnum):
    """What became of a theme from one discovery to the next."""

    BORN = "born"
    CONTINUED = "continued"
    SPLIT = "split"
    MERGED = "merged"
    RETIRED = "retired"


@dataclass(frozen=True)
class Discovery:
    """One look at a window of appeals.

    Attributes
    ----------
    as_of
        The last day of the window, UTC.
    window_days
        Days in the window.
    made_at
        When the discovery was made, UTC: with `seconds`, all that differs when it is made again.
    seconds
        That it took.
    encoder
        Digest of the encoder whose space the centres live in.
    appeals, unassigned, campaigns
        Appeals in the window, those in no theme, template letters sent more than once.
    copies
        Appeals that are copies of template letters, the first of each not counted.
    resolution, agreement, recall
        As of `models.clustering.Clustering` and `models.neighbours.NeighbourGraph`; `agreement` is
        None where it could not be told.
    persistence
        Share of the appeals in a theme now and at the last discovery that kept its id; None at the
        first.
    """

    as_of: date
    window_days: int
    made_at: datetime
    seconds: float
    encoder: str
    appeals: int
    unassigned: int
    campaigns: int
    copies: int
    resolution: float
    agreement: float | None
    recall: float
    persistence: float | None


@dataclass(frozen=True)
class Exemplar:
    """An appeal that stands for its theme, without what would tell who wrote it."""

    appeal_id: str
    text: str


@dataclass(frozen=True)
class Driver:
    """A fact that is told more often in a theme than chance explains.

    Attributes
    ----------
    field, value
        Such as `policy` and `payment_hold`; a user's own attribute is named as the user names it.
    observed, cases
        Cases of the theme with that value, and cases of the theme that tell the field at all.
    expected
        Cases that would have it if the theme were like the rest of the window.
    information
        Information component, in bits: log2 of observed over expected, shrunken.
    lower
        Its 2.5 % bound; above 0 the fact is no chance.
    """

    field: str
    value: str
    observed: int
    cases: int
    expected: float
    information: float
    lower: float


@dataclass(frozen=True)
class Outcomes:
    """How a theme's appeals were decided, against what their policies would give.

    Attributes
    ----------
    decided, overturned
        Appeals.
    expected
        Overturned appeals if each were overturned as often as those of its policy outside the
        theme are; the rate of a policy is shrunken to that of all appeals outside.
    information, lower
        As of `Driver`, of overturned against expected.
    """

    decided: int
    overturned: int
    expected: float
    information: float
    lower: float


@dataclass(frozen=True)
class Day:
    """A theme on one day, UTC: appeals filed, and how many of them were overturned, and decided."""

    day: date
    appeals: int
    overturned: int
    decided: int


@dataclass(frozen=True)
class Descent:
    """What became of a theme in a discovery, and which themes its appeals were in before.

    Attributes
    ----------
    parents
        Themes of the last discovery whose appeals it has, the largest share first; of a theme that
        is no longer found none.
    into
        The themes that took a merged one over, the one with most of its appeals first.
    """

    theme_id: str
    as_of: date
    event: Event
    parents: tuple[str, ...] = ()
    into: tuple[str, ...] = ()


@dataclass(frozen=True)
class Portrait:
    """What a discovery says of a theme.

    Attributes
    ----------
    title
        Two or three phrases, as found; a name given by people stands over it.
    phrases
        By falling weight.
    size, cases, subjects, campaigns
        Appeals in the window; letters: a template counts once a subject; distinct subjects (an
        appeal without one counts as its own); template letters among the appeals.
    first_seen, last_seen
        Filing of its first and last appeal in the window, UTC.
    """

    title: str
    phrases: tuple[str, ...]
    exemplars: tuple[Exemplar, ...]
    drivers: tuple[Driver, ...]
    outcomes: Outcomes
    days: tuple[Day, ...]
    size: int
    cases: int
    subjects: int
    campaigns: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True)
class Member:
    """An appeal of a theme.

    Attributes
    ----------
    theme_id
        The theme that it counts to.
    found_as
        The theme that its cluster is matched to; another than `theme_id` where people have merged
        that one into it.
    similarity
        Cosine to the centre of `found_as`.
    campaign
        Number of its template letter in this window, or None.
    """

    appeal_id: str
    theme_id: str
    found_as: str
    similarity: float
    campaign: int | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """All that one discovery found, ready for the catalogue.

    Attributes
    ----------
    portraits
        By theme id; of merged themes there is none, their members count to the one they are in.
    centres
        By the id that a cluster is found as: the unit centre (d,) float32, and the least cosine at
        which an appeal belongs to it.
    hubs
        By the same id, (hubs, d) as of `models.hubs`; where there are none, the centre is the hub.
    """

    discovery: Discovery
    portraits: dict[str, Portrait]
    members: tuple[Member, ...]
    descents: tuple[Descent, ...]
    centres: dict[str, tuple[NDArray[np.float32], float]]
    hubs: dict[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """Something that a person changed about a theme."""

    theme_id: str
    made_at: datetime
    made_by: str
    field: str
    old: str | None
    new: str | None
    reason: str | None = None


@dataclass(frozen=True)
class Taken:
    """A theme that a discovery found merged into another, and what people had made of it."""

    theme_id: str
    title: str
    status: Status
    owner: str | None
    subjects: int


@dataclass(frozen=True)
class Theme:
    """A theme as the catalogue shows it.

    Attributes
    ----------
    title
        The name that people gave it, or else the one found.
    named
        Whether people named it.
    revision
        Rises with every change by people: two who edit at once are told apart by it.
    merged_into
        The theme that people merged it into, or None.
    retired_on
        The day as of which it was no longer found, or None.
    merged
        Of a theme no longer found: the theme that most of its appeals are in now, as its last
        lineage event tells it; None where they were scattered.
    took_in
        The themes that discoveries found merged into it, as of `models.succession.taken_in`.
    alarms
        Ids of the open alarms that tell it.
    emerging
        Whether one of them says that it rises as a whole.
    """

    theme_id: str
    title: str
    named: bool
    status: Status
    owner: str | None
    note: str | None
    revision: int
    born_on: date
    retired_on: date | None
    merged_into: str | None
    portrait: Portrait
    descents: tuple[Descent, ...] = field(default=())
    changes: tuple[Change, ...] = field(default=())
    merged: str | None = None
    took_in: tuple[Taken, ...] = field(default=())
    alarms: tuple[str, ...] = field(default=())
    emerging: bool = False


@dataclass(frozen=True)
class Nearest:
    """The theme that an appeal is nearest to."""

    theme_id: str
    title: str
    status: Status
    similarity: float
