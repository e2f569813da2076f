"""The lineage of a theme: what became of it, and what it took in, the latest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.themes import Event, Theme
from serving.dashboard.theme_gone import Named, Taking

_EVENTS: Final = {
    Event.BORN: "found for the first time",
    Event.CONTINUED: "found again",
    Event.SPLIT: "split from",
    Event.MERGED: "merged by a discovery into",
    Event.RETIRED: "no longer found",
}


@dataclass(frozen=True)
class Line:
    """What became of a theme on a day, and of which others; `by` is empty for a discovery."""

    as_of: date
    what: str
    themes: tuple[Named, ...]
    by: str = ""


def lines_of(theme: Theme, taken: Iterable[Taking], names: Mapping[str, str]) -> tuple[Line, ...]:
    """Tell the lineage of a theme, the latest first.

    Parameters
    ----------
    taken
        The themes that discoveries found merged into it.
    names
        Of the themes that may be named; of others the number is told.
    """
    taken = tuple(taken)
    lines = [
        *_found(theme, names, {(one.as_of, one.theme_id) for one in taken}),
        *(Line(one.as_of, "took in", (Named(one.theme_id, one.title),)) for one in taken),
        *_merged(theme, names),
    ]
    return tuple(sorted(lines, key=lambda line: line.as_of, reverse=True))


def _found(theme: Theme, names: Mapping[str, str], whole: Set[tuple[date, str]]) -> Iterable[Line]:
    """Tell what discoveries made of it; days on which it was only found again, once.

    whole: the themes that it took in, and when: they are told apart from those it has a part of.
    """
    for place, descent in enumerate(reversed(theme.descents)):
        others = tuple(
            Named(one, names.get(one, ""))
            for one in (descent.into or descent.parents)
            if one != theme.theme_id and (descent.as_of, one) not in whole
        )
        what = _EVENTS[descent.event]
        if descent.event is not Event.CONTINUED:
            yield Line(descent.as_of, what, others)
        elif not place or others:
            yield Line(descent.as_of, f"{what}, with a part of" if others else what, others)


def _merged(theme: Theme, names: Mapping[str, str]) -> Iterable[Line]:
    """Tell what people merged into it, and it into."""
    for change in theme.changes:
        if change.field in ("took_in", "merged_into") and change.new:
            what = "took in" if change.field == "took_in" else "merged into"
            other = Named(change.new, names.get(change.new, ""))
            yield Line(change.made_at.date(), what, (other,), change.made_by)
