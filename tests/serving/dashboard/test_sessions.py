"""Sessions: how long they last, and whose they are."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from features.tables import API_KEYS, SESSIONS
from serving.dashboard.roles import Role
from serving.dashboard.sessions import Person
from serving.dashboard.users import Users
from serving.keys import Keys, Scope

START = datetime(2025, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def mia(engine):
    user = Users(engine).add("Mia", Role.MANAGER, None)
    return Person(user.name, user.role, login=user.login)


def test_a_token_opens_its_session_and_is_not_kept(house_sessions, mia, engine):
    token = house_sessions.begin(mia, START)
    assert house_sessions.person(token, START) == mia
    assert house_sessions.person(token + "x", START) is None
    with engine.connect() as connection:
        assert token not in str(connection.execute(sa.select(SESSIONS)).all())
    house_sessions.end(token)
    assert house_sessions.person(token, START) is None


def test_without_a_page_a_session_lasts_twelve_hours(house_sessions, mia):
    token = house_sessions.begin(mia, START)
    assert house_sessions.person(token, START + 11 * HOUR) == mia
    assert house_sessions.person(token, START + 22 * HOUR) == mia
    assert house_sessions.person(token, START + 34 * HOUR) is None


def test_however_busy_a_session_lasts_seven_days(house_sessions, mia):
    token = house_sessions.begin(mia, START)
    seen = [house_sessions.person(token, START + n * 6 * HOUR) for n in range(29)]
    assert seen[:28] == [mia] * 28
    assert seen[28] is None


def test_pages_of_a_few_minutes_are_noted_once(house_sessions, mia, engine):
    token = house_sessions.begin(mia, START)
    noted = []
    for minutes in (4, 6, 10):
        house_sessions.person(token, START + timedelta(minutes=minutes))
        with engine.connect() as connection:
            noted.append(connection.execute(sa.select(SESSIONS.c.seen_at)).scalar_one())
    assert noted == [START, START + timedelta(minutes=6), START + timedelta(minutes=6)]


def test_what_is_over_is_swept_when_somebody_comes(house_sessions, mia, engine):
    house_sessions.begin(mia, START)
    house_sessions.begin(mia, START + 13 * HOUR)
    with engine.connect() as connection:
        assert len(connection.execute(sa.select(SESSIONS)).all()) == 1


def test_a_session_of_a_key_ends_with_it(house_sessions, engine):
    keys, now = Keys(engine), datetime.now(UTC)
    made = keys.create("desk", [Scope.REVIEW], timedelta(hours=2))
    holder = Person("desk", Role.MANAGER, key_id=made.key.key_id)
    token = house_sessions.begin(holder)
    assert house_sessions.person(token) == holder
    assert house_sessions.person(token, now + 3 * HOUR) is None
    keys.revoke(made.key.key_id)
    assert house_sessions.person(token) is None


def test_a_key_that_loses_its_scopes_opens_nothing(house_sessions, engine):
    made = Keys(engine).create("desk", [Scope.REVIEW])
    token = house_sessions.begin(Person("desk", Role.MANAGER, key_id=made.key.key_id))
    with engine.begin() as connection:
        connection.execute(sa.update(API_KEYS).values(scopes=["score"]))
    assert house_sessions.person(token) is None
