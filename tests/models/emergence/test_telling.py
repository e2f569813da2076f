"""What is told of a finding: whose words, since when, of whom, and never who wrote them."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.duplicates import campaigns
from features.frame import appeal_frame
from features.schema import Appeal
from models.alarms import Finding, Kind, Part, Place
from models.drivers import facts_of
from models.emergence.telling import ALL, Witnesses, tell
from models.neighbours import unit_rows
from models.portraits import UNTITLED, Sitters

LAST = date(2025, 3, 31)
NEW = range(60, 72)
"""The appeals of the new cause, filed on the last three days."""


def witnesses(subjects=None, new_text="the ring holder was taken for a weapon by {}"):
    texts = [f"parcel late again, order {n}" for n in range(40)]
    texts += [f"funds held by the bank {n}" for n in range(20)]
    texts += [new_text.format(f"case {n}") for n in NEW]
    ages = [*(n % 30 for n in range(60)), *(n % 3 for n in NEW)]
    appeals = [
        Appeal(
            appeal_id=f"a{n}",
            submitted_at=datetime(2025, 3, 31, 9, tzinfo=UTC) - timedelta(days=age),
            text=text,
            subject_id=f"s{n}" if subjects is None else subjects[n],
            policy="weapons" if n in NEW else "delivery",
            market=("TH", "SG")[n % 2],
        )
        for n, (text, age) in enumerate(zip(texts, ages, strict=True))
    ]
    frame = appeal_frame(appeals)
    kinds = np.repeat([0, 1, 2], [40, 20, 12])
    rows = np.eye(6)[kinds] + np.random.default_rng(0).normal(scale=0.05, size=(72, 6))
    sitters = Sitters(
        frame, facts_of(frame), unit_rows(rows.astype(np.float32)), campaigns(texts), [None] * 72
    )
    days = np.array([LAST.toordinal() - age for age in ages])
    labels = np.repeat([0, 1, -1], [40, 20, 12]).astype(np.int32)
    return Witnesses(
        sitters, days, labels, ["T1", "T2"], {"T1": "Late parcels", "T2": "Held funds"}, LAST, 5
    )


def finding(kind=Kind.CAUSE, part=None, rows=NEW, **changed):
    given = {"window_days": 3, "last": LAST, "observed": 12, "expected": 1.2, "p": 0.001}
    return Finding(kind, part or Part(), np.array(rows, dtype=np.int64), **(given | changed))


def at_new(witnesses):
    return Place(witnesses.sitters.vectors[NEW.start], 0.9)


def test_a_cause_is_told_in_its_own_words():
    told = witnesses()
    account = tell(told, finding(), at_new(told)).account
    assert "ring holder" in account.title.casefold() or "weapon" in account.title.casefold()
    assert account.phrases
    assert account.since == LAST - timedelta(days=2)
    assert (account.observed, account.expected, account.subjects) == (12, 1.2, 12)
    assert account.recurrence_days == pytest.approx(1000)
    assert account.drivers[0].value == "weapons"
    assert (account.theme, account.emerging) == (None, False)
    assert 1 <= len(account.exemplars) <= 3
    assert {one.appeal_id for one in account.exemplars} <= {f"a{n}" for n in NEW}


def test_its_days_are_those_of_its_place():
    told = witnesses()
    days = tell(told, finding(), at_new(told)).account.days
    assert len(days) == 28
    assert days[-1].day == LAST
    assert [day.observed for day in days[-4:]] == [0, 4, 4, 4]
    assert [day.expected for day in days[-4:]] == [None, *[pytest.approx(0.4)] * 3]


def test_the_appeals_that_make_it_up_are_named():
    assert tell(witnesses(), finding()).appeals == tuple(f"a{n}" for n in NEW)


def test_of_few_subjects_nobodys_words_are_told():
    subjects = [f"s{n}" for n in range(60)] + ["one", "two", "three", "four"] * 3
    account = tell(witnesses(subjects), finding()).account
    assert account.subjects == 4
    assert (account.phrases, account.exemplars) == ((), ())
    assert "holder" not in account.title.casefold()


def test_an_appeal_without_a_subject_is_one_of_its_own():
    account = tell(witnesses([None] * 72), finding()).account
    assert account.subjects == 12


def test_no_exemplar_tells_who_wrote_it():
    told = witnesses(new_text="my name is Mia Tan, +65 9123 4567, about the ring holder, {}")
    for one in tell(told, finding()).account.exemplars:
        assert "Mia" not in one.text
        assert "9123" not in one.text


def test_a_part_is_titled_by_its_theme_and_its_facts():
    of_theme = finding(Kind.RISE, Part(theme="T1", market="TH"), rows=range(0, 10))
    account = tell(witnesses(), of_theme).account
    assert account.title == "Late parcels · TH"
    assert account.theme == "T1"
    assert account.phrases == ()
    assert all((one.field, one.value) != ("market", "TH") for one in account.drivers)


def test_the_whole_intake_has_a_title():
    assert tell(witnesses(), finding(Kind.RISE)).account.title == ALL


@pytest.mark.parametrize(("kind", "subjects"), [(Kind.FALL, 60), (Kind.OVERTURNS, 0)])
def test_what_no_appeal_makes_up_can_be_told(kind, subjects):
    """Behind a fall stand the subjects of the part: a market of two sellers falls unseen."""
    account = tell(witnesses(), finding(kind, Part(policy="delivery"), rows=[])).account
    assert (account.subjects, account.exemplars, account.drivers) == (subjects, (), ())
    assert account.since == LAST - timedelta(days=2)
    assert account.title == "delivery"
    assert not account.emerging


@pytest.mark.parametrize("kind", [Kind.RISE, Kind.OVERTURNS])
@pytest.mark.parametrize("row", [0, 29])
def test_of_a_part_the_recent_days_tell_since_when_and_no_appeal(kind, row):
    """What is overturned may have been filed long ago, and what rises on the last day alone."""
    account = tell(witnesses(), finding(kind, Part(policy="delivery"), rows=[row])).account
    assert account.since == LAST - timedelta(days=2)


def test_behind_a_fall_a_seller_counts_once_and_only_in_its_part():
    subjects = ["one", "two"] * 30 + [f"s{n}" for n in NEW]
    fall = finding(Kind.FALL, Part(policy="delivery"), rows=[])
    assert tell(witnesses(subjects), fall).account.subjects == 2
    subjects[:3] = [None] * 3
    assert tell(witnesses(subjects), fall).account.subjects == 5
    of_all = finding(Kind.FALL, rows=[])
    assert tell(witnesses(subjects), of_all).account.subjects == 5 + len(NEW)


def test_a_theme_emerges_when_most_of_its_recent_appeals_make_it_up():
    told = witnesses()
    recent = np.flatnonzero((told.labels == 0) & (told.days > LAST.toordinal() - 3))
    assert tell(told, finding(rows=recent)).account.emerging
    none = tell(told, finding(rows=recent[:0], kind=Kind.FALL, part=Part(theme="T2"))).account
    assert (none.theme, none.emerging) == ("T2", False)
    few = tell(told, finding(rows=recent[:1])).account
    assert (few.theme, few.emerging) == ("T1", False)


def test_a_cause_whose_members_share_no_words_is_said_to():
    account = tell(witnesses(new_text="!?"), finding(expected=12.0)).account
    assert account.title in (UNTITLED, "weapons")


@given(st.lists(st.integers(0, 71), min_size=1, unique=True))
def test_whatever_makes_it_up_the_numbers_fit(rows):
    told = WITNESSES
    sighting = tell(told, finding(rows=sorted(rows)))
    account = sighting.account
    assert account.subjects == len(rows) == len(sighting.appeals)
    assert account.theme in (None, "T1", "T2")
    assert account.since == date.fromordinal(int(told.days[rows].min()))
    assert len(account.exemplars) <= len(rows)


WITNESSES = witnesses()
