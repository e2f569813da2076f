"""The nearest theme: where an appeal lies among the themes of the newest discovery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from features.encoder import StudentEncoder, silent
from features.errors import DamagedModel
from features.settings import Settings
from models import theme_encoder
from models.places import Places, nowhere
from models.theme_queries import Heading
from models.themes import Nearest

ROUNDING: Final = 1e-6
"""Cosine by which float32 vectors of one text may differ: a member at the floor still belongs."""


class ThemeMap:
    """Tells which theme a text belongs to.

    Parameters
    ----------
    places
        Where the themes lie.
    encoder
        The one in whose space they do.
    least_subjects
        Themes of fewer distinct subjects are not told.

    Raises
    ------
    DamagedModel
        The centres have another dimension than the encoder's vectors.
    """

    def __init__(self, places: Places, encoder: StudentEncoder, least_subjects: int) -> None:
        if places.ids and places.centres.shape[1] != encoder.dimension:
            raise DamagedModel(
                f"the themes' centres have {places.centres.shape[1]} dimensions",
                f"{encoder.dimension}, as the encoder's vectors have",
                "Run redress discover.",
            )
        self.places = places
        self.encoder = encoder
        self.least_subjects = least_subjects

    def nearest(self, texts: Sequence[str]) -> list[Nearest | None]:
        """Tell the nearest theme of each text, or None where none is near.

        The theme is that of the nearest hub, the similarity the cosine to its centre. None is near
        where that is below the theme's floor, where the text has no tokens, and where the theme is
        not to be shown. A theme that people have merged into another is told as that other one.

        Parameters
        ----------
        texts
            (n,) as they were filed.

        Returns
        -------
        list
            (n,). A text's answer does not depend on the others'.
        """
        if not self.places.ids or not texts:
            return [None] * len(texts)
        vectors = self.encoder.encode(texts)
        best = self.places.hub_of[(vectors @ self.places.hubs.T).argmax(axis=1)]
        # Once more, one by one: a product of matrices rounds a row by how many there are.
        cosines = np.multiply(vectors, self.places.centres[best], dtype=np.float64).sum(axis=1)
        near = vectors.any(axis=1) & (cosines >= self.places.floors[best] - ROUNDING)
        similarities = np.clip(cosines, -1, 1).tolist()
        return [
            self._told(self.places.headings[place], similarity) if belongs else None
            for place, similarity, belongs in zip(
                best.tolist(), similarities, near.tolist(), strict=True
            )
        ]

    def _told(self, heading: Heading, similarity: float) -> Nearest | None:
        if heading.subjects < self.least_subjects:
            return None
        return Nearest(heading.theme_id, heading.title, heading.status, similarity)


def no_themes(encoder: StudentEncoder | None = None) -> ThemeMap:
    """Give the map before the first discovery: every text is near nothing.

    Parameters
    ----------
    encoder
        One that is at hand, for `theme_map` to use again.
    """
    if encoder is None:
        return ThemeMap(nowhere(), silent(), least_subjects=1)
    places = replace(nowhere(), encoder=theme_encoder.digest_of(encoder))
    return ThemeMap(places, encoder, least_subjects=1)


def theme_map(places: Places, settings: Settings, held: ThemeMap) -> ThemeMap:
    """Make the map of some places.

    Parameters
    ----------
    settings
        Where the encoders are kept, and which themes are told.
    held
        Another map, whose encoder serves again where it is the same: what it remembers of words
        makes it thrice as quick as a new one.

    Raises
    ------
    DamagedModel
        The encoder of the discovery is not in the home folder, or is damaged.
    """
    if not places.ids:
        return no_themes()
    same = held.places.encoder == places.encoder
    encoder = held.encoder if same else theme_encoder.load(places.encoder, settings.home)
    return ThemeMap(places, encoder, settings.least_subjects)
