"""Who is signed in: a random token in a cookie, and its hash in the database.

A person's role is read anew on every request: one who was disabled, or whose key was revoked, is
out at once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from features.database import reading, writing
from features.tables import API_KEYS, SESSIONS, USERS
from serving.dashboard.roles import Role, role_of
from serving.keys import Scope, digest_of

NOTE_EVERY: Final = timedelta(minutes=5)
"""Pages asked for within so long of one another are noted once: reading need not write."""


@dataclass(frozen=True)
class Person:
    """Who is signed in: a user, or whoever holds a key.

    Attributes
    ----------
    name
        What changes are recorded under.
    login, key_id
        Of a user, of a key; the other one is None.
    """

    name: str
    role: Role
    login: str | None = None
    key_id: str | None = None


@dataclass(frozen=True)
class Lifetime:
    """How long a session lasts: without a page being asked for, and at most."""

    idle: timedelta
    most: timedelta


class Sessions:
    """The sessions in the database.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    lifetime
        After which a session is over.
    """

    def __init__(self, engine: sa.Engine, lifetime: Lifetime) -> None:
        self.engine = engine
        self.lifetime = lifetime

    def begin(self, person: Person, now: datetime | None = None) -> str:
        """Begin a session, and give its token; those long over are swept away."""
        token, now = secrets.token_urlsafe(32), now or datetime.now(UTC)
        row = {
            "digest": digest_of(token),
            "login": person.login,
            "key_id": person.key_id,
            "began_at": now,
            "seen_at": now,
        }
        with writing(self.engine) as connection:
            over = SESSIONS.c.seen_at < now - self.lifetime.idle
            connection.execute(sa.delete(SESSIONS).where(over))
            connection.execute(sa.insert(SESSIONS).values(row))
        return token

    def person(self, token: str, now: datetime | None = None) -> Person | None:
        """Say whose session a token opens; None where it opens none that still lasts."""
        digest, now = digest_of(token), now or datetime.now(UTC)
        with reading(self.engine) as connection:
            row = connection.execute(_WHO.where(SESSIONS.c.digest == digest)).mappings().first()
        if row is None or not self._lasts(row["began_at"], row["seen_at"], now):
            return None
        person = _user(row) if row["login"] is not None else _holder(row, now)
        if person is not None and now - row["seen_at"] >= NOTE_EVERY:
            self._note(digest, now)
        return person

    def end(self, token: str) -> None:
        """End a session, if it is one."""
        with writing(self.engine) as connection:
            digest = SESSIONS.c.digest == digest_of(token)
            connection.execute(sa.delete(SESSIONS).where(digest))

    def _lasts(self, began: datetime, seen: datetime, now: datetime) -> bool:
        return now < began + self.lifetime.most and now < seen + self.lifetime.idle

    def _note(self, digest: str, now: datetime) -> None:
        with writing(self.engine) as connection:
            session = SESSIONS.c.digest == digest
            connection.execute(sa.update(SESSIONS).where(session).values(seen_at=now))


_WHO: Final = (
    sa.select(
        SESSIONS.c.login,
        SESSIONS.c.key_id,
        SESSIONS.c.began_at,
        SESSIONS.c.seen_at,
        USERS.c.name,
        USERS.c.role,
        USERS.c.disabled_at,
        API_KEYS.c.name.label("key_name"),
        API_KEYS.c.scopes,
        API_KEYS.c.expires_at,
        API_KEYS.c.revoked_at,
    )
    .outerjoin(USERS, SESSIONS.c.login == USERS.c.login)
    .outerjoin(API_KEYS, SESSIONS.c.key_id == API_KEYS.c.key_id)
)


def _user(row: sa.RowMapping) -> Person | None:
    if row["disabled_at"] is not None:
        return None
    return Person(row["name"], Role(row["role"]), login=row["login"])


def _holder(row: sa.RowMapping, now: datetime) -> Person | None:
    """Give whoever holds a key, unless it has expired, was revoked, or has no role."""
    over = row["revoked_at"] is not None or (
        row["expires_at"] is not None and row["expires_at"] <= now
    )
    role = role_of({Scope(scope) for scope in row["scopes"]})
    return None if over or role is None else Person(row["key_name"], role, key_id=row["key_id"])
