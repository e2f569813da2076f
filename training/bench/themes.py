"""What themes a discovery would find at other settings. Keeps nothing.

The catalogue is not touched: what is tried here is tried, and no theme or alarm comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.encoder import StudentEncoder
from models.catalog import Catalog
from models.clustering import MOST_NEIGHBOURS, ThemeClustering, centroids
from models.communities import affinity
from models.lineage import Known
from models.portraits import portraits
from models.resolution import ResolutionChoice, choose_resolution
from training.bench.home import Home
from training.finding import Before, Themes, find_themes
from training.mapping import draw_map
from training.reading import choose_encoder
from training.window import Window, read_window

__all__ = ["Workshop", "workshop"]


@dataclass(frozen=True, eq=False)
class Workshop:
    """The last window, read and ready to be looked at.

    Attributes
    ----------
    window
        n appeals.
    vectors
        (n, d) unit rows.
    home, encoder
        Whose history it is, and who reads.
    """

    home: Home
    encoder: StudentEncoder
    window: Window
    vectors: NDArray[np.float32]

    @cached_property
    def themes(self) -> Themes:
        """The themes as a first discovery would find them."""
        nothing = Known({}, {}, frozenset(), 1)
        least = self.home.settings.least_subjects
        return find_themes(self.window, self.vectors, Before(nothing, nothing, None, {}), least)

    @cached_property
    def choice(self) -> ResolutionChoice:
        """How well halves of the letters predict one another, at each resolution."""
        letters = len(self.themes.letters)
        near = max(1, min(MOST_NEIGHBOURS, int(np.ceil(np.sqrt(letters)))))
        return choose_resolution(affinity(self.themes.graph.nearest(near)))

    @cached_property
    def places(self) -> pd.DataFrame:
        """The map: `x`, `y`, `label` (-1 for none) of each appeal that has a place, by its id."""
        drawn = draw_map(self.window, self.themes, {})
        ids = self.window.frame["appeal_id"].tolist()
        labels = dict(zip(ids, self.themes.labels.tolist(), strict=True))
        table = pd.DataFrame.from_dict(drawn, orient="index", columns=["x", "y"])
        return table.assign(label=[labels[one] for one in table.index])

    def largest(self, most: int = 6) -> pd.DataFrame:
        """List the largest themes: their `title`, `appeals`, and the fact that goes with each most.

        Numbered from 1, as the map numbers them.
        """
        drawn = [self.themes.portraits[theme] for theme in self.themes.counted[:most]]
        rows = [
            {
                "title": one.title,
                "appeals": one.size,
                "goes with": f"{one.drivers[0].field}: {one.drivers[0].value}"
                if one.drivers
                else "",
            }
            for one in drawn
        ]
        return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="theme"))

    @property
    def titles(self) -> list[str]:
        """The title of each theme, by label."""
        return [self.themes.portraits[theme].title for theme in self.themes.counted]

    def at(self, *resolutions: float) -> pd.DataFrame:
        """Tell what themes there would be at other resolutions, by text alone.

        Returns
        -------
        pandas.DataFrame
            A row a resolution: `themes`, `unassigned` (share of letters), `median size` and the
            titles of the largest.
        """
        rows = [self._at(one) for one in resolutions]
        return pd.DataFrame(rows).set_index("resolution")

    def _at(self, resolution: float) -> dict[str, object]:
        letters, sitters = self.themes.letters, self.themes.sitters
        found = ThemeClustering(resolution=resolution).fit(
            sitters.vectors[letters], self.themes.graph
        )
        labels = np.full(len(sitters.vectors), -1, dtype=np.int32)
        labels[letters] = found.labels
        sizes = np.bincount(found.labels[found.labels >= 0], minlength=1)
        centres = centroids(sitters.vectors, labels)
        drawn = portraits(sitters, labels, centres, [None] * found.clusters, 1)
        ranks = ("largest", "second", "third")
        return {
            "resolution": round(resolution, 2),
            "themes": found.clusters,
            "unassigned": found.unassigned_share,
            "median size": int(np.median(sizes)),
            **{rank: one.title for rank, one in zip(ranks, drawn, strict=False)},
        }


def workshop(home: Home) -> Workshop:
    """Read the last window, with the champion's encoder, or the last discovery's, or a new one."""
    window = read_window(home.history, None, home.settings.window_days)
    texts = window.frame["text"].tolist()
    last = Catalog(home.history.engine).latest()
    encoder = choose_encoder(home.settings, home.registry, last, texts, home.stages)
    return Workshop(home, encoder, window, encoder.encode(texts))
