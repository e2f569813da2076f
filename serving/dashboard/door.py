"""The one way in: who asks, whether they may, what they sent; errors become pages.

A page is a function from a `Visit` to a response. It runs in a thread, so it may use the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from features.errors import RedressError
from serving.bench import Bench
from serving.dashboard.arrivals import Arrival, Arrivals
from serving.dashboard.csrf import (
    FIELD,
    carries_token,
    is_own_form,
    require_own_origin,
    require_token,
)
from serving.dashboard.forms import NO_FIELDS, Fields, read_fields
from serving.dashboard.pages import Drawer, Frame
from serving.dashboard.refusals import RefusalPage, refusal_of
from serving.dashboard.resuming import OPEN_TOO_LONG, resumed
from serving.dashboard.roles import Role
from serving.dashboard.sessions import Person, Sessions
from serving.dashboard.users import Users, login_of
from serving.dashboard.visits import Call, Visit, html
from serving.problems import Problem, database_unavailable, problem_of, unforeseen
from serving.traffic import log_unforeseen

SESSION_COOKIE: Final = "redress_session"
logger = logging.getLogger("redress.serving")

View = Callable[[Visit], Response]
OpenView = Callable[[Call], Response]


@dataclass(frozen=True)
class Parlour:
    """What the door needs to know who asks, and to draw."""

    sessions: Sessions
    users: Users
    arrivals: Arrivals
    drawer: Drawer
    bench: Bench


class Door:
    """Adds pages to a router, each behind the role that it needs.

    Parameters
    ----------
    router
        Takes the routes.
    parlour
        What the door is made of.
    ask_in
        Answers whoever is not signed in, with what they asked for.
    """

    def __init__(self, router: APIRouter, parlour: Parlour, ask_in: OpenView) -> None:
        self.router = router
        self.parlour = parlour
        self.ask_in = ask_in
        self._paths: set[str] = set()
        self._pages: dict[str, View] = {}

    def page(self, path: str, role: Role = Role.VIEWER) -> Callable[[View], View]:
        """Add a page that is read."""
        return self._adds(path, "GET", role)

    def act(self, path: str, role: Role) -> Callable[[View], View]:
        """Add an action: a POST whose form must carry the session's token."""
        return self._adds(path, "POST", role)

    def open(self, path: str, method: str = "GET") -> Callable[[OpenView], OpenView]:
        """Add a page for which nobody need be signed in."""

        def add(view: OpenView) -> OpenView:
            self._route(path, method, view)
            return view

        return add

    def _adds(self, path: str, method: str, role: Role) -> Callable[[View], View]:
        def add(view: View) -> View:
            def admitted(call: Call) -> Response:
                return self._admit(call, view, role)

            self._paths.add(path)
            if method == "GET":
                self._pages[path] = view
            self._route(path, method, admitted)
            return view

        return add

    def _route(self, path: str, method: str, view: OpenView) -> None:
        async def answer(request: Request) -> Response:
            try:
                self.parlour.bench.require_room()
            except Problem as problem:
                return self.refuse(problem)
            try:
                sent = await read_fields(request) if method == "POST" else NO_FIELDS
            except Problem as problem:
                return await self.turn_away(request, problem)
            call = self._call(request, sent)
            return await self.parlour.bench.run(self._answer, call, view)

        self.router.add_api_route(
            path, answer, methods=[method], include_in_schema=False, response_model=None
        )

    def _call(self, request: Request, sent: Fields) -> Call:
        return Call(request, self.parlour.arrivals.of(request), sent)

    async def turn_away(self, request: Request, problem: Problem) -> Response:
        """Show a problem as a page, whoever asks; where too many ask, without looking who it is."""
        try:
            self.parlour.bench.require_room()
        except Problem:
            return self.refuse(problem)
        call = self._call(request, NO_FIELDS)
        return await self.parlour.bench.run(self._refuse_caller, call, problem)

    def _answer(self, call: Call, view: OpenView) -> Response:
        try:
            if call.request.method == "POST":
                require_own_origin(call.request.headers)
            return view(call)
        except Exception as error:  # People ask here: whatever it is, they get a page.
            return self._refuse_caller(call, _problem(call, error))

    def _admit(self, call: Call, view: View, role: Role) -> Response:
        visit = self._visit(call)
        if visit is None:
            return self.ask_in(call)
        call.note(role=visit.person.role)
        try:
            response = _viewed(visit, view, role)
        except Exception as error:
            response = visit.refuse(_problem(call, error))
        return self._kept(call, visit, response)

    def _refuse_caller(self, call: Call, problem: Problem) -> Response:
        """Show a problem as a page, to whoever is signed in with the way to other pages."""
        try:
            visit = self._visit(call)
        except (Problem, SQLAlchemyError):
            visit = None
        if visit is None:
            return self.refuse(problem)
        return self._kept(call, visit, visit.refuse(problem))

    def _kept(self, call: Call, visit: Visit, response: Response) -> Response:
        if visit.secret != call.request.cookies.get(SESSION_COOKIE):
            self.keep(call, response, visit.secret)
        return response

    def keep(self, call: Call, response: Response, secret: str) -> None:
        """Let a browser keep a session until it ends."""
        seconds = int(self.parlour.sessions.lifetime.most.total_seconds())
        call.set_cookie(response, SESSION_COOKIE, secret, seconds)

    def _visit(self, call: Call) -> Visit | None:
        """Say who asks: whom a trusted proxy names, or else whose session the cookie opens."""
        secret = call.request.cookies.get(SESSION_COOKIE, "")
        person = self.parlour.sessions.person(secret) if secret else None
        if call.arrival.user is not None:
            named = login_of(call.arrival.user)
            if person is None or person.login != named:
                person = self._named(named)
                secret = self.parlour.sessions.begin(person)
        return None if person is None else self.visit(call, person, secret)

    def visit(self, call: Call, person: Person, secret: str) -> Visit:
        """Put together what a page is told of somebody who may see it."""
        paths = frozenset(self._paths)
        shown = {name: value for name, value in call.fields.items() if name != FIELD}
        return Visit(call, person, secret, self.parlour.drawer, paths, shown)

    def rehearsals(self) -> Mapping[str, Callable[[], Response]]:
        """Give what draws each page as a manager would see it, for nobody, by its path."""
        paths = (path for path in self._pages if "{" not in path and "." not in path)
        return {path: partial(self._rehearse, path) for path in paths}

    def _rehearse(self, path: str) -> Response:
        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
        call = Call(Request(scope), Arrival("", https=False), NO_FIELDS)
        return self._pages[path](self.visit(call, Person("rehearsal", Role.MANAGER), ""))

    def _named(self, login: str) -> Person:
        user = self.parlour.users.find(login)
        if user is None or user.disabled_at is not None:
            detail = (
                "You are known to the proxy in front of Redress, but not to Redress. Ask an"
                " administrator to add you: redress user add NAME --no-password"
            )
            raise Problem(HTTPStatus.FORBIDDEN, "unknown-user", detail)
        return Person(user.name, user.role, login=user.login)

    def refuse(self, problem: Problem) -> Response:
        """Show a problem as a page, to whoever it is."""
        frame = Frame(None, "")
        content = self.parlour.drawer.draw(refusal_of(problem), frame)
        return html(content, problem.status, problem.headers)


def _viewed(visit: Visit, view: View, role: Role) -> Response:
    if visit.call.request.method == "POST":
        given, headers = visit.call.fields.get(FIELD, ""), visit.call.request.headers
        if is_own_form(headers) and not carries_token(visit.secret, given):
            # A page of ours that outlived its session: what was typed is not to be lost.
            page = resumed(OPEN_TOO_LONG, visit.call.request.url.path, visit.fields)
            return visit.show(page, HTTPStatus.FORBIDDEN)
        require_token(visit.secret, given)
    if not visit.may(role):
        return visit.show(_not_allowed(visit.person, role), HTTPStatus.FORBIDDEN)
    return view(visit)


def _problem(call: Call, error: Exception) -> Problem:
    """Say an error of any kind as a problem; what nobody foresaw is logged under a number."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RedressError):
        return problem_of(error)
    if isinstance(error, SQLAlchemyError):
        # Its message holds values.
        logger.error("the database failed: %s", type(error).__qualname__)
        return database_unavailable()
    number = call.request.state.request_id
    log_unforeseen(error, number)
    problem = unforeseen()
    detail = f"an unforeseen error, which has been logged. Report it with its number, {number}."
    return Problem(problem.status, problem.kind, detail)


def _not_allowed(person: Person, role: Role) -> RefusalPage:
    article = "an" if role is Role.ADMIN else "a"
    return RefusalPage(
        "Not for your role",
        f"This needs {article} {role}; {person.name} is {person.role}. Nothing was done. Ask an"
        " administrator, or sign in as somebody else.",
    )
