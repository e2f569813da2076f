"""Decided appeals like one that is open: what they said, and how they went."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from features.database import reading
from features.errors import StateError
from features.redact import redact
from features.schema import Appeal
from models.precedents import Precedents
from serving.champion import Served
from serving.dashboard.appeal_reading import read_cases
from serving.dashboard.queue_rows import url_of
from serving.dashboard.stock import Stock

SHOWN: Final = 6
FETCHED: Final = 12
"""Nearest ones looked up: some may be the appeal itself."""
READ: Final = 700
EXCERPT: Final = 260
"""Characters of a text that are redacted, and of those the first that are shown."""
AGAIN_SECONDS: Final = 60.0
"""Seconds after which new decisions are taken in."""
WAIT_SECONDS: Final = 0.1
"""How long a page waits for the first reading: a small history is read by then."""
logger = logging.getLogger("redress.serving")


@dataclass(frozen=True)
class Alike:
    """A decided appeal that says much the same; its text is redacted."""

    appeal_id: str
    similarity: float
    policy: str | None
    outcome: str
    decided_at: datetime
    excerpt: str

    @property
    def url(self) -> str:
        """Give the address of its page."""
        return url_of(self.appeal_id)


@dataclass(frozen=True)
class Similar:
    """The decided appeals nearest to one.

    Attributes
    ----------
    among
        Decided appeals that were looked at.
    reading
        Whether there are more that are being read just now.
    """

    rows: tuple[Alike, ...] = ()
    among: int = 0
    reading: bool = False

    @property
    def overturned(self) -> int:
        """How many of those shown were overturned."""
        return sum(one.outcome == "overturned" for one in self.rows)


class SimilarCases:
    """Finds decided appeals like another, by the champion's encoder.

    Decided appeals are read in a thread of their own, and new ones now and then. After a promotion
    the old encoder answers until the new one has read them all.

    Parameters
    ----------
    stock
        What pages read from.
    clock
        Gives seconds that only ever grow.
    """

    def __init__(self, stock: Stock, clock: Callable[[], float] = time.monotonic) -> None:
        self.stock = stock
        self.clock = clock
        self._ready: Precedents | None = None
        self._digest = ""
        self._again_at = 0.0
        self._turn = threading.Lock()
        self._worker: threading.Thread | None = None

    def of(self, appeal: Appeal) -> Similar:
        """Find the decided appeals nearest to one; none where no model is in service."""
        try:
            self._keep_up(self.stock.champion.served())
        except StateError:
            return Similar()
        ready = self._ready
        if ready is None:
            return Similar(reading=True)
        found = dict(ready.nearest(appeal.text, FETCHED))
        found.pop(appeal.appeal_id, None)
        with reading(self.stock.engine) as connection:
            cases = {row.appeal_id: row for row in read_cases(connection, [*found])}
        near = [(cases[one], cosine) for one, cosine in found.items() if one in cases][:SHOWN]
        rows = tuple(
            Alike(
                row.appeal_id,
                min(cosine, 1.0),
                row.policy,
                row.outcome,
                row.decided_at,
                excerpt_of(row.text),
            )
            for row, cosine in near
        )
        return Similar(rows, len(ready))

    def _keep_up(self, served: Served) -> None:
        """Begin to read what is not read yet, unless somebody does."""
        with self._turn:
            new = served.digest != self._digest
            idle = self._worker is None or not self._worker.is_alive()
            if idle and (new or self.clock() >= self._again_at):
                held = None if new else self._ready
                into = held or Precedents(served.scorer.encoder)
                self._worker = threading.Thread(
                    target=self._read, args=(into, served.digest), name="precedents", daemon=True
                )
                self._worker.start()
            worker = self._worker
        if self._ready is None and worker is not None:
            worker.join(WAIT_SECONDS)

    def _read(self, into: Precedents, digest: str) -> None:
        try:
            into.read(self.stock.engine)
        except SQLAlchemyError as error:
            logger.error("cannot read decided appeals: %s", type(error).__qualname__)
        else:
            self._ready, self._digest = into, digest
        self._again_at = self.clock() + AGAIN_SECONDS


def excerpt_of(text: str) -> str:
    """Give the beginning of a text, redacted; more is redacted than shown, lest a cut hide it."""
    told = " ".join(redact(text[:READ]).split())
    if len(told) <= EXCERPT:
        return told
    return told[:EXCERPT].rsplit(" ", 1)[0] + " …"
