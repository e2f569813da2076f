"""Portraits of themes: what they are about, who is hit, what drives them, how they were decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.redact import redact_all
from models.drivers import drivers
from models.exemplars import exemplars
from models.keyphrases import keyphrases, titles
from models.outcomes import outcomes
from models.themes import Day, Driver, Exemplar, Portrait

__all__ = ["Sitters", "portraits"]

LEAST_SUBJECTS: Final = 5
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

    @cached_property
    def subjects(self) -> list[str | None]:
        """Who appeals, (n,)."""
        return [None if subject != subject else subject for subject in self.frame["subject_id"]]

    @cached_property
    def cases(self) -> NDArray[np.int64]:
        """The first letter of each subject and template, and all that are of no template.

        A seller who sends one letter fifty times has one case.
        """
        own = np.flatnonzero(self.campaign < 0)
        sent = np.flatnonzero(self.campaign >= 0)
        return np.sort(np.r_[own, sent[self._first_by_subject(self.campaign[sent], sent)]])

    def voices(self, labels: NDArray[np.int32]) -> NDArray[np.int64]:
        """Give the first letter of each subject in each theme, as nobody speaks twice."""
        return self._first_by_subject(labels, np.arange(len(labels)))

    def _first_by_subject(
        self, groups: NDArray[np.int32], rows: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Find the first of `rows` of each subject and group; one without a subject is alone."""
        subjects = pd.factorize(np.array(self.subjects, dtype=object)[rows])[0]
        whose = np.where(subjects < 0, len(rows) + np.arange(len(rows)), subjects)
        pairs = np.stack([groups, whose])
        return np.sort(np.unique(pairs, axis=1, return_index=True)[1])


def portraits(
    sitters: Sitters,
    labels: NDArray[np.int32],
    centres: NDArray[np.float32],
    before: Sequence[str | None] | None = None,
    least_subjects: int = LEAST_SUBJECTS,
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
    before
        By label, the titles found before, which stay as long as they fit.
    least_subjects
        Distinct subjects who must say a phrase, or tell a fact, for it to be told of a theme.

    Returns
    -------
    list of Portrait
        By label. Phrases count a template letter once a subject, drivers a subject once a theme;
        all else counts appeals.
    """
    texts, subjects = sitters.frame["text"].tolist(), sitters.subjects
    cases = sitters.cases
    phrases = keyphrases(
        [texts[case] for case in cases],
        labels[cases],
        subjects=[subjects[case] for case in cases],
        least_subjects=least_subjects,
        themes=len(centres),
    )
    chosen = exemplars(sitters.vectors, texts, subjects, sitters.campaign, labels, centres)
    columns = zip(
        [title or UNTITLED for title in titles(phrases, before)],
        phrases,
        _exemplars(sitters.frame, chosen),
        _drivers(sitters, labels, least_subjects),
        outcomes(sitters.outcome, sitters.frame["policy"].tolist(), labels),
        _days(sitters, labels),
        _counts(sitters, labels),
        strict=True,
    )
    return [Portrait(*told, *astuple(counts)) for *told, counts in columns]


def _drivers(
    sitters: Sitters, labels: NDArray[np.int32], least_subjects: int
) -> list[tuple[Driver, ...]]:
    voices = sitters.voices(labels)
    facts = sitters.facts.iloc[voices].reset_index(drop=True)
    return drivers(facts, labels[voices], fewest=least_subjects)


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
    cases: int
    subjects: int
    campaigns: int
    first_seen: datetime
    last_seen: datetime


def _counts(sitters: Sitters, labels: NDArray[np.int32]) -> list[_Counts]:
    """Count each theme's appeals, subjects and campaigns; tell its first and last filing."""
    table = pd.DataFrame(
        {
            "subject": np.array(sitters.subjects, dtype=object),
            "campaign": np.where(sitters.campaign < 0, np.nan, sitters.campaign),
            "filed": sitters.frame["submitted_at"],
            "alone": [subject is None for subject in sitters.subjects],
            "case": np.isin(np.arange(len(labels)), sitters.cases),
        }
    )
    by_theme = table[labels >= 0].groupby(labels[labels >= 0], sort=True)
    counted = pd.DataFrame(
        {
            "size": by_theme.size(),
            "cases": by_theme["case"].sum(),
            "subjects": by_theme["subject"].nunique() + by_theme["alone"].sum(),
            "campaigns": by_theme["campaign"].nunique(),
            "first": by_theme["filed"].min(),
            "last": by_theme["filed"].max(),
        }
    )
    return [
        _Counts(size, cases, own, letters, first.to_pydatetime(), last.to_pydatetime())
        for size, cases, own, letters, first, last in counted.itertuples(index=False)
    ]
