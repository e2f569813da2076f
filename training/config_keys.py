"""What a configuration may say, group by group: read from the declared classes, and only there."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from features.schema import Contract

__all__ = ["Group", "Key", "groups", "key_names"]

_SECTION: Final = re.compile(
    r"^Attributes\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)", re.DOTALL | re.MULTILINE
)
_ENTRY: Final = re.compile(r"^(\w[\w, ]*)\n((?:[ ]+\S.*\n?|\n)+)", re.MULTILINE)
_BOUNDS: Final = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}
_KINDS: Final = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "null": "null",
}


@dataclass(frozen=True)
class Key:
    """One value of a configuration.

    Attributes
    ----------
    name
        Within its group.
    default
        As YAML writes it on one line.
    range
        What it may be, in words.
    meaning
        What the class says of it; empty where it says nothing.
    """

    name: str
    default: str
    range: str
    meaning: str


@dataclass(frozen=True)
class Group:
    """Keys that stand together.

    Attributes
    ----------
    name
        Dotted, empty at the top.
    meaning
        The class's summary.
    keys
        Its values.
    below
        Names of the groups in it.
    """

    name: str
    meaning: str
    keys: tuple[Key, ...]
    below: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What may stand in it."""
        return (*(key.name for key in self.keys), *self.below)


def groups(config: Contract, name: str = "") -> Iterator[Group]:
    """Give a configuration's group, then those below it, as they are declared."""
    kind = type(config)
    told = inspect.getdoc(kind) or ""
    meanings, schema = _meanings(told), kind.model_json_schema()["properties"]
    held = {field: getattr(config, field) for field in kind.model_fields}
    below = {field: value for field, value in held.items() if isinstance(value, Contract)}
    default = config.model_dump(mode="json")
    keys = tuple(
        Key(field, json.dumps(default[field]), _range(schema[field]), meanings.get(field, ""))
        for field in held
        if field not in below
    )
    yield Group(name, told.partition("\n\n")[0].replace("\n", " "), keys, tuple(below))
    for field, value in below.items():
        yield from groups(value, f"{name}.{field}".lstrip("."))


def key_names(known: Iterable[Group]) -> list[str]:
    """Give the dotted names of all that stands in groups: values, and groups below them."""
    return [f"{group.name}.{name}".lstrip(".") for group in known for name in group.names]


def _meanings(docstring: str) -> dict[str, str]:
    """Read the section Attributes of a numpydoc docstring: what is said of each name."""
    section = _SECTION.search(docstring)
    entries = _ENTRY.findall(section[1] + "\n") if section else []
    return {name: " ".join(said.split()) for names, said in entries for name in names.split(", ")}


def _range(schema: Mapping[str, Any]) -> str:
    """Tell in words what a JSON schema lets through."""
    if "anyOf" in schema:
        return ", or ".join(_range(one) for one in schema["anyOf"])
    if "prefixItems" in schema:
        return f"list of {len(schema['prefixItems'])}, each a {_range(schema['prefixItems'][0])}"
    if "items" in schema:
        some = "list of at least one" if schema.get("minItems") else "list"
        return f"{some}, each a {_range(schema['items'])}"
    if "additionalProperties" in schema:
        return f"for each name a {_range(schema['additionalProperties'])}"
    bounds = [f"{word} {schema[one]:,.10g}" for one, word in _BOUNDS.items() if one in schema]
    return " ".join((_KINDS[schema["type"]], " and ".join(bounds))).strip()
