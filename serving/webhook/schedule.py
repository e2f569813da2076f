"""When a message that was not taken is sent again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final

__all__ = [
    "LIFETIME",
    "STALE",
    "UNSENT",
    "Answer",
    "Outcome",
    "Verdict",
    "judge",
    "pause",
    "pause_asked_for",
]

LIFETIME: Final = timedelta(days=1)
"""From when a message was put in line to its last attempt."""
STALE: Final = timedelta(days=7)
"""From when a message was put in line until it is given up unsent: who names a receiver for the
first time does not want the alarms of months at once, who was away over a weekend wants them."""
PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200)
)
"""After the first attempt, the second, and so on; the last one repeats."""
JITTER: Final = 0.2
"""A pause is longer by up to so much, or messages that failed together would come together."""


class Outcome(StrEnum):
    """What became of an attempt."""

    DELIVERED = "delivered"
    FAILED = "failed"
    """To be tried again."""
    DEAD = "dead"
    """Given up."""


@dataclass(frozen=True)
class Answer:
    """What came of one attempt.

    Attributes
    ----------
    status
        The HTTP status; None where there was no response.
    error
        Why there was none.
    retry_after
        The header of that name: seconds, or an HTTP date (RFC 9110, 10.2.3).
    """

    status: int | None = None
    error: str | None = None
    retry_after: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the receiver has taken the message: any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def final(self) -> bool:
        """Whether the receiver wants no more: Standard Webhooks gives 410 that meaning."""
        return self.status == HTTPStatus.GONE

    @property
    def told(self) -> str:
        """Say it in a few words."""
        return f"status {self.status}" if self.error is None else self.error


UNSENT: Final = Answer(error=f"not sent within {STALE.days} days")
"""What stands for the answer to a message that is stale."""


@dataclass(frozen=True)
class Verdict:
    """What follows from an answer.

    Attributes
    ----------
    at
        When it was delivered or given up, or when it is tried again.
    """

    outcome: Outcome
    at: datetime


def judge(
    answer: Answer, attempts: int, in_line_since: datetime, now: datetime, draw: float
) -> Verdict:
    """Decide what follows from the answer to an attempt.

    The last attempt falls on the end of the day or later, so that nothing is given up that was not
    tried then, however long nobody was there to try.

    Parameters
    ----------
    attempts
        Made so far, at least 1.
    in_line_since
        When the day began.
    draw
        A random number from 0 to 1: where in its range the pause lies.
    """
    if answer.accepted:
        return Verdict(Outcome.DELIVERED, now)
    last = in_line_since + LIFETIME
    if answer.final or now >= last:
        return Verdict(Outcome.DEAD, now)
    wait = max(pause(attempts, draw), pause_asked_for(answer.retry_after, now))
    return Verdict(Outcome.FAILED, min(now + wait, last))


def pause(attempts: int, draw: float) -> timedelta:
    """Give the pause after so many attempts, at least 1."""
    return PAUSES[min(attempts, len(PAUSES)) - 1] * (1 + JITTER * draw)


def pause_asked_for(retry_after: str | None, now: datetime) -> timedelta:
    """Read `Retry-After`: from zero, where it is absent or makes no sense, to a day."""
    if retry_after is None:
        return timedelta(0)
    if retry_after.isascii() and retry_after.isdecimal():
        # A number that takes more digits than this is more than a day anyhow.
        return min(timedelta(seconds=int(retry_after[:9])), LIFETIME)
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return timedelta(0)
    asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return max(min(asked, LIFETIME), timedelta(0))
