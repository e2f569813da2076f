"""The map in the catalogue: written with its discovery, kept for the next one."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from features.errors import CatalogAhead
from features.tables import MAP_PLACES
from models.catalog import Catalog

DAY = date(2025, 3, 31)
PLAN = {"T1": {"a1": 0.9, "a2": 0.95}}


@pytest.fixture
def catalog(emptied):
    return Catalog(emptied())


def days_of(catalog):
    with catalog.engine.connect() as connection:
        rows = connection.execute(sa.select(MAP_PLACES)).all()
    return {row.as_of for row in rows}, {(row.appeal_id, row.x, row.y) for row in rows}


def test_before_the_first_map_there_is_none(catalog):
    assert catalog.map(DAY) == {}


def test_a_map_is_read_by_the_next_discovery_and_not_by_its_own_day(catalog, discovered):
    places = {"a1": (0.25, -3.5), "a2": (1e-3, 7.0)}
    catalog.write(discovered(DAY, PLAN), places=places)
    assert catalog.map(DAY) == {}
    assert catalog.map(DAY + timedelta(days=1)) == places


def test_a_day_written_again_replaces_its_map(catalog, discovered):
    catalog.write(discovered(DAY, PLAN), places={"a1": (1.0, 2.0), "gone": (0.0, 0.0)})
    for _ in range(2):
        catalog.write(discovered(DAY, PLAN), places={"a1": (3.0, 4.0)})
        assert days_of(catalog) == ({DAY}, {("a1", 3.0, 4.0)})


def test_only_the_map_of_the_day_before_is_kept(catalog, discovered):
    days = [DAY + timedelta(days=n) for n in range(3)]
    for day in days:
        catalog.write(discovered(day, PLAN), places={"a1": (float(day.day), 0.0)})
    assert days_of(catalog)[0] == set(days[1:])
    assert catalog.map(days[2]) == {"a1": (float(days[1].day), 0.0)}


def test_a_refused_discovery_leaves_the_map_as_it_was(catalog, discovered):
    catalog.write(discovered(DAY, PLAN), places={"a1": (1.0, 2.0)})
    with pytest.raises(CatalogAhead):
        catalog.write(discovered(DAY - timedelta(days=1), PLAN), places={"a1": (9.0, 9.0)})
    assert days_of(catalog) == ({DAY}, {("a1", 1.0, 2.0)})
