"""A digest laid out."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models.alarm_words import recurrence_words
from models.alarms import Kind, Part, Turn
from models.themes import Change, Event, Exemplar, Status
from serving.digest.charts import DAYS
from serving.digest.digest import Intake, Label, Shift
from serving.digest.page import EXEMPLAR, MOST_LINES, TITLE, Cause, ThemeLine, page_of

OLD, IN = date(2025, 2, 20), date(2025, 3, 4)


def card_of(digested, alarm):
    (part,) = page_of(digested([alarm])).parts
    (card,) = part.cards
    return card


def test_an_alarm_is_told_with_its_counts(made_alarm, digested):
    card = card_of(digested, made_alarm())
    assert (card.alarm_id, card.what) == ("A1", "More appeals that say the same")
    assert card.figures == "38 in 7 days, 9 expected: 4.2 times"
    assert card.recurrence == recurrence_words(425.0)
    assert card.subjects == "31 distinct subjects"
    assert card.causes[0] == Cause("policy: payment_hold", "36 of 38", "9.8")
    assert card.exemplars == ("my payout is held", "tomorrow, it says")
    assert card.theme == ThemeLine("T1", "Payouts held", "escalated, owner payments")
    assert len(card.chart.observed) == DAYS


def test_a_fall_has_neither_subjects_nor_a_cause(made_alarm, digested):
    part = Part(policy="spam", market="TH")
    facts = {"subjects": 0, "drivers": (), "exemplars": (), "theme": None, "days": ()}
    card = card_of(digested, made_alarm(kind=Kind.FALL, part=part, **facts))
    assert card.what == "Fewer appeals of policy spam, market TH"
    assert (card.subjects, card.causes, card.exemplars) == ("", (), ())
    assert (card.theme, card.chart) == (None, None)


def test_texts_are_cut_and_an_empty_title_is_the_id(made_alarm, digested):
    exemplars = tuple(Exemplar(str(place), "word " * 100) for place in range(5))
    card = card_of(digested, made_alarm(title="t " * 300, exemplars=exemplars))
    assert len(card.title) <= TITLE
    assert [len(text) <= EXEMPLAR for text in card.exemplars] == [True, True]
    assert card_of(digested, made_alarm(title="\n\u202e")).title == "A1"


def test_sections_are_in_order_and_appeals_of_what_is_over_are_not_quoted(made_alarm, digested):
    alarms = [
        made_alarm("A1", {OLD: Turn.OPENED}, closed_on=IN),
        made_alarm("A2", {OLD: Turn.OPENED, IN: Turn.SEEN}),
        made_alarm("A3", {OLD: Turn.OPENED, IN: Turn.GREW}),
        made_alarm("A4", {IN: Turn.OPENED}),
    ]
    parts = page_of(digested(alarms)).parts
    assert [(part.heading, part.cards[0].alarm_id) for part in parts] == [
        ("Opened", "A4"),
        ("Escalated or grown", "A3"),
        ("Open from before, unchanged", "A2"),
        ("Closed", "A1"),
    ]
    assert parts[0].cards[0].exemplars
    assert parts[3].cards[0].exemplars == ()


def test_alarms_that_do_not_fit_are_counted(made_alarm, digested):
    opened = [made_alarm(f"A{place}", {IN: Turn.OPENED}) for place in range(20)]
    older = [made_alarm(f"A{place}", {OLD: Turn.OPENED}) for place in range(20, 23)]
    first, second = page_of(digested([*opened, *older])).parts
    assert (len(first.cards), first.more) == (15, "And 5 more alarms, not told here.")
    assert (second.cards, second.more) == ((), "And 3 more alarms, not told here.")
    assert page_of(digested(opened[:1])).parts[0].more == ""


@pytest.mark.parametrize(
    ("intake", "told"),
    [
        (Intake(2104, 1766), ("2,104", "1,766", "+19 %")),
        (Intake(50, 100), ("50", "100", "−50 %")),
        (Intake(50, 0), ("50", "0", "")),
        (Intake(50, None), ("50", "no history", "")),
    ],
)
def test_the_intake_is_set_against_the_days_before(digested, intake, told):
    figure = page_of(digested(intake=intake)).intake
    assert (figure.now, figure.before, figure.change) == told


def test_themes_are_grouped_and_the_smaller_ones_counted(digested):
    label = Label("T9", "Refund", Status.NEW, None, 4)
    events = [Event.BORN] * 9 + [Event.SPLIT, Event.RETIRED]
    shifts = tuple(Shift(replace(label, theme_id=f"T{n}"), IN, e, ()) for n, e in enumerate(events))
    new, lost = page_of(digested(shifts=shifts, first_look=True)).themes
    assert (new.heading, len(new.lines)) == ("New themes", MOST_LINES)
    assert new.more == (
        "The first discovery of all was in these days. And 4 more themes, not told here."
    )
    assert lost.lines == (ThemeLine("T10", "Refund", "no longer found on 4 March; 4 letters"),)
    assert lost.more == ""


def test_changes_tell_who_what_and_why(digested):
    made = datetime(2025, 3, 6, 8, tzinfo=UTC)
    changes = (
        Change("T1", made, "mia", "status", "new", "escalated", "81 % overturned"),
        Change("T1", made, "jun", "merged_into", None, "T2"),
        Change("T1", made, "jun", "note", "old", None),
    )
    page = page_of(digested(changes=changes * 4, named={"T1": "Payouts"}))
    told = [(line.who, line.what, line.reason) for line in page.changes[:3]]
    assert told == [
        ("mia", "status: new → escalated", "81 % overturned"),
        ("jun", "merged into: T2", ""),
        ("jun", "note: old → cleared", ""),
    ]
    assert (page.changes[0].when, page.changes[0].theme) == ("6 March", "T1 Payouts")
    assert page.more_changes == "And 6 more changes, not told here."


def test_what_is_suppressed_is_counted(digested):
    assert page_of(digested()).suppressed == ""
    told = page_of(digested(suppressed_alarms=1, suppressed_themes=6)).suppressed
    assert told.startswith("1 alarm and 6 themes not shown")


def test_the_preheader_names_what_is_most_important(made_alarm, digested):
    assert page_of(digested([made_alarm(title="Payouts")])).preheader == "Payouts"
    assert "0.2 false alarms" in page_of(digested()).preheader
