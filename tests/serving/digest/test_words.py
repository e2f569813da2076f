"""Sentences."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alarms import Kind, Part, Turn
from models.themes import Change, Event, Status
from serving.digest.digest import Label, Shift, entries_of
from serving.digest.period import Period
from serving.digest.words import (
    amount,
    chance,
    clipped,
    counted,
    figures,
    headline,
    part_of,
    since,
    span,
    standing,
)

OLD, IN, LATER, AFTER = date(2025, 2, 20), date(2025, 3, 4), date(2025, 3, 6), date(2025, 3, 15)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        *((0, "0"), (0.0001, "under 0.01"), (0.23, "0.2"), (1, "1"), (4.22, "4.2"), (9.96, "10")),
        *((9.0, "9"), (38.4, "38"), (1204.4, "1,204")),
    ],
)
def test_numbers_are_as_long_as_they_are_worth(number, told):
    assert amount(number) == told


@given(st.floats(0.01, 1e12))
def test_a_number_told_is_within_half_of_its_last_figure(number):
    told = float(amount(number).replace(",", ""))
    last = 0.5 if number >= 9.95 else 0.05 if number >= 0.095 else 0.005
    assert abs(told - number) <= last * 1.0001


@given(st.text(), st.integers(2, 50))
def test_a_text_is_one_line_of_no_more_than_its_length(text, most):
    line = clipped(text, most)
    assert len(line) <= most
    assert line == " ".join(line.split())
    assert all(unicodedata.category(sign) != "Cc" for sign in line)
    assert not set("\u202e\u2066\u2067\u2069") & set(line)


def test_a_long_text_is_cut_between_words():
    assert clipped("my payout is held again", 16) == "my payout is…"
    assert clipped("x" * 30, 10) == "x" * 9 + "…"
    assert clipped("مرحبا 👩\u200d👩\u200d👧 ok", 50) == "مرحبا 👩\u200d👩\u200d👧 ok"


def test_things_are_counted():
    assert [counted(1, "alarm"), counted(2_000, "alarm")] == ["1 alarm", "2,000 alarms"]


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2025-03-03", "2025-03-03", "3 March 2025"),
        ("2025-03-03", "2025-03-09", "3 to 9 March 2025"),
        ("2025-02-28", "2025-03-09", "28 February to 9 March 2025"),
        ("2024-12-30", "2025-01-05", "30 December 2024 to 5 January 2025"),
    ],
)
def test_a_period_is_named(first, last, told):
    assert span(Period(date.fromisoformat(first), date.fromisoformat(last))) == told


@pytest.fixture
def plenty(made_alarm):
    return [
        made_alarm("A1", {IN: Turn.OPENED}),
        made_alarm("A2", {IN: Turn.OPENED, LATER: Turn.ESCALATED}),
        made_alarm("A3", {OLD: Turn.OPENED, IN: Turn.ESCALATED}),
        made_alarm("A4", {OLD: Turn.OPENED, IN: Turn.GREW}),
        made_alarm("A5", {OLD: Turn.OPENED, IN: Turn.SEEN}),
        made_alarm("A6", {OLD: Turn.OPENED}, closed_on=IN),
        made_alarm("A7", {IN: Turn.OPENED}, closed_on=LATER),
    ]


def test_the_headline_counts_every_event_and_those_that_go_on(plenty, digested):
    assert headline(digested(plenty)) == (
        "3 alarms opened (1 of them escalated, 1 of them closed again), 1 escalated, 1 grew,"
        " 2 closed since Monday 3 March; 1 more has been open for longer."
    )
    assert headline(digested(plenty[5:6])) == "1 alarm closed since Monday 3 March."
    assert headline(digested(plenty[4:5])) == (
        "No alarm opened, grew or closed since Monday 3 March; 1 has been open for longer."
    )


def test_the_headline_says_that_there_is_nothing_to_tell(digested):
    quiet = "no alarm opened, grew or closed since Monday 3 March, and none is open."
    assert headline(digested()) == f"Nothing to tell: {quiet}"
    change = Change("T1", None, "mia", "owner", None, "mia")
    assert headline(digested(changes=(change,))) == "N" + quiet[1:]


def test_the_headline_of_days_long_gone_says_when_they_ended(plenty, digested):
    past = digested(plenty[:1], newest=AFTER)
    assert headline(past) == "1 alarm opened from Monday 3 March to Sunday 9 March 2025."
    day = Period(IN, IN)
    assert headline(digested(plenty[:1], newest=AFTER, period=day)).endswith(
        " on Tuesday 4 March 2025."
    )
    older = Period(date(2024, 12, 30), date(2025, 3, 9))
    assert "since Monday 30 December 2024" in headline(digested(plenty[:1], period=older))


def entry_of(alarm, period):
    return entries_of([alarm], period, {})[0]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "38 in 7 days, 9 expected: 4.2 times"),
        ({"window_days": 1, "expected": 0.1}, "38 in 1 day, 0.1 expected: over 100 times"),
        ({"expected": 0.0}, "38 in 7 days, 0 expected"),
        ({"kind": Kind.FALL, "observed": 3}, "3 in 7 days, 9 expected: 33 % of that"),
        (
            {"kind": Kind.OVERTURNS, "observed": 27, "decided": 44},
            "27 of 44 overturned in 7 days, 9 expected: 3 times",
        ),
    ],
)
def test_what_was_observed_is_set_against_what_was_expected(made_alarm, period, facts, told):
    assert figures(entry_of(made_alarm(**facts), period)) == told


def test_the_figures_of_an_earlier_day_leave_out_what_was_told_later(made_alarm, period):
    facts = {"kind": Kind.OVERTURNS, "decided": 44}
    alarm = made_alarm(turns={IN: Turn.OPENED, AFTER: Turn.GREW}, **facts)
    assert figures(entry_of(alarm, period)) == "38 overturned, 9 expected: 4.2 times"


def test_the_part_of_the_intake_is_named(made_alarm):
    part = Part(policy="payment_hold", market="SG")
    assert part_of(made_alarm(part=part)) == "policy payment_hold, market SG"
    assert part_of(made_alarm()) == "any kind"
    assert part_of(made_alarm(kind=Kind.OVERTURNS)) == "decisions of any kind"


@pytest.mark.parametrize(
    ("turns", "closed_on", "told"),
    [
        ({IN: Turn.OPENED}, None, "opened 4 March"),
        ({OLD: Turn.OPENED, IN: Turn.GREW}, None, "opened 20 February, grew 4 March"),
        ({IN: Turn.OPENED, LATER: Turn.ESCALATED}, None, "opened 4 March, escalated 6 March"),
        ({IN: Turn.OPENED}, LATER, "opened 4 March, closed 6 March after 2 days"),
        ({OLD: Turn.OPENED, AFTER: Turn.GREW}, None, "opened 20 February"),
        (
            {OLD: Turn.OPENED, IN: Turn.GREW, AFTER: Turn.GREW},
            None,
            "opened 20 February, grew 4 March",
        ),
    ],
)
def test_what_became_of_an_alarm_is_told(made_alarm, period, turns, closed_on, told):
    entry = entry_of(made_alarm(turns=turns, closed_on=closed_on), period)
    assert since(entry) == f"Monday 3 March; {told}"


def test_false_alarms_are_promised(digested):
    assert chance(digested()) == (
        "At the accepted rate of 1 a month, chance alone raises about 0.2 false alarms in 7 days."
    )
    assert "about 1 false alarm in" in chance(digested(accepted=365.25 / 12 / 7))


@pytest.mark.parametrize(
    ("event", "others", "told"),
    [
        (Event.BORN, (), "first found"),
        (Event.SPLIT, ("T3",), "split off from T3"),
        (Event.MERGED, ("T1", "T2", "T3", "T4"), "merged into T1, T2, T3 and others"),
        (Event.MERGED, (), "merged"),
        (Event.RETIRED, (), "no longer found"),
    ],
)
def test_what_became_of_a_theme_is_told(event, others, told):
    shift = Shift(Label("T9", "Refund", Status.NEW, None, 4), IN, event, others)
    assert standing(shift) == f"{told} on 4 March"
