"""Alarms as dictionaries: in their shapes, whatever there is to tell."""

import json
from dataclasses import replace
from datetime import date

import pytest

from models.alarm_book import Raised
from models.alarm_facts import alarm_told_outside
from models.alarms import Alarm, AlarmDay, Kind, Part, Turn
from serving.alarm_answers import alarm_detail, alarm_list
from serving.alarm_shapes import AlarmDetail, AlarmList

DAY = date(2025, 3, 31)


@pytest.fixture
def alarm(sighting_of):
    return Alarm(
        alarm_id="A7",
        account=sighting_of("abcde", 426.0, part=Part(policy="spam", market="SG")).account,
        opened_on=DAY,
        seen_on=DAY,
        closed_on=None,
        appeals=5,
        history=(AlarmDay(DAY, Turn.OPENED, 5, 2.5, 426.0, 5),),
    )


def test_an_alarm_whole_has_its_shape(alarm):
    told = AlarmDetail.model_validate_json(json.dumps(alarm_detail(alarm)))
    account = alarm.account
    assert told.part.model_dump() == {
        "policy": "spam",
        "theme": None,
        "market": "SG",
        "detection": None,
    }
    assert (told.id, told.kind, told.title) == ("A7", Kind.RISE, account.title)
    assert (told.observed, told.expected, told.times) == (5, 2.5, 2.0)
    assert (told.recurrence_days, told.recurrence) == (426.0, "once in 14 months")
    assert [one.expected for one in told.days] == [2.5, None]
    assert told.drivers[0].value == "payment_hold"
    assert told.exemplars[0].text == "my funds [number] are held"
    (day,) = told.history
    assert (day.turn, day.appeals) == (Turn.OPENED, 5)


def test_nothing_expected_is_no_times_and_what_is_over_says_since_when(alarm):
    bare = replace(
        alarm,
        closed_on=date(2025, 4, 8),
        account=replace(alarm.account, expected=0.0, drivers=(), exemplars=(), phrases=()),
    )
    told = AlarmDetail.model_validate_json(json.dumps(alarm_detail(bare)))
    assert (told.times, told.closed_on, told.exemplars) == (None, date(2025, 4, 8), [])


def test_a_list_has_its_shape(alarm):
    told = AlarmList.model_validate_json(json.dumps(alarm_list(Raised(DAY, (alarm, alarm)))))
    assert (told.as_of, [one.id for one in told.alarms]) == (DAY, ["A7", "A7"])
    assert alarm_list(Raised(None, ())) == {"as_of": None, "alarms": []}


def test_what_is_told_outside_is_the_whole_without_letters(alarm):
    told = alarm_told_outside(alarm)
    assert told | {"exemplars": []} == alarm_detail(alarm) | {"exemplars": []}
    assert told["exemplars"] == [{"appeal_id": "a0"}]
