"""The days that a digest tells of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from features.errors import InvalidDate

__all__ = ["Period", "period_of", "read_day"]


@dataclass(frozen=True)
class Period:
    """Some days, UTC: from `since` to `until`, both counted."""

    since: date
    until: date

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.until - self.since).days + 1

    @property
    def before(self) -> Period:
        """As many days, just before."""
        length = timedelta(days=self.days)
        return Period(self.since - length, self.until - length)

    @property
    def start(self) -> datetime:
        """The first moment, UTC."""
        return datetime.combine(self.since, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it, UTC."""
        return datetime.combine(self.until + timedelta(days=1), time(), UTC)


def read_day(text: str) -> date:
    """Read a day such as 2025-03-03.

    Raises
    ------
    InvalidDate
        It is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise InvalidDate(
            f"{text[:40]!r} is not a day", "a day, UTC, such as 2025-03-03", "Correct it."
        ) from None


def period_of(since: date, until: date | None, newest: date, today: date) -> Period:
    """Settle the days of a digest.

    Parameters
    ----------
    until
        The last day; None: the day of the newest discovery, or `since` where that is later.
    newest
        The day of the newest discovery.

    Raises
    ------
    InvalidDate
        A day is in the future, or too early for as many days to lie before it, or the last day is
        before the first one.
    """
    for day in (since, until or since):
        if day > today:
            raise InvalidDate(
                f"{day} is in the future", f"a day up to {today}, UTC", "Name an earlier one."
            )
    last = max(since, newest) if until is None else until
    if last < since:
        raise InvalidDate(
            f"the last day, {last}, is before the first, {since}",
            f"a last day from {since} on",
            "Exchange them.",
        )
    if (since - date.min).days < (last - since).days + 1:
        raise InvalidDate(
            f"{since} is too early", "a day with as many days before it", "Name a later one."
        )
    return Period(since, last)
