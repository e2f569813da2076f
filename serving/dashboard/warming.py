"""Warming: every page is drawn once before a person asks for it, and again when all of it changes.

The first view in a process would otherwise bear imports, templates and the reading of the history.
It is done behind the service: neither readiness nor scores wait for it, and where it fails, the
first view bears its cost, as it would have without.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Final

from features.database import reading
from features.errors import StateError
from serving.dashboard.queue_reading import catalog_mark
from serving.dashboard.stock import Stock
from serving.watch import Watch

SECONDS: Final = 1.0
"""Between two looks whether a discovery or a promotion has changed what pages are made of."""
PATIENCE: Final = 20
"""Looks after which a service without a model warms its pages all the same."""
PAUSE: Final = 0.02
"""Seconds between two pages, in which others get to work."""
logger = logging.getLogger("redress.serving")


class Warming:
    """Draws pages in a thread of its own, when the service is ready and after each discovery.

    Parameters
    ----------
    pages
        What draws each page, by its name.
    ready
        Tells whether the service does what is more urgent already.
    mark
        Gives what is another one when all that pages show has changed.
    seconds
        Between two looks.
    """

    def __init__(
        self,
        pages: Mapping[str, Callable[[], object]],
        ready: Callable[[], bool],
        mark: Callable[[], Hashable],
        seconds: float = SECONDS,
    ) -> None:
        self.pages = pages
        self.ready = ready
        self.mark = mark
        self._looks = 0
        self._warmed: Hashable = None
        self._watch = Watch("warming", self.look, self._fail, seconds)

    def start(self) -> None:
        """Begin to look."""
        self._watch.start()

    def stop(self) -> None:
        """Stop looking; a page that is being drawn is waited for."""
        self._watch.stop()

    def look(self) -> None:
        """Look once, and draw the pages where they have changed."""
        self._looks += 1
        if not self.ready() and self._looks < PATIENCE:
            return
        mark = self.mark()
        if mark != self._warmed:
            self._warm()
            self._warmed = mark

    def _warm(self) -> None:
        began, took = time.monotonic(), []
        for name, draw in self.pages.items():
            if self._watch.stopping:
                return
            at = time.monotonic()
            try:
                draw()
            except Exception as error:  # One page may fail in any way; the next is none the worse.
                logger.warning("page %s cannot be warmed (%s)", name, type(error).__qualname__)
            took.append(f"{name} {time.monotonic() - at:.2f}")
            time.sleep(PAUSE)
        logger.info("pages are warm after %.1f s: %s", time.monotonic() - began, ", ".join(took))

    def _fail(self, error: Exception) -> None:
        logger.error("cannot warm pages (%s)", type(error).__qualname__)


def mark_of(stock: Stock) -> Hashable:
    """Give what is another one after every discovery, merge and promotion."""
    try:
        version = stock.champion.served().version
    except StateError:
        version = ""
    with reading(stock.engine) as connection:
        return (version, *catalog_mark(connection))
