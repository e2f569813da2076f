"""Sign-in attempts, limited such that guessing is slow and nobody is locked out for good.

Whoever fails has to wait longer each time, up to a bound, before another attempt is heard. Counts
are in the database: a restart, or another process of the service, does not forget them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

import sqlalchemy as sa

from features.database import writing
from features.tables import SIGN_IN_ATTEMPTS
from serving.problems import Problem

OF_A_NAME: Final = 5
"""Attempts that may fail with one name from one address, or one known browser, without a wait."""
OF_AN_ADDRESS: Final = 50
"""Attempts that may fail from one address without a wait, whatever the names."""
FIRST_WAIT: Final = timedelta(seconds=30)
"""After one attempt more; each further one doubles it."""
LONGEST_WAIT: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)
"""Without an attempt for so long, those before are forgotten."""
KNOWN_FOR: Final = timedelta(days=90)
"""A browser that has signed somebody in is known for so long."""


@dataclass(frozen=True)
class Attempt:
    """Somebody who would like to sign in.

    Attributes
    ----------
    name
        As of `login_of`, or the id of a key; empty where what was given has none.
    address
        Of the browser.
    browser
        A secret that the browser keeps.
    """

    name: str
    address: str
    browser: str

    @property
    def here(self) -> str:
        """The name, tried from this address."""
        return _digest("name", self.name, network_of(self.address))

    @property
    def anybody(self) -> str:
        """Whatever name, tried from this address."""
        return _digest("address", network_of(self.address))

    @property
    def known(self) -> str:
        """The name, tried from a browser that it has signed in with before."""
        return _digest("browser", self.name, self.browser)


@dataclass(frozen=True)
class _Count:
    """How often an attempt of some digest has failed, and how often it may without a wait."""

    digest: str
    free: int
    failed: int
    last_at: datetime
    kept_until: datetime

    def wait(self, now: datetime) -> timedelta:
        span = wait_after(self.failed - self.free)
        # Another machine's clock may be ahead: no span is none, and none is longer than it is.
        return min(self.last_at + span - now, span)


def _now() -> datetime:
    return datetime.now(UTC)


class Attempts:
    """Counts attempts that fail, by name and address, and by address.

    No name is refused as such: whoever guesses at somebody's password from elsewhere does not keep
    that person waiting. Nor does whoever guesses from the same address, where the person's browser
    is known by an earlier sign-in: such a browser has counts of its own (OWASP's device cookies).
    Where it is not known yet, the person waits with everybody at that address, `LONGEST_WAIT` at a
    time. A name that nobody has is counted as any other. An attempt that is not heard is not
    counted: it makes no wait longer. An IPv6 address counts with its network of 64 bits, which one
    household has.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    now
        Gives the moment, UTC.
    """

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime] = _now) -> None:
        self.engine = engine
        self.now = now

    def begin(self, attempt: Attempt) -> None:
        """Count an attempt before it is tried: many at once get no more than one after another.

        Raises
        ------
        Problem
            429 where too many have failed just now.
        """
        now = self.now()
        with writing(self.engine) as connection:
            counts = _counts(connection, attempt, now)
            wait = max(count.wait(now) for count in counts)
            if wait > timedelta():
                raise _too_many(wait)
            connection.execute(sa.delete(_ROWS).where(_ROWS.c.kept_until <= now))
            for count in counts:
                kept_until = max(count.kept_until, now + FORGOTTEN_AFTER)
                _keep(connection, count.digest, count.failed + 1, now, kept_until)

    def succeeded(self, attempt: Attempt) -> None:
        """Take back what `begin` counted, and all that failed before; the browser is known then."""
        now = self.now()
        with writing(self.engine) as connection:
            known = _row(connection, attempt.known, now) is not None
            _keep(connection, attempt.known, 0, now, now + KNOWN_FOR)
            connection.execute(sa.delete(_ROWS).where(_ROWS.c.digest == attempt.here))
            if not known:
                one_less = sa.update(_ROWS).values(failed=_ROWS.c.failed - 1)
                of_address = (_ROWS.c.digest == attempt.anybody, _ROWS.c.failed > 0)
                connection.execute(one_less.where(*of_address))


_ROWS: Final = SIGN_IN_ATTEMPTS


def wait_after(failed: int) -> timedelta:
    """Give the wait after some attempts that failed beyond those that may: 30 s, doubled each time.

    Returns
    -------
    timedelta
        From 0, before any of them, to `LONGEST_WAIT`.
    """
    if failed < 0:
        return timedelta()
    doublings = min(failed, ceil(LONGEST_WAIT / FIRST_WAIT).bit_length())
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def network_of(address: str) -> str:
    """Give the network that an address counts with: itself, or of IPv6 its first 64 bits."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _counts(connection: sa.Connection, attempt: Attempt, now: datetime) -> tuple[_Count, ...]:
    """Read what an attempt is held against: of a known browser its own count alone."""
    if _row(connection, attempt.known, now) is not None:
        return (_count(connection, attempt.known, OF_A_NAME, now),)
    of_address = _count(connection, attempt.anybody, OF_AN_ADDRESS, now)
    return of_address, _count(connection, attempt.here, OF_A_NAME, now)


def _count(connection: sa.Connection, digest: str, free: int, now: datetime) -> _Count:
    row = _row(connection, digest, now)
    if row is None:
        return _Count(digest, free, 0, now, now)
    failed = row.failed if now < row.last_at + FORGOTTEN_AFTER else 0
    return _Count(digest, free, failed, row.last_at, row.kept_until)


def _row(
    connection: sa.Connection, digest: str, now: datetime
) -> sa.Row[tuple[object, ...]] | None:
    query = sa.select(_ROWS).where(_ROWS.c.digest == digest, _ROWS.c.kept_until > now)
    return connection.execute(query).one_or_none()


def _keep(
    connection: sa.Connection, digest: str, failed: int, now: datetime, kept_until: datetime
) -> None:
    connection.execute(sa.delete(_ROWS).where(_ROWS.c.digest == digest))
    row = {"digest": digest, "failed": failed, "last_at": now, "kept_until": kept_until}
    connection.execute(sa.insert(_ROWS).values(row))


def _digest(*parts: str) -> str:
    """Digest parts, each with its length: no two lists of parts read alike."""
    written = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(written.encode(errors="replace")).hexdigest()


def _too_many(wait: timedelta) -> Problem:
    seconds = ceil(wait.total_seconds())
    told = f"{seconds} seconds" if seconds < 100 else f"{ceil(seconds / 60)} minutes"
    detail = (
        f"Too many attempts have failed from here. Wait {told} and try again. Others, and you from"
        " another address or from a browser that you have signed in with before, are not affected."
    )
    headers = {"Retry-After": str(seconds)}
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many-attempts", detail, headers=headers)
