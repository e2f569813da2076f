"""What a form sends: fields by name, of bounded size."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from serving.problems import Problem

MOST_BYTES: Final = 256 * 1024
MOST_FIELDS: Final = 100
READ_SECONDS: Final = 30.0
MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
Fields = Mapping[str, str]
NO_FIELDS: Final[Fields] = MappingProxyType({})


async def read_fields(request: Request) -> Fields:
    """Read a form; of a field that comes twice the last one counts.

    Raises
    ------
    Problem
        415 where it is no such form, 413 where it is too large, 408 where it takes too long, 400
        where it is cut or is not UTF-8.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        detail = f"the form came in another way than expected: {MEDIA_TYPE}"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    try:
        async with asyncio.timeout(READ_SECONDS):
            return _parsed(await _body(request))
    except TimeoutError:
        detail = f"the form did not arrive within {READ_SECONDS:.0f} seconds"
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, "slow-body", detail) from None
    except ClientDisconnect:
        raise Problem(HTTPStatus.BAD_REQUEST, "cut-body", "the form ended early") from None


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            detail = f"the form is larger than {MOST_BYTES // 1024} kB. Shorten what you typed."
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", detail)
    return bytes(body)


def _parsed(body: bytes) -> Fields:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        detail = f"the form is not UTF-8, or has more than {MOST_FIELDS} fields"
        raise Problem(HTTPStatus.BAD_REQUEST, "unreadable-form", detail) from None
    # Browsers send line breaks as CR LF, whatever was typed.
    return {name: value.replace("\r\n", "\n") for name, value in pairs}
