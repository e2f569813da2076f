"""Counts over the whole history, kept for as long as counting them again would cost too much."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

T = TypeVar("T")

QUICK: Final = 0.05
"""Seconds within which a value is counted on every visit: a small history is never told late."""
TIMES_AS_LONG: Final = 100
"""A value is fresh for so many times as long as it took: counting costs a hundredth of the time."""
MOST_SECONDS: Final = 600.0
"""Up to this age the old value is told while it is counted again; an older one is not told."""
MOST: Final = 8
"""Values kept, the latest ones."""
logger = logging.getLogger("redress.serving")


@dataclass(frozen=True)
class _Value(Generic[T]):
    value: T
    at: float
    took: float


class Kept(Generic[T]):
    """Remembers what was counted lately, by what was asked.

    Parameters
    ----------
    clock
        Gives seconds that only ever grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._values: dict[Hashable, _Value[T]] = {}
        self._counting = threading.Lock()

    def value(self, asked: Hashable, count: Callable[[], T]) -> T:
        """Give the value, counted now or lately; of those who ask at once, one counts."""
        held = self._held(asked)
        if held is None:
            with self._counting:
                # Another one may have counted it while this one waited for its turn.
                held = self._held(asked) or self._count(asked, count)
        elif self.clock() - held.at > TIMES_AS_LONG * held.took:
            self._count_behind(asked, count)
        return held.value

    def _held(self, asked: Hashable) -> _Value[T] | None:
        held = self._values.get(asked)
        if held is None or self.clock() - held.at > MOST_SECONDS:
            return None
        return held

    def _count(self, asked: Hashable, count: Callable[[], T]) -> _Value[T]:
        began = self.clock()
        found = _Value(count(), began, self.clock() - began)
        others = {one: held for one, held in self._values.items() if one != asked}
        kept = {**others, asked: found} if found.took >= QUICK else others
        self._values = dict([*kept.items()][-MOST:])
        return found

    def _count_behind(self, asked: Hashable, count: Callable[[], T]) -> None:
        """Count in a thread of its own, unless something is being counted already."""
        if not self._counting.acquire(blocking=False):
            return

        def behind() -> None:
            try:
                self._count(asked, count)
            except SQLAlchemyError as error:
                logger.error("cannot count again: %s", type(error).__qualname__)
            finally:
                self._counting.release()

        threading.Thread(target=behind, name="count", daemon=True).start()
