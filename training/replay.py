"""Discoveries of days gone by, one after another, as if they had been made then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from features.database import open_database
from features.errors import InvalidDate
from features.history import History
from features.settings import Settings
from training.discover import discover
from training.discovered import Discovered
from training.stages import Stages
from training.window import last_day

__all__ = ["days_between", "replay"]


def days_between(since: date, until: date, every: int) -> tuple[date, ...]:
    """List days in order, `every` so many apart, the last one `until`, none before `since`.

    Raises
    ------
    InvalidDate
        When `since` is later than `until`.
    """
    if since > until:
        raise InvalidDate(
            f"{since} is later than {until}, the last day to be discovered",
            "a day up to that",
            "Name an earlier day with --since, or a later one with --as-of.",
        )
    steps = (until - since).days // every
    return tuple(until - timedelta(days=every * back) for back in range(steps, -1, -1))


def replay(
    settings: Settings, stages: Stages, since: date, every: int, as_of: date | None = None
) -> Iterator[Discovered]:
    """Discover days gone by, and enter each in the catalogue before the next.

    What was filed later is not looked at; decisions are those made until each day. Only the last
    day's alarms are put in line to be sent: those of days gone by are no news. Yields what each day
    gave, so that a long replay can be followed; one that is stopped leaves the days done.

    Parameters
    ----------
    since, every
        As of `days_between`.
    as_of
        The last of them; None: the day of the latest appeal.

    Raises
    ------
    InvalidDate
        As of `days_between`.
    CatalogAhead
        The catalogue is as of a later day than the first of them.
    """
    engine = open_database(settings)
    until = as_of or last_day(History(engine))
    engine.dispose()
    silent = replace(settings, webhook_url="", webhook_secret="")
    for day in days_between(since, until, every):
        yield discover(settings if day == until else silent, stages, day)
