"""What is put in line to be told outside, in the transaction that makes it so."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from features.database import writing
from features.tables import DELIVERIES
from models.catalog import Catalog
from models.curation import Edit

DAY = date(2025, 3, 31)
NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
MADE = datetime(2025, 6, 1, 12, tzinfo=UTC)
PLAN = {"T1": {"a1": 0.9, "a2": 0.95}}
MANY = [f"l{number}" for number in range(20)]


@pytest.fixture
def catalog(emptied):
    return Catalog(emptied(), webhook=True)


@pytest.fixture
def see(catalog, discovered):
    def enter(day, *sightings):
        catalog.write(discovered(DAY + timedelta(days=day), PLAN), sightings)

    return enter


def in_line(catalog):
    with catalog.engine.connect() as connection:
        query = sa.select(DELIVERIES).order_by(DELIVERIES.c.as_of, DELIVERIES.c.alarm_id)
        return connection.execute(query).all()


def told(catalog):
    return [(row.event, row.alarm_id, (row.as_of - DAY).days) for row in in_line(catalog)]


def change(catalog, **values):
    with writing(catalog.engine) as connection:
        connection.execute(sa.update(DELIVERIES).values(values))


def test_what_opens_and_escalates_is_told_and_what_goes_on_is_not(catalog, see, sighting_of):
    see(0, sighting_of(MANY[:4]))
    see(1, sighting_of(MANY[:6]))
    see(2, sighting_of(MANY[:16]))
    see(3, sighting_of(MANY[:16]))
    assert told(catalog) == [("alarm.opened", "A1", 0), ("alarm.escalated", "A1", 2)]


def test_a_message_tells_the_alarm_without_anyones_letter(catalog, see, sighting_of):
    see(0, sighting_of(MANY[:4], 420.0))
    (row,) = in_line(catalog)
    message = json.loads(row.body)
    assert set(message) == {"type", "timestamp", "data"}
    assert (message["type"], message["timestamp"]) == ("alarm.opened", "2025-06-01T12:00:00Z")
    data = message["data"]
    assert (data["id"], data["observed"], data["recurrence"]) == ("A1", 4, "once in 14 months")
    assert data["exemplars"] == [{"appeal_id": "a0"}]
    assert "funds" not in row.body
    assert (row.created_at, row.next_attempt_at, row.attempts) == (MADE, MADE, 0)
    assert row.delivery_id.startswith("msg_")
    waiting = ("claimed_until", "delivered_at", "dead_at", "last_status", "last_error")
    assert [getattr(row, name) for name in waiting] == [None] * 5


def test_without_a_webhook_nothing_piles_up(emptied, discovered, sighting_of):
    catalog = Catalog(emptied())
    catalog.write(discovered(DAY, PLAN), [sighting_of("abc", theme="T1")])
    catalog.edit("T1", Edit(status="escalated"), "mia", NOON)
    assert in_line(catalog) == []


def test_a_day_again_tells_nobody_twice(catalog, see, sighting_of):
    see(0, sighting_of(MANY[:4]))
    change(catalog, attempts=1, delivered_at=NOON)
    before = in_line(catalog)
    see(0, sighting_of(MANY[:5]))
    assert in_line(catalog) == before


def test_what_nobody_has_sent_is_said_as_the_day_says_it_last(catalog, see, sighting_of):
    see(0, sighting_of(MANY[:4]), sighting_of("xyz", 50.0))
    first = {row.alarm_id: row.delivery_id for row in in_line(catalog)}
    see(0, sighting_of(MANY[:5]))
    (row,) = in_line(catalog)
    assert (row.alarm_id, row.delivery_id) == ("A1", first["A1"])
    assert json.loads(row.body)["data"]["appeals"] == 5


@pytest.mark.parametrize(
    "begun",
    [
        {"claimed_until": NOON},
        {"attempts": 2, "last_status": 503},
        {"last_error": "timed out"},
        {"dead_at": NOON},
    ],
    ids=str,
)
def test_what_may_have_been_heard_is_neither_changed_nor_taken_back(
    catalog, see, sighting_of, begun
):
    see(0, sighting_of(MANY[:4]), sighting_of("xyz", 50.0))
    change(catalog, **begun)
    before = in_line(catalog)
    see(0, sighting_of(MANY[:5]))
    assert in_line(catalog) == before


def test_people_who_escalate_are_told_of_once(catalog, see, sighting_of):
    see(0, sighting_of("abc", theme="T1"))
    see(1, sighting_of("abc", theme="T1"))
    catalog.edit("T1", Edit(status="escalated"), "mia", NOON)
    expected = [("alarm.opened", "A1", 0), ("alarm.escalated.people", "A1", 1)]
    assert told(catalog) == expected
    message = json.loads(in_line(catalog)[1].body)
    assert (message["type"], message["timestamp"]) == ("alarm.escalated", "2025-03-31T12:00:00Z")
    assert message["data"]["escalated_by"] == "people"
    catalog.edit("T1", Edit(status="watching"), "mia", NOON)
    catalog.edit("T1", Edit(status="escalated"), "mia", NOON)
    see(1, sighting_of("abcd", theme="T1"))
    assert told(catalog) == expected


def test_an_alarm_that_is_over_is_not_escalated(catalog, see, sighting_of):
    see(0, sighting_of("abc", theme="T1"))
    see(8)
    catalog.edit("T1", Edit(status="escalated"), "mia", NOON)
    assert told(catalog) == [("alarm.opened", "A1", 0)]


def test_people_are_heard_on_a_day_on_which_the_alarm_has_grown_too(catalog, see, sighting_of):
    see(0, sighting_of(MANY[:4], theme="T1"))
    see(1, sighting_of(MANY[:16], theme="T1"))
    change(catalog, attempts=1, delivered_at=NOON)
    catalog.edit("T1", Edit(status="escalated"), "mia", NOON)
    kinds = [row.event for row in in_line(catalog) if row.as_of != DAY]
    assert sorted(kinds) == ["alarm.escalated", "alarm.escalated.people"]


def test_what_is_no_longer_to_be_sent_is_taken_out_of_line(catalog, see, discovered, sighting_of):
    see(0, sighting_of(MANY[:4]))
    Catalog(catalog.engine, webhook=False).write(discovered(DAY, PLAN), [])
    assert told(catalog) == []
