"""Whether this installation of MLflow can read a store: its schema must be the one it knows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from features.errors import UnfitStore

__all__ = ["require_known_schema"]


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
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            return None
    return None if row is None else str(row[0])
