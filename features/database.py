"""The one database: opened, brought to the schema of this code, and written by one at a time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.engine import make_url

from features.errors import DamagedDatabase, InvalidSetting, NewerDatabase, UnreachableDatabase
from features.settings import Settings

MIGRATIONS: Final = Path(__file__).parent / "migrations"
BUSY_SECONDS: Final = 30
"""How long one writer waits for another before it gives up."""
_LOCK: Final = 0x52656472657373
"""The advisory lock of PostgreSQL that one writer holds: `Redress` in ASCII."""


def open_database(settings: Settings) -> sa.Engine:
    """Open the database, and make or bring it up to this code's schema.

    Several processes may do so at once: one migrates, the others wait. SQLite is opened with a
    write-ahead log, so that readers never wait for the writer, and with foreign keys.

    Raises
    ------
    InvalidSetting
        The home folder cannot be made, or the URL names no database that this machine can speak to.
    UnreachableDatabase
        The database does not answer, or stays locked.
    DamagedDatabase
        The file is no SQLite database.
    NewerDatabase
        A later version of Redress has changed the schema.
    """
    _make_home(settings)
    engine = _engine(settings.database)
    try:
        migrate(engine)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise _unusable(settings, error) from error
    except NewerDatabase:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that nobody else writes beside: what is read in it holds until its end.

    An exception undoes all of it.
    """
    with engine.connect().execution_options(redress_writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction for questions that belong together: all see the same moment."""
    # SQLite does so unasked.
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**level) as connection, connection.begin():
        yield connection


def migrate(engine: sa.Engine) -> None:
    """Bring a database to this code's schema; raises NewerDatabase where that is not possible."""
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with writing(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            raise NewerDatabase(
                f"the database has schema {current}",
                f"at most {head}, which this version of Redress knows",
                "Install the version that made it, or name another REDRESS_HOME.",
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _make_home(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidSetting(
            f"the folder {settings.home} cannot be made ({error.strerror})",
            "a folder that can be written",
            "Set REDRESS_HOME.",
        ) from error


def _engine(url: str) -> sa.Engine:
    try:
        engine = sa.create_engine(
            make_url(url),
            connect_args=_connect_arguments(url),
            json_serializer=_to_json,
            hide_parameters=True,  # an error's message must not quote what was to be written
        )
    except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
        raise InvalidSetting(
            f"REDRESS_DATABASE_URL names no database that can be spoken to ({error})",
            "a SQLAlchemy URL whose driver is installed",
            "See https://docs.sqlalchemy.org/en/20/core/engines.html.",
        ) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_up)
        sa.event.listen(engine, "begin", _begin)
    return engine


def _to_json(value: object) -> str:
    # Several times as quick as the standard library, which bulk scoring waits for.
    return to_json(value).decode()


def _connect_arguments(url: str) -> dict[str, Any]:
    return {"timeout": BUSY_SECONDS} if make_url(url).get_backend_name() == "sqlite" else {}


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin transactions late and commit before DDL: `_begin` does it instead.
    connection.isolation_level = None
    # FULL: what was acknowledged survives a power cut too, for a few milliseconds a transaction.
    _write_ahead(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; where another process does so, SQLite itself does not wait."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would find the lock taken, without waiting.
    writes = connection.get_execution_options().get("redress_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _unusable(settings: Settings, error: sa.exc.DatabaseError) -> Exception:
    """Name what is wrong with a database, without the URL, which may hold a password."""
    place = make_url(settings.database).render_as_string(hide_password=True)
    cause = " ".join(str(error.orig).split())
    # SQLite calls a wrong schema an operational error too, by its most general code.
    answers = getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"
    if isinstance(error, sa.exc.OperationalError) and not answers:
        return UnreachableDatabase(
            f"{place} does not answer ({cause})",
            "a database that can be opened and written",
            "Check REDRESS_HOME and REDRESS_DATABASE_URL, and that no other process holds it.",
        )
    return DamagedDatabase(
        f"{place} cannot be used ({cause})",
        "a database made by Redress",
        "Restore it from a backup, or name another REDRESS_HOME.",
    )
