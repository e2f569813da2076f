"""People: added, found, disabled; passwords that open, and those that do not."""

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from features.errors import InvalidUser, NoSuchUser
from features.tables import SESSIONS, USERS
from serving.dashboard.roles import Role, role_of
from serving.dashboard.sessions import Person
from serving.dashboard.users import Users, checked_name, login_of
from serving.keys import Scope

PASSWORD = "four words make it"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def users(engine):
    return Users(engine, QUICK)


def test_a_person_is_found_and_let_in_whatever_the_capitals(users):
    added = users.add("  Zoë   Tan ", Role.MANAGER, PASSWORD)
    assert (added.name, added.login, added.role) == ("Zoë Tan", "zoë tan", Role.MANAGER)
    assert users.find("ZOË TAN") == users.verified("zoe\u0308 tan", PASSWORD) == added
    assert users.verified("Zoë Tan", PASSWORD + " ") is None
    assert users.verified("nobody", PASSWORD) is None


def test_passwords_are_kept_as_argon2id_and_renewed_when_the_cost_rises(users, engine):
    users.add("Mia", Role.VIEWER, PASSWORD)
    stronger = Users(engine, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    hashes = []
    for people in (users, stronger):
        assert people.verified("mia", PASSWORD) is not None
        with engine.connect() as connection:
            hashes.append(connection.execute(sa.select(USERS.c.password)).scalar_one())
    assert all(one.startswith("$argon2id$") and PASSWORD not in one for one in hashes)
    assert ("t=1" in hashes[0], "t=2" in hashes[1]) == (True, True)


def test_who_is_disabled_is_out_at_once_and_may_come_back(users, house_sessions):
    user = users.add("Mia", Role.MANAGER, PASSWORD)
    token = house_sessions.begin(Person(user.name, user.role, login=user.login))
    users.disable("MIA")
    assert users.verified("mia", PASSWORD) is None
    assert house_sessions.person(token) is None
    with pytest.raises(NoSuchUser):
        users.disable("Ben")
    back = users.add("Mia", Role.VIEWER, PASSWORD + "!")
    assert (back.disabled_at, back.role) == (None, Role.VIEWER)
    assert users.verified("mia", PASSWORD) is None
    assert users.verified("mia", PASSWORD + "!") == back


def test_another_password_ends_every_session(users, house_sessions, engine):
    user = users.add("Mia", Role.MANAGER, PASSWORD)
    for _ in range(2):
        house_sessions.begin(Person(user.name, user.role, login=user.login))
    users.set_password("mia", PASSWORD + "!")
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(SESSIONS)).scalar() == 0


def test_one_without_a_password_is_not_let_in_by_any(users):
    users.add("proxied", Role.VIEWER, None)
    assert [users.verified("proxied", given) for given in ("", "nobody has this password")] == [
        None,
        None,
    ]


class CountingHasher(PasswordHasher):
    """argon2, and how often a password was held against a hash of which cost."""

    def __init__(self):
        super().__init__()
        self.verified = []

    def verify(self, hashed, password):
        self.verified.append((str(extract_parameters(hashed)), len(password)))
        return super().verify(hashed, password)


def test_a_name_that_nobody_has_costs_what_a_wrong_password_costs(engine):
    hasher = CountingHasher()
    users = Users(engine, hasher)
    users.add("Mia", Role.VIEWER, PASSWORD)
    users.add("proxied", Role.VIEWER, None)
    users.add("gone", Role.VIEWER, PASSWORD)
    users.disable("gone")
    names = ("Mia", "nobody", "proxied", "gone")
    assert [users.verified(name, "x" * 2_000) for name in names] == [None] * 4
    assert len(hasher.verified) == 4
    assert len(set(hasher.verified)) == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b", "a\u202eb", "tab\x07"])
def test_a_name_that_cannot_be_used_is_refused(users, name):
    with pytest.raises(InvalidUser, match="printable"):
        users.add(name, Role.VIEWER, PASSWORD)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1_001])
def test_a_password_that_cannot_be_used_is_refused_without_being_told(users, password):
    with pytest.raises(InvalidUser, match=f"a password of {len(password):,} characters"):
        users.add("Mia", Role.VIEWER, password)
    assert users.all() == []


def test_nobody_is_added_twice(users):
    users.add("Mia", Role.VIEWER, PASSWORD)
    with pytest.raises(InvalidUser, match="there is a user"):
        users.add("mIA", Role.ADMIN, PASSWORD)
    assert users.find("mia").role is Role.VIEWER


@given(st.text(max_size=40))
def test_a_name_that_is_kept_is_found_by_itself(name):
    try:
        kept = checked_name(name)
    except InvalidUser:
        return
    assert checked_name(kept) == kept
    assert login_of(name) == login_of(kept) == login_of(login_of(kept))


def test_each_role_includes_those_before_it():
    roles = list(Role)
    assert [[one.includes(other) for other in roles] for one in roles] == [
        [place >= before for before in range(4)] for place in range(4)
    ]


@pytest.mark.parametrize(
    ("scopes", "role"),
    [
        ([Scope.SCORE], None),
        ([Scope.SCORE, Scope.REVIEW], Role.MANAGER),
        ([Scope.ADMIN], Role.ADMIN),
        ([], None),
    ],
)
def test_a_key_may_do_here_what_it_may_do_over_http(scopes, role):
    assert role_of(scopes) is role
