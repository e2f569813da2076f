"""Errors on the wire: RFC 9457 `application/problem+json`, and their one mapping to HTTP."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from features.errors import (
    DamagedModel,
    EditConflict,
    InputError,
    InvalidMerge,
    MergedTheme,
    NoCard,
    NoChampion,
    NoSuchAlarm,
    NoSuchTheme,
    NoSuchVersion,
    RedressError,
    StateError,
    UnfitStore,
)

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:redress:problem:"
logger = logging.getLogger("redress.serving")


class Problem(Exception):
    """A refusal that is ready for the wire.

    Parameters
    ----------
    status
        The HTTP status.
    kind
        The last part of the problem's `type`: what a program tells problems apart by.
    detail
        What was found, what was expected, and the remedy.
    errors
        Pairs of a JSON pointer (RFC 6901) into the request's body, and what is wrong there.
    headers
        Further headers of the response.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Give the members of the problem document."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.kind,
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [
                {"pointer": pointer, "detail": detail} for pointer, detail in self.errors
            ]
        return document

    def response(self) -> Response:
        """Give the response that carries the problem."""
        return Response(
            json.dumps(self.body()).encode(),
            status_code=self.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def problem_of(error: RedressError) -> Problem:
    """Map an error of Redress to its problem: the caller's to mend is 4xx, the state's is 503.

    Errors about the thing that the path names have statuses of their own.
    """
    kind = KINDS.get(type(error))
    if type(error) in STATUSES:
        return Problem(STATUSES[type(error)], kind or "invalid-input", str(error))
    if isinstance(error, StateError):
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            kind or "unavailable",
            str(error),
            headers={"Retry-After": RETRY_SECONDS},
        )
    if isinstance(error, InputError):
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind or "invalid-input", str(error))
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", str(error))


KINDS: Final[Mapping[type[RedressError], str]] = {
    NoChampion: "no-champion",
    DamagedModel: "damaged-model",
    NoSuchTheme: "no-such-theme",
    NoSuchAlarm: "no-such-alarm",
    NoSuchVersion: "no-such-version",
    NoCard: "no-card",
    EditConflict: "edit-conflict",
    MergedTheme: "merged-theme",
    InvalidMerge: "invalid-merge",
    UnfitStore: "unfit-store",
}
STATUSES: Final[Mapping[type[RedressError], HTTPStatus]] = {
    NoSuchTheme: HTTPStatus.NOT_FOUND,
    NoSuchAlarm: HTTPStatus.NOT_FOUND,
    NoSuchVersion: HTTPStatus.NOT_FOUND,
    NoCard: HTTPStatus.NOT_FOUND,
    EditConflict: HTTPStatus.CONFLICT,
    MergedTheme: HTTPStatus.CONFLICT,
}
RETRY_SECONDS: Final = "10"
"""Seconds after which asking again is worth while: a promotion is noticed sooner than that."""


def database_unavailable() -> Problem:
    """Give the problem of a database that cannot be read or written."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "database-unavailable",
        "the database cannot be used now, so nothing was recorded or answered. Try again.",
        headers={"Retry-After": RETRY_SECONDS},
    )


def unforeseen() -> Problem:
    """Give the problem of an error that nobody foresaw."""
    detail = "an unforeseen error, which has been logged. Report it with the X-Request-Id."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)


def answer_problems(app: FastAPI) -> None:
    """Make an application answer every error as a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RedressError, _on_redress_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(SQLAlchemyError, _on_database_error)


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _on_redress_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RedressError)
    return problem_of(error).response()


async def _on_database_error(_: Request, error: Exception) -> Response:
    """Answer a database that does not; its message holds values, so only its kind is logged."""
    logger.error("the database failed: %s", type(error).__qualname__)
    return database_unavailable().response()


async def _on_http_exception(_: Request, error: Exception) -> Response:
    """Answer the router's own refusals: no such path, wrong method."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    kind = status.phrase.lower().replace(" ", "-")
    return Problem(status, kind, status.description, headers=error.headers).response()


async def _on_validation(_: Request, error: Exception) -> Response:
    """Answer a wrong path or query parameter, without repeating its value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    # Where it was looked for, its name, and of a list the place in it.
    detail = f"parameter {first['loc'][1]}: {first['msg']}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-parameter", detail).response()
