"""Rewrites the addresses that MLflow keeps, once a home was copied or moved.

Redress finds its files without (`models.run_files`), so two processes that see one home under two
paths may both rewrite: it is for MLflow's own pages and tools, which go where the store says.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from models.store_version import looking_into

__all__ = ["readdress"]

_COLUMNS: Final = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def readdress(store: Path, artifacts: Path) -> int:
    """Let a store name the files of this home where it names those of the home it came from.

    Parameters
    ----------
    store
        The SQLite file, with MLflow's tables.
    artifacts
        The folder of this home under which MLflow keeps artifacts.

    Returns
    -------
    int
        How many homes it had named. All is rewritten in one transaction, or nothing.
    """
    here = artifacts.resolve().as_uri()
    with looking_into(store) as connection:
        if not _elsewhere(connection, here, artifacts.name):
            return 0
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            former = _elsewhere(connection, here, artifacts.name)
            for there in former:
                _rewrite(connection, there, here)
        return len(former)


def _elsewhere(connection: sqlite3.Connection, here: str, name: str) -> list[str]:
    """Give the artifact folders of other homes that experiments were made in."""
    query = "SELECT DISTINCT artifact_location FROM experiments WHERE artifact_location != ?"
    found = (str(place) for (place,) in connection.execute(query, (here,)))
    return [place for place in found if place.startswith("file:") and place.endswith(f"/{name}")]


def _rewrite(connection: sqlite3.Connection, there: str, here: str) -> None:
    for table, column in _COLUMNS:
        connection.execute(
            f"UPDATE {table} SET {column} = :here || substr({column}, length(:there) + 1)"
            f" WHERE {column} = :there OR substr({column}, 1, length(:there) + 1) = :there || '/'",
            {"here": here, "there": there},
        )
