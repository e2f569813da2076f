"""Portraits of themes: the counts, the people, the days, and nothing that tells who wrote."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.duplicates import campaigns
from features.frame import appeal_frame
from features.schema import Appeal
from models.clustering import centroids
from models.drivers import facts_of
from models.neighbours import unit_rows
from models.outcomes import outcomes
from models.portraits import UNTITLED, Sitters, portraits
from models.themes import Day

MORNING = datetime(2025, 3, 1, 8, tzinfo=UTC)
LETTER = "dear team my parcel was scanned twice at the wrong depot and never came back to me"


def sitters(texts, subjects=None, outcome=None, policies=None, hours=None):
    n = len(texts)
    appeals = [
        Appeal(
            appeal_id=f"a{place}",
            submitted_at=MORNING + timedelta(hours=place if hours is None else hours[place]),
            text=text,
            subject_id=None if subjects is None else subjects[place],
            policy=None if policies is None else policies[place],
        )
        for place, text in enumerate(texts)
    ]
    frame = appeal_frame(appeals)
    vectors = unit_rows(np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32))
    return Sitters(frame, facts_of(frame), vectors, campaigns(texts), outcome or [None] * n)


def drawn(sitting, labels):
    numbers = np.array(labels, dtype=np.int32)
    return portraits(sitting, numbers, centroids(sitting.vectors, numbers))


def test_a_theme_is_counted_by_appeals_subjects_letters_and_days():
    texts = [LETTER, LETTER, "parcel lost", "parcel late", "funds held", "funds gone"]
    subjects = ["s1", "s2", "s1", None, "s9", None]
    outcome = ["overturned", "upheld", None, "overturned", None, "upheld"]
    sitting = sitters(texts, subjects, outcome, hours=[0, 30, 1, 2, 3, 4])
    parcel, funds = drawn(sitting, [0, 0, 0, 0, 1, 1])
    assert (parcel.size, parcel.subjects, parcel.campaigns) == (4, 3, 1)
    assert (funds.size, funds.subjects, funds.campaigns) == (2, 2, 0)
    assert parcel.days == (Day(date(2025, 3, 1), 3, 2, 2), Day(date(2025, 3, 2), 1, 0, 1))
    assert parcel.first_seen == MORNING
    assert parcel.last_seen == MORNING + timedelta(hours=30)
    assert (parcel.outcomes.decided, parcel.outcomes.overturned) == (3, 2)


def test_an_appeal_of_no_theme_is_in_no_portrait():
    (only,) = drawn(sitters(["parcel lost", "parcel late", "funds"]), [0, 0, -1])
    assert only.size == only.subjects == sum(day.appeals for day in only.days) == 2
    assert "a2" not in {one.appeal_id for one in only.exemplars}


@pytest.mark.parametrize("n", [0, 3])
def test_no_theme_has_no_portrait(n):
    assert drawn(sitters(["parcel"] * n), [-1] * n) == []


def test_exemplars_are_redacted_members_of_different_subjects():
    told = "my name is Mia Tan, write to mia.tan@example.com or call +65 9123 4567 about the parcel"
    texts = [f"{told} number {place}" for place in ("one", "two", "three", "four")]
    (theme,) = drawn(sitters(texts, ["s1", "s1", "s2", None]), [0] * 4)
    chosen = [one.appeal_id for one in theme.exemplars]
    assert len(chosen) == len(set(chosen))
    assert len(set(chosen) & {"a0", "a1"}) <= 1
    for one in theme.exemplars:
        assert "parcel" in one.text
        for private in ("Mia", "Tan", "mia.tan", "9123"):
            assert private not in one.text


def test_a_theme_that_shares_no_words_is_said_to():
    (theme,) = drawn(sitters(["", " ", "!?"]), [0, 0, 0])
    assert theme.title == UNTITLED
    assert theme.phrases == ()


def test_the_title_is_made_of_what_its_members_say():
    texts = ["courier lost parcel"] * 8 + ["bank account frozen"] * 8
    parcel, bank = drawn(sitters(texts), [0] * 8 + [1] * 8)
    assert "parcel" in parcel.title.casefold()
    assert "account" in bank.title.casefold()
    assert not {phrase.casefold() for phrase in parcel.phrases} & {*map(str.casefold, bank.phrases)}


def test_cases_are_letters_by_subject_and_all_that_is_no_letter():
    texts = [LETTER, LETTER, LETTER, LETTER, LETTER, "parcel lost", "parcel lost"]
    sitting = sitters(texts, ["s1", "s1", "s2", None, None, "s1", "s1"])
    assert sitting.cases.tolist() == [0, 2, 3, 4, 5, 6]
    assert sitting.subjects == ["s1", "s1", "s2", None, None, "s1", "s1"]


def test_a_letter_drives_a_theme_once_a_subject():
    # One seller sends one letter thirty times under a policy that nobody else of the theme has.
    texts = [LETTER] * 30 + [f"parcel lost {word}" for word in "abcdefghij"] + ["funds held"] * 60
    subjects = ["spammer"] * 30 + [f"s{place}" for place in range(70)]
    policies = ["odd"] * 30 + ["delivery"] * 10 + ["payments"] * 60
    theme, _ = drawn(sitters(texts, subjects, policies=policies), [0] * 40 + [1] * 60)
    values = {driver.value: driver for driver in theme.drivers}
    assert "odd" not in values
    assert (values["delivery"].observed, values["delivery"].cases) == (10, 11)
    assert (theme.size, theme.subjects, theme.campaigns) == (40, 11, 1)


def test_the_same_letter_of_many_subjects_drives_its_theme():
    texts = [LETTER] * 20 + ["funds held"] * 60
    subjects = [f"s{place}" for place in range(80)]
    policies = ["odd"] * 20 + ["payments"] * 60
    theme, _ = drawn(sitters(texts, subjects, policies=policies), [0] * 20 + [1] * 60)
    assert [(driver.value, driver.observed) for driver in theme.drivers] == [("odd", 20)]


def test_a_theme_of_copies_alone_has_a_portrait_too():
    sitting = sitters([LETTER] * 3, ["s1"] * 3)
    first, copies = drawn(sitting, [0, 1, 1])
    assert (first.cases, copies.cases, copies.size) == (1, 0, 2)
    assert copies.title == UNTITLED


_PLACES = st.lists(
    st.tuples(
        st.integers(-1, 3),
        st.sampled_from([None, "s1", "s2", "s3"]),
        st.sampled_from([None, "overturned", "upheld"]),
        st.integers(0, 99),
        st.sampled_from([LETTER, "parcel lost", ""]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(_PLACES)
def test_the_numbers_of_a_portrait_fit_together(places):
    given_labels, subjects, outcome, hours, texts = (
        list(column) for column in zip(*places, strict=True)
    )
    named = sorted({label for label in given_labels if label >= 0})
    labels = [named.index(label) if label >= 0 else -1 for label in given_labels]
    sitting = sitters(texts, subjects, outcome, hours=hours)
    found = drawn(sitting, labels)
    assert len(found) == len(named)
    numbers = np.array(labels, dtype=np.int32)
    decided = outcomes(outcome, sitting.frame["policy"].tolist(), numbers)
    for theme, portrait in enumerate(found):
        own = [place for place, label in enumerate(labels) if label == theme]
        told = [subjects[place] for place in own]
        assert portrait.size == len(own) == sum(day.appeals for day in portrait.days)
        assert portrait.subjects == len(set(told) - {None}) + told.count(None)
        assert portrait.outcomes == decided[theme]
        assert portrait.outcomes.decided == sum(day.decided for day in portrait.days)
        assert portrait.outcomes.overturned == sum(day.overturned for day in portrait.days)
        assert [day.day for day in portrait.days] == sorted({day.day for day in portrait.days})
        filed = [MORNING + timedelta(hours=hours[place]) for place in own]
        assert (portrait.first_seen, portrait.last_seen) == (min(filed), max(filed))
        assert {int(one.appeal_id[1:]) for one in portrait.exemplars} <= set(own)
        assert 1 <= len(portrait.exemplars) <= 5
