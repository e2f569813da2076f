"""From the themes of a window to its map. Computes; keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.projection import around_letters, known_places, project
from training.finding import Themes
from training.window import Window

__all__ = ["draw_map"]


def draw_map(
    window: Window, themes: Themes, before: Mapping[str, tuple[float, float]], seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Place the appeals of a window on a map.

    Parameters
    ----------
    window
        n appeals.
    themes
        Theirs, with the neighbour graph that the map is drawn from.
    before
        Where appeals lay on the last map, by id: the new one starts from there.
    seed
        The same input and seed give the same map.

    Returns
    -------
    dict
        x and y by appeal id; an appeal whose text says nothing has none.
    """
    ids, letters, sitters = window.frame["appeal_id"].tolist(), themes.letters, themes.sitters
    start = known_places([ids[letter] for letter in letters], before)
    drawn = project(sitters.vectors[letters], themes.graph, start, seed)
    places = around_letters(drawn, letters, sitters.campaign)
    there = np.isfinite(places[:, 0])
    return {
        appeal: (x, y)
        for appeal, (x, y), known in zip(ids, places.tolist(), there, strict=True)
        if known
    }
