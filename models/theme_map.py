"""The nearest theme, and the open alarm: where an appeal lies as of the newest discovery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.encoder import StudentEncoder, silent
from features.errors import DamagedModel
from features.settings import Settings
from models import theme_encoder
from models.alarms import Part
from models.emerging import ROUNDING, Emerging
from models.places import Places, nowhere
from models.theme_queries import Heading
from models.themes import Nearest


@dataclass(frozen=True)
class Near:
    """Where an appeal lies: the theme that it is near to, the open alarm that it falls into."""

    theme: Nearest | None = None
    emerging: Emerging | None = None


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
        The centres, or those of alarms, have another dimension than the encoder's vectors.
    """

    def __init__(self, places: Places, encoder: StudentEncoder, least_subjects: int) -> None:
        for centres in (places.centres, places.outlook.centres):
            if len(centres) and centres.shape[1] != encoder.dimension:
                raise DamagedModel(
                    f"the themes' centres have {centres.shape[1]} dimensions",
                    f"{encoder.dimension}, as the encoder's vectors have",
                    "Run redress discover.",
                )
        self.places = places
        self.alarms = places.outlook.of(least_subjects)
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
        return [one.theme for one in self.near(texts, [Part()] * len(texts))]

    def near(self, texts: Sequence[str], facts: Sequence[Part]) -> list[Near]:
        """Tell the nearest theme of each appeal, as `nearest` does, and the alarm it falls into.

        An appeal falls into an alarm that is open and says that there is more of something, where
        it lies at the place of a cause, or is of the part that rises. Of several, the one that
        chance makes rarest is told.

        Parameters
        ----------
        texts
            (n,) as they were filed.
        facts
            (n,) policy, market and detection of each; no theme.

        Returns
        -------
        list
            (n,). An appeal's answer does not depend on the others'.
        """
        if self.places.empty or not texts:
            return [Near()] * len(texts)
        vectors = self.encoder.encode(texts)
        themes = self._themes(vectors)
        emerging = self._emerging(vectors, facts, themes)
        return [
            Near(found and self._told(*found), alarm)
            for found, alarm in zip(themes, emerging, strict=True)
        ]

    def _emerging(
        self,
        vectors: NDArray[np.float32],
        facts: Sequence[Part],
        themes: Sequence[tuple[Heading, float] | None],
    ) -> list[Emerging | None]:
        if not self.alarms.alarms:
            return [None] * len(facts)
        parts = [
            own if found is None else replace(own, theme=found[0].theme_id)
            for own, found in zip(facts, themes, strict=True)
        ]
        return self.alarms.fallen_into(vectors, parts)

    def _themes(self, vectors: NDArray[np.float32]) -> list[tuple[Heading, float] | None]:
        """Give the nearest theme, told or not, and the cosine to its centre; (n,)."""
        if not self.places.ids:
            return [None] * len(vectors)
        best = self.places.hub_of[(vectors @ self.places.hubs.T).argmax(axis=1)]
        # Once more, one by one: a product of matrices rounds a row by how many there are.
        cosines = np.multiply(vectors, self.places.centres[best], dtype=np.float64).sum(axis=1)
        near = vectors.any(axis=1) & (cosines >= self.places.floors[best] - ROUNDING)
        similarities = np.clip(cosines, -1, 1).tolist()
        return [
            (self.places.headings[place], similarity) if belongs else None
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
    if places.empty:
        return no_themes()
    same = held.places.encoder == places.encoder
    encoder = held.encoder if same else theme_encoder.load(places.encoder, settings.home)
    return ThemeMap(places, encoder, settings.least_subjects)
