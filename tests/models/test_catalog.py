"""The catalogue: what is known, started from, listed and shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from features.errors import NoSuchTheme
from models.catalog import Catalog, Places, Shown
from models.curation import Edit
from models.themes import Day, Event, Status

DAY = date(2025, 3, 31)
NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
PLAN = {
    "T1": {"a1": 0.9, "a2": 0.95, "a3": 0.7},
    "T2": {"b1": 0.8, "b2": 0.6, "b3": 0.7, "b4": 0.9},
    "T10": {"c1": 0.8, "c2": 0.6, "c3": 0.7},
}
BORN = [(theme, Event.BORN, ()) for theme in PLAN]


@pytest.fixture
def engine(emptied):
    return emptied()


@pytest.fixture
def catalog(engine, discovered):
    catalog = Catalog(engine)
    catalog.write(discovered(DAY, PLAN, BORN))
    return catalog


def test_an_empty_catalogue_answers_everything(engine):
    catalog = Catalog(engine)
    known = catalog.known("digest")
    assert (known.members, known.centres, known.retired, known.next_number) == (
        {},
        {},
        frozenset(),
        1,
    )
    assert catalog.latest() is None
    assert catalog.titles() == catalog.merged() == {}
    assert catalog.themes(5) == Shown(None, (), 0)
    assert catalog.stamp() == ""
    places = catalog.places()
    assert (places.encoder, places.as_of, places.ids, places.headings) == ("", None, (), ())
    assert places.centres.shape == (0, 0)
    with pytest.raises(NoSuchTheme, match=r"'T1' to be shown.*Take one"):
        catalog.theme("T1", 1)


def test_what_was_written_is_read(catalog, discovered):
    found = discovered(DAY, PLAN, BORN)
    theme = catalog.theme("T2", 4)
    assert catalog.latest() == found.discovery
    assert theme.portrait == found.portraits["T2"]
    assert theme.descents == tuple(one for one in found.descents if one.theme_id == "T2")
    assert (theme.title, theme.named) == ("found T2 2025-03-31", False)
    assert (theme.status, theme.owner, theme.note, theme.revision) == (Status.NEW, None, None, 0)
    assert (theme.born_on, theme.retired_on, theme.merged_into) == (DAY, None, None)
    assert theme.changes == ()


def test_a_known_theme_tells_members_centres_and_the_next_number(catalog, discovered):
    known = catalog.known("digest")
    assert known.members == {appeal: theme for theme, its in PLAN.items() for appeal in its}
    assert set(known.centres) == set(PLAN)
    expected = discovered(DAY, PLAN).centres["T1"][0]
    np.testing.assert_array_equal(known.centres["T1"], expected)
    assert known.centres["T1"].dtype == np.float32
    assert (known.retired, known.next_number) == (frozenset(), 11)


def test_centres_of_another_encoder_are_not_known(catalog):
    known = catalog.known("another")
    assert known.centres == {}
    assert len(known.members) == 10


def test_what_was_known_before_a_day_is_told(catalog, discovered):
    later = DAY + WEEK
    catalog.write(discovered(later, {"T1": {"a1": 0.9, "b1": 0.2}}))
    assert catalog.known("digest").members == {"a1": "T1", "b1": "T1"}
    assert catalog.known("digest").retired == {"T2", "T10"}
    before = catalog.known("digest", before=later)
    assert before.members == {appeal: theme for theme, its in PLAN.items() for appeal in its}
    assert before.retired == frozenset()


def test_titles_are_told_as_they_were_found_last(catalog, discovered):
    catalog.edit("T1", Edit(title="Held payouts"), "mia", NOON)
    catalog.write(discovered(DAY + WEEK, {"T1": PLAN["T1"]}))
    assert catalog.titles() == {
        "T1": "found T1 2025-04-07",
        "T2": "found T2 2025-03-31",
        "T10": "found T10 2025-03-31",
    }


def test_themes_are_listed_by_falling_size_and_number(catalog):
    shown = catalog.themes(1)
    assert [theme.theme_id for theme in shown.themes] == ["T2", "T1", "T10"]
    assert shown.suppressed == 0
    assert all(theme.descents == theme.changes == () for theme in shown.themes)
    whole = catalog.theme("T1", 1)
    assert shown.themes[1] == replace(whole, descents=())


def test_a_theme_of_too_few_subjects_is_counted_and_not_shown(catalog):
    shown = catalog.themes(4)
    assert ([theme.theme_id for theme in shown.themes], shown.suppressed) == (["T2"], 2)
    assert catalog.theme("T2", 4).theme_id == "T2"
    with pytest.raises(NoSuchTheme) as hidden:
        catalog.theme("T1", 4)
    with pytest.raises(NoSuchTheme) as absent:
        catalog.theme("T7", 4)
    assert str(hidden.value).replace("T1'", "T7'") == str(absent.value)


def test_themes_are_listed_by_cases_before_size(catalog, discovered):
    found = discovered(DAY, PLAN)
    letters = {"T1": 3, "T2": 1, "T10": 3}
    portraits = {
        theme: replace(portrait, cases=letters[theme])
        for theme, portrait in found.portraits.items()
    }
    catalog.write(replace(found, portraits=portraits))
    told = [(one.theme_id, one.portrait.cases) for one in catalog.themes(1).themes]
    assert told == [("T1", 3), ("T10", 3), ("T2", 1)]


def test_themes_can_be_chosen_by_status_and_retirement(catalog, discovered):
    catalog.edit("T1", Edit(status="watching"), "mia", NOON)
    catalog.write(discovered(DAY + WEEK, {"T1": PLAN["T1"], "T2": PLAN["T2"]}))

    def ids(**chosen):
        return [theme.theme_id for theme in catalog.themes(1, **chosen).themes]

    assert ids() == ["T2", "T1"]
    assert ids(retired=True) == ["T2", "T1", "T10"]
    assert ids(statuses=[Status.WATCHING]) == ["T1"]
    assert ids(statuses=[Status.NEW], retired=True) == ["T2", "T10"]
    assert ids(statuses=[]) == []


def test_a_list_tells_the_days_of_the_window_and_a_theme_all_its_days(catalog, discovered):
    catalog.write(discovered(DAY + 2 * WEEK, {"T1": PLAN["T1"]}))
    (listed,) = catalog.themes(1).themes
    first, second = (DAY, DAY + 2 * WEEK)
    in_window = [second - timedelta(days=1), second]
    assert [day.day for day in listed.portrait.days] == in_window
    whole = catalog.theme("T1", 1).portrait.days
    assert [day.day for day in whole] == [first - timedelta(days=1), first, *in_window]
    assert whole[1] == Day(DAY, 2, 1, 3)


def test_places_are_those_of_the_newest_discovery(catalog, discovered):
    places = catalog.places()
    assert isinstance(places, Places)
    assert (places.encoder, places.as_of, places.ids) == ("digest", DAY, ("T2", "T1", "T10"))
    assert places.centres.shape == (3, 2)
    assert places.floors.tolist() == [0.5] * 3
    assert [heading.subjects for heading in places.headings] == [4, 3, 3]
    catalog.edit("T1", Edit(title="Held payouts", status="escalated"), "mia", NOON)
    catalog.write(discovered(DAY + WEEK, {"T1": PLAN["T1"]}, encoder="another"))
    places = catalog.places()
    assert (places.encoder, places.ids) == ("another", ("T1",))
    (heading,) = places.headings
    assert (heading.title, heading.status) == ("Held payouts", Status.ESCALATED)


def test_the_place_of_a_merged_theme_bears_the_heading_of_the_other(catalog, discovered):
    catalog.merge("T1", "T2", "mia", NOON)
    for places in (catalog.places(), _again(catalog, discovered).places()):
        headings = dict(zip(places.ids, places.headings, strict=True))
        assert headings["T1"] == headings["T2"]
        assert (headings["T1"].theme_id, headings["T10"].theme_id) == ("T2", "T10")


def _again(catalog, discovered):
    catalog.write(discovered(DAY + WEEK, PLAN, merged=catalog.merged()))
    return catalog


def test_the_stamp_changes_with_every_write_edit_and_merge(catalog, discovered):
    stamps = [catalog.stamp(), catalog.stamp()]
    assert stamps[0] == stamps.pop()
    catalog.edit("T1", Edit(note="asked the payments team"), "mia", NOON)
    stamps.append(catalog.stamp())
    catalog.merge("T1", "T2", "mia", NOON)
    stamps.append(catalog.stamp())
    catalog.write(discovered(DAY, PLAN, merged=catalog.merged(), made_at=NOON))
    stamps.append(catalog.stamp())
    catalog.write(discovered(DAY + WEEK, PLAN, merged=catalog.merged()))
    stamps.append(catalog.stamp())
    assert len(set(stamps)) == 5


def test_an_edit_that_changes_nothing_leaves_the_stamp(catalog):
    before = catalog.stamp()
    catalog.edit("T1", Edit(status="new", reason="none"), "mia", NOON)
    assert catalog.stamp() == before


def test_the_answers_are_those_of_the_database(catalog, engine):
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE themes SET status = 'unheard of'"))
    with pytest.raises(ValueError, match="unheard of"):
        catalog.theme("T1", 1)
