"""Sightings enter the catalogue: one alarm an episode, and a day told again changes nothing."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import NoSuchAlarm
from features.tables import ALARM_DAYS, ALARM_MEMBERS, ALARM_PLACES, ALARMS, DELIVERIES
from models.alarm_book import AlarmBook
from models.alarms import Kind, Part, Turn
from models.catalog import Catalog
from models.curation import Edit

DAY = date(2025, 3, 31)
NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
PAYOUTS = Part(policy="payment_hold", theme="T1")
PLAN = {"T1": {"a1": 0.9, "a2": 0.95}, "T2": {"b1": 0.8, "b2": 0.6}}
TABLES = (ALARMS, ALARM_DAYS, ALARM_MEMBERS, ALARM_PLACES)


@pytest.fixture
def catalog(emptied):
    return Catalog(emptied(), webhook=True)


@pytest.fixture
def book(catalog):
    return AlarmBook(catalog.engine)


@pytest.fixture
def see(catalog, discovered):
    """Enter a discovery of some day, from DAY on, with what is seen on it."""

    def enter(day, *sightings):
        catalog.write(discovered(DAY + timedelta(days=day), PLAN), sightings)

    return enter


def dump(engine, *tables):
    with engine.connect() as connection:
        return {
            table.name: sorted(connection.execute(sa.select(table)).all(), key=repr)
            for table in tables or TABLES
        }


def turns(book, alarm_id):
    return [day.turn for day in book.alarm(alarm_id).history]


def days(alarms):
    return {one.alarm_id: [(day.as_of - DAY).days for day in one.history] for one in alarms}


def test_what_is_told_is_read(see, book, sighting_of):
    sighting = sighting_of("abc", part=PAYOUTS, theme="T1", emerging=True, decided=4)
    see(0, sighting)
    alarm = book.alarm("A1")
    assert alarm.account == sighting.account
    assert (alarm.opened_on, alarm.seen_on, alarm.closed_on, alarm.appeals) == (DAY, DAY, None, 3)
    (first,) = alarm.history
    assert (first.as_of, first.turn, first.appeals) == (DAY, Turn.OPENED, 3)
    assert (first.observed, first.expected, first.recurrence_days) == (3, 2.5, 100.0)


def test_an_alarm_opens_grows_and_escalates_and_is_not_opened_daily(see, book, sighting_of):
    letters = [f"l{number}" for number in range(30)]
    for day, count in enumerate((4, 4, 6, 14, 15)):
        see(day, sighting_of(letters[:count]))
    see(5, sighting_of(letters[8:15]))
    assert turns(book, "A1") == ["opened", "seen", "grew", "escalated", "grew", "seen"]
    assert [day.appeals for day in book.alarm("A1").history] == [4, 4, 6, 14, 15, 15]
    assert [one.alarm_id for one in book.alarms().alarms] == ["A1"]


def test_a_quiet_week_is_not_the_end_and_a_day_more_is(see, book, sighting_of):
    see(0, sighting_of("abcd"))
    see(7)
    assert book.alarm("A1").closed_on is None
    see(7, sighting_of("abcd"))
    see(15)
    assert book.alarm("A1").closed_on == DAY + timedelta(days=15)
    see(16, sighting_of("abcd"))
    assert days(book.alarms().alarms) == {"A2": [16], "A1": [0, 7]}
    assert turns(book, "A2") == ["opened"]


def test_the_older_of_two_alarms_goes_on_and_the_other_is_not_seen(see, book, sighting_of):
    see(0, sighting_of("abc"), sighting_of("xyz", 50.0))
    see(1, sighting_of("abcxyz"))
    assert days(book.alarms().alarms) == {"A1": [0, 1], "A2": [0]}
    assert book.alarm("A1").appeals == 6


def test_a_day_again_replaces_its_own_and_keeps_the_numbers(catalog, see, book, sighting_of):
    see(0, sighting_of("abc"))
    fresh = (sighting_of("mnop", 50.0), sighting_of("abcd", 40.0))
    see(1, *fresh)
    before = dump(catalog.engine)
    see(1, *fresh[::-1])
    assert dump(catalog.engine) == before
    see(1, sighting_of("mnopq", 45.0))
    assert days(book.alarms().alarms) == {"A1": [0], "A2": [1]}
    assert book.alarm("A1").appeals == 3
    assert book.alarm("A2").appeals == 5


def test_an_alarm_taken_back_is_not_shown_and_its_number_not_given_again(
    see, book, catalog, sighting_of
):
    see(0, sighting_of("abc"))
    see(0)
    assert book.alarms().alarms == ()
    with pytest.raises(NoSuchAlarm, match="'A1'"):
        book.alarm("A1")
    see(0, sighting_of("abc"))
    assert days(book.alarms().alarms) == {"A2": [0]}
    assert dump(catalog.engine, ALARM_MEMBERS)["alarm_members"] == [
        ("A2", letter, DAY) for letter in "abc"
    ]


def test_the_places_of_a_day_are_kept_with_their_encoder(see, catalog, sighting_of):
    centre = np.array([0.6, 0.8], dtype=np.float32)
    see(0, sighting_of("abc", 50.0, place=centre), sighting_of("abd", 60.0, place=-centre))
    told = [
        (row.alarm_id, row.place, np.frombuffer(row.centre, "<f4").tolist(), row.encoder)
        for row in dump(catalog.engine, ALARM_PLACES)["alarm_places"]
    ]
    assert told == [
        ("A1", 0, (-centre).tolist(), "digest"),
        ("A1", 1, centre.tolist(), "digest"),
    ]


def test_a_discovery_that_cannot_be_written_leaves_no_alarm(see, book, sighting_of):
    see(0, sighting_of("abc"))
    with pytest.raises(sa.exc.IntegrityError):
        see(1, sighting_of("abcdef"), sighting_of("xyz", theme="T99"))
    assert days(book.alarms().alarms) == {"A1": [0]}


def test_a_part_goes_on_though_people_merged_its_theme(see, book, catalog, sighting_of):
    see(0, sighting_of("ab", part=PAYOUTS, theme="T1"))
    catalog.merge("T1", "T2", "mia", NOON)
    account = book.alarm("A1").account
    assert (account.theme, account.part.theme) == ("T2", "T2")
    see(1, sighting_of("xy", part=Part(policy="payment_hold", theme="T2"), observed=99))
    assert days(book.alarms().alarms) == {"A1": [0, 1]}


def test_people_who_escalate_a_theme_escalate_the_open_alarms_that_tell_it(
    see, book, catalog, sighting_of
):
    see(0, sighting_of("abc", theme="T1"), sighting_of("xyz", 50.0, theme="T2"))
    see(1, sighting_of("abc", theme="T1"))
    catalog.edit("T1", Edit(status="escalated"), "mia", NOON)
    assert turns(book, "A1") == ["opened", "escalated"]
    assert turns(book, "A2") == ["opened"]
    # What people did is not taken back by a discovery made again, and told on by none.
    see(1, sighting_of("abcd", theme="T1"))
    see(2, sighting_of("abcd", theme="T1"))
    assert turns(book, "A1") == ["opened", "escalated", "seen"]


@pytest.mark.parametrize("edit", [Edit(status="watching"), Edit(owner="Mia")])
def test_other_changes_escalate_nothing(see, book, catalog, sighting_of, edit):
    see(0, sighting_of("abc", theme="T1"))
    see(1, sighting_of("abc", theme="T1"))
    catalog.edit("T1", edit, "mia", NOON)
    assert turns(book, "A1") == ["opened", "seen"]


def pairs_of(alarm):
    """Days on which an alarm was seen, and the next on which it was."""
    return pairwise(at.as_of for at in alarm.history)


def test_the_part_of_a_rise_told_with_a_cause_is_known_the_day_after(see, book, sighting_of):
    see(0, sighting_of("abcd", 90.0), sighting_of("abcd", 50.0, part=PAYOUTS, observed=4))
    see(1, sighting_of("wxyz", 60.0, part=PAYOUTS))
    assert days(book.alarms().alarms) == {"A1": [0, 1]}


def test_an_alarm_goes_on_over_days_on_which_nobody_looked(see, book, sighting_of):
    see(0, sighting_of("abcd"))
    see(30, sighting_of("abcd"))
    assert days(book.alarms().alarms) == {"A1": [0, 30]}
    see(34)
    see(40, sighting_of("abcd"))
    assert days(book.alarms().alarms)["A2"] == [40]


def test_a_title_stays_while_all_its_phrases_still_tell_the_cause(see, book, sighting_of):
    see(0, sighting_of("abcd", title="Payout, bank", phrases=("payout", "bank", "hold")))
    see(1, sighting_of("abcd", title="Hold, payout", phrases=("hold", "payout", "bank")))
    assert book.alarm("A1").account.title == "Payout, bank"
    see(2, sighting_of("abcd", title="Hold, release", phrases=("hold", "release")))
    assert book.alarm("A1").account.title == "Hold, release"


LETTERS = st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=6).map(sorted)
SEEN = st.lists(
    st.tuples(LETTERS, st.sampled_from([40.0, 50.0, 900.0]), st.sampled_from([None, *Kind])),
    max_size=3,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=st.lists(st.tuples(st.sampled_from([0, 1, 1, 3, 9]), SEEN), min_size=1, max_size=5))
def test_any_stream_of_days_keeps_the_promises(emptied, discovered, sighting_of, stream):
    catalog = Catalog(emptied(), webhook=True)
    book, day, highest, looked_on = AlarmBook(catalog.engine), 0, 0, set()
    for step, plans in stream:
        day += step
        seen = [
            sighting_of(
                letters,
                often,
                kind=kind,
                part=Part(policy="spam") if kind not in (None, Kind.CAUSE) else None,
                observed=len(letters) + 1,
            )
            for letters, often, kind in plans
        ]
        as_of = DAY + timedelta(days=day)
        looked_on.add(as_of)
        earlier = {one.alarm_id for one in book.alarms().alarms}
        catalog.write(discovered(as_of, PLAN), seen)
        before = dump(catalog.engine, *TABLES, DELIVERIES)
        catalog.write(discovered(as_of, PLAN), seen)
        assert dump(catalog.engine, *TABLES, DELIVERIES) == before
        alarms = book.alarms().alarms
        fresh = {int(one.alarm_id[1:]) for one in alarms if one.alarm_id not in earlier}
        assert all(number > highest for number in fresh) or step == 0
        highest = max([highest, *fresh])
        for one in alarms:
            gaps = np.diff([at.as_of.toordinal() for at in one.history])
            looks = [sum(at < looked < end for looked in looked_on) for at, end in pairs_of(one)]
            assert all(gap <= 7 or not between for gap, between in zip(gaps, looks, strict=True))
            assert (one.closed_on is None) == ((as_of - one.seen_on).days <= 7)
        told = [one for one in alarms if one.seen_on == as_of]
        parts = [(one.account.kind, one.account.part) for one in told if one.account.part.facts]
        assert len(set(parts)) == len(parts)
        assert bool(told) == bool(seen)
