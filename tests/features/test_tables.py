from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from features.schema import Appeal, Decision
from features.tables import (
    ALARM_DAYS,
    ALARM_MEMBERS,
    APPEALS,
    DECISIONS,
    DELIVERIES,
    METADATA,
    SCORES,
    THEME_CHANGES,
    THEME_DAYS,
    THEME_LINEAGE,
    THEME_MEMBERS,
    Moment,
)

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


def test_the_tables_hold_every_field_of_the_contract():
    assert {*APPEALS.columns.keys()} == {*Appeal.model_fields, "digest"}
    assert {*DECISIONS.columns.keys()} == set(Decision.model_fields)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_every_table_can_be_made_in_both_databases(dialect, table):
    made = str(CreateTable(table).compile(dialect=dialect))
    assert f"CREATE TABLE {table.name}" in made
    for index in table.indexes:
        assert table.name in str(CreateIndex(index).compile(dialect=dialect))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (APPEALS, "submitted_at"),
        (APPEALS, "policy"),
        (APPEALS, "subject_id"),
        (SCORES, "appeal_id"),
        (THEME_MEMBERS, "theme_id"),
        (THEME_DAYS, "day"),
        (THEME_LINEAGE, "theme_id"),
        (THEME_CHANGES, "theme_id"),
        (ALARM_DAYS, "as_of"),
        (ALARM_MEMBERS, "as_of"),
        (DELIVERIES, "next_attempt_at"),
    ],
)
def test_what_is_asked_for_is_indexed(table, column):
    assert any(column in index.columns for index in table.indexes)


@pytest.mark.parametrize(
    ("column", "home"),
    [
        ("theme_id", "themes"),
        ("found_as", "themes"),
        ("merged_into", "themes"),
        ("alarm_id", "alarms"),
    ],
)
def test_a_theme_or_an_alarm_that_is_spoken_of_is_there(column, home):
    key = {"themes": "theme_id", "alarms": "alarm_id"}[home]
    targets = {
        table.name: {key.target_fullname for key in table.columns[column].foreign_keys}
        for table in METADATA.sorted_tables
        if column in table.columns and (table.name, column) != (home, key)
    }
    assert targets
    assert all(target == {f"{home}.{key}"} for target in targets.values()), targets


def test_moments_come_back_in_utc(engine):
    table = sa.Table("moments", sa.MetaData(), sa.Column("at", Moment))
    local = datetime(2024, 5, 31, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(sa.insert(table), [{"at": local}, {"at": None}])
        back = connection.execute(sa.select(table.c.at)).scalars().all()
    assert back == [local, None]
    assert back[0].tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(engine):
    query = sa.select(APPEALS).where(APPEALS.c.submitted_at > datetime(2024, 1, 1))
    with engine.connect() as connection, pytest.raises(sa.exc.StatementError, match="no time zone"):
        connection.execute(query)
