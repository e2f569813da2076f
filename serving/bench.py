"""Work in threads: a few requests at a time, a bounded number waiting, the rest sent away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Final, ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from serving.problems import Problem

THREADS: Final = 4
"""Requests worked on at a time in one process: one computes while others wait for the database."""
WAITING: Final = 64
"""Requests that may wait, each with its body in memory."""
P = ParamSpec("P")
T = TypeVar("T")


class Bench:
    """Threads that work on requests.

    Parameters
    ----------
    threads
        How many requests are worked on at a time.
    waiting
        How many more may wait.
    """

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self.waiting = waiting
        self.limiter = CapacityLimiter(threads)

    def require_room(self) -> None:
        """Refuse a request, before its body is read, when too many wait already.

        Raises
        ------
        Problem
            503.
        """
        if self.limiter.statistics().tasks_waiting >= self.waiting:
            detail = f"{self.waiting} requests are waiting already. Try again."
            headers = {"Retry-After": "1"}
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "overloaded", detail, headers=headers)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do some work in a thread, as soon as one is free."""
        return await run_sync(partial(work, *args, **kwargs), limiter=self.limiter)
