"""A visit to a page: who asks, what they sent, and the ways to answer."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from serving.dashboard.arrivals import Arrival
from serving.dashboard.csrf import token_of
from serving.dashboard.forms import Fields
from serving.dashboard.pages import Drawer, Frame, Page, links_for
from serving.dashboard.refusals import refusal_of
from serving.dashboard.roles import Role
from serving.dashboard.sessions import Person
from serving.problems import Problem

SAID_COOKIE: Final = "redress_said"
SAID_SECONDS: Final = 60
MOST_SAID: Final = 300
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    # Not no-referrer: with it browsers send forms with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_LOCAL: Final = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*", re.ASCII)


@dataclass(frozen=True)
class Call:
    """A request to a page, before it is known who asks.

    Attributes
    ----------
    fields
        Of the form; of a GET none.
    """

    request: Request
    arrival: Arrival
    fields: Fields

    def part(self, name: str) -> str:
        """Give a part of the path: of `/themes/{theme_id}`, the theme_id."""
        return str(self.request.path_params[name])

    @property
    def query(self) -> QueryParams:
        """What follows the question mark."""
        return self.request.query_params

    @property
    def path(self) -> str:
        """The address, with its query: where to come back to."""
        query = self.request.url.query
        return f"{self.request.url.path}?{query}" if query else self.request.url.path

    def note(self, **facts: object) -> None:
        """Leave ids, counts and versions for the log; never a name or a text."""
        self.request.state.facts = {**getattr(self.request.state, "facts", {}), **facts}

    def set_cookie(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        """Set a cookie that no script reads and no other site sends along with a form."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=True,
            samesite="lax",
            secure=self.arrival.https,
        )


@dataclass(frozen=True)
class Visit:
    """A request to a page, by somebody who may make it.

    Attributes
    ----------
    secret
        The token of the session; what forms carry is derived from it.
    """

    call: Call
    person: Person
    secret: str
    drawer: Drawer
    paths: frozenset[str]
    fields: Fields

    @property
    def query(self) -> QueryParams:
        """What follows the question mark."""
        return self.call.query

    def part(self, name: str) -> str:
        """Give a part of the path: of `/themes/{theme_id}`, the theme_id."""
        return self.call.part(name)

    def note(self, **facts: object) -> None:
        """As of `Call.note`."""
        self.call.note(**facts)

    def may(self, role: Role) -> bool:
        """Tell whether the person has a role, or one that includes it."""
        return self.person.role.includes(role)

    def show(self, page: Page, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """Draw a page, with what the last action said."""
        said = _said(self.call.request, self.secret)
        frame = Frame(
            self.person,
            token_of(self.secret),
            links_for(page.under, self.paths),
            said,
            page.has_charts,
        )
        response = html(self.drawer.draw(page, frame), status)
        if said:
            response.delete_cookie(SAID_COOKIE)
        return response

    def refuse(self, problem: Problem) -> Response:
        """Show a problem as a page, with the way to other pages around it."""
        response = self.show(refusal_of(problem), problem.status)
        response.headers.update(problem.headers)
        return response

    def go(self, path: str, said: str = "") -> Response:
        """Send the browser to a page after an action, which will say what was done."""
        response = RedirectResponse(path, HTTPStatus.SEE_OTHER, headers=HEADERS)
        if said:
            value = _signed(said[:MOST_SAID], self.secret)
            self.call.set_cookie(response, SAID_COOKIE, value, SAID_SECONDS)
        return response

    def download(self, content: str, name: str, encoding: str = "utf-8-sig") -> Response:
        """Send a CSV file of some name.

        By default it begins with the mark of UTF-8, without which spreadsheets misread it; programs
        take the mark for a part of the first column's name.
        """
        headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        media_type = "text/csv; charset=utf-8"
        return Response(content.encode(encoding), media_type=media_type, headers=headers)


def html(
    content: str, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """Send a page, with the headers that keep it to itself."""
    return HTMLResponse(content, status, headers={**HEADERS, **(headers or {})})


def local(path: str) -> str:
    """Give a path to come back to; where it leads elsewhere, the first page."""
    return path if _LOCAL.fullmatch(path) else "/"


def _signed(text: str, secret: str) -> str:
    packed = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{packed}.{token_of(secret, f'said {packed}')[:32]}"


def _said(request: Request, secret: str) -> str:
    """Read what the last action said; nothing where the cookie is not this session's own."""
    packed, _, mark = request.cookies.get(SAID_COOKIE, "").partition(".")
    right = token_of(secret, f"said {packed}")[:32]
    if not packed or not hmac.compare_digest(mark.encode(), right.encode()):
        return ""
    try:
        return base64.urlsafe_b64decode(packed).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
