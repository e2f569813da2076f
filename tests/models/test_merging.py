"""Merged themes: what counts to which, at once and in every later discovery."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from features.database import writing
from features.errors import InvalidMerge, NoSuchTheme
from features.history import add_appeals
from features.schema import Appeal
from features.tables import THEME_DAYS
from models.catalog import Catalog
from models.information import component, lower_bound
from models.themes import Day, Event

DAY = date(2025, 3, 31)
NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
PLAN = {
    "T1": {"a1": 0.9, "a2": 0.8, "a3": 0.7},
    "T2": {"b1": 0.85, "b2": 0.6},
    "T3": {"c1": 0.5, "c2": 0.5},
}


@pytest.fixture
def catalog(emptied, discovered):
    catalog = Catalog(emptied())
    catalog.write(discovered(DAY, PLAN))
    return catalog


def file(catalog, subjects):
    """Put appeals into the history: {appeal: subject}."""
    with writing(catalog.engine) as connection:
        add_appeals(
            connection,
            [
                Appeal(appeal_id=appeal, submitted_at=NOON, text="x", subject_id=subject)
                for appeal, subject in subjects.items()
            ],
        )


def test_members_days_and_outcomes_are_counted_to_the_target_at_once(catalog, members_of):
    one, other = (catalog.theme(theme, 0).portrait for theme in ("T1", "T2"))
    merged = catalog.merge("T1", "T2", "mia", NOON).portrait
    assert members_of(catalog, "T2") == {"a1", "b1", "a2", "a3", "b2"}
    assert members_of(catalog, "T1") == set()
    assert merged.size == merged.cases == 5
    assert [day.appeals for day in merged.days] == [2, 3]
    assert [day.decided for day in merged.days] == [0, 5]
    assert merged.outcomes.decided == one.outcomes.decided + other.outcomes.decided
    expected = one.outcomes.expected + other.outcomes.expected
    assert (merged.outcomes.overturned, merged.outcomes.expected) == (2, expected)
    assert merged.outcomes.information == pytest.approx(float(component(2, expected)))
    assert merged.outcomes.lower == pytest.approx(float(lower_bound(2, expected)))
    assert (merged.title, merged.drivers) == (other.title, other.drivers)
    assert [theme.theme_id for theme in catalog.themes(0).themes] == ["T2", "T3"]
    assert catalog.theme("T1", 0).portrait == replace(one, days=())


def test_a_subject_of_both_counts_once_and_an_appeal_without_one_for_itself(catalog):
    file(catalog, {"a1": "s1", "a2": "s2", "a3": None, "b1": "s1", "b2": None})
    assert catalog.merge("T1", "T2", "mia", NOON).portrait.subjects == 4


def test_appeals_that_the_history_does_not_hold_count_for_themselves(catalog):
    file(catalog, {"a1": "s1", "a2": "s1"})
    assert catalog.merge("T1", "T2", "mia", NOON).portrait.subjects == 4


def test_what_a_cluster_was_found_as_stays(catalog, discovered, members_of):
    before = catalog.known("digest")
    catalog.merge("T1", "T2", "mia", NOON)
    after = catalog.known("digest")
    assert (after.members, after.retired) == (before.members, frozenset())
    catalog.write(discovered(DAY + WEEK, PLAN, merged=catalog.merged()))
    assert catalog.known("digest").members == before.members
    assert len(members_of(catalog, "T2")) == 5
    assert catalog.theme("T1", 0).retired_on is None


def test_a_theme_that_only_others_count_to_is_current_but_not_found(catalog, discovered):
    catalog.merge("T1", "T2", "mia", NOON)
    found = discovered(DAY + WEEK, {"T1": PLAN["T1"], "T2": {}}, merged=catalog.merged())
    del found.centres["T2"]
    catalog.write(found)
    assert catalog.theme("T2", 0).retired_on is None
    assert catalog.known("digest").retired == {"T2", "T3"}
    assert catalog.places().ids == ("T1",)


def test_what_merged_themes_merge_into_takes_all(catalog, discovered):
    catalog.merge("T1", "T2", "mia", NOON)
    catalog.merge("T2", "T3", "mia", NOON)
    assert catalog.merged() == {"T1": "T3", "T2": "T3"}
    (left,) = catalog.themes(0).themes
    assert (left.theme_id, left.portrait.size) == ("T3", 7)
    catalog.write(discovered(DAY + WEEK, PLAN, merged=catalog.merged()))
    (left,) = catalog.themes(0).themes
    assert (left.theme_id, left.portrait.size) == ("T3", 7)


def test_a_merge_into_a_merged_theme_is_one_into_what_it_counts_to(catalog):
    catalog.merge("T2", "T3", "mia", NOON)
    assert catalog.merge("T1", "T2", "mia", NOON).theme_id == "T3"
    assert catalog.theme("T1", 0).merged_into == "T3"


def test_a_merge_while_a_discovery_is_made_is_counted_by_it(catalog, discovered, members_of):
    late = discovered(DAY + 2 * WEEK, PLAN)
    catalog.merge("T1", "T2", "mia", NOON)
    catalog.write(late)
    theme = catalog.theme("T2", 0)
    assert len(members_of(catalog, "T2")) == theme.portrait.size == 5
    counted = {day.day: day.appeals for day in theme.portrait.days}
    assert counted == {
        DAY - timedelta(days=1): 2,
        DAY: 3,
        DAY + 2 * WEEK - timedelta(days=1): 2,
        DAY + 2 * WEEK: 3,
    }


def test_a_merge_meanwhile_into_a_theme_that_is_not_found_is_counted_by_it(catalog, discovered):
    late = discovered(DAY + timedelta(days=1), {"T1": PLAN["T1"], "T3": PLAN["T3"]})
    catalog.merge("T1", "T2", "mia", NOON)
    catalog.merge("T3", "T2", "mia", NOON)
    catalog.write(late)
    (theme,) = catalog.themes(0).themes
    assert (theme.theme_id, theme.portrait.size, theme.retired_on) == ("T2", 5, None)
    assert [day.appeals for day in theme.portrait.days[-2:]] == [2, 3]
    assert theme.portrait.outcomes.decided == 5


def test_the_history_of_days_is_counted_once(catalog, discovered):
    catalog.write(discovered(DAY + 3 * WEEK, PLAN))
    before = [
        sum(day.appeals for day in catalog.theme(theme, 0).portrait.days) for theme in ("T1", "T2")
    ]
    merged = catalog.merge("T1", "T2", "mia", NOON)
    assert sum(day.appeals for day in merged.portrait.days) == sum(before) == 10
    catalog.write(discovered(DAY + 3 * WEEK, PLAN, merged=catalog.merged()))
    assert sum(day.appeals for day in catalog.theme("T2", 0).portrait.days) == 10


def test_a_theme_that_is_gone_brings_its_history_to_the_one_that_came_back(catalog, discovered):
    """Somebody sees that a new theme is an old one come back."""
    catalog.write(discovered(DAY + 3 * WEEK, {"T4": {"d1": 0.5, "d2": 0.4}}))
    new = catalog.merge("T1", "T4", "mia", NOON)
    assert (new.retired_on, new.portrait.size) == (None, 2)
    assert new.portrait.outcomes.decided == 2
    assert new.portrait.first_seen.date() == DAY + 3 * WEEK - timedelta(days=1)
    assert sum(day.appeals for day in new.portrait.days if day.day <= DAY) == 3
    assert [theme.theme_id for theme in catalog.themes(0).themes] == ["T4"]
    assert catalog.theme("T1", 0).portrait.days == ()


_THEMES = ("T1", "T2", "T3", "T4")
_PAIRS = st.tuples(st.sampled_from(_THEMES), st.sampled_from(_THEMES))
_STEPS = st.lists(st.tuples(st.booleans(), st.none() | _PAIRS), max_size=4)
"""Whether a discovery is made, and which themes are merged while it is."""


@settings(max_examples=12, deadline=None)
@given(steps=_STEPS)
def test_every_appeal_counts_to_one_theme_that_is_merged_into_no_other(
    emptied, discovered, members_of, steps
):
    plan = {theme: {f"{theme}{n}": 0.5 for n in range(int(theme[1:]))} for theme in _THEMES}
    catalog, as_of = Catalog(emptied()), DAY
    catalog.write(discovered(as_of, plan))
    for discovers, pair in steps:
        late = catalog.merged()
        if pair:
            with suppress(InvalidMerge):
                catalog.merge(*pair, "mia", NOON)
        if discovers:
            as_of += timedelta(days=3)
            catalog.write(discovered(as_of, plan, merged=late))
        merged, themes = catalog.merged(), catalog.themes(0).themes
        assert not set(merged.values()) & merged.keys()
        assert {theme.theme_id for theme in themes} == set(plan) - merged.keys()
        for theme in themes:
            own = {one for one in plan if merged.get(one, one) == theme.theme_id}
            members = {appeal for one in own for appeal in plan[one]}
            assert members_of(catalog, theme.theme_id) == members
            assert theme.portrait.size == theme.portrait.subjects == len(members)
            newest = [day.appeals for day in theme.portrait.days[-2:]]
            assert sum(newest) == len(members)


def test_a_theme_that_a_discovery_merged_already_brings_no_day_twice(catalog, discovered):
    """People say of a theme that is gone what the discovery found: its appeals are in another."""
    merged = {"T1": {**PLAN["T1"], **PLAN["T2"]}, "T3": PLAN["T3"]}
    catalog.write(discovered(DAY + timedelta(days=1), merged, [("T2", Event.MERGED, ("T1",))]))
    target = catalog.merge("T2", "T1", "mia", NOON).portrait
    assert sum(day.appeals for day in target.days if day.day >= DAY) == target.size == 5
    assert catalog.theme("T2", 0).portrait.days == ()


_FILED = {f"a{n}": DAY + timedelta(days=n) for n in range(14)}
_FOUND = st.dictionaries(st.sampled_from(sorted(_FILED)), st.sampled_from(_THEMES))
_LOOKS = st.lists(
    st.tuples(st.integers(0, 4), _FOUND, st.none() | _PAIRS, st.none() | _PAIRS), max_size=4
)


def looked(discovered, as_of, found, merged):
    """Make what a discovery finds whose portraits count the days of their members."""
    plan = {theme: {} for theme in sorted(set(found.values()))}
    for appeal, theme in found.items():
        if as_of - timedelta(days=10) < _FILED[appeal] <= as_of:
            plan[theme][appeal] = 0.5
    told = discovered(as_of, {theme: its for theme, its in plan.items() if its}, merged=merged)
    filed = {theme: Counter() for theme in told.portraits}
    for member in told.members:
        filed[member.theme_id][_FILED[member.appeal_id]] += 1
    portraits = {
        theme: replace(
            portrait, days=tuple(Day(day, n, 0, 0) for day, n in sorted(filed[theme].items()))
        )
        for theme, portrait in told.portraits.items()
    }
    return replace(told, portraits=portraits)


def days_counted(catalog, latest):
    """Count the appeals of each day of the window over all themes, merged and retired ones too."""
    first = latest.as_of - timedelta(days=latest.window_days - 1)
    columns = THEME_DAYS.c
    query = sa.select(columns.day, sa.func.sum(columns.appeals)).where(columns.day >= first)
    with catalog.engine.connect() as connection:
        return dict(connection.execute(query.group_by(columns.day)).all())


@settings(max_examples=20, deadline=None)
@given(looks=_LOOKS)
def test_in_the_window_each_member_counts_once_on_the_day_it_was_filed(
    emptied, discovered, members_of, looks
):
    catalog, as_of = Catalog(emptied()), DAY + timedelta(days=3)
    for later, found, meanwhile, afterwards in looks:
        as_of += timedelta(days=later)
        look = looked(discovered, as_of, found, catalog.merged())
        for pair, writes in ((meanwhile, True), (afterwards, False)):
            if pair:
                with suppress(InvalidMerge, NoSuchTheme):
                    catalog.merge(*pair, "mia", NOON)
            if writes:
                catalog.write(look)
            members = [one for theme in _THEMES for one in members_of(catalog, theme)]
            assert sorted(members) == sorted(one.appeal_id for one in look.members)
            filed = Counter(_FILED[appeal] for appeal in members)
            assert days_counted(catalog, catalog.latest()) == filed
            for theme in catalog.themes(0).themes:
                own = members_of(catalog, theme.theme_id)
                assert theme.portrait.size == theme.portrait.cases == len(own)
                assert sum(day.appeals for day in theme.portrait.days) == len(own)
