"""A discovery enters the catalogue: whole or not at all, over the last one, beside the people's."""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from features import tables
from features.database import writing
from features.errors import CatalogAhead
from models.catalog import Catalog
from models.curation import Edit
from models.entry import enter
from models.lineage import trace
from models.themes import Day, Descent, Event, Member, Status

DAY = date(2025, 3, 31)
NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
PLAN = {"T1": {"a1": 0.9, "a2": 0.95, "a3": 0.7}, "T2": {"b1": 0.8, "b2": 0.6}}
BORN = [(theme, Event.BORN, ()) for theme in PLAN]
CATALOGUE = {
    name: table
    for name, table in tables.METADATA.tables.items()
    if name == "discoveries" or name.startswith("theme")
}


@pytest.fixture
def catalog(emptied):
    return Catalog(emptied())


def dump(engine):
    """Every row of the catalogue, as the database holds it, but for run times."""
    with engine.connect() as connection:
        return {
            name: sorted(
                connection.exec_driver_sql(
                    "SELECT {} FROM {}".format(
                        ", ".join(
                            column.name
                            for column in table.columns
                            if column.name not in ("made_at", "seconds")
                        ),
                        name,
                    )
                ).all(),
                key=repr,
            )
            for name, table in CATALOGUE.items()
        }


def days(catalog, theme):
    return {day.day: day.appeals for day in catalog.theme(theme, 0).portrait.days}


def test_the_catalogue_is_in_seven_tables():
    assert len(CATALOGUE) == 7


def test_the_same_discovery_made_again_changes_nothing_but_run_times(catalog, discovered):
    catalog.write(discovered(DAY - WEEK, {"T1": PLAN["T1"], "T3": {"c1": 0.5}}, []))
    catalog.edit("T1", Edit(title="Held payouts", note="x"), "mia", NOON)
    lineage = [
        ("T2", Event.SPLIT, ("T1",)),
        ("T4", Event.BORN, ()),
        ("T3", Event.RETIRED, ()),
    ]
    plan = PLAN | {"T4": {"d1": 0.5}}
    catalog.write(discovered(DAY, plan, lineage, persistence=0.5))
    before = dump(catalog.engine)
    assert all(before.values())
    # A discovery begins from what is known, which now is this very one: all themes go on.
    later = NOON + timedelta(minutes=3)
    catalog.write(discovered(DAY, plan, persistence=0.5, made_at=later, seconds=9.0))
    assert dump(catalog.engine) == before
    assert catalog.latest().made_at == later


def test_a_discovery_of_the_same_day_replaces_the_last(catalog, discovered):
    catalog.write(discovered(DAY, PLAN, BORN))
    plan = {"T1": {"a1": 0.9, "b1": 0.5}, "T3": {"b2": 0.5}}
    lineage = [("T2", Event.RETIRED, ()), ("T3", Event.SPLIT, ("T2",))]
    catalog.write(discovered(DAY, plan, lineage, appeals=41))
    assert catalog.latest().appeals == 41
    assert catalog.known("digest").members == {"a1": "T1", "b1": "T1", "b2": "T3"}
    told = {theme: catalog.theme(theme, 0).descents for theme in ("T1", "T2", "T3")}
    assert told == {
        "T1": (Descent("T1", DAY, Event.BORN),),
        "T2": (Descent("T2", DAY, Event.RETIRED),),
        "T3": (Descent("T3", DAY, Event.SPLIT, ("T2",)),),
    }
    assert catalog.theme("T2", 0).retired_on == DAY


def test_what_a_day_says_became_of_the_themes_is_given_and_not_lost_by_its_repetition(
    catalog, discovered
):
    catalog.write(discovered(DAY - WEEK, PLAN | {"T3": {"c1": 0.5}}, []))
    lost = [("T3", Event.MERGED, ("T2",)), ("T10", Event.SPLIT, ("T1", "T2"))]
    plan = PLAN | {"T10": {"d1": 0.5}}
    first = catalog.write(discovered(DAY, plan, lost))
    assert first == (
        Descent("T1", DAY, Event.CONTINUED, ("T1",)),
        Descent("T2", DAY, Event.CONTINUED, ("T2",)),
        Descent("T3", DAY, Event.MERGED, into=("T2",)),
        Descent("T10", DAY, Event.SPLIT, ("T1", "T2")),
    )
    told = {theme: catalog.theme(theme, 0).descents[-1] for theme in ("T1", "T2", "T3", "T10")}
    assert tuple(told.values()) == first
    assert catalog.write(discovered(DAY, plan)) == first


def test_a_theme_lost_and_found_on_the_same_day_goes_on(catalog, discovered):
    catalog.write(discovered(DAY - WEEK, PLAN, BORN))
    catalog.write(discovered(DAY, {"T1": PLAN["T1"]}, [("T2", Event.RETIRED, ())]))
    catalog.write(discovered(DAY, PLAN))
    theme = catalog.theme("T2", 0)
    assert theme.retired_on is None
    assert [one.event for one in theme.descents] == [Event.BORN, Event.CONTINUED]


def test_a_theme_no_longer_found_keeps_its_portrait_and_comes_back(catalog, discovered):
    catalog.write(discovered(DAY, PLAN, BORN))
    last = catalog.theme("T2", 0).portrait
    catalog.write(discovered(DAY + WEEK, {"T1": PLAN["T1"]}, [("T2", Event.RETIRED, ())]))
    catalog.write(discovered(DAY + 2 * WEEK, {"T1": PLAN["T1"]}))
    gone = catalog.theme("T2", 0)
    # Its days lie in the window of the discovery that lost it: their appeals are elsewhere now.
    assert (gone.portrait, gone.retired_on) == (replace(last, days=()), DAY + WEEK)
    assert catalog.known("digest").retired == {"T2"}
    assert "T2" in catalog.known("digest").centres
    catalog.write(discovered(DAY + 3 * WEEK, {"T2": {"b9": 0.4}}))
    back = catalog.theme("T2", 0)
    assert (back.retired_on, back.born_on) == (None, DAY)
    assert back.portrait.title == f"found T2 {DAY + 3 * WEEK}"
    assert catalog.theme("T1", 0).retired_on == DAY + 3 * WEEK


def test_what_people_gave_stays_and_what_was_found_is_replaced(catalog, discovered):
    catalog.write(discovered(DAY, PLAN, BORN))
    edit = Edit(title="Held payouts", status="escalated", owner="payments", note="a\nb")
    catalog.edit("T1", edit, "mia", NOON)
    catalog.write(discovered(DAY + WEEK, {"T1": {"z": 0.5}}))
    theme = catalog.theme("T1", 0)
    assert (theme.title, theme.named, theme.revision) == ("Held payouts", True, 1)
    assert (theme.status, theme.owner, theme.note) == (Status.ESCALATED, "payments", "a\nb")
    assert [change.field for change in theme.changes] == ["title", "status", "owner", "note"]
    assert (theme.portrait.title, theme.portrait.size) == (f"found T1 {DAY + WEEK}", 1)


def test_days_in_the_window_are_replaced_and_older_ones_stay(catalog, discovered):
    plan = {"T1": PLAN["T1"]}

    def with_days(other, counts):
        told = tuple(Day(day, n, 0, 0) for day, n in counts.items())
        return replace(other, portraits={"T1": replace(other.portraits["T1"], days=told)})

    first, last = DAY - timedelta(days=9), DAY
    catalog.write(with_days(discovered(DAY, plan), {first: 1, last: 2}))
    moved = discovered(DAY + timedelta(days=1), plan)
    catalog.write(with_days(moved, {last: 5}))
    assert days(catalog, "T1") == {first: 1, last: 5}
    catalog.write(with_days(moved, {}))
    assert days(catalog, "T1") == {first: 1}


def test_members_are_kept_for_the_newest_and_the_last_of_an_earlier_day(catalog, discovered):
    for weeks in (0, 1, 1, 2, 2):
        members = {"T1": {f"a{weeks}": 0.5}}
        catalog.write(discovered(DAY + weeks * WEEK, members))
        with catalog.engine.connect() as connection:
            kept = connection.execute(
                sa.select(tables.THEME_MEMBERS.c.as_of, tables.THEME_MEMBERS.c.appeal_id)
            ).all()
        expected = {(DAY + week * WEEK, f"a{week}") for week in (weeks - 1, weeks) if week >= 0}
        assert set(kept) == expected
    with catalog.engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(tables.DISCOVERIES)
        assert connection.execute(query).scalar() == 3


def test_a_discovery_that_is_out_of_date_is_refused_and_changes_nothing(catalog, discovered):
    catalog.write(discovered(DAY, PLAN, BORN))
    before = dump(catalog.engine)
    with pytest.raises(CatalogAhead, match=r"as of 2025-03-31, later.*--as-of 2025-03-31$"):
        catalog.write(discovered(DAY - WEEK, PLAN))
    with pytest.raises(CatalogAhead, match=r"^1 of the themes .* Discover again"):
        catalog.write(discovered(DAY + WEEK, PLAN, [("T2", Event.BORN, ())]))
    assert dump(catalog.engine) == before


def test_a_discovery_without_themes_retires_all(catalog, discovered):
    catalog.write(discovered(DAY, PLAN, BORN))
    lost = [(theme, Event.RETIRED, ()) for theme in PLAN]
    catalog.write(discovered(DAY + WEEK, {}, lost, appeals=0, unassigned=0))
    assert catalog.themes(0).themes == ()
    assert len(catalog.themes(0, retired=True).themes) == 2
    assert catalog.known("digest").retired == set(PLAN)
    assert catalog.places().ids == ()


BROKEN = {
    "a member of a theme that is not there": lambda found: replace(
        found, members=(*found.members, Member("z", "T9", "T1", 0.5))
    ),
    "a member twice": lambda found: replace(found, members=found.members * 2),
    "a descent of a theme that is not there": lambda found: replace(
        found, descents=(*found.descents, Descent("T9", found.discovery.as_of, Event.RETIRED))
    ),
    "a day twice": lambda found: replace(
        found,
        portraits={
            theme: replace(portrait, days=portrait.days * 2)
            for theme, portrait in found.portraits.items()
        },
    ),
}


@pytest.mark.parametrize("breaking", BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_written_leaves_the_last_catalogue(catalog, discovered, breaking):
    catalog.write(discovered(DAY, PLAN, BORN))
    before = dump(catalog.engine)
    with pytest.raises(sa.exc.IntegrityError):
        catalog.write(breaking(discovered(DAY + WEEK, PLAN)))
    assert dump(catalog.engine) == before


KILLED_WHILE_WRITING = """
import os, signal, sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
import sqlalchemy as sa
from features.database import open_database
from features.settings import Settings
from models.catalog import Catalog
from models.themes import Found

engine = open_database(Settings(home=Path(sys.argv[1])))

@sa.event.listens_for(engine, "after_cursor_execute")
def stop(connection, cursor, statement, *rest):
    if statement.startswith("DELETE FROM theme_members"):
        os.kill(os.getpid(), signal.SIGKILL)

latest = Catalog(engine).latest()
later = replace(latest, as_of=latest.as_of + timedelta(days=7))
Catalog(engine).write(Found(later, {}, (), (), {}))
"""


@pytest.mark.slow
def test_a_process_killed_while_it_writes_leaves_the_last_catalogue(catalog, discovered):
    home = Path(catalog.engine.url.database).parent
    catalog.write(discovered(DAY, PLAN, BORN))
    before = dump(catalog.engine)
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(home)])
    assert killed.returncode == -signal.SIGKILL
    assert dump(catalog.engine) == before
    catalog.write(discovered(DAY + WEEK, PLAN))
    assert catalog.latest().as_of == DAY + WEEK


def test_readers_see_the_last_catalogue_until_all_of_the_next_is_there(catalog, discovered):
    catalog.write(discovered(DAY, PLAN, BORN))
    before = catalog.themes(0)
    with writing(catalog.engine) as connection:
        enter(connection, discovered(DAY + WEEK, {"T1": PLAN["T1"]}))
        assert catalog.themes(0) == before
        assert catalog.latest().as_of == DAY
    assert [theme.theme_id for theme in catalog.themes(0).themes] == ["T1"]


_THEMES = [f"T{number}" for number in range(1, 6)]
_PLANS = st.lists(
    st.dictionaries(st.integers(0, 9), st.sampled_from(_THEMES), max_size=10),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15, deadline=None)
@given(plans=_PLANS, again=st.lists(st.booleans(), min_size=5, max_size=5))
def test_any_row_of_discoveries_is_told_as_it_was(emptied, discovered, plans, again):
    """Members, retirement and births are those of a plain account of the same discoveries."""
    catalog, as_of = Catalog(emptied()), DAY
    born, lost = {}, {}
    for found, same_day in zip(plans, again, strict=False):
        as_of += timedelta(days=0 if same_day else 3)
        plan = {theme: {} for theme in sorted(set(found.values()))}
        for appeal, theme in found.items():
            plan[theme][f"a{appeal}"] = appeal / 10
        catalog.write(discovered(as_of, plan))
        born = dict.fromkeys(plan, as_of) | born
        lost = {theme: lost.get(theme, as_of) for theme in born.keys() - plan.keys()}
        known = catalog.known("digest")
        assert known.members == {f"a{appeal}": theme for appeal, theme in found.items()}
        assert known.retired == lost.keys()
        assert known.next_number == max((int(one[1:]) for one in born), default=0) + 1
        listed = catalog.themes(0, retired=True).themes
        assert {one.theme_id: one.born_on for one in listed} == born
        assert {one.theme_id: one.retired_on for one in listed if one.retired_on} == lost


def traced(catalog, discovered, as_of, clusters):
    """Make what a discovery finds that matches its clusters to what the catalogue knows."""
    appeals = sorted(clusters)
    numbers = {label: number for number, label in enumerate(sorted({*clusters.values()}))}
    labels = np.array([numbers[clusters[appeal]] for appeal in appeals], dtype=np.int32)
    centres = np.eye(6, dtype=np.float32)[[*numbers]]
    lineage = trace(appeals, labels, centres, catalog.known("digest"), as_of)
    plan = {theme: {} for theme in lineage.theme_ids}
    for appeal, label in zip(appeals, labels.tolist(), strict=True):
        plan[lineage.theme_ids[label]][appeal] = 0.5
    found = discovered(as_of, plan, merged=catalog.merged())
    placed = zip(lineage.theme_ids, centres, strict=True)
    return replace(
        found,
        descents=lineage.descents,
        centres={theme: (centre, 0.5) for theme, centre in placed},
    )


_CLUSTERS = st.dictionaries(
    st.sampled_from([f"a{n}" for n in range(12)]), st.integers(0, 5), max_size=12
)


@settings(max_examples=12, deadline=None)
@given(weeks=st.lists(_CLUSTERS, min_size=1, max_size=3))
def test_whatever_was_found_before_a_discovery_made_twice_is_as_if_made_once(
    emptied, discovered, weeks
):
    catalog = Catalog(emptied())
    for week, clusters in enumerate(weeks):
        as_of = DAY + week * WEEK
        catalog.write(traced(catalog, discovered, as_of, clusters))
        once = dump(catalog.engine)
        catalog.write(traced(catalog, discovered, as_of, clusters))
        assert dump(catalog.engine) == once
