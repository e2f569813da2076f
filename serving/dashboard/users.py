"""People who may sign in with a name and a password. Passwords are kept as argon2id hashes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from features.database import reading, writing
from features.errors import InvalidUser, NoSuchUser
from features.tables import SESSIONS, USERS
from serving.dashboard.roles import Role

LEAST_PASSWORD: Final = 12
MOST_PASSWORD: Final = 1_000
"""Characters: longer ones would only cost time."""
MOST_NAME: Final = 100


@dataclass(frozen=True)
class User:
    """A person who may sign in.

    Attributes
    ----------
    login
        The name, without the difference of capitals: what it is looked up by.
    created_at, disabled_at
        UTC; None where the person may still sign in.
    has_password
        Whether there is one; without it only a reverse proxy signs the person in.
    """

    login: str
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None
    has_password: bool = True


class Users:
    """The people in the database.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    hasher
        Of passwords; argon2id with the parameters of RFC 9106 for servers of little memory.
    """

    def __init__(self, engine: sa.Engine, hasher: PasswordHasher | None = None) -> None:
        self.engine = engine
        self.hasher = hasher or PasswordHasher()

    def add(self, name: str, role: Role, password: str | None) -> User:
        """Add a person; one who was disabled comes back, with the role and password given now.

        Raises
        ------
        InvalidUser
            The name or the password cannot be used, or the person is there already.
        """
        name = checked_name(name)
        login = login_of(name)
        hashed = None if password is None else self._hash(password)
        now = datetime.now(UTC)
        values = {"name": name, "role": str(role), "password": hashed, "disabled_at": None}
        with writing(self.engine) as connection:
            there = _row(connection, login)
            if there is None:
                row = values | {"login": login, "created_at": now}
                connection.execute(sa.insert(USERS).values(row))
            elif there.disabled_at is None:
                raise InvalidUser(
                    "there is a user of that name", "another name", "See `redress user list`."
                )
            else:
                connection.execute(_update(login).values(values))
            return _user(_known(connection, login))

    def find(self, name: str) -> User | None:
        """Look a person up by name, whatever its capitals."""
        with reading(self.engine) as connection:
            row = _row(connection, login_of(name))
        return None if row is None else _user(row)

    def all(self) -> list[User]:
        """List the people, by name."""
        with reading(self.engine) as connection:
            return [_user(row) for row in connection.execute(sa.select(USERS).order_by("login"))]

    def disable(self, name: str) -> None:
        """Let a person sign in no longer, and end every session of theirs.

        Raises
        ------
        NoSuchUser
            There is none of that name.
        """
        login = login_of(name)
        with writing(self.engine) as connection:
            _known(connection, login)
            still = USERS.c.disabled_at.is_(None)
            connection.execute(_update(login).where(still).values(disabled_at=datetime.now(UTC)))
            _end_sessions(connection, login)

    def set_password(self, name: str, password: str) -> None:
        """Give a person another password, and end every session that the old one began.

        Raises
        ------
        NoSuchUser
            There is none of that name.
        InvalidUser
            The password cannot be used.
        """
        login, hashed = login_of(name), self._hash(password)
        with writing(self.engine) as connection:
            _known(connection, login)
            connection.execute(_update(login).values(password=hashed))
            _end_sessions(connection, login)

    def verified(self, name: str, password: str) -> User | None:
        """Give the person whose name and password these are; None where there is none.

        A name that is not there takes as long as a wrong password, so that time tells no names.
        """
        with reading(self.engine) as connection:
            row = _row(connection, login_of(name))
        hashed = None if row is None or row.disabled_at is not None else row.password
        nobody = _nobody()  # made by the first attempt of the process, whoever tries
        right = self._fits(hashed or nobody, password[:MOST_PASSWORD])
        if row is None or hashed is None or not right:
            return None
        if self.hasher.check_needs_rehash(hashed):
            self._renew(row.login, hashed, password)
        return _user(row)

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self.hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _renew(self, login: str, old: str, password: str) -> None:
        new = self.hasher.hash(password)
        with writing(self.engine) as connection:
            connection.execute(_update(login).where(USERS.c.password == old).values(password=new))

    def _hash(self, password: str) -> str:
        if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
            raise InvalidUser(
                f"a password of {len(password):,} characters",
                f"{LEAST_PASSWORD} to {MOST_PASSWORD:,}",
                "A few words with spaces between are easy to keep in mind.",
            )
        return self.hasher.hash(password)


def checked_name(name: str) -> str:
    """Give a name as it is kept: composed, of single spaces.

    Raises
    ------
    InvalidUser
        It is empty, too long, or holds signs that cannot be seen.
    """
    kept = " ".join(unicodedata.normalize("NFC", name).split())
    if not (0 < len(kept) <= MOST_NAME and kept.isprintable() and len(login_of(kept)) <= MOST_NAME):
        raise InvalidUser(
            f"a name of {len(kept):,} characters",
            f"1 to {MOST_NAME} printable ones",
            "Give the name that the person signs in with.",
        )
    return kept


def login_of(name: str) -> str:
    """Give what a name is looked up by: without the difference of capitals, widths and spaces.

    Unicode's NFKC_Casefold: folding and composing undo one another, so that each is done twice.
    """
    folded = unicodedata.normalize("NFD", name)
    for _ in range(2):
        folded = unicodedata.normalize("NFKC", folded.casefold())
    return " ".join(folded.split())


@cache
def _nobody() -> str:
    return PasswordHasher().hash("nobody has this password")


def _row(connection: sa.Connection, login: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(USERS).where(USERS.c.login == login)).one_or_none()


def _known(connection: sa.Connection, login: str) -> sa.Row[Any]:
    row = _row(connection, login)
    if row is None:
        raise NoSuchUser("no user of that name", "the name of one", "See `redress user list`.")
    return row


def _update(login: str) -> sa.Update:
    return sa.update(USERS).where(USERS.c.login == login)


def _end_sessions(connection: sa.Connection, login: str) -> None:
    connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.login == login))


def _user(row: sa.Row[Any]) -> User:
    return User(
        row.login,
        row.name,
        Role(row.role),
        row.created_at,
        row.disabled_at,
        row.password is not None,
    )
