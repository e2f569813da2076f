"""Whether this installation of MLflow can read a store: a database, with the schema it knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from features.database import BUSY_SECONDS
from features.errors import DamagedDatabase, UnfitStore, UnreachableDatabase

__all__ = ["has_table", "looking_into", "require_database", "require_known_schema"]

_REVISIONS: Final = "alembic_version"


@contextmanager
def looking_into(store: Path) -> Iterator[sqlite3.Connection]:
    """Open a store to ask it something, without MLflow; none is made.

    Parameters
    ----------
    store
        The SQLite file, which is there.

    Yields
    ------
    sqlite3.Connection
        What SQLite raises while it is open is turned into the errors below.

    Raises
    ------
    DamagedDatabase
        The file is no SQLite database, or a broken one.
    UnreachableDatabase
        It cannot be opened, or stays locked.
    """
    # Not `ro`: what a killed process left half written could then not be rolled back.
    uri = f"{store.as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
            yield connection
    except sqlite3.OperationalError as error:
        raise UnreachableDatabase(
            f"the model registry cannot be read ({store.name}: {error})",
            "a database that can be opened and written",
            f"Check {store.name} in REDRESS_HOME, and that no other process holds it",
        ) from error
    except sqlite3.DatabaseError as error:
        raise DamagedDatabase(
            f"the model registry cannot be read ({store.name}: {error})",
            "the SQLite database that MLflow made",
            f"Restore {store.name} from a backup, or name another REDRESS_HOME",
        ) from error


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Whether a store has a table of that name yet."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(query, (name,)).fetchone() is not None


def require_database(store: Path) -> None:
    """Refuse a store that is there and is no database, before MLflow tries it many times over.

    Raises
    ------
    DamagedDatabase
        As `looking_into`.
    UnreachableDatabase
        As `looking_into`.
    """
    if store.exists():
        with looking_into(store) as connection:
            has_table(connection, _REVISIONS)


def require_known_schema(store: Path) -> None:
    """Refuse a store whose schema was made by another version of MLflow.

    Parameters
    ----------
    store
        The SQLite file.

    Raises
    ------
    UnfitStore
        With the schema that was found, the one that is known, and what to do.
    """
    from alembic.script import ScriptDirectory
    from mlflow import __version__
    from mlflow.store import db_migrations

    found = _revision(store)
    scripts = ScriptDirectory(str(Path(str(db_migrations.__file__)).parent))
    head = scripts.get_current_head()
    if found is None or found == head:
        return
    earlier = {script.revision for script in scripts.walk_revisions()}
    remedy = (
        f"Take a copy of {store.name}, then: mlflow db upgrade sqlite:///{store}"
        if found in earlier
        else "Install the version of MLflow that made it, or name another REDRESS_HOME"
    )
    age = "an earlier" if found in earlier else "a later"
    raise UnfitStore(
        f"{store} has schema {found}, made by {age} version of MLflow",
        f"schema {head}, which MLflow {__version__} knows",
        remedy,
    )


def _revision(store: Path) -> str | None:
    with looking_into(store) as connection:
        if not has_table(connection, _REVISIONS):
            return None
        row = connection.execute(f"SELECT version_num FROM {_REVISIONS}").fetchone()
    return None if row is None else str(row[0])
