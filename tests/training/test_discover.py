"""Discovery as a whole: a real history, a real catalogue, killed processes, people who edit."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from rich.console import Console

from features.columns import Records
from features.database import MIGRATIONS, open_database
from features.errors import CatalogAhead, NoAppeals
from features.history import History
from features.settings import Settings
from features.tables import (
    ALARM_DAYS,
    ALARM_MEMBERS,
    ALARM_PLACES,
    ALARMS,
    DELIVERIES,
    DISCOVERIES,
    MAP_PLACES,
    METADATA,
    THEME_CHANGES,
    THEME_DAYS,
    THEME_DRIVERS,
    THEME_LINEAGE,
    THEME_MEMBERS,
    THEMES,
)
from models import theme_encoder
from models.alarm_book import AlarmBook
from models.alarms import Kind
from models.catalog import Catalog
from models.curation import Edit
from models.themes import Discovery, Event, Found, Status
from training.discover import discover
from training.stages import Stages

pytestmark = pytest.mark.slow
CATALOGUE = (
    DISCOVERIES,
    THEMES,
    THEME_MEMBERS,
    THEME_DAYS,
    THEME_LINEAGE,
    THEME_DRIVERS,
    THEME_CHANGES,
    ALARMS,
    ALARM_DAYS,
    ALARM_MEMBERS,
    ALARM_PLACES,
    MAP_PLACES,
)
DAY = date(2025, 3, 28)
WEEK = timedelta(days=7)
NOON = datetime(2025, 3, 29, 12, tzinfo=UTC)
TIMES = {"made_at", "seconds"}


class Quiet(Stages):
    """Shows nothing; does something, if asked, as a stage begins."""

    def __init__(self, before=None):
        super().__init__(Console(quiet=True))
        self.before = before or {}

    def stage(self, name, label):
        self.before.pop(name, lambda: None)()
        return super().stage(name, label)


def prepare(settings, reader, records):
    """File appeals, and let an earlier discovery, of nothing, name the encoder to read with."""
    engine = open_database(settings)
    History(engine).add(records)
    digest = theme_encoder.keep(reader, settings.home)
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    nothing = Discovery(
        long_ago.date(), 90, long_ago, 1.0, digest, 0, 0, 0, 0, 1.0, None, 1.0, persistence=None
    )
    Catalog(engine).write(Found(nothing, {}, (), (), {}))
    engine.dispose()


def run(settings, as_of=None, before=None):
    return discover(settings, Quiet(before), as_of)


def ask(settings, question):
    """Ask something of the catalogue."""
    engine = open_database(settings)
    answer = question(Catalog(engine))
    engine.dispose()
    return answer


def dump(settings):
    """All rows of the catalogue's tables, but for the times of making."""
    engine = open_database(settings)
    with engine.connect() as connection:
        rows = {
            table.name: sorted(
                repr({name: value for name, value in row.items() if name not in TIMES})
                for row in connection.execute(sa.select(table)).mappings()
            )
            for table in CATALOGUE
        }
    engine.dispose()
    return rows


@pytest.fixture(scope="module")
def first(empty_store, tmp_path_factory, reader, letters):
    """A home whose history was discovered once, and what was found."""
    settings = Settings(home=tmp_path_factory.mktemp("first") / "home")
    settings.home.mkdir()
    shutil.copy(empty_store, settings.home / "mlflow.db")
    prepare(settings, reader, letters(150))
    return settings, run(settings)


@pytest.fixture
def settled(first, tmp_path):
    """A copy of that home."""
    return Settings(home=Path(shutil.copytree(first[0].home, tmp_path / "copy")))


@pytest.fixture
def later(settled, letters):
    """That copy, a week of appeals later."""
    engine = open_database(settled)
    week = letters(40, first=datetime(2025, 3, 29, tzinfo=UTC), days=7, name="b", seed=1)
    History(engine).add(week)
    engine.dispose()
    return settled


@pytest.fixture
def home(tmp_path, empty_store):
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(empty_store, folder / "mlflow.db")
    return Settings(home=folder)


def ids_of(discovered):
    return {theme.theme_id for theme in discovered.shown.themes}


def test_what_is_written_about_is_found_named_and_counted(first):
    _, discovered = first
    discovery = discovered.found.discovery
    assert (discovery.as_of, discovery.window_days, discovery.appeals) == (DAY, 90, 150)
    assert discovery.persistence is None
    assert discovery.unassigned / discovery.appeals < 0.1
    themes = discovered.shown.themes
    assert len(themes) >= 3
    assert discovered.shown.suppressed == 0
    for theme in themes:
        assert theme.status == Status.NEW
        assert 1 <= len(theme.portrait.exemplars) <= 5
        topic, _ = theme.portrait.drivers[0].value.split()
        assert {"payout", "parcel", "listing"} >= {topic}
        assert theme.portrait.outcomes.decided > 0
    assert set(discovered.seconds) == {
        *("read", "encode", "themes", "emergence", "map", "write", "record")
    }


def test_the_same_run_twice_leaves_the_catalogue_as_it_was(first, settled):
    before = dump(settled)
    again = run(settled)
    assert dump(settled) == before
    assert again.shown.themes == first[1].shown.themes


def test_a_week_later_ids_and_all_that_people_said_are_kept(later):
    names = sorted(ids_of_catalogue(later))
    named, merged, target = names[:3]

    def curate(catalog):
        catalog.edit(named, Edit(title="Ours", status="escalated", note="asked"), "mia", NOON)
        catalog.merge(merged, target, "mia", NOON)

    ask(later, curate)
    changes = ask(later, lambda catalog: catalog.theme(named, 1).changes)
    discovered = run(later)

    assert discovered.found.discovery.as_of == DAY + WEEK
    assert discovered.found.discovery.persistence >= 0.95
    theme = ask(later, lambda catalog: catalog.theme(named, 1))
    assert (theme.title, theme.status, theme.note) == ("Ours", Status.ESCALATED, "asked")
    assert theme.changes == changes
    assert [descent.event for descent in theme.descents][-1] == Event.CONTINUED
    assert merged not in ids_of(discovered)
    counted = {one.found_as: one.theme_id for one in discovered.found.members}
    assert counted[merged] == target
    size = sum(one.theme_id == target for one in discovered.found.members)
    (shown,) = [theme for theme in discovered.shown.themes if theme.theme_id == target]
    assert shown.portrait.size == size > counted_as(discovered, target)
    places = ask(later, lambda catalog: catalog.places())
    headings = dict(zip(places.ids, places.headings, strict=True))
    assert headings[merged].theme_id == target


def ids_of_catalogue(settings):
    return [theme.theme_id for theme in ask(settings, lambda catalog: catalog.themes(1)).themes]


def counted_as(discovered, theme_id):
    return sum(one.found_as == theme_id for one in discovered.found.members)


def test_a_week_discovered_twice_is_the_same_too(later):
    run(later)
    before = dump(later)
    run(later)
    assert dump(later) == before


def test_the_map_of_a_later_day_is_like_the_last_one(later):
    last = ask(later, lambda catalog: catalog.map(DAY + WEEK))
    discovered = run(later)
    places = ask(later, lambda catalog: catalog.map(DAY + 2 * WEEK))
    assert len(last) == 150
    assert len(places) == discovered.found.discovery.appeals
    both = sorted(last.keys() & places.keys())
    old, new = (np.array([where[one] for one in both]) for where in (last, places))
    moved = np.linalg.norm(new - old, axis=1)
    assert np.median(moved) < 0.05 * np.ptp(old)


def test_what_people_say_while_a_discovery_runs_is_kept(later, members_of):
    named, merged, target = sorted(ids_of_catalogue(later))[:3]

    def meanwhile():
        def curate(catalog):
            catalog.edit(named, Edit(title="Meanwhile", owner="mia"), "mia", NOON)
            catalog.merge(merged, target, "mia", NOON)

        ask(later, curate)

    discovered = run(later, before={"write": meanwhile})

    theme = ask(later, lambda catalog: catalog.theme(named, 1))
    assert (theme.title, theme.owner) == ("Meanwhile", "mia")
    assert [theme.theme_id for theme in discovered.shown.themes if theme.named] == [named]
    assert merged not in ids_of(discovered)
    both = sum(one.found_as in (merged, target) for one in discovered.found.members)
    assert ask(later, lambda catalog: catalog.theme(target, 1)).portrait.size == both
    assert len(ask(later, lambda catalog: members_of(catalog, target))) == both


def test_a_discovery_overtaken_by_a_later_one_is_refused(later):
    after = {}

    def overtake():
        run(later, DAY + WEEK)
        after["catalogue"] = dump(later)

    with pytest.raises(CatalogAhead, match="is as of 2025-04-04, later than 2025-03-28"):
        run(later, DAY, before={"write": overtake})
    assert dump(later) == after["catalogue"]


def test_an_earlier_day_than_the_catalogues_is_refused(settled):
    before = dump(settled)
    with pytest.raises(CatalogAhead, match=r"as of 2025-03-28.*--as-of 2025-03-28"):
        run(settled, DAY - WEEK, before={"encode": lambda: pytest.fail("it was plain before")})
    assert dump(settled) == before


@pytest.mark.parametrize("as_of", [date(2024, 6, 1), date(2026, 1, 1)])
def test_a_window_without_appeals_changes_nothing(settled, as_of):
    before = dump(settled)
    with pytest.raises(NoAppeals, match="2025-03-01 to 2025-03-28, which the history covers"):
        run(settled, as_of)
    assert dump(settled) == before


TAILS = ["please", "my", "the shop", "check", "again", "seller", "team", "thank", "help", ""]


def flooded(letters, since=25):
    """A steady intake, and forty letters about lost scans on its last days."""
    usual = letters(560, days=28, seed=3)
    more = letters(40, datetime(2025, 3, since, tzinfo=UTC), 4, ("parcel",), "new", seed=4)
    words = "tracking photo withdraw keyword depot"
    new = [
        one.model_copy(update={"text": f"{words} {TAILS[place % 10]}"})
        for place, one in enumerate(more.appeals)
    ]
    return Records([*usual.appeals, *new], usual.decisions, [])


def deliveries_of(settings):
    engine = open_database(settings)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(DELIVERIES)).mappings().all()
    engine.dispose()
    return rows


def alarms_of(settings, **asked):
    engine = open_database(settings)
    try:
        return AlarmBook(engine).alarms(**asked).alarms
    finally:
        engine.dispose()


def test_what_emerges_is_one_alarm_that_goes_on_and_ends(home, reader, letters):
    hooked = replace(home, webhook_url="http://127.0.0.1:9/", webhook_secret="whsec_" + "A" * 32)
    prepare(hooked, reader, flooded(letters))
    for day in (26, 27, 28):
        raised = run(hooked, date(2025, 3, day)).raised
        (alarm,) = raised.alarms
    assert (alarm.alarm_id, alarm.opened_on, alarm.closed_on) == ("A1", date(2025, 3, 26), None)
    assert alarm.account.kind is Kind.CAUSE
    assert alarm.appeals >= 36
    before = dump(hooked)
    run(hooked, date(2025, 3, 28))
    assert dump(hooked) == before
    sent = deliveries_of(hooked)
    assert sorted({row["alarm_id"] for row in sent}) == ["A1"]
    assert [row["event"] for row in sent].count("alarm.opened") == 1

    engine = open_database(hooked)
    later = letters(200, datetime(2025, 3, 29, tzinfo=UTC), 10, name="later", seed=5)
    History(engine).add(later)
    engine.dispose()
    run(hooked, date(2025, 4, 7))
    (closed,) = alarms_of(hooked, is_open=False)
    assert closed.alarm_id == "A1"
    assert alarms_of(hooked, is_open=True) == ()


def test_an_empty_history_has_no_themes(home):
    with pytest.raises(NoAppeals, match="redress ingest"):
        run(home)
    assert not any(dump(home).values())


def test_thirty_appeals_are_enough_for_what_many_write(home, reader, letters):
    prepare(home, reader, letters(30, topics=("payout", "parcel")))
    discovered = run(home)
    discovery = discovered.found.discovery
    assert discovery.appeals == 30
    assert discovery.agreement is None
    counted = sum(theme.portrait.size for theme in discovered.shown.themes)
    assert counted + discovery.unassigned == 30
    assert discovered.shown.themes
    topics = {}
    for one in discovered.found.members:  # payouts have even numbers, parcels odd ones
        topics.setdefault(one.theme_id, set()).add(int(one.appeal_id[1:]) % 2)
    assert {len(told) for told in topics.values()} == {1}


@pytest.mark.parametrize(
    ("text", "campaigns", "themes"),
    [
        ("parcel lost at depot", 0, 1),
        ("dear team the parcel was lost at the depot and nobody answers my calls", 1, 0),
    ],
)
def test_equal_texts_are_one_theme_and_one_letter_is_none(
    home, reader, letters, text, campaigns, themes
):
    prepare(home, reader, letters(120, text=text))
    discovered = run(home)
    assert discovered.found.discovery.campaigns == campaigns
    assert len(discovered.shown.themes) == themes
    assert discovered.found.discovery.unassigned == (0 if themes else 120)


def test_appeals_without_a_word_belong_nowhere(home, letters):
    engine = open_database(home)
    History(engine).add(letters(40, text=" "))
    engine.dispose()
    discovered = run(home)  # the first of all: and no teacher is loaded
    assert discovered.found.discovery.unassigned == 40
    assert discovered.shown.themes == ()
    assert ask(home, lambda catalog: catalog.latest()).appeals == 40


def test_the_themes_of_one_subject_are_counted_and_not_shown(home, reader, letters):
    prepare(home, reader, letters(60, topics=("payout",), subject="only me"))
    discovered = run(home)
    assert discovered.shown.themes == ()
    assert discovered.shown.suppressed == len(discovered.found.portraits) >= 1
    shown = ask(home, lambda catalog: catalog.themes(1)).themes
    assert {theme.portrait.subjects for theme in shown} == {1}


def test_a_database_of_an_older_schema_keeps_its_history(home, reader, letters):
    _make_older(home, letters(60))
    assert "themes" not in _tables(home)
    theme_encoder.keep(reader, home.home)
    prepare(home, reader, Records([], [], []))
    discovered = run(home)
    assert discovered.found.discovery.appeals == 60
    assert len(discovered.shown.themes) >= 3


def _make_older(settings, records):
    """A database as the first migration leaves it, with a history."""
    from alembic import command
    from alembic.config import Config

    engine = open_database(settings)
    History(engine).add(records)
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    engine.dispose()


def _tables(settings):
    engine = sa.create_engine(settings.database)
    tables = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return tables & set(METADATA.tables)


KILLED = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from rich.console import Console
from features.settings import Settings
from training.discover import discover
from training.stages import Stages

@sa.event.listens_for(sa.Engine, "after_cursor_execute")
def stop(connection, cursor, statement, *rest):
    if statement.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

discover(Settings(home=Path(sys.argv[1])), Stages(Console(quiet=True)))
"""


@pytest.mark.parametrize("moment", ["UPDATE discoveries", "INSERT INTO theme_members"])
def test_a_run_killed_half_way_leaves_the_last_catalogue(later, moment):
    before = dump(later)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(later.home), moment], env=os.environ, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert dump(later) == before
    assert run(later).found.discovery.persistence >= 0.95
