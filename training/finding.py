"""From a window of appeals to themes that are known again. Computes; fetches and keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.duplicates import campaigns, representatives
from models.clustering import Clustering, ThemeClustering, centroids
from models.division import fact_codes
from models.drivers import facts_of
from models.hubs import hubs
from models.lineage import Known, Lineage, trace
from models.neighbours import NeighbourGraph, neighbour_graph
from models.portraits import LEAST_SUBJECTS, Sitters, portraits
from models.themes import Member, Portrait
from training.window import Window

__all__ = ["Before", "Themes", "find_themes"]

_LETTER: Final = re.compile(r"[^\W\d_]")
NEIGHBOURS: Final = 64
"""Neighbours of each letter in the graph."""
WEEK: Final = 7
"""Days that count as one when themes are told apart by when their appeals were filed."""


@dataclass(frozen=True, eq=False)
class Before:
    """What the catalogue says before a discovery.

    Attributes
    ----------
    known
        The themes so far.
    earlier
        The themes as of the last discovery of an earlier day: clustering starts from them, and
        against them it is told how many appeals keep their theme. Another than `known` where a
        day is discovered again.
    resolution
        Of that earlier discovery; None where there is none.
    merged
        The theme that each theme which people have merged counts to.
    titles
        As they were found, by theme.
    """

    known: Known
    earlier: Known
    resolution: float | None
    merged: Mapping[str, str]
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Themes:
    """The themes of a window.

    Attributes
    ----------
    labels
        (n,) clusters from 0, -1 for none; the copies of a letter are where the letter is.
    clustering
        Of the letters alone.
    lineage
        Which cluster is which theme.
    persistence
        As of `models.lineage.Lineage`, since the last discovery of an earlier day.
    counted
        By cluster, the theme that it counts to: another than its own where people have merged it.
    sitters
        The appeals, as portraits are drawn of them.
    letters, graph
        (m,) positions of the letters among the appeals, and the neighbours among those m.
    members, portraits
        For the catalogue.
    hubs
        By cluster, as of `models.hubs`.
    """

    labels: NDArray[np.int32]
    clustering: Clustering
    lineage: Lineage
    persistence: float | None
    counted: list[str]
    sitters: Sitters
    letters: NDArray[np.int64]
    graph: NeighbourGraph
    members: tuple[Member, ...]
    portraits: dict[str, Portrait]
    hubs: list[NDArray[np.float32]]

    @property
    def hubs_by_theme(self) -> dict[str, NDArray[np.float32]]:
        """Hubs of each cluster, by what it is found as."""
        return dict(zip(self.lineage.theme_ids, self.hubs, strict=True))

    @property
    def centres(self) -> dict[str, tuple[NDArray[np.float32], float]]:
        """Centre and floor of each cluster, by what it is found as."""
        places = zip(self.clustering.centres, self.clustering.floors.tolist(), strict=True)
        return dict(zip(self.lineage.theme_ids, places, strict=True))


def find_themes(
    window: Window,
    vectors: NDArray[np.float32],
    before: Before,
    least_subjects: int = LEAST_SUBJECTS,
    seed: int = 0,
) -> Themes:
    """Find the themes of a window.

    Parameters
    ----------
    window
        n appeals.
    vectors
        (n, d) unit rows, of their texts.
    before
        What the catalogue says.
    least_subjects
        As of `models.portraits.portraits`.
    seed
        The same window, vectors, catalogue and seed give the same themes.
    """
    ids, texts = window.frame["appeal_id"].tolist(), window.frame["text"].tolist()
    vectors = _telling(vectors, texts)
    campaign = campaigns(texts)
    letters = representatives(campaign)
    facts = facts_of(window.frame)
    graph = neighbour_graph(vectors[letters], NEIGHBOURS, seed)
    clustering = ThemeClustering(seed, kept=before.resolution).fit(
        vectors[letters],
        graph,
        start=_start([ids[letter] for letter in letters], before.earlier.members),
        facts=fact_codes(_dated(facts, window).iloc[letters]),
    )
    labels = _spread(clustering.labels, letters, campaign)
    lineage = trace(ids, labels, clustering.centres, before.known, window.as_of)
    sitters = Sitters(window.frame, facts, vectors, campaign, window.outcome)
    counted = [before.merged.get(theme, theme) for theme in lineage.theme_ids]
    return Themes(
        labels=labels,
        clustering=clustering,
        lineage=lineage,
        persistence=trace(
            ids, labels, clustering.centres, before.earlier, window.as_of
        ).persistence,
        counted=counted,
        sitters=sitters,
        letters=letters,
        graph=graph,
        members=_members(sitters, labels, clustering.centres, lineage, counted),
        portraits=_portraits(sitters, labels, counted, before.titles, least_subjects),
        hubs=hubs(vectors[letters], clustering.labels, seed),
    )


def _telling(vectors: NDArray[np.float32], texts: list[str]) -> NDArray[np.float32]:
    """Take the place from texts without a letter: they belong nowhere, whatever signs they have."""
    tells = np.array([_LETTER.search(text) is not None for text in texts], dtype=bool)
    return np.where(tells[:, None], vectors, np.float32(0))


def _start(ids: list[str], members: Mapping[str, str]) -> NDArray[np.int32] | None:
    """Give the themes that appeals start from numbers, -1 for a new appeal; None: all are new."""
    themes = [members.get(appeal) for appeal in ids]
    if not any(themes):
        return None
    return pd.factorize(np.array(themes, dtype=object), sort=True)[0].astype(np.int32)


def _dated(facts: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Add the week of filing, counted back from the window's end, to the facts that divide."""
    end = pd.Timestamp(window.as_of, tz="UTC")
    return facts.assign(week=(end - window.frame["submitted_at"].dt.floor("D")).dt.days // WEEK)


def _spread(
    labels: NDArray[np.int32], letters: NDArray[np.int64], campaign: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Give each copy of a template letter the label of the letter."""
    spread = np.full(len(campaign), -1, dtype=np.int32)
    spread[letters] = labels
    of_campaign = np.full(campaign.max(initial=-1) + 1, -1, dtype=np.int32)
    sent = letters[campaign[letters] >= 0]
    of_campaign[campaign[sent]] = spread[sent]
    copies = campaign >= 0
    spread[copies] = of_campaign[campaign[copies]]
    return spread


def _members(
    sitters: Sitters,
    labels: NDArray[np.int32],
    centres: NDArray[np.float32],
    lineage: Lineage,
    counted: list[str],
) -> tuple[Member, ...]:
    inside = np.flatnonzero(labels >= 0)
    cosines = np.einsum("ij,ij->i", sitters.vectors[inside], centres[labels[inside]])
    ids = sitters.frame["appeal_id"].tolist()
    rows = zip(
        inside.tolist(),
        labels[inside].tolist(),
        np.clip(cosines, -1, 1).tolist(),
        sitters.campaign[inside].tolist(),
        strict=True,
    )
    return tuple(
        Member(
            ids[place],
            counted[label],
            lineage.theme_ids[label],
            cosine,
            campaign if campaign >= 0 else None,
        )
        for place, label, cosine, campaign in rows
    )


def _portraits(
    sitters: Sitters,
    labels: NDArray[np.int32],
    counted: list[str],
    titles: Mapping[str, str],
    least_subjects: int,
) -> dict[str, Portrait]:
    """Draw the themes, each with the clusters that people have merged into it."""
    names = list(dict.fromkeys(counted))
    number = np.array([*map(names.index, counted), -1], dtype=np.int32)
    united = number[labels]
    drawn = portraits(
        sitters,
        united,
        centroids(sitters.vectors, united),
        [titles.get(name) for name in names],
        least_subjects,
    )
    return dict(zip(names, drawn, strict=True))
