"""Themes as dictionaries: in their shapes, whatever there is to tell."""

import json
from dataclasses import replace
from datetime import date

import pytest

from models.catalog import Shown
from models.themes import Change, Day, Descent, Event, Status, Taken, Theme
from serving.theme_answers import theme_detail, theme_list, theme_summary
from serving.theme_shapes import ThemeDetail, ThemeList, ThemeSummary


@pytest.fixture
def found(found_of, encoder):
    return found_of(encoder, "digest", {"T1": ("payout held", 9)})


@pytest.fixture
def theme(found):
    return Theme(
        theme_id="T1",
        title="Held payouts",
        named=True,
        status=Status.WATCHING,
        owner=None,
        note="a\nb",
        revision=2,
        born_on=date(2025, 3, 1),
        retired_on=date(2025, 3, 31),
        merged_into="T3",
        portrait=found.portraits["T1"],
        descents=(
            Descent("T1", date(2025, 3, 24), Event.SPLIT, ("T1", "T2")),
            Descent("T1", date(2025, 3, 31), Event.MERGED, into=("T5", "T6")),
        ),
        merged="T5",
        took_in=(Taken("T8", "Lost parcels", Status.ESCALATED, "Mia", 7),),
        alarms=("A2", "A7"),
        emerging=True,
        changes=(Change("T1", found.discovery.made_at, "mia", "owner", "a", None),),
    )


def test_a_theme_whole_has_its_shape(theme):
    told = ThemeDetail.model_validate_json(json.dumps(theme_detail(theme)))
    assert (told.id, told.title, told.found_title) == ("T1", "Held payouts", "found T1")
    assert [(one.parents, one.into) for one in told.descents] == [
        (["T1", "T2"], []),
        ([], ["T5", "T6"]),
    ]
    assert told.changes[0].model_dump() == {
        "made_at": theme.changes[0].made_at,
        "made_by": "mia",
        "field": "owner",
        "old": "a",
        "new": None,
        "reason": None,
    }
    days = [Day(**day.model_dump()) for day in told.days]
    assert tuple(days) == theme.portrait.days
    assert told.outcomes.expected == theme.portrait.outcomes.expected
    assert (told.retired_on, told.merged_into) == (date(2025, 3, 31), "T3")


def test_a_theme_of_a_list_has_its_shape(theme):
    bare = replace(theme, retired_on=None, portrait=replace(theme.portrait, drivers=()))
    for one, driver in ((theme, "payment_hold"), (bare, None)):
        told = ThemeSummary.model_validate_json(json.dumps(theme_summary(one, date.min)))
        assert (told.driver and told.driver.value) == driver
        assert told.retired_on == one.retired_on
        assert (told.cases, told.merged) == (9, "T5")
        assert (told.emerging, told.alarms) == (True, ["A2", "A7"])
        assert [taken.model_dump() for taken in told.took_in] == [
            {"id": "T8", "title": "Lost parcels", "status": "escalated", "owner": "Mia"}
        ]


def test_a_list_tells_the_last_two_weeks(found, theme):
    days = tuple(Day(date(2025, 3, day), day, 0, 0) for day in (1, 17, 18, 31))
    theme = replace(theme, portrait=replace(theme.portrait, days=days))
    told = ThemeList.model_validate_json(
        json.dumps(theme_list(Shown(found.discovery, (theme,), 3)))
    )
    assert [day.appeals for day in told.themes[0].days] == [18, 31]
    assert (told.as_of, told.suppressed, told.appeals, told.unassigned) == (
        date(2025, 3, 31),
        3,
        40,
        4,
    )
    assert (told.made_at, told.copies) == (found.discovery.made_at, 2)


def test_before_the_first_discovery_the_list_is_empty():
    told = ThemeList.model_validate(theme_list(Shown(None, (), 0)))
    assert told.model_dump() == {
        "as_of": None,
        "made_at": None,
        "window_days": None,
        "appeals": 0,
        "copies": 0,
        "unassigned": 0,
        "suppressed": 0,
        "themes": [],
    }
