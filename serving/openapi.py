"""What the OpenAPI document says beyond the endpoints' own signatures."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from serving.problems import MEDIA_TYPE
from serving.replies import HEADER
from serving.shapes import DecisionRequest, ProblemDocument, ScoreRequest
from serving.theme_shapes import ThemeEdit, ThemeMerge

REFERENCE: Final = "#/components/schemas/{model}"
EXAMPLES: Final[Mapping[type[BaseModel], Mapping[str, Any]]] = {
    ScoreRequest: {
        "appeals": [
            {
                "appeal_id": "A-1042",
                "submitted_at": "2025-03-03T02:15:00Z",
                "text": "My listing is an original phone case that I designed, not a copy.",
                "policy": "counterfeit",
                "action": "listing_removed",
                "market": "SG",
                "language": "en",
                "detection": "automated",
                "stake": 420.0,
                "attributes": {},
            }
        ]
    },
    DecisionRequest: {
        "decisions": [
            {
                "appeal_id": "A-1042",
                "outcome": "overturned",
                "decided_at": "2025-03-04T07:30:00Z",
                "escalated_to": "none",
            }
        ]
    },
    ThemeEdit: {
        "title": "Payouts held after a bank change",
        "status": "watching",
        "owner": "payments",
        "note": "Asked the partner bank on Monday.",
        "reason": "Doubled within a week.",
    },
    ThemeMerge: {"into": "T3", "reason": "The same cause in another wording."},
}


def reads_body(shape: type[BaseModel], *headers: Mapping[str, Any]) -> dict[str, Any]:
    """Document an endpoint that reads its body, and some headers, itself."""
    schema = {"$ref": REFERENCE.format(model=shape.__name__)}
    content = {"application/json": {"schema": schema, "example": EXAMPLES[shape]}}
    extra: dict[str, Any] = {"requestBody": {"required": True, "content": content}}
    if headers:
        extra["parameters"] = [dict(header) for header in headers]
    return extra


def tells_revision() -> dict[int | str, dict[str, Any]]:
    """Document an answer that carries the revision of a theme as its ETag."""
    schema = {"type": "string", "example": 'W/"3-2025-03-31"'}
    told = "The theme's revision, which If-Match compares, and the day of the newest discovery."
    header = {"description": told, "schema": schema}
    return {200: {"headers": {"ETag": header}}}


IDEMPOTENCY: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Sent again with the same body within 24 hours, it gives the same answer.",
}

IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "example": 'W/"3-2025-03-31"'},
    "description": "The ETag of the theme as it was read: where somebody has changed it since, "
    "nothing is changed and the answer is 409. Its revision alone is compared: a discovery made "
    "since hinders nobody. Without it, or with *, the change is made anyway.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problems that an endpoint may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model=ProblemDocument.__name__)}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


def document_app(app: FastAPI) -> None:
    """Complete the OpenAPI document of an application; it is made when it is first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title, version=app.version, summary=app.summary, routes=app.routes
                )
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add the shapes that endpoints read or refuse with, which FastAPI does not see."""
    shapes: tuple[type[BaseModel], ...] = (*EXAMPLES, ProblemDocument)
    _, schema = models_json_schema(
        [(shape, "validation") for shape in shapes], ref_template=REFERENCE
    )
    document["components"]["schemas"].update(schema["$defs"])
    return document
