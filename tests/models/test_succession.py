"""Where themes went that are no longer found: nothing that people decided drops out of sight."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from features.database import writing
from features.tables import THEMES
from models.catalog import Catalog
from models.curation import Edit
from models.themes import Descent, Event, Status, Taken

DAY = date(2025, 3, 31)
NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
PLAN = {
    "T1": {"a1": 0.9, "a2": 0.8, "a3": 0.7},
    "T2": {"b1": 0.85, "b2": 0.6},
    "T3": {"c1": 0.5, "c2": 0.5, "c3": 0.5, "c4": 0.5},
}


@pytest.fixture
def catalog(emptied, discovered):
    catalog = Catalog(emptied())
    catalog.write(discovered(DAY, PLAN))
    return catalog


@pytest.fixture
def look(catalog, discovered):
    """Discover a week later, with all themes but some; those that are lost went into others."""
    made = []

    def write(**lost):
        made.append(lost)
        plan = {theme: its for theme, its in PLAN.items() if theme not in lost}
        events = [
            (theme, Event.MERGED if takers else Event.RETIRED, takers)
            for theme, takers in lost.items()
        ]
        catalog.write(discovered(DAY + len(made) * WEEK, plan, events, merged=catalog.merged()))

    return write


def listed(catalog, **chosen):
    return {theme.theme_id: theme for theme in catalog.themes(0, **chosen).themes}


def test_the_taker_tells_what_people_had_made_of_what_it_took_in(catalog, look):
    catalog.edit("T2", Edit(title="Held payouts", status="escalated", owner="Mia"), "mia", NOON)
    look(T2=("T1", "T3"))
    taken = (Taken("T2", "Held payouts", Status.ESCALATED, "Mia", 2),)
    assert catalog.theme("T1", 0).took_in == listed(catalog)["T1"].took_in == taken
    assert catalog.theme("T3", 0).took_in == ()
    gone = catalog.theme("T2", 0)
    assert (gone.merged, gone.merged_into, gone.retired_on) == ("T1", None, DAY + WEEK)
    assert gone.descents[-1] == Descent("T2", DAY + WEEK, Event.MERGED, into=("T1", "T3"))


@pytest.mark.parametrize("status", [Status.WATCHING, Status.ESCALATED])
@pytest.mark.parametrize(("takers", "merged"), [((), None), (("T1",), "T1")])
def test_what_is_watched_is_listed_until_it_is_resolved(catalog, look, status, takers, merged):
    catalog.edit("T2", Edit(status=status), "mia", NOON)
    look(T2=takers)
    look(T2=takers)
    kept = listed(catalog)["T2"]
    assert (kept.retired_on, kept.merged, kept.status) == (DAY + WEEK, merged, status)
    assert set(listed(catalog, statuses=[Status.NEW])) == {"T1", "T3"}
    for done in (Status.RESOLVED, Status.DISMISSED):
        catalog.edit("T2", Edit(status=done), "mia", NOON)
        assert set(listed(catalog)) == {"T1", "T3"}
        assert set(listed(catalog, retired=True)) == set(PLAN)


def test_what_nobody_took_up_is_told_once(catalog, look, discovered):
    look(T2=("T1",))
    assert [one.theme_id for one in catalog.theme("T1", 0).took_in] == ["T2"]
    assert set(listed(catalog)) == {"T1", "T3"}
    left = {theme: PLAN[theme] for theme in ("T1", "T3")}
    catalog.write(discovered(DAY + 2 * WEEK, left))
    assert catalog.theme("T1", 0).took_in == ()
    catalog.edit("T2", Edit(status="watching"), "mia", NOON)
    assert [one.theme_id for one in catalog.theme("T1", 0).took_in] == ["T2"]


def test_a_theme_found_again_is_in_no_other(catalog, look):
    catalog.edit("T2", Edit(status="watching"), "mia", NOON)
    look(T2=("T1",))
    look()
    assert catalog.theme("T1", 0).took_in == ()
    assert (catalog.theme("T2", 0).merged, catalog.theme("T2", 0).retired_on) == (None, None)


def test_the_taker_of_a_taker_tells_both(catalog, look):
    catalog.edit("T2", Edit(status="watching"), "mia", NOON)
    look(T2=("T1",))
    look(T2=("T1",), T1=("T3",))
    assert [one.theme_id for one in catalog.theme("T3", 0).took_in] == ["T1", "T2"]
    assert catalog.theme("T2", 0).merged == catalog.theme("T1", 0).merged == "T3"


def test_what_people_merged_the_taker_into_tells_it(catalog, look):
    catalog.edit("T2", Edit(status="watching"), "mia", NOON)
    look(T2=("T1",))
    target = catalog.merge("T1", "T3", "mia", NOON)
    assert [one.theme_id for one in target.took_in] == ["T2"]
    assert catalog.theme("T2", 0).merged == "T3"


def test_what_people_merged_themselves_is_where_they_want_it(catalog, look):
    catalog.edit("T2", Edit(status="watching"), "mia", NOON)
    look(T2=("T1",))
    catalog.merge("T2", "T3", "mia", NOON)
    assert catalog.theme("T1", 0).took_in == catalog.theme("T3", 0).took_in == ()
    gone = catalog.theme("T2", 0)
    assert (gone.merged, gone.merged_into) == (None, "T3")
    assert set(listed(catalog)) == {"T1", "T3"}


def test_a_taker_that_people_merged_into_what_it_took_leads_to_no_circle(catalog, look):
    catalog.edit("T2", Edit(status="watching"), "mia", NOON)
    look(T2=("T1",), T1=("T3",))
    with writing(catalog.engine) as connection:  # as older catalogues let people do
        merged = sa.update(THEMES).where(THEMES.c.theme_id == "T1").values(merged_into="T2")
        connection.execute(merged)
    kept = listed(catalog)["T2"]
    assert (kept.merged, kept.took_in, kept.retired_on) == (None, (), DAY + WEEK)


def test_a_theme_of_too_few_subjects_is_not_named_by_its_taker(catalog, look):
    catalog.edit("T2", Edit(status="watching"), "mia", NOON)
    look(T2=("T1",))
    assert catalog.theme("T1", 3).took_in == ()
    shown = catalog.themes(3)
    assert {theme.theme_id: theme.took_in for theme in shown.themes} == {"T1": (), "T3": ()}
    assert shown.suppressed == 1
