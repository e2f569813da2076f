"""Signing in and out; what was typed when a session ended is carried along and shown again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import ClassVar, Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from serving.dashboard.attempts import KNOWN_FOR, Attempt, Attempts
from serving.dashboard.csrf import FIELD, require_token, token_of
from serving.dashboard.door import SESSION_COOKIE, Door, Parlour
from serving.dashboard.pages import Frame, Page
from serving.dashboard.resuming import SIGNED_OUT, resumed
from serving.dashboard.roles import Role, role_of
from serving.dashboard.sessions import Person
from serving.dashboard.users import User, login_of
from serving.dashboard.visits import HEADERS, Call, Visit, html, local
from serving.keys import Key, Keys, split
from serving.problems import Problem

PATH: Final = "/sign-in"
VISIT_COOKIE: Final = "redress_visit"
"""A secret of a browser that nobody is signed in with: the token of the sign-in form is of it."""
KNOWN_COOKIE: Final = "redress_known"
"""A secret of a browser that somebody has signed in with: see `attempts`."""
WRONG: Final = "That name and password do not go together, or the person may no longer sign in."
WRONG_KEY: Final = "That key opens nothing: it is not one, has expired, or was revoked."
KEY_TOO_SMALL: Final = "That key only scores. Sign in with one of the scope review or admin."


@dataclass(frozen=True)
class SignInPage(Page):
    """The page to sign in on.

    Attributes
    ----------
    fault
        Why the last attempt failed, or empty.
    name
        As it was typed.
    back
        Where to go then.
    carried
        A form that was sent when the session was over, as JSON, or empty.
    """

    template: ClassVar[str] = "sign_in.html"

    fault: str
    name: str
    back: str
    carried: str


class SignIn:
    """Signs people in.

    Parameters
    ----------
    parlour
        As of the door.
    keys
        With which people may sign in too.
    attempts
        Counts those that fail.
    """

    def __init__(self, parlour: Parlour, keys: Keys, attempts: Attempts) -> None:
        self.parlour = parlour
        self.keys = keys
        self.attempts = attempts

    def add_to(self, door: Door) -> None:
        """Add the pages."""

        @door.open(PATH)
        def sign_in(call: Call) -> Response:
            back = local(call.query.get("next", "/"))
            return self.show(call, SignInPage("Sign in", "", "", back, ""))

        @door.open(PATH, "POST")
        def enter(call: Call) -> Response:
            return self._enter(call, door)

        @door.act("/sign-out", Role.VIEWER)
        def sign_out(visit: Visit) -> Response:
            self.parlour.sessions.end(visit.secret)
            response = RedirectResponse(PATH, HTTPStatus.SEE_OTHER, headers=HEADERS)
            response.delete_cookie(SESSION_COOKIE)
            return response

    def ask_in(self, call: Call) -> Response:
        """Ask whoever is not signed in to do so; a form that they sent goes with them."""
        if call.request.method != "POST":
            url = f"{PATH}?next={quote(call.path, safe='')}"
            return RedirectResponse(url, HTTPStatus.SEE_OTHER, headers=HEADERS)
        carried = {name: value for name, value in call.fields.items() if name != FIELD}
        page = SignInPage(
            "Sign in",
            "You were signed out meanwhile. Sign in, and what you typed will be there.",
            "",
            call.request.url.path,
            json.dumps(carried),
        )
        return self.show(call, page, HTTPStatus.UNAUTHORIZED)

    def show(self, call: Call, page: SignInPage, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """Show the page to sign in on, with a token of this browser's own."""
        secret = call.request.cookies.get(VISIT_COOKIE, "")
        fresh = secret or secrets.token_urlsafe(32)
        response = html(self.parlour.drawer.draw(page, Frame(None, token_of(fresh))), status)
        if not secret:
            call.set_cookie(response, VISIT_COOKIE, fresh, None)
        return response

    def _enter(self, call: Call, door: Door) -> Response:
        sent = call.fields
        require_token(call.request.cookies.get(VISIT_COOKIE, ""), sent.get(FIELD, ""))
        attempt = _attempt(call)
        try:
            person = self._person(sent, attempt)
        except Problem as problem:
            back, carried = local(sent.get("next", "/")), sent.get("carried", "")
            page = SignInPage("Sign in", problem.detail, sent.get("name", ""), back, carried)
            response = self.show(call, page, problem.status)
            response.headers.update(problem.headers)
            return response
        response = self._welcome(call, door, person)
        seconds = int(KNOWN_FOR.total_seconds())
        call.set_cookie(response, KNOWN_COOKIE, attempt.browser, seconds)
        return response

    def _person(self, sent: Mapping[str, str], attempt: Attempt) -> Person:
        key = _key_in(sent)
        self.attempts.begin(attempt)
        person = (
            self._holder(key) if key else self._user(sent.get("name", ""), sent.get("password", ""))
        )
        self.attempts.succeeded(attempt)
        return person

    def _user(self, name: str, password: str) -> Person:
        user: User | None = self.parlour.users.verified(name, password)
        if user is None:
            raise Problem(HTTPStatus.FORBIDDEN, "wrong-password", WRONG)
        return Person(user.name, user.role, login=user.login)

    def _holder(self, given: str) -> Person:
        parts, now = split(given), datetime.now(UTC)
        stored = None if parts is None else self.keys.find(parts[0])
        if parts is None or stored is None or not stored.opens_with(parts[1]):
            raise Problem(HTTPStatus.FORBIDDEN, "wrong-key", WRONG_KEY)
        if not stored.key.valid_at(now):
            raise Problem(HTTPStatus.FORBIDDEN, "wrong-key", WRONG_KEY)
        self.keys.note_use(stored.key, now)
        return _person_of(stored.key)

    def _welcome(self, call: Call, door: Door, person: Person) -> Response:
        """Begin a session with a new token, and lead back to where the person wanted to be."""
        old = call.request.cookies.get(SESSION_COOKIE, "")
        if old:
            self.parlour.sessions.end(old)
        secret = self.parlour.sessions.begin(person)
        back, carried = local(call.fields.get("next", "/")), _carried(call.fields)
        response: Response
        if carried is None:
            response = RedirectResponse(back, HTTPStatus.SEE_OTHER, headers=HEADERS)
        else:
            page = resumed(SIGNED_OUT, back, carried)
            response = door.visit(call, person, secret).show(page)
        door.keep(call, response, secret)
        return response


def _attempt(call: Call) -> Attempt:
    """Say who tries, by what is no secret: of a key its id, apart from all names of people."""
    key = _key_in(call.fields)
    parts = split(key)
    name = f"key\n{parts[0] if parts else ''}" if key else login_of(call.fields.get("name", ""))
    browser = call.request.cookies.get(KNOWN_COOKIE, "") or secrets.token_urlsafe(32)
    return Attempt(name, call.arrival.address, browser)


def _key_in(sent: Mapping[str, str]) -> str:
    return sent.get("key", "").strip()


def _person_of(key: Key) -> Person:
    role = role_of(key.scopes)
    if role is None:
        raise Problem(HTTPStatus.FORBIDDEN, "missing-scope", KEY_TOO_SMALL)
    return Person(key.name, role, key_id=key.key_id)


def _carried(sent: Mapping[str, str]) -> Mapping[str, str] | None:
    """Read a form that was carried along; None where there is none that can be read."""
    try:
        carried = json.loads(sent.get("carried", "") or "null")
    except ValueError:
        return None
    if not isinstance(carried, dict):
        return None
    return {str(name): value for name, value in carried.items() if isinstance(value, str)}
