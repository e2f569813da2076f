import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from features.database import MIGRATIONS, migrate, open_database, reading, writing
from features.errors import (
    DamagedDatabase,
    InvalidSetting,
    NewerDatabase,
    UnreachableDatabase,
)
from features.settings import Settings
from features.tables import API_KEYS, APPEALS, DECISIONS, HISTORY_DAYS, METADATA, THEMES


def tables_of(path):
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.close()
    return {name for (name,) in found}


def test_migrations_make_the_tables_that_the_code_spells(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_opening_twice_changes_nothing(settings, engine):
    before = tables_of(settings.home / "redress.db")
    open_database(settings).dispose()
    assert tables_of(settings.home / "redress.db") == before >= {"appeals", "alembic_version"}


def taken_back(engine, revision):
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_a_migration_can_be_taken_back(engine):
    taken_back(engine, "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    migrate(engine)
    assert "appeals" in sa.inspect(engine).get_table_names()


def test_a_database_from_before_the_themes_is_brought_up_with_all_its_rows(settings, engine):
    taken_back(engine, "0001")
    assert "themes" not in sa.inspect(engine).get_table_names()
    filed = datetime(2025, 3, 31, 9, tzinfo=UTC)
    appeal = {"appeal_id": "a", "submitted_at": filed, "text": "ร้านค้า", "digest": "d"}
    decision = {"appeal_id": "a", "decided_at": filed, "outcome": "upheld"}
    with engine.begin() as connection:
        connection.execute(sa.insert(APPEALS), appeal | {"evidence": [], "attributes": {}})
        connection.execute(sa.insert(DECISIONS), decision)
    opened = open_database(settings)
    with opened.connect() as connection:
        kept = connection.execute(sa.select(APPEALS.c.text, DECISIONS.c.outcome).join(DECISIONS))
        assert kept.all() == [("ร้านค้า", "upheld")]
        assert connection.execute(sa.select(sa.func.count()).select_from(THEMES)).scalar() == 0
        assert connection.execute(sa.select(HISTORY_DAYS)).all() == [(filed.date(), 1, 1, 1)]
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    opened.dispose()


def test_sqlite_keeps_its_promises(engine):
    with engine.connect() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}


def test_odd_characters_in_the_path_are_fine(tmp_path):
    settings = Settings(home=tmp_path / "100% mine, ü #1")
    open_database(settings).dispose()
    assert "appeals" in tables_of(settings.home / "redress.db")


@pytest.mark.slow
def test_processes_may_open_a_new_database_at_once(tmp_path):
    code = (
        "from pathlib import Path; from features.settings import Settings; "
        "from features.database import open_database; "
        f"open_database(Settings(home=Path({str(tmp_path)!r})))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)
    ]
    errors = [process.communicate()[1].decode() for process in started]
    assert [process.returncode for process in started] == [0] * 4, errors
    assert "appeals" in tables_of(tmp_path / "redress.db")


def test_a_later_schema_is_refused(settings, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(
        NewerDatabase, match=r"schema 9999; expected at most \d{4}.*Install the version"
    ):
        open_database(settings)


def test_a_file_that_is_no_database_is_refused_and_left_alone(settings):
    settings.home.mkdir()
    file = settings.home / "redress.db"
    file.write_text("these are my shopping notes, and no database at all\n" * 20)
    before = file.read_bytes()
    with pytest.raises(DamagedDatabase, match=r"not a database.*Restore it"):
        open_database(settings)
    assert file.read_bytes() == before


def test_another_programs_tables_are_refused_and_nothing_is_half_made(settings):
    settings.home.mkdir()
    file = settings.home / "redress.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE scores (mine INTEGER)")
    connection.close()
    with pytest.raises(DamagedDatabase, match="table scores already exists"):
        open_database(settings)
    assert tables_of(file) <= {"scores", "alembic_version"}


def test_a_home_that_is_a_file_is_refused(tmp_path):
    home = tmp_path / "home"
    home.write_text("")
    with pytest.raises(InvalidSetting, match=r"cannot be made .*Set REDRESS_HOME"):
        open_database(Settings(home=home))


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql+nodriver://db/x", "postgresql+nodriver://u:secret@db/x"]
)
def test_a_url_that_names_no_usable_database_is_refused(tmp_path, url):
    with pytest.raises(InvalidSetting, match="REDRESS_DATABASE_URL") as error:
        open_database(Settings(home=tmp_path, database_url=url))
    assert "secret" not in str(error.value)


def test_a_database_that_cannot_be_opened_is_unreachable(tmp_path):
    url = f"sqlite:///{tmp_path}/no/such/folder/x.db"
    with pytest.raises(UnreachableDatabase, match="does not answer"):
        open_database(Settings(home=tmp_path, database_url=url))


def test_an_exception_undoes_all_that_was_written(engine):
    half, failing = sa.text("CREATE TABLE half (made INTEGER)"), sa.text("SELECT no_such_column")

    def write():
        with writing(engine) as connection:
            connection.execute(half)
            connection.execute(failing)

    with pytest.raises(sa.exc.OperationalError, match="no_such_column"):
        write()
    assert "half" not in sa.inspect(engine).get_table_names()


def test_one_writes_at_a_time(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE tally (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO tally VALUES (0)")

    def count():
        for _ in range(10):
            with writing(engine) as connection:
                n = connection.exec_driver_sql("SELECT n FROM tally").scalar_one()
                connection.exec_driver_sql("UPDATE tally SET n = ?", (n + 1,))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM tally").scalar_one() == 40


def test_readers_do_not_wait_for_the_writer(engine):
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM api_keys")
        with engine.connect() as reader:
            assert reader.execute(sa.select(API_KEYS)).all() == []


def test_questions_that_belong_together_see_the_same_moment(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE tally (n INTEGER)")
    with reading(engine) as reader:
        before = reader.exec_driver_sql("SELECT count(*) FROM tally").scalar_one()
        with writing(engine) as connection:
            connection.exec_driver_sql("INSERT INTO tally VALUES (1)")
        assert reader.exec_driver_sql("SELECT count(*) FROM tally").scalar_one() == before == 0
    with reading(engine) as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM tally").scalar_one() == 1
