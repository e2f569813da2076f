"""Which sighting is of which alarm: never two of one thing, the oldest goes on, for a week."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alarms import AlarmDay, Kind, Part, Place, Turn
from models.episodes import (
    Episode,
    Family,
    assign,
    closed_on,
    continues,
    family_of,
    last_seen_of,
    open_since,
    turn_of,
)

DAY = date(2025, 3, 31)
PAYOUTS, SHOES = Part(policy="payment_hold"), Part(policy="counterfeit", market="SG")
LETTERS = "abcdefghijkl"


def more(appeals="", parts=(), number=1, told=None):
    return Episode(number, Family.MORE, frozenset(parts), frozenset(appeals), told)


def numbers(told):
    return [(one.number, [set(own.appeals) for own in one.sightings]) for one in told]


def test_a_cause_and_a_rise_can_be_one_episode_and_others_only_of_their_kind():
    families = [family_of(kind) for kind in Kind]
    assert families == [Family.MORE, Family.MORE, Family.FALL, Family.OVERTURNS]


@pytest.mark.parametrize(
    ("seen", "known", "expected"),
    [
        ("abcd", "ab", True),
        ("abcd", "axyz", False),
        ("abcdefgh", "ayz", False),
        ("abcdefghij", "aby", True),
        ("abcd", "", False),
        ("", "ab", False),
    ],
)
def test_a_cause_goes_on_where_half_of_it_or_of_the_alarm_is_known(
    sighting_of, seen, known, expected
):
    assert continues(sighting_of(seen), more(known)) is expected


def test_a_rise_goes_on_where_its_part_or_half_of_its_excess_is_known(sighting_of):
    rise = sighting_of("abcdefgh", part=PAYOUTS, observed=8, expected=4.0)
    assert continues(rise, more(parts=[PAYOUTS]))
    assert continues(rise, more("ab", parts=[SHOES]))
    assert not continues(rise, more("a", parts=[SHOES]))
    assert not continues(rise, more("xyz"))
    large = sighting_of(LETTERS, part=PAYOUTS, observed=12, expected=1.0)
    assert not continues(large, more("ab"))


def test_a_cause_has_no_part_to_be_recognised_by(sighting_of):
    whole = sighting_of("abc", part=Part(), kind=Kind.RISE)
    (told,) = assign([sighting_of("xyz")], [], [], 1)
    (first,) = assign([whole], [], [], 1)
    assert numbers(assign([sighting_of("xyz"), whole], [], [], 1)) == [
        (1, [set("xyz")]),
        (2, [set("abc")]),
    ]
    assert (told.number, first.number) == (1, 1)


@pytest.mark.parametrize("kind", [Kind.FALL, Kind.OVERTURNS])
def test_falls_and_overturns_go_on_with_their_own_kind_alone(sighting_of, kind):
    seen = sighting_of("abcd", kind=kind, part=PAYOUTS)
    own = Episode(1, family_of(kind), frozenset([PAYOUTS]), frozenset())
    assert continues(seen, own)
    assert not continues(seen, more("abcd", parts=[PAYOUTS]))
    assert not continues(sighting_of("abcd", part=PAYOUTS), own)


def test_of_two_alarms_the_older_goes_on(sighting_of):
    before = [more("cd", number=9), more("ab", number=10)]
    assert numbers(assign([sighting_of("abcd")], before, [], 11)) == [(9, [set("abcd")])]


def test_of_two_sightings_of_one_alarm_the_rarer_one_tells_it(sighting_of):
    weak, strong = sighting_of("abx", 40.0), sighting_of("aby", 900.0)
    (told,) = assign([weak, strong], [more("ab")], [], 2)
    assert told.account is strong.account
    assert told.appeals == set("abxy")


def test_two_sightings_of_one_new_thing_open_one_alarm(sighting_of):
    cause = sighting_of("abcdef", 900.0)
    rise = sighting_of("abcdxyz", 40.0, part=PAYOUTS, observed=7, expected=1.0)
    other = sighting_of("uvw", 30.0)
    assert numbers(assign([other, rise, cause], [], [], 5)) == [
        (5, [set("abcdef"), set("abcdxyz")]),
        (6, [set("uvw")]),
    ]


def test_a_day_told_again_gives_the_numbers_it_gave(sighting_of):
    first, second = sighting_of("abcd", 50.0), sighting_of("wxyz", 40.0)
    # Told the other way round at first: the numbers are not those that a first telling would give.
    superseded = [
        more("abcd", number=4, told=first.account),
        more("wxyz", number=3, told=second.account),
    ]
    told = assign([first, second], [], superseded, 5)
    assert numbers(told) == [(3, [set("wxyz")]), (4, [set("abcd")])]
    assert [one.number for one in assign([sighting_of("wxy")], [], superseded, 5)] == [3]
    assert [one.number for one in assign([sighting_of("mn")], [], superseded, 5)] == [5]


def at(angle, floor=0.9):
    return Place(np.array([np.cos(angle), np.sin(angle)], dtype=np.float32), floor)


@pytest.mark.parametrize(
    ("angle", "floors", "expected"),
    [(0.1, (0.9, 0.9), True), (0.6, (0.9, 0.9), False), (0.1, (0.9, 0.999), False)],
)
def test_a_cause_goes_on_where_it_lies_though_all_its_appeals_are_new(
    sighting_of, angle, floors, expected
):
    seen = replace(sighting_of("wxyz"), place=at(0, floors[0]))
    known = replace(more("abcd"), places=(at(angle, floors[1]),))
    assert continues(seen, known) is expected


@pytest.mark.parametrize("kind", [Kind.RISE, Kind.FALL, Kind.OVERTURNS])
def test_what_moves_to_a_finer_or_a_coarser_part_goes_on(sighting_of, kind):
    coarse, fine = Part(policy="spam"), Part(policy="spam", market="TH")
    for known, seen, expected in [
        (coarse, fine, True),
        (fine, coarse, True),
        (fine, Part(policy="spam", market="SG"), False),
        (coarse, Part(), False),
        (Part(), coarse, False),
        (Part(), Part(), True),
    ]:
        episode = Episode(1, family_of(kind), frozenset([known]), frozenset())
        assert continues(sighting_of("", kind=kind, part=seen), episode) is expected


def test_an_alarm_is_over_when_it_was_not_seen_for_more_than_a_week():
    assert closed_on(DAY, DAY + timedelta(days=7)) is None
    assert closed_on(DAY, DAY + timedelta(days=8)) == DAY + timedelta(days=8)
    assert closed_on(DAY, DAY + timedelta(days=80)) == DAY + timedelta(days=8)
    assert open_since(DAY + timedelta(days=7), None) == DAY
    assert open_since(DAY + timedelta(days=7), DAY + timedelta(days=5)) == DAY
    assert open_since(DAY + timedelta(days=30), DAY) == DAY
    assert last_seen_of(DAY + timedelta(days=8)) == DAY
    assert last_seen_of(date.min) == date.min
    assert closed_on(date.max, date.max) is None


def history(*days):
    return [
        AlarmDay(DAY + timedelta(days=place), turn, 5, 1.0, 90.0, appeals)
        for place, (turn, appeals) in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("before", "appeals", "turn"),
    [
        ([], 5, Turn.OPENED),
        ([(Turn.OPENED, 10)], 10, Turn.SEEN),
        ([(Turn.OPENED, 10)], 11, Turn.GREW),
        ([(Turn.OPENED, 10)], 19, Turn.GREW),
        ([(Turn.OPENED, 10)], 20, Turn.ESCALATED),
        ([(Turn.OPENED, 4)], 13, Turn.GREW),
        ([(Turn.OPENED, 4)], 14, Turn.ESCALATED),
        ([(Turn.OPENED, 10), (Turn.GREW, 19)], 20, Turn.ESCALATED),
        ([(Turn.OPENED, 10), (Turn.ESCALATED, 20)], 39, Turn.GREW),
        ([(Turn.OPENED, 10), (Turn.ESCALATED, 20), (Turn.SEEN, 20)], 40, Turn.ESCALATED),
        ([(Turn.OPENED, 0)], 0, Turn.SEEN),
    ],
)
def test_the_turn_of_a_day(before, appeals, turn):
    assert turn_of(appeals, history(*before), escalated=False) is turn


def test_people_escalate_whatever_the_numbers_but_do_not_open():
    assert turn_of(5, history((Turn.OPENED, 5)), escalated=True) is Turn.ESCALATED
    assert turn_of(5, [], escalated=True) is Turn.OPENED


@given(data=st.data())
def test_every_sighting_is_told_once_and_no_two_alarms_are_told_of_one_thing(sighting_of, data):
    kinds = st.sampled_from([None, *Kind])
    seen = data.draw(
        st.lists(
            st.builds(
                lambda appeals, days, kind, part: sighting_of(
                    sorted(appeals),
                    days,
                    kind=kind,
                    part=Part() if kind in (None, Kind.CAUSE) else part,
                    observed=len(appeals) + 1,
                ),
                st.frozensets(st.sampled_from(LETTERS), min_size=1),
                st.floats(30, 1e6),
                kinds,
                st.sampled_from([PAYOUTS, SHOES]),
            ),
            max_size=6,
        )
    )
    before = data.draw(
        st.lists(st.frozensets(st.sampled_from(LETTERS)), max_size=3).map(
            lambda sets: [more(own, number=place + 1) for place, own in enumerate(sets)]
        )
    )
    told = assign(seen, before, [], len(before) + 1)
    assert sorted(id(own) for one in told for own in one.sightings) == sorted(map(id, seen))
    assert len({one.number for one in told}) == len(told)
    rarities = [[own.account.recurrence_days for own in one.sightings] for one in told]
    assert all(own == sorted(own, reverse=True) for own in rarities)
    for one in told:
        assert len({family_of(own.account.kind) for own in one.sightings}) == 1
        fresh = one.number > len(before)
        assert not fresh or not any(continues(one.sightings[0], other) for other in before)
    parts = [
        (family_of(own.account.kind), own.account.part, one.number)
        for one in told
        if one.number > len(before)
        for own in one.sightings
        if own.account.kind is not Kind.CAUSE
    ]
    assert len({(family, part) for family, part, _ in parts}) == len(set(parts))
    assert numbers(assign(seen[::-1], before, [], len(before) + 1)) == numbers(told)
