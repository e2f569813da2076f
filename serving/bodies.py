"""Request bodies: JSON of bounded size that holds a bounded list, or else a problem."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Final, NoReturn, TypeVar

from starlette.requests import ClientDisconnect, Request

from features.faults import Fault, kind_of, pointer_to, read_record
from features.schema import Contract
from serving.problems import Problem

Record = TypeVar("Record", bound=Contract)
MAX_BYTES: Final = 32 * 1024 * 1024
"""Bytes of one body."""
MAX_ITEMS: Final = 500
"""Items of one request."""
READ_SECONDS: Final = 30.0
"""Seconds that a body may take to arrive."""


async def read_body(request: Request) -> bytes:
    """Read a JSON body, without reading more than is allowed.

    Raises
    ------
    Problem
        415 where it is not declared as plain JSON, 413 where it is too large, 408 where it takes
        too long, 400 where the caller went away.
    """
    _check_type(request)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BYTES:
        raise _too_large()
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await _read_within(request)
    except TimeoutError:
        detail = f"the body did not arrive within {READ_SECONDS:.0f} seconds"
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, "slow-body", detail) from None
    except ClientDisconnect:
        raise Problem(HTTPStatus.BAD_REQUEST, "cut-body", "the body ended early") from None


async def _read_within(request: Request) -> bytes:
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > MAX_BYTES:
            raise _too_large()
    return bytes(chunks)


def _check_type(request: Request) -> None:
    """Refuse what is not declared as JSON, or is compressed."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        detail = "the body is not declared as JSON; expected Content-Type: application/json"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        detail = "the body is encoded; expected plain JSON without Content-Encoding"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)


def _too_large() -> Problem:
    detail = f"the body is larger than {MAX_BYTES:,} bytes. Send fewer appeals in one request."
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", detail)


def read_items(body: bytes, name: str) -> list[object]:
    """Take the list `name` out of a body: its one member, of 1 to 500 items, whatever they are.

    Raises
    ------
    Problem
        400 where the body is not JSON, 422 where it is not such an object, with a pointer.
    """
    document = _parse(body)
    if not isinstance(document, dict):
        _refuse("", f"{kind_of(document)}; expected an object with the list {name!r}")
    unknown = [member for member in document if member != name]
    if name not in document:
        _refuse("", f"there is no {name!r}; expected a list of 1 to {MAX_ITEMS} objects")
    if unknown:
        _refuse(pointer_to(unknown[0]), f"an unknown member; expected {name!r} alone")
    items = document[name]
    if not isinstance(items, list):
        _refuse(f"/{name}", f"{kind_of(items)}; expected a list of 1 to {MAX_ITEMS} objects")
    if not 1 <= len(items) <= MAX_ITEMS:
        _refuse(f"/{name}", f"{len(items)} items; expected 1 to {MAX_ITEMS}. Split the list.")
    return items


def read_object(body: bytes, contract: type[Record]) -> Record:
    """Read a body that is one record.

    Raises
    ------
    Problem
        400 where the body is not JSON, 422 where it is not such a record, with all that is wrong.
    """
    document = _parse(body)
    read = read_record(contract, document)
    if isinstance(read, list):
        raise _unusable([located(fault, document) for fault in read])
    return read


def located(fault: Fault, document: object) -> tuple[str, str]:
    """Give the pointer and the detail of a fault, such that the pointer resolves in a document."""
    found, missing = resolving(fault.pointer, document)
    return found, f"{missing}: {fault.detail}" if missing else fault.detail


def _refuse(pointer: str, detail: str) -> NoReturn:
    raise _unusable([(pointer, detail)])


def _unusable(errors: list[tuple[str, str]]) -> Problem:
    message = f"the body cannot be used: {errors[0][1]}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-body", message, errors=errors)


def _parse(body: bytes) -> object:
    """Parse JSON as RFC 8259 has it: UTF-8, no NaN, and not nested beyond reason."""
    try:
        return json.loads(body.decode(), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        detail = f"not JSON at {place}: {error.msg}"
    except UnicodeDecodeError as error:
        detail = f"not UTF-8 at byte {error.start}"
    except ValueError:
        detail = "a number that JSON does not have, or of more digits than can be read"
    except RecursionError:
        detail = "nested too deeply"
    raise Problem(
        HTTPStatus.BAD_REQUEST, "not-json", f"the body is {detail}", errors=[("", detail)]
    )


def _no_constant(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def resolving(pointer: str, document: object) -> tuple[str, str]:
    """Split a JSON pointer into the part that resolves in a document, and the rest.

    A missing field has no place of its own: the error points at what should have held it.
    """
    tokens = pointer.split("/")[1:]
    for depth, token in enumerate(tokens):
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        else:
            return _join(tokens[:depth]), "/".join(tokens[depth:])
    return pointer, ""


def _join(tokens: list[str]) -> str:
    return "".join(f"/{token}" for token in tokens)
