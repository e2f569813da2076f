"""Idempotency keys: a request sent twice is answered once (IETF draft, Idempotency-Key header).

The answer is kept in the transaction that records the scores, so that a request either happened,
with its answer, or did not happen at all.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from features.database import writing
from features.tables import IDEMPOTENCY
from serving.problems import Problem

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
MAX_LENGTH: Final = 200
KEEP: Final = timedelta(hours=24)
"""For how long an answer can be had again."""
IN_FLIGHT: Final = 0
"""Stands for the HTTP status of an answer that is not there yet."""
ABANDONED: Final = timedelta(minutes=2)
"""After which a request without an answer is taken to have died with its process."""


@dataclass(frozen=True)
class Claim:
    """The right to answer a request, held by one thread at a time."""

    engine: Engine
    key_id: str
    name: str
    claimed_at: datetime

    def keep(self, connection: Connection, answer: bytes) -> None:
        """Keep the answer, in a transaction of the caller's.

        Raises
        ------
        Problem
            409 when another request has taken the claim over in the meantime.
        """
        kept = connection.execute(
            update(IDEMPOTENCY).where(self._mine).values(status=HTTPStatus.OK, body=answer)
        )
        if kept.rowcount != 1:
            raise _in_flight()

    def release(self) -> None:
        """Give the claim up, so that the request can be sent again."""
        with self.engine.begin() as connection:
            connection.execute(
                delete(IDEMPOTENCY).where(self._mine, IDEMPOTENCY.c.status == IN_FLIGHT)
            )

    @property
    def _mine(self) -> ColumnElement[bool]:
        return and_(_same(self.key_id, self.name), IDEMPOTENCY.c.created_at == self.claimed_at)


class Replies:
    """The answers given under idempotency keys, of each API key apart."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def claim(self, key_id: str, name: str, request: bytes) -> Claim | bytes:
        """Claim a request, or give the answer that it had.

        Parameters
        ----------
        key_id
            The API key that asks.
        name
            The idempotency key, as `read_name` gives it.
        request
            What was asked: the same key with something else is a mistake.

        Raises
        ------
        Problem
            422 where the key came with another request, 409 where the request is being answered.
        """
        now = datetime.now(UTC)
        digest = hashlib.sha256(request).hexdigest()
        self._forget(now - KEEP)
        try:
            with self.engine.begin() as connection:
                connection.execute(
                    insert(IDEMPOTENCY).values(
                        key_id=key_id,
                        key=name,
                        request_digest=digest,
                        status=IN_FLIGHT,
                        body=b"",
                        created_at=now,
                    )
                )
        except IntegrityError:
            return self._again(key_id, name, digest, now)
        return Claim(self.engine, key_id, name, now)

    def _again(self, key_id: str, name: str, digest: str, now: datetime) -> Claim | bytes:
        with writing(self.engine) as connection:
            row = connection.execute(select(IDEMPOTENCY).where(_same(key_id, name))).one_or_none()
            if row is None:
                raise _in_flight()
            if row.request_digest != digest:
                raise _other_request()
            if row.status != IN_FLIGHT:
                return bytes(row.body)
            if row.created_at > now - ABANDONED:
                raise _in_flight()
            connection.execute(
                update(IDEMPOTENCY).where(_same(key_id, name)).values(created_at=now)
            )
        return Claim(self.engine, key_id, name, now)

    def _forget(self, before: datetime) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(IDEMPOTENCY).where(IDEMPOTENCY.c.created_at < before))


def read_name(header: str) -> str:
    """Read the header: 1 to 200 visible ASCII characters, quoted or not.

    Raises
    ------
    Problem
        400 where it is not.
    """
    name = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    if 1 <= len(name) <= MAX_LENGTH and all("!" <= character <= "~" for character in name):
        return name
    detail = (
        f"the header {HEADER} cannot be used; expected 1 to {MAX_LENGTH} visible ASCII characters"
    )
    raise Problem(HTTPStatus.BAD_REQUEST, "invalid-idempotency-key", detail)


def _same(key_id: str, name: str) -> ColumnElement[bool]:
    return and_(IDEMPOTENCY.c.key_id == key_id, IDEMPOTENCY.c.key == name)


def _in_flight() -> Problem:
    detail = f"a request with this {HEADER} is being answered. Ask again for its answer."
    return Problem(HTTPStatus.CONFLICT, "request-in-flight", detail, headers={"Retry-After": "1"})


def _other_request() -> Problem:
    detail = f"this {HEADER} came with another request. Use a new one for each request."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused", detail)
