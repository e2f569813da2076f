"""Answers that are ready to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True)
class Reply:
    """An answer, ready to be sent.

    Attributes
    ----------
    body
        JSON.
    headers
        Beyond those that every answer has.
    facts
        Counts, ids and versions for the log.
    """

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)


def sent(request: Request, reply: Reply) -> Response:
    """Send a reply, and leave its facts and the key's id for the log."""
    request.state.facts = {"key": request.state.key.key_id, **reply.facts}
    return Response(reply.body, media_type="application/json", headers=dict(reply.headers))


def told(moment: datetime) -> str:
    """Spell a UTC moment as RFC 3339 has it."""
    return moment.isoformat().replace("+00:00", "Z")
