"""API keys: made once, shown once, kept as a hash.

A key reads `rdr_<id>_<secret>`. The secret is 256 random bits, so one round of SHA-256 protects
it: slow hashes such as argon2 make guessing expensive, nobody guesses 256 bits, and every request
would pay for the slowness.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Engine, Row, insert, select, update

from features.errors import NoSuchKey
from features.tables import API_KEYS

PATTERN: Final = re.compile(r"rdr_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
"""A whole key: its id, and its secret in URL-safe base 64."""

NOTE_EVERY: Final = timedelta(hours=1)


class Scope(StrEnum):
    """What a key allows."""

    SCORE = "score"
    REVIEW = "review"
    ADMIN = "admin"


@dataclass(frozen=True)
class Key:
    """What is kept of a key; its secret is not.

    Attributes
    ----------
    created_at, expires_at, revoked_at, used_at
        UTC; None where it never expires, has not been revoked, was never used. Uses within an hour
        of one another are noted once.
    """

    key_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Tell whether the key has a scope; `admin` has all."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def valid_at(self, moment: datetime) -> bool:
        """Tell whether the key is neither revoked nor expired."""
        unexpired = self.expires_at is None or moment < self.expires_at
        return self.revoked_at is None and unexpired


@dataclass(frozen=True)
class NewKey:
    """A key at the only moment at which its secret is known."""

    key: Key
    bearer: str


@dataclass(frozen=True)
class Stored:
    """A key beside the SHA-256 of its secret, in hexadecimal digits."""

    key: Key
    digest: str

    def opens_with(self, secret: str) -> bool:
        """Compare a secret, in a time that does not depend on where the two differ."""
        return hmac.compare_digest(self.digest, digest_of(secret))


class Keys:
    """The keys in the database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def create(
        self, name: str, scopes: Sequence[Scope], lifetime: timedelta | None = None
    ) -> NewKey:
        """Make a key and keep its hash.

        Parameters
        ----------
        name
            Who or what uses it.
        scopes
            What it allows.
        lifetime
            How long it lasts; None for ever.
        """
        now = datetime.now(UTC)
        expires_at = None if lifetime is None else now + lifetime
        key = Key(secrets.token_hex(6), name, frozenset(scopes), now, expires_at)
        secret = secrets.token_urlsafe(32)
        with self.engine.begin() as connection:
            connection.execute(
                insert(API_KEYS).values(
                    key_id=key.key_id,
                    name=name,
                    scopes=sorted(scopes),
                    digest=digest_of(secret),
                    created_at=now,
                    expires_at=expires_at,
                )
            )
        return NewKey(key, f"rdr_{key.key_id}_{secret}")

    def find(self, key_id: str) -> Stored | None:
        """Look a key up by its id."""
        with self.engine.connect() as connection:
            row = connection.execute(
                select(API_KEYS).where(API_KEYS.c.key_id == key_id)
            ).one_or_none()
        return None if row is None else Stored(_key(row), row.digest)

    def all(self) -> list[Key]:
        """List the keys, oldest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(API_KEYS).order_by(API_KEYS.c.created_at)).all()
        return [_key(row) for row in rows]

    def revoke(self, key_id: str) -> None:
        """Revoke a key, now and for good; one revoked before keeps its time.

        Raises
        ------
        NoSuchKey
            When there is no key of that id.
        """
        if self.find(key_id) is None:
            raise NoSuchKey(f"no key {key_id}", "the id of a key", "See `redress key list`.")
        with self.engine.begin() as connection:
            connection.execute(
                update(API_KEYS)
                .where(API_KEYS.c.key_id == key_id, API_KEYS.c.revoked_at.is_(None))
                .values(revoked_at=datetime.now(UTC))
            )

    def note_use(self, key: Key, now: datetime) -> None:
        """Note that a key was used, unless it was within the hour."""
        if key.used_at is not None and now - key.used_at < NOTE_EVERY:
            return
        with self.engine.begin() as connection:
            connection.execute(
                update(API_KEYS).where(API_KEYS.c.key_id == key.key_id).values(last_used_at=now)
            )


def digest_of(secret: str) -> str:
    """Hash a secret: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def split(bearer: str) -> tuple[str, str] | None:
    """Take a key apart into its id and its secret; None where it is not shaped like one."""
    match = PATTERN.fullmatch(bearer)
    return None if match is None else (match[1], match[2])


def _key(row: Row[tuple[object, ...]]) -> Key:
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return Key(
        key_id=row.key_id,
        name=row.name,
        scopes=scopes,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.last_used_at,
    )
