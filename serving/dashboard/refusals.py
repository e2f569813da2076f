"""The page that says what went wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, Final

from serving.dashboard.pages import Page
from serving.problems import Problem


@dataclass(frozen=True)
class RefusalPage(Page):
    """Something went wrong.

    Attributes
    ----------
    detail
        What was found, what was expected, and the remedy.
    """

    template: ClassVar[str] = "refusal.html"

    detail: str


_TITLES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.FORBIDDEN: "Refused",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "No page to open",
    HTTPStatus.CONFLICT: "Somebody was quicker",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That cannot be done",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something broke",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now",
}


def refusal_of(problem: Problem) -> RefusalPage:
    """Say a problem as a page."""
    title = _TITLES.get(problem.status, problem.status.phrase)
    detail = problem.detail[:1].upper() + problem.detail[1:]
    return RefusalPage(title, detail if detail.endswith(".") else f"{detail}.")
