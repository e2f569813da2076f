"""The facts that are known to move, as a configuration names them: read, and told where unknown."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from features.frame import ATTRIBUTE_PREFIX
from models.makeup import bare_name

__all__ = ["named_facts"]


def named_facts(
    given: Collection[str], known: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find which facts are meant.

    Parameters
    ----------
    given
        Names as people write them: an attribute with `attributes.` before it, or without. A field
        of an appeal goes before an attribute of the same name.
    known
        Names of all facts that there are.

    Returns
    -------
    tuple
        The facts, and a line of each name that is none, with the nearest right one.
    """
    spelt = {name: _fact(name, known) for name in dict.fromkeys(given)}
    found = tuple(fact for fact in spelt.values() if fact is not None)
    return found, tuple(_stranger(name, known) for name, fact in spelt.items() if fact is None)


def _fact(name: str, known: Collection[str]) -> str | None:
    return next((one for one in (name, ATTRIBUTE_PREFIX + name) if one in known), None)


def _stranger(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, [*sorted(map(bare_name, known)), *sorted(known)], n=1)
    guess = f"; did you mean {near[0]}?" if near else ""
    return f"{name}, which drift.expected names: there is no such fact{guess}"
