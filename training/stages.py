"""The stages of a job: shown while they run, and timed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Stages:
    """Shows on standard error the stage that a job is at, and keeps how long each took.

    Parameters
    ----------
    console
        Where to show them.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}

    @classmethod
    def on_stderr(cls) -> Stages:
        """Show them on standard error, so that standard output holds the answer alone."""
        return cls(Console(stderr=True, highlight=False))

    @contextmanager
    def stage(self, name: str, label: str) -> Iterator[None]:
        """Run one stage.

        Parameters
        ----------
        name
            Its key among the seconds.
        label
            What it does, for the reader.
        """
        start = time.perf_counter()
        with self.console.status(label):
            yield
        self.seconds[name] = time.perf_counter() - start
        self.console.print(f"{self.seconds[name]:6.1f} s  {label}", soft_wrap=True)
