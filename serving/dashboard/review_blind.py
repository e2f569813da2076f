"""Blind: whoever reviews may have the score hidden until they have chosen."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from serving.dashboard.door import Door
from serving.dashboard.roles import Role
from serving.dashboard.visits import Visit, local

COOKIE: Final = "redress_blind"
SECONDS: Final = 365 * 24 * 3600
PATH: Final = "/queue/blind"


def is_blind(visit: Visit) -> bool:
    """Tell whether somebody who may decide wants the score hidden."""
    return visit.may(Role.REVIEWER) and visit.call.request.cookies.get(COOKIE) == "1"


def add_switch(door: Door) -> None:
    """Add the switch: it stays as it is set until it is set again, whoever signs in and when."""

    @door.act(PATH, Role.REVIEWER)
    def switch(visit: Visit) -> Response:
        wanted = visit.fields.get("blind") == "1"
        visit.note(blind=wanted)
        said = (
            "Scores are hidden until you have decided."
            if wanted
            else "Scores are shown before you decide."
        )
        response = visit.go(local(visit.fields.get("back", "/queue")), said)
        visit.call.set_cookie(response, COOKIE, "1" if wanted else "0", SECONDS)
        return response
