"""Portraits of themes: what they are about, who is hit, what drives them, how they were decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.redact import redact_all
from models.drivers import drivers
from models.exemplars import exemplars
from models.keyphrases import keyphrases, titles
from models.outcomes import outcomes
from models.themes import Day, Exemplar, Portrait

__all__ = ["Sitters", "portraits"]

UNTITLED: Final = "No words in common"
"""The title of a theme whose members share no words."""


@dataclass(frozen=True, eq=False)
class Sitters:
    """The appeals of a window, in one order.

    Attributes
    ----------
    frame
        (n, columns) as of `features.frame.appeal_frame`.
    facts
        (n, fields) as of `models.drivers.facts_of`.
    vectors
        (n, d) unit rows.
    campaign
        (n,) as of `features.duplicates.campaigns`.
    outcome
        (n,) `overturned`, `upheld`, or None while undecided.
    """

    frame: pd.DataFrame
    facts: pd.DataFrame
    vectors: NDArray[np.float32]
    campaign: NDArray[np.int32]
    outcome: Sequence[str | None]

    @property
    def subjects(self) -> list[str | None]:
        """Who appeals, (n,)."""
        return [None if subject != subject else subject for subject in self.frame["subject_id"]]

    @property
    def cases(self) -> NDArray[np.int64]:
        """The first letter of each subject and template, and all that are of no template.

        A seller who sends one letter fifty times has one case.
        """
        subjects = pd.factorize(np.array(self.subjects, dtype=object))[0]
        n = len(self.campaign)
        alone = (self.campaign < 0) | (subjects < 0)
        pair = self.campaign.astype(np.int64) * (n + 1) + subjects
        key = np.where(alone, -1 - np.arange(n), pair)
        return np.sort(np.unique(key, return_index=True)[1])


def portraits(
    sitters: Sitters, labels: NDArray[np.int32], centres: NDArray[np.float32]
) -> list[Portrait]:
    """Draw every theme.

    Parameters
    ----------
    sitters
        The appeals.
    labels
        (n,) themes from 0, none empty; -1 for none.
    centres
        (themes, d) unit rows.

    Returns
    -------
    list of Portrait
        By label. Phrases and drivers count a template letter once a subject, all else counts
        appeals.
    """
    texts, subjects = sitters.frame["text"].tolist(), sitters.subjects
    cases = sitters.cases
    phrases = keyphrases(
        [texts[case] for case in cases],
        labels[cases],
        subjects=[subjects[case] for case in cases],
    )
    chosen = exemplars(sitters.vectors, texts, subjects, sitters.campaign, labels, centres)
    columns = zip(
        [title or UNTITLED for title in titles(phrases)],
        phrases,
        _exemplars(sitters.frame, chosen),
        drivers(sitters.facts.iloc[cases].reset_index(drop=True), labels[cases]),
        outcomes(sitters.outcome, sitters.frame["policy"].tolist(), labels),
        _days(sitters, labels),
        _counts(sitters, subjects, labels),
        strict=True,
    )
    return [Portrait(*told, *astuple(counts)) for *told, counts in columns]


def _exemplars(
    frame: pd.DataFrame, chosen: Sequence[tuple[int, ...]]
) -> Iterator[tuple[Exemplar, ...]]:
    places = [place for own in chosen for place in own]
    redacted = iter(redact_all(frame["text"].iloc[places].tolist()))
    names = frame["appeal_id"].tolist()
    for own in chosen:
        yield tuple(Exemplar(names[place], next(redacted)) for place in own)


def _days(sitters: Sitters, labels: NDArray[np.int32]) -> list[tuple[Day, ...]]:
    """Count each theme by day of filing; days without an appeal are left out."""
    said = np.array(sitters.outcome, dtype=object)
    table = pd.DataFrame(
        {
            "theme": labels,
            "day": sitters.frame["submitted_at"].dt.date.to_numpy(),
            "appeals": 1,
            "overturned": said == "overturned",
            "decided": pd.notna(said),
        }
    )
    days: list[list[Day]] = [[] for _ in range(int(labels.max(initial=-1)) + 1)]
    sums = table[labels >= 0].groupby(["theme", "day"], sort=True).sum()
    for (theme, day), *counts in sums.astype(int).itertuples():
        days[theme].append(Day(_day(day), *counts))
    return [tuple(own) for own in days]


def _day(day: object) -> date:
    assert isinstance(day, date)
    return day


@dataclass(frozen=True)
class _Counts:
    """The last fields of a portrait, in its order."""

    size: int
    subjects: int
    campaigns: int
    first_seen: datetime
    last_seen: datetime


def _counts(
    sitters: Sitters, subjects: Sequence[str | None], labels: NDArray[np.int32]
) -> list[_Counts]:
    """Count each theme's appeals, subjects and campaigns; tell its first and last filing."""
    table = pd.DataFrame(
        {
            "subject": np.array(subjects, dtype=object),
            "campaign": np.where(sitters.campaign < 0, np.nan, sitters.campaign),
            "filed": sitters.frame["submitted_at"],
            "alone": [subject is None for subject in subjects],
        }
    )
    by_theme = table[labels >= 0].groupby(labels[labels >= 0], sort=True)
    counted = pd.DataFrame(
        {
            "size": by_theme.size(),
            "subjects": by_theme["subject"].nunique() + by_theme["alone"].sum(),
            "campaigns": by_theme["campaign"].nunique(),
            "first": by_theme["filed"].min(),
            "last": by_theme["filed"].max(),
        }
    )
    return [
        _Counts(size, own, letters, first.to_pydatetime(), last.to_pydatetime())
        for size, own, letters, first, last in counted.itertuples(index=False)
    ]
