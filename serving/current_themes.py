"""The themes and alarms that scores tell: held in memory, read again when the catalogue changes."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Final

from features.errors import RedressError
from features.settings import Settings
from models.alarms import Part
from models.catalog import Catalog
from models.theme_map import Near, ThemeMap, no_themes, theme_map
from serving.watch import LOOK_SECONDS, Watch

RETRY_SECONDS: Final = 60.0
"""Seconds before a discovery whose encoder could not be loaded is tried again."""
logger = logging.getLogger("redress.serving")


class CurrentThemes:
    """Holds the map of the newest discovery, and notices another one, and edits, within seconds.

    Scores do not wait for it: where there is no map, no theme is near, and where a new one cannot
    be read the old one goes on.

    Parameters
    ----------
    catalog
        Where the themes are kept.
    settings
        Where the encoders are kept, and which themes are told.
    look_seconds
        Seconds between two looks at the catalogue.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.catalog = catalog
        self.settings = settings
        self.failures = 0
        self._map: ThemeMap = no_themes()
        self._stamp: str | None = None
        self._failed: str | None = None
        self._retry_at = 0.0
        self._told = ""
        self._watch = Watch("themes", self.look, self._fail, look_seconds)

    def near(self, texts: Sequence[str], facts: Sequence[Part]) -> list[Near]:
        """Tell the nearest theme and the open alarm of each; see `models.theme_map.ThemeMap`."""
        return self._map.near(texts, facts)

    def look(self) -> None:
        """Look at the catalogue once, and take up what is new.

        Raises
        ------
        DamagedModel
            The encoder of the newest discovery is missing or damaged.
        """
        stamp = self.catalog.stamp()
        if stamp == self._stamp:
            self._told = ""
            return
        if stamp == self._failed and time.monotonic() < self._retry_at:
            return
        self._failed, self._retry_at = stamp, time.monotonic() + RETRY_SECONDS
        places = self.catalog.places()
        self._map = theme_map(places, self.settings, held=self._map)
        self._stamp, self._failed, self._told = stamp, None, ""
        alarms = len(places.outlook.alarms)
        told = (places.as_of, len(places.ids), alarms)
        logger.info("telling themes as_of=%s centres=%d alarms=%d", *told)

    def start(self) -> None:
        """Begin to look, at once and then every few seconds, in a thread of its own."""
        self._watch.start()

    def stop(self) -> None:
        """Stop looking."""
        self._watch.stop()

    def _fail(self, error: Exception) -> None:
        """Log a failure once: the same one may come again with every look."""
        # The messages of Redress' own errors name ids and folders only.
        told = str(error) if isinstance(error, RedressError) else type(error).__qualname__
        if told != self._told:
            self._told = told
            as_of = self._map.places.as_of
            logger.error("cannot take up themes (%s); still telling as_of=%s", told, as_of)
        self.failures += 1
