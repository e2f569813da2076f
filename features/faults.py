"""Reading one record at the door: an appeal, or a list of what is wrong with it.

A fault says where (a JSON pointer, RFC 6901, relative to the record) and what: the kind of value
found and what was expected, never a text's content, so that it can be logged and sent back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from pydantic import ValidationError

from features.schema import Appeal, Contract, Decision

Record = TypeVar("Record", bound=Contract)
_TOO_LONG: Final = {"string_too_long", "too_long"}
_SPECIFIC: Final = (*_TOO_LONG, "value_error", "string_unicode")
"""Kinds of error that say more than "none of the types fits" when a value may have several."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with one record.

    Parameters
    ----------
    pointer
        Where: a JSON pointer relative to the record, such as `/attributes/age`; empty: all of it.
    detail
        The kind of value found, and what was expected.
    """

    pointer: str
    detail: str


def read_appeal(raw: object) -> Appeal | list[Fault]:
    """Read an appeal from a JSON object, or say everything that is wrong with it."""
    return read_record(Appeal, raw)


def read_decision(raw: object) -> Decision | list[Fault]:
    """Read a decision from a JSON object, or say everything that is wrong with it."""
    return read_record(Decision, raw)


def read_record(contract: type[Record], raw: object) -> Record | list[Fault]:
    """Read a record of a contract from a JSON object, or say everything that is wrong with it."""
    if not isinstance(raw, Mapping):
        return [Fault("", f"{kind_of(raw)}; expected an object")]
    try:
        return contract.model_validate(raw)
    except ValidationError as error:
        details = cast("list[dict[str, Any]]", error.errors(include_url=False))
        return _faults(details, contract)


def pointer_to(*parts: object) -> str:
    """Spell a path of keys and positions as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def kind_of(value: object) -> str:
    """Name the kind of a value, with its size where it has one, without its content."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return f"a text of {_count(len(value), 'character')}"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, Mapping):
        return f"an object of {_count(len(value), 'key')}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"a list of {_count(len(value), 'item')}"
    return f"a value of type {type(value).__name__}"


def _count(size: int, noun: str) -> str:
    return f"{size:,} {noun}{'' if size == 1 else 's'}"


def _faults(errors: Iterable[dict[str, Any]], contract: type[Contract]) -> list[Fault]:
    """Gather pydantic's errors by place: a value with several types reports once for each."""
    places: dict[str, list[dict[str, Any]]] = {}
    for error in errors:
        places.setdefault(_pointer(error["loc"]), []).append(error)
    return [Fault(pointer, _detail(found, contract)) for pointer, found in places.items()]


def _pointer(location: tuple[int | str, ...]) -> str:
    """Drop what pydantic appends to an attribute's place: which of the types was tried."""
    return pointer_to(*location[:2])


def _detail(errors: list[dict[str, Any]], contract: type[Contract]) -> str:
    if len(errors) == 1:
        return _sentence(errors[0], contract)
    told = [error for error in errors if error["type"] in _SPECIFIC]
    if told:
        return _sentence(told[0], contract)
    return f"{kind_of(errors[0]['input'])}; expected a number, a text, true, false or null"


def _sentence(error: dict[str, Any], contract: type[Contract]) -> str:
    kind = error["type"]
    if kind == "missing":
        return "missing; expected a value"
    if kind == "extra_forbidden":
        return f"unknown field; expected one of {', '.join(contract.model_fields)}"
    if kind in _TOO_LONG:
        return f"{kind_of(error['input'])}; expected at most {error['ctx']['max_length']:,}"
    if kind == "enum" and isinstance(error["input"], str):
        return f"not one of the possible values; expected {error['ctx']['expected']}"
    message = str(error["msg"]).removeprefix("Value error, ")
    if kind == "value_error":
        return message
    for phrase, plain in (("Input should be", "expected"), ("String should", "expected to")):
        message = message.replace(phrase, plain)
    return f"{kind_of(error['input'])}; {message}"
