"""Whom a theme hits: its appeals and sellers by market, language, category and other facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from features.database import reading
from features.frame import ATTRIBUTE_PREFIX, CATEGORIES
from features.tables import APPEALS, THEME_DRIVERS, THEME_MEMBERS

FIRST: Final = ("market", "language")
LAST: Final = ("policy", "action", "detection")
MOST_VALUES: Final = 6
MOST_ATTRIBUTES: Final = 6
SHARED: Final = 0.5
"""Share of the appeals that tell an attribute whose values must be shared for it to be one of
categories, as of `models.drivers.facts_of`: a reference or a name marks one seller."""

Cells = Mapping[str, Mapping[str, Sequence[str]]]
"""Sellers by field and value, one an appeal."""


@dataclass(frozen=True)
class ReachValue:
    """A value: the appeals that tell it, and the distinct sellers behind them."""

    value: str
    appeals: int
    sellers: int


@dataclass(frozen=True)
class Reach:
    """A theme's appeals by value of a field, the largest first.

    Attributes
    ----------
    others
        Appeals of values that are not named, and `unknown` those that do not tell the field.
    """

    field: str
    told: tuple[ReachValue, ...]
    others: int
    unknown: int
    total: int


@dataclass(frozen=True)
class Hit:
    """Whom a theme hits in the newest window.

    Attributes
    ----------
    sellers, again
        Distinct sellers, and those with more than one appeal; an appeal without a seller counts
        as one of its own.
    most
        Appeals of the one who has most.
    fields
        Those that drive the theme, the strongest first, then markets and languages, then attributes
        that hold categories, then how it was enforced.
    """

    appeals: int
    sellers: int
    again: int
    most: int
    fields: tuple[Reach, ...]


def hit_of(engine: sa.Engine, theme_id: str, as_of: date, least_subjects: int) -> Hit:
    """Count the appeals of a theme by the facts that were known when they were filed.

    Of attributes only categories are told: those that hold words which sellers share. A value that
    fewer than `least_subjects` sellers of the theme have is named only where it drives a theme, and
    so is known to be shared.
    """
    names = (*FIRST, *LAST)
    columns = [APPEALS.c[one] for one in ("appeal_id", "subject_id", "attributes", *names)]
    same = THEME_MEMBERS.c.appeal_id == APPEALS.c.appeal_id
    member = (THEME_MEMBERS.c.theme_id == theme_id, THEME_MEMBERS.c.as_of == as_of)
    query = sa.select(*columns).select_from(THEME_MEMBERS.join(APPEALS, same)).where(*member)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        drivers, own = _drivers(connection), _driving(connection, theme_id)
    sellers = [row.subject_id or f"/{row.appeal_id}" for row in rows]
    facts = {name: [getattr(row, name) for row in rows] for name in names}
    told = _by_value(facts, sellers)
    attributes = _by_attribute([row.attributes for row in rows], sellers)
    found = _categories(attributes, drivers, least_subjects, len(rows))
    first, last = (
        [_reach(name, told[name], len(rows), told[name]) for name in some] for some in (FIRST, LAST)
    )
    fields = sorted((*first, *found, *last), key=lambda one: own.get(one.field, len(own)))
    return _hit(sellers, tuple(fields))


def _hit(sellers: Sequence[str], fields: tuple[Reach, ...]) -> Hit:
    appeals: dict[str, int] = defaultdict(int)
    for seller in sellers:
        appeals[seller] += 1
    again = sum(count > 1 for count in appeals.values())
    return Hit(len(sellers), len(appeals), again, max(appeals.values(), default=0), fields)


def _drivers(connection: sa.Connection) -> frozenset[tuple[str, str]]:
    """Name the facts that drive any theme: each is told by several sellers."""
    query = sa.select(THEME_DRIVERS.c.field, THEME_DRIVERS.c.value).distinct()
    return frozenset((row.field, row.value) for row in connection.execute(query))


def _driving(connection: sa.Connection, theme_id: str) -> Mapping[str, int]:
    """Rank the fields that drive a theme, the strongest first."""
    driver = THEME_DRIVERS.c
    query = sa.select(driver.field).where(driver.theme_id == theme_id).order_by(driver.place)
    fields = dict.fromkeys(connection.execute(query).scalars())
    return {field: rank for rank, field in enumerate(fields)}


def _by_value(facts: Mapping[str, Sequence[str | None]], sellers: Sequence[str]) -> Cells:
    found: dict[str, dict[str, list[str]]] = {name: defaultdict(list) for name in facts}
    for name, values in facts.items():
        for value, seller in zip(values, sellers, strict=True):
            if value is not None:
                found[name][value].append(seller)
    return found


def _by_attribute(attributes: Iterable[Mapping[str, Any]], sellers: Sequence[str]) -> Cells:
    """Gather the attributes that hold words or truths, named as drivers are."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for told, seller in zip(attributes, sellers, strict=True):
        for name, value in told.items():
            word = str(value).lower() if isinstance(value, bool) else value
            if isinstance(word, str) and (word := word.strip()):
                found[ATTRIBUTE_PREFIX + name if name in CATEGORIES else name][word].append(seller)
    return found


def _categories(
    attributes: Cells, drivers: frozenset[tuple[str, str]], least: int, total: int
) -> list[Reach]:
    """Tell the attributes that are of categories, those that drive themes first."""
    driving = {field for field, _ in drivers}
    found = []
    for field in sorted(attributes, key=lambda one: (one not in driving, one)):
        cells = attributes[field]
        shared = [
            value
            for value, own in cells.items()
            if len(set(own)) >= least or (field, value) in drivers
        ]
        share = sum(len(cells[value]) for value in shared)
        if shared and (field in driving or share >= SHARED * sum(map(len, cells.values()))):
            found.append(_reach(field, cells, total, shared))
    return found[:MOST_ATTRIBUTES]


def _reach(
    field: str, cells: Mapping[str, Sequence[str]], total: int, nameable: Iterable[str]
) -> Reach:
    """Name the commonest values of a field; of values as common the first by name."""
    named = sorted(nameable, key=lambda value: (-len(cells[value]), value))[:MOST_VALUES]
    told = tuple(ReachValue(one, len(cells[one]), len(set(cells[one]))) for one in named)
    known = sum(map(len, cells.values()))
    return Reach(field, told, known - sum(one.appeals for one in told), total - known, total)
