"""What is wrong with a configuration: each fault by name, with what would be right, no more."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from features.errors import InvalidConfig
from features.schema import Contract
from training.config_keys import Group, groups, key_names

__all__ = ["refusal"]

_UNKNOWN: Final = ("extra_forbidden", "invalid_key")


@dataclass(frozen=True)
class _Told:
    """One fault in words; `expected` is empty where `found` says it all."""

    found: str
    expected: str = ""


def refusal(error: ValidationError, where: str, config: Contract) -> InvalidConfig:
    """Tell what pydantic found.

    Parameters
    ----------
    where
        Where the configuration stood.
    config
        A sound one, whose keys are the right ones.
    """
    known = {group.name: group for group in groups(config)}
    told = [_tell(fault, known) for fault in error.errors(include_url=False)]
    expected = "; ".join(dict.fromkeys(one.expected for one in told if one.expected))
    return InvalidConfig(
        f"{where}: {'; '.join(one.found for one in told)}",
        expected,
        "Correct or remove what is named" if expected else "",
    )


def _tell(fault: ErrorDetails, known: Mapping[str, Group]) -> _Told:
    loc = [str(part) for part in fault["loc"]]
    if fault["type"] in _UNKNOWN:
        group, _ = _group_of(loc[:-1], known)
        return _unknown(group, loc[-1], key_names(known.values()))
    group, rest = _group_of(loc, known)
    named = ".".join(loc) or "the whole"
    if fault["type"] == "value_error":
        return _Told(f"{named}: {fault['ctx']['error']}")
    if rest:
        ranges = {key.name: key.range for key in group.keys}
        key = ".".join((*loc[: len(loc) - len(rest)], rest[0]))
        return _Told(f"{named}: {reprlib.repr(fault['input'])}", f"for {key}: {ranges[rest[0]]}")
    return _Told(f"{named}: {reprlib.repr(fault['input'])}, where keys belong", _keys_of(group))


def _group_of(loc: Sequence[str], known: Mapping[str, Group]) -> tuple[Group, Sequence[str]]:
    """Find the innermost group on the way to a fault, and what of the way is left in it."""
    depths = range(len(loc), -1, -1)
    depth = next(depth for depth in depths if ".".join(loc[:depth]) in known)
    return known[".".join(loc[:depth])], loc[depth:]


def _unknown(group: Group, key: str, known: Sequence[str]) -> _Told:
    full = f"{group.name}.{key}".lstrip(".")
    if full in known:
        return _Told(f"{full}: a dotted name; write {_nested(key)}")
    meant = _meant(group, key, known)
    if meant:
        return _Told(f"{full}: unknown key; did you mean {meant}?")
    return _Told(f"{full}: unknown key", _keys_of(group))


def _nested(dotted: str) -> str:
    """Write a dotted name as YAML has it: one group in the other."""
    outer, *inner = dotted.split(".")
    return f"{outer}: {{{_nested('.'.join(inner))}}}" if inner else f"{outer}: ..."


def _meant(group: Group, key: str, known: Sequence[str]) -> str | None:
    """Find the key that was likely meant: of another group only where there is but one like it.

    A misspelt key is looked for in other groups at the top alone: anywhere else its group is known.
    """
    elsewhere = _ending_in(key, known)
    if len(elsewhere) == 1:
        return elsewhere[0]
    if near := get_close_matches(key, group.names, n=1):
        return f"{group.name}.{near[0]}".lstrip(".")
    leaves = [] if group.name else [name.rpartition(".")[2] for name in known]
    likely = [_ending_in(leaf, known) for leaf in get_close_matches(key, leaves, n=1)]
    return next((names[0] for names in likely if len(names) == 1), None)


def _ending_in(leaf: str, known: Sequence[str]) -> list[str]:
    return [name for name in known if name.rpartition(".")[2] == leaf]


def _keys_of(group: Group) -> str:
    return f"{f'in {group.name}' if group.name else 'at the top'}: {', '.join(group.names)}"
