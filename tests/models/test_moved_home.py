import sqlite3
from contextlib import closing

import pytest

from features.errors import DamagedDatabase
from models.moved_home import readdress

OTHER = ("s3://bucket/artifacts", "/work/mlruns/0", "file:///big/disk/more-artifacts")


@pytest.fixture
def store(tmp_path):
    """The tables of MLflow that hold addresses, as a home at /old made them."""
    file = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE experiments (artifact_location)")
        connection.execute("CREATE TABLE runs (artifact_uri)")
        connection.execute("CREATE TABLE model_versions (source, storage_location)")
        homes = ("file:///old%20one/artifacts", "file:///older/artifacts", *OTHER)
        connection.executemany("INSERT INTO experiments VALUES (?)", [(one,) for one in homes])
        runs = [(f"{home}/{number}/artifacts",) for number, home in enumerate(homes)]
        runs.append(("file:///older/artifacts-not/9/artifacts",))
        connection.executemany("INSERT INTO runs VALUES (?)", runs)
        model = f"{runs[0][0]}/model"
        connection.execute("INSERT INTO model_versions VALUES (?, ?)", (model, None))
    return file


def dump(store):
    with closing(sqlite3.connect(store)) as connection:
        return list(connection.iterdump())


def column(store, table, name):
    with closing(sqlite3.connect(store)) as connection:
        return [row[0] for row in connection.execute(f"SELECT {name} FROM {table}")]


def test_addresses_of_former_homes_are_rewritten_and_no_others(store, tmp_path):
    here = (tmp_path / "artifacts").as_uri()

    assert readdress(store, tmp_path / "artifacts") == 2

    assert column(store, "experiments", "artifact_location") == [here, here, *OTHER]
    assert column(store, "runs", "artifact_uri") == [
        f"{here}/0/artifacts",
        f"{here}/1/artifacts",
        *(f"{place}/{number}/artifacts" for number, place in enumerate(OTHER, 2)),
        "file:///older/artifacts-not/9/artifacts",
    ]
    assert column(store, "model_versions", "source") == [f"{here}/0/artifacts/model"]
    assert column(store, "model_versions", "storage_location") == [None]


def test_a_home_that_was_not_moved_is_not_written_to(store, tmp_path):
    readdress(store, tmp_path / "artifacts")
    before = store.read_bytes()

    assert readdress(store, tmp_path / "artifacts") == 0
    assert store.read_bytes() == before


def test_what_cannot_be_rewritten_whole_is_left_as_it_was(store, tmp_path):
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER refuse UPDATE ON model_versions BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    before = dump(store)

    with pytest.raises(DamagedDatabase, match="no"):
        readdress(store, tmp_path / "artifacts")
    assert dump(store) == before
