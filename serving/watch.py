"""Watching: a look every few seconds, in a thread of its own, whatever a look runs into."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

LOOK_SECONDS: Final = 2.0
"""Seconds between two looks: within so many, what has changed elsewhere is noticed here."""


class Watch:
    """Looks at something again and again.

    Parameters
    ----------
    name
        Of the thread.
    look
        Looks once.
    on_failure
        Told what a look raised; the next look comes all the same.
    seconds
        Between two looks.
    """

    def __init__(
        self,
        name: str,
        look: Callable[[], None],
        on_failure: Callable[[Exception], None],
        seconds: float = LOOK_SECONDS,
    ) -> None:
        self.name = name
        self.look = look
        self.on_failure = on_failure
        self.seconds = seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, at once and then every few seconds."""
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    @property
    def stopping(self) -> bool:
        """Whether it is to stop: a long look may end early."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Stop looking; a look that has begun is waited for."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        self._look_safely()
        while not self._stop.wait(self.seconds):
            self._look_safely()

    def _look_safely(self) -> None:
        try:
            self.look()
        except Exception as error:
            self.on_failure(error)
