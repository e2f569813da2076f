"""The planted incidents: five causes, each with its start, its ramp, its victims and its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Incident:
    """A cause that makes the marketplace wrong for a while.

    `start` is a fraction of the span of the sample, `days` how long it lasts, `ramp` how many days
    it takes to reach its full rate, `share` its size among all appeals. `cause` names the facts
    that drive it, the strongest first; they hold for nearly all its appeals, as `overturned` is the
    share of its appeals that is granted. `markets` weighs where its victims live.
    """

    key: str
    kind: str
    title: str
    start: float
    days: float
    ramp: float
    share: float
    overturned: float
    cause: dict[str, str]
    markets: dict[str, float]
    words: tuple[str, ...] = field(default=())
    ongoing: bool = False


INCIDENTS: Final = (
    Incident(
        key="ring-holder-detector",
        kind="detector misfires on one category",
        title="The weapon detector takes phone ring holders for knuckledusters",
        start=0.14,
        days=22,
        ramp=7,
        share=0.0115,
        overturned=0.80,
        cause={
            "category": "phone_accessories",
            "policy": "restricted_product",
            "detection": "automated",
            "action": "listing_removed",
        },
        markets={"SG": 0.35, "PH": 0.50, "ID": 0.05, "VN": 0.05, "TH": 0.05},
        words=("ring holder", "phone case", "weapon", "knuckleduster", "image scan"),
    ),
    Incident(
        key="kyc-card-format",
        kind="KYC wave",
        title="Identity checks refuse the new digital identity card",
        start=0.36,
        days=26,
        ramp=9,
        share=0.0135,
        overturned=0.55,
        cause={"policy": "identity_verification", "detection": "automated"},
        markets={"SG": 0.15, "PH": 0.75, "ID": 0.04, "VN": 0.03, "TH": 0.03},
        words=("digital identity card", "re-verification", "QR code", "card number", "rejected"),
    ),
    Incident(
        key="copycat-sweep",
        kind="copycat sweep",
        title="A sweep against copycats removes the makers whose photos were stolen",
        start=0.58,
        days=17,
        ramp=5,
        share=0.0075,
        overturned=0.60,
        cause={
            "policy": "copied_content",
            "detection": "human",
            "category": "home",
            "action": "listing_removed",
        },
        markets={"SG": 0.40, "PH": 0.45, "ID": 0.05, "VN": 0.05, "TH": 0.05},
        words=("copycat", "stole my photos", "original", "sweep", "handmade"),
    ),
    Incident(
        key="courier-field-renamed",
        kind="courier renames a tracking field",
        title="SwiftHaul renamed its tracking field, so valid parcels count as untracked",
        start=0.71,
        days=20,
        ramp=6,
        share=0.0100,
        overturned=0.66,
        cause={
            "policy": "invalid_tracking",
            "courier": "SwiftHaul",
            "detection": "automated",
            "market": "PH",
        },
        markets={"SG": 0.06, "PH": 0.90, "ID": 0.02, "VN": 0.01, "TH": 0.01},
        words=("SwiftHaul", "consignment reference", "tracking number", "renamed", "blank"),
    ),
    Incident(
        key="release-date-bug",
        kind="payments hold bug",
        title="Payouts stay on hold because the release date moves by a day every night",
        start=0.925,
        days=13.5,
        ramp=6,
        share=0.0070,
        overturned=0.64,
        cause={"policy": "payment_hold", "action": "funds_held", "detection": "automated"},
        markets={"SG": 0.45, "PH": 0.45, "ID": 0.04, "VN": 0.03, "TH": 0.03},
        words=("release date", "payout", "moves one day", "every night", "hold"),
        ongoing=True,
    ),
)

FAITHFUL: Final = 0.95
"""Share of an incident's appeals that carry each of its causes."""

FADE: Final = 0.25
"""Last part of an incident's length in which it dies down, unless it is still going on."""


@dataclass(frozen=True)
class Placed:
    """An incident on the calendar, with the number of appeals that it is to cause."""

    incident: Incident
    start: datetime
    end: datetime
    ramp_days: float
    appeals: int


def place(incident: Incident, appeals: int, days: int, until: datetime) -> Placed:
    """Put an incident on the calendar of a sample.

    A sample shorter than 120 days shortens the incident in proportion, so that none falls off its
    end.

    Parameters
    ----------
    incident
        The incident.
    appeals
        Appeals in the whole sample.
    days
        Days that the sample spans.
    until
        The end of the sample.
    """
    scale = min(1.0, days / 120)
    start = until - timedelta(days=days * (1 - incident.start))
    end = min(until, start + timedelta(days=incident.days * scale))
    size = round(incident.share * appeals)
    return Placed(incident, start, end, incident.ramp * scale, size)


def intensity(placed: Placed, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the relative rate of an incident at days after its start.

    It rises in a straight line to its full rate, stays, and fades over its last quarter; one that
    is still going on does not fade.

    Parameters
    ----------
    placed
        The incident on the calendar.
    at
        Days after the start, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,), from 0 to 1.
    """
    length = (placed.end - placed.start) / timedelta(days=1)
    rise = np.clip(at / max(placed.ramp_days, 1e-9), 0.0, 1.0)
    if placed.incident.ongoing:
        return np.where(at <= length, rise, 0.0)
    fall = np.clip((length - at) / (FADE * length), 0.0, 1.0)
    return np.minimum(rise, fall)
