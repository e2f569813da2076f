"""Who may ask what: a bearer key on every request, with the scope that the endpoint needs."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from anyio.to_thread import run_sync
from cachetools import TTLCache
from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from serving.keys import Key, Keys, Scope, Stored, split
from serving.problems import Problem

REMEMBER_SECONDS: Final = 5.0
"""Seconds for which a key looked up is remembered: a revoked one is refused no later than that."""
REMEMBER_KEYS: Final = 1_024
REALM: Final = 'Bearer realm="redress"'

bearer = HTTPBearer(auto_error=False, scheme_name="key", description="A key: `rdr_<id>_<secret>`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


class Gate:
    """Lets requests in by their key.

    Parameters
    ----------
    keys
        The keys in the database.
    remember_seconds
        For how long a look-up, found or not, is remembered.
    """

    def __init__(self, keys: Keys, remember_seconds: float = REMEMBER_SECONDS) -> None:
        self.keys = keys
        self._lock = threading.Lock()
        self._seen: TTLCache[str, Stored | None] = TTLCache(REMEMBER_KEYS, remember_seconds)

    def needs(self, scope: Scope) -> Callable[[Request, Credentials], Awaitable[None]]:
        """Give the dependency that admits only keys with a scope, and leaves the key in the state.

        Its problems are 401 where there is no key that opens, and 403 where it lacks the scope.
        """

        async def admit(request: Request, credentials: Credentials) -> None:
            key = await self._open(credentials)
            if not key.allows(scope):
                raise _forbidden(scope)
            request.state.key = key

        return admit

    async def _open(self, credentials: HTTPAuthorizationCredentials | None) -> Key:
        if credentials is None:
            raise _unauthorised("no key; expected the header Authorization: Bearer rdr_…", REALM)
        parts = split(credentials.credentials)
        if parts is None:
            raise _invalid("not a key; a key reads rdr_<id>_<secret>")
        known, stored = self._recall(parts[0])
        if known:
            return _opened(stored, parts[1])
        return await run_sync(self._look_up, *parts)

    def _recall(self, key_id: str) -> tuple[bool, Stored | None]:
        """Tell whether a key was looked up a moment ago, and what was found."""
        with self._lock:
            return key_id in self._seen, self._seen.get(key_id)

    def _look_up(self, key_id: str, secret: str) -> Key:
        stored = self.keys.find(key_id)
        with self._lock:
            self._seen[key_id] = stored
        key = _opened(stored, secret)
        self.keys.note_use(key, datetime.now(UTC))
        return key


def _opened(stored: Stored | None, secret: str) -> Key:
    if stored is None or not stored.opens_with(secret):
        raise _invalid("no such key")
    if not stored.key.valid_at(datetime.now(UTC)):
        raise _invalid("the key has expired or been revoked")
    return stored.key


def _invalid(found: str) -> Problem:
    remedy = "Make one with `redress key create`."
    return _unauthorised(f"{found}. {remedy}", f'{REALM}, error="invalid_token"')


def _unauthorised(detail: str, challenge: str) -> Problem:
    headers = {"WWW-Authenticate": challenge}
    return Problem(HTTPStatus.UNAUTHORIZED, "unauthorised", detail, headers=headers)


def _forbidden(scope: Scope) -> Problem:
    challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
    return Problem(
        HTTPStatus.FORBIDDEN,
        "missing-scope",
        f"the key lacks the scope {scope}. Make one with: redress key create --scope {scope}",
        headers={"WWW-Authenticate": challenge},
    )
