"""The endpoints of themes: what appellants are saying, and what people make of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from models.themes import Status
from serving.answers import sent
from serving.auth import Gate
from serving.bench import Bench
from serving.bodies import read_body
from serving.keys import Scope
from serving.openapi import IF_MATCH, problems, reads_body, tells_revision
from serving.queries import require_known
from serving.theme_desk import Editor, ThemeDesk, read_revision
from serving.theme_shapes import ThemeDetail, ThemeEdit, ThemeList, ThemeMerge

ThemeId = Annotated[str, Path(alias="id", description="Such as T12.")]
Statuses = Annotated[
    list[Status],
    Query(alias="status", default_factory=list, description="Only themes of these; all without."),
]
Retired = Annotated[bool, Query(description="Whether all those no longer found are wanted.")]
Emerging = Annotated[
    bool | None,
    Query(description="Only those that emerge, or only those that do not; both without."),
]


def theme_routes(desk: ThemeDesk, gate: Gate, bench: Bench) -> APIRouter:
    """Make the endpoints that read and change themes."""
    router = APIRouter(tags=["themes"], dependencies=[Depends(gate.needs(Scope.REVIEW))])
    _add_reading(router, desk, bench)
    _add_editing(router, desk, bench)
    return router


def _add_reading(router: APIRouter, desk: ThemeDesk, bench: Bench) -> None:
    @router.get("/v1/themes", response_model=ThemeList, responses=problems(401, 403, 422, 503))
    async def themes(
        request: Request, statuses: Statuses, retired: Retired = False, emerging: Emerging = None
    ) -> Response:
        """List the themes by falling cases; those of too few subjects are counted, not shown.

        One that is watched or escalated is listed until it is resolved or dismissed, found or not.
        """
        bench.require_room()
        require_known(request, "status", "retired", "emerging")
        return sent(request, await bench.run(desk.listed, statuses, retired, emerging))

    @router.get(
        "/v1/themes/{id}",
        response_model=ThemeDetail,
        responses=problems(401, 403, 404, 503) | tells_revision(),
    )
    async def theme(request: Request, theme_id: ThemeId) -> Response:
        """Show a theme whole: phrases, exemplars, drivers, days, descent, changes."""
        bench.require_room()
        return sent(request, await bench.run(desk.whole, theme_id))


def _add_editing(router: APIRouter, desk: ThemeDesk, bench: Bench) -> None:
    refusals = problems(400, 401, 403, 404, 408, 409, 413, 415, 422, 503)

    @router.patch(
        "/v1/themes/{id}",
        response_model=ThemeDetail,
        responses=refusals | tells_revision(),
        openapi_extra=reads_body(ThemeEdit, IF_MATCH),
    )
    async def edit(request: Request, theme_id: ThemeId) -> Response:
        """Change title, status, owner or note; every change is kept with who and when."""
        bench.require_room()
        editor = _editor(request)
        body = await read_body(request)
        return sent(request, await bench.run(desk.edit, theme_id, body, editor))

    @router.post(
        "/v1/themes/{id}/merge",
        response_model=ThemeDetail,
        responses=refusals | tells_revision(),
        openapi_extra=reads_body(ThemeMerge, IF_MATCH),
    )
    async def merge(request: Request, theme_id: ThemeId) -> Response:
        """Count a theme to another from now on; the answer is that other one."""
        bench.require_room()
        editor = _editor(request)
        body = await read_body(request)
        return sent(request, await bench.run(desk.merge, theme_id, body, editor))


def _editor(request: Request) -> Editor:
    return Editor(request.state.key.name, read_revision(request.headers.get("if-match")))
