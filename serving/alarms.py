"""The endpoints of alarms: what is out of line, since when, and how sure that is."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from models.alarm_book import AlarmBook
from models.alarm_queries import no_such_alarm
from models.alarms import Kind
from serving.alarm_answers import alarm_detail, alarm_list
from serving.alarm_shapes import AlarmDetail, AlarmList
from serving.answers import Reply, sent
from serving.auth import Gate
from serving.bench import Bench
from serving.keys import Scope
from serving.openapi import problems
from serving.queries import require_known

_ID: Final = re.compile(r"A[0-9]{1,18}", re.ASCII)
AlarmId = Annotated[str, Path(alias="id", description="Such as A7.")]
Open = Annotated[
    bool | None,
    Query(alias="open", description="Only open ones, or only those that are over; both without."),
]
Since = Annotated[
    date | None,
    Query(description="Only those that were open on this day, UTC, or later, or closed on it."),
]
Kinds = Annotated[
    list[Kind],
    Query(alias="kind", default_factory=list, description="Only of these kinds; all without."),
]


class AlarmDesk:
    """Answers what is asked of the alarms. It runs in worker threads."""

    def __init__(self, book: AlarmBook) -> None:
        self.book = book

    def listed(self, is_open: bool | None, since: date | None, kinds: Collection[Kind]) -> Reply:
        """List alarms; of all kinds where none is named."""
        raised = self.book.alarms(is_open=is_open, since=since, kinds=kinds or tuple(Kind))
        return Reply(_json(alarm_list(raised)), facts={"alarms": len(raised.alarms)})

    def whole(self, alarm_id: str) -> Reply:
        """Show an alarm.

        Raises
        ------
        NoSuchAlarm
            There is none.
        """
        if _ID.fullmatch(alarm_id) is None:
            raise no_such_alarm(alarm_id)
        alarm = self.book.alarm(alarm_id)
        return Reply(_json(alarm_detail(alarm)), facts={"alarm": alarm.alarm_id})


def alarm_routes(desk: AlarmDesk, gate: Gate, bench: Bench) -> APIRouter:
    """Make the endpoints that read alarms."""
    router = APIRouter(tags=["alarms"], dependencies=[Depends(gate.needs(Scope.REVIEW))])

    @router.get("/v1/alarms", response_model=AlarmList, responses=problems(401, 403, 422, 503))
    async def alarms(
        request: Request, kinds: Kinds, is_open: Open = None, since: Since = None
    ) -> Response:
        """List the alarms: open ones first, what chance makes rarest first."""
        bench.require_room()
        require_known(request, "open", "since", "kind")
        return sent(request, await bench.run(desk.listed, is_open, since, kinds))

    @router.get(
        "/v1/alarms/{id}", response_model=AlarmDetail, responses=problems(401, 403, 404, 422, 503)
    )
    async def alarm(request: Request, alarm_id: AlarmId) -> Response:
        """Show an alarm whole: figures, drivers, exemplars, and its history by day."""
        bench.require_room()
        require_known(request)
        return sent(request, await bench.run(desk.whole, alarm_id))

    return router


def _json(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, allow_nan=False).encode()
