"""The pages, put together and added to the application."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from serving.bench import Bench
from serving.dashboard.alarm_list import AlarmList
from serving.dashboard.alarm_page import AlarmPages
from serving.dashboard.appeal_actions import AppealActions
from serving.dashboard.appeal_page import AppealPages
from serving.dashboard.appeal_similar import SimilarCases
from serving.dashboard.arrivals import arrivals_of
from serving.dashboard.attempts import Attempts
from serving.dashboard.digest_page import DigestPages
from serving.dashboard.door import Door, Parlour
from serving.dashboard.map_page import MapPages
from serving.dashboard.model_card import ModelCards
from serving.dashboard.model_page import ModelPages
from serving.dashboard.pages import Drawer
from serving.dashboard.policies import Policies
from serving.dashboard.queue_list import Queue
from serving.dashboard.regulator_page import RegulatorPages
from serving.dashboard.review_blind import add_switch
from serving.dashboard.sessions import Lifetime, Sessions
from serving.dashboard.sign_in import SignIn
from serving.dashboard.static_files import LIBRARY, PREFIX, StaticFiles, static_response
from serving.dashboard.stock import Stock
from serving.dashboard.theme_actions import ThemeActions
from serving.dashboard.theme_list import ThemeList
from serving.dashboard.theme_page import ThemePages
from serving.dashboard.today import Today
from serving.dashboard.users import Users
from serving.dashboard.warming import Warming, mark_of
from serving.keys import Keys
from serving.problems import Problem


def add_pages(app: FastAPI, stock: Stock, bench: Bench) -> Warming:
    """Add the pages to an application, beside its HTTP interface; give what warms them."""
    static = StaticFiles()
    parlour = parlour_of(stock, static, bench)
    sign_in = SignIn(parlour, Keys(stock.engine), Attempts(stock.engine))
    door = Door(APIRouter(), parlour, sign_in.ask_in)
    sign_in.add_to(door)
    add_page_routes(door, stock)
    _add_static(door.router, static)
    app.include_router(door.router)
    _add_missing(app, door)
    pages = {
        "templates": parlour.drawer.compile,
        LIBRARY: lambda: static.find(static.urls[LIBRARY].removeprefix(PREFIX)),
        **door.rehearsals(),
    }
    return Warming(pages, lambda: stock.champion.ready, lambda: mark_of(stock))


def parlour_of(stock: Stock, static: StaticFiles, bench: Bench) -> Parlour:
    """Put together what the door needs."""
    settings = stock.settings
    lifetime = Lifetime(
        timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days)
    )
    return Parlour(
        sessions=Sessions(stock.engine, lifetime),
        users=Users(stock.engine),
        arrivals=arrivals_of(settings),
        drawer=Drawer(static.urls.__getitem__),
        bench=bench,
    )


def add_page_routes(door: Door, stock: Stock) -> None:
    """Add every page behind the door; a new page is added here, by a line."""
    Today(stock).add_to(door)
    AlarmList(stock).add_to(door)
    AlarmPages(stock).add_to(door)
    Policies(stock).add_to(door)
    ThemeList(stock).add_to(door)
    ThemeActions(ThemePages(stock)).add_to(door)
    _add_queue(door, stock)
    MapPages(stock).add_to(door)
    ModelPages(stock).add_to(door)
    ModelCards(stock).add_to(door)
    DigestPages(stock).add_to(door)
    RegulatorPages(stock).add_to(door)


def _add_queue(door: Door, stock: Stock) -> None:
    Queue(stock, stock.room).add_to(door)
    add_switch(door)
    AppealActions(AppealPages(stock, SimilarCases(stock))).add_to(door)


def _add_static(router: APIRouter, static: StaticFiles) -> None:
    @router.get(PREFIX + "{name}", include_in_schema=False, response_model=None)
    def read_static(request: Request, name: str) -> Response:
        file = static.find(name)
        if file is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return static_response(request, file)


def _add_missing(app: FastAPI, door: Door) -> None:
    """Answer a path that is not there, or only takes forms, with a page where a browser asks."""
    otherwise = app.exception_handlers[HTTPException]

    async def missing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if "text/html" in request.headers.get("accept", "") and not _is_api(request.url.path):
            status = HTTPStatus(error.status_code)
            problem = Problem(status, *_MISSING[status], headers=error.headers)
            return await door.turn_away(request, problem)
        response: Response = await otherwise(request, error)  # type: ignore[misc]
        return response

    for status in _MISSING:
        app.add_exception_handler(status, missing)


_MISSING: Final[Mapping[HTTPStatus, tuple[str, str]]] = {
    HTTPStatus.NOT_FOUND: (
        "not-found",
        "There is no such page. The address may be mistyped, or out of date.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method-not-allowed",
        "This address takes forms, and shows nothing. Nothing was done.",
    ),
}


def _is_api(path: str) -> bool:
    return path.startswith("/v1/")
