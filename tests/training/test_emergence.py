"""What emerges in a window: what is new is told once; what a manager would curse is not."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from features.frame import appeal_frame
from features.schema import Appeal
from features.tables import METADATA
from models.alarms import Kind
from models.lineage import Known
from training.emergence import Past, Vigilance, find_emergence
from training.finding import Before, find_themes
from training.window import Window

LAST = date(2025, 3, 28)
TOPICS = {
    "payout": "payout bank account funds release days waiting balance withdraw hold",
    "parcel": "parcel courier lost scan tracking delivery weight label pickup depot",
    "listing": "listing removed photo image duplicate brand logo keyword title catalogue",
}
NEW = "tracking photo withdraw keyword depot"
"""Words that no other appeal brings together."""


def appeal(number, age, text, policy, subject=None):
    return Appeal(
        appeal_id=f"a{number:05d}",
        submitted_at=datetime(2025, 3, 28, 9, tzinfo=UTC) - timedelta(days=int(age)),
        text=text,
        subject_id=subject or f"s{number}",
        policy=policy,
        market="TH" if number % 3 else "SG",
    )


def usual(ages, seed=0, first=0):
    """One appeal a given age, of any topic."""
    random = np.random.default_rng(seed)
    topics = random.choice(list(TOPICS), len(ages), p=[0.5, 0.3, 0.2])
    return [
        appeal(number, age, " ".join(random.choice(TOPICS[topic].split(), 8)), topic)
        for number, (age, topic) in enumerate(zip(ages, topics, strict=True), first)
    ]


def steady(days=60, a_day=20, seed=0, but=()):
    counts = np.random.default_rng([seed, 1]).poisson(a_day, days)
    return np.repeat(
        [age for age in range(days) if age not in but],
        [count for age, count in enumerate(counts) if age not in but],
    )


def new_cause(n=14, days=3):
    random = np.random.default_rng(5)
    return [
        appeal(90_000 + place, place % days, " ".join(random.permutation(NEW.split())), "listing")
        for place in range(n)
    ]


def past_of(window):
    """Nothing was filed before the window, and nothing has been decided."""
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    try:
        return Past.read(engine, window)
    finally:
        engine.dispose()


def emerging(appeals, reader, last=LAST, **vigilance):
    inside = [one for one in appeals if one.submitted_at.date() <= last]
    window = Window(last, 90, appeal_frame(inside), [None] * len(inside))
    vectors = reader.encode(window.frame["text"].tolist())
    known = Known({}, {}, frozenset(), 1)
    themes = find_themes(window, vectors, Before(known, known, None, {}))
    return find_emergence(window, themes, past_of(window), {}, Vigilance(**vigilance))


def test_what_is_new_is_told_once_and_where_it_is(reader):
    (sighting,) = emerging([*usual(steady()), *new_cause()], reader).sightings
    account = sighting.account
    assert account.kind is Kind.CAUSE
    assert set(sighting.appeals) == {f"a{90_000 + place:05d}" for place in range(14)}
    assert set(account.title.casefold().replace(",", "").split()) <= set(NEW.split())
    assert account.since == LAST - timedelta(days=2)
    assert sighting.place is not None


def test_a_quiet_intake_is_told_nothing_of(reader):
    found = emerging(usual(steady()), reader)
    assert found.sightings == ()
    assert found.tests[Kind.RISE] > 10


def test_a_theme_that_rises_is_told_once(reader):
    more = [age for age in range(7) for _ in range(14)]
    extra = [one for one in usual(more * 3, 3, 50_000) if one.policy == "parcel"]
    appeals = [*usual(steady()), *extra]
    (sighting,) = emerging(appeals, reader).sightings
    assert sighting.account.theme is not None
    policy = {one.appeal_id: one.policy for one in appeals}
    assert {policy[name] for name in sighting.appeals} == {"parcel"}


def test_a_market_that_rises_is_told_once(reader):
    more = [age for age in range(7) for _ in range(10)]
    extra = [one.model_copy(update={"market": "VN"}) for one in usual(more, 3, 50_000)]
    before = [one.model_copy(update={"market": "VN"}) for one in usual(steady(a_day=3), 4, 70_000)]
    (sighting,) = emerging([*usual(steady()), *before, *extra], reader).sightings
    assert sighting.account.kind is Kind.RISE
    assert sighting.account.part.facts == {"market": "VN"}


def test_two_days_of_history_raise_nothing(reader):
    assert emerging([*usual(steady(2)), *new_cause(days=1)], reader).sightings == ()


@pytest.mark.parametrize("since", [0, 1, 3, 8])
def test_a_week_without_intake_raises_nothing(reader, since):
    appeals = usual(steady(but=range(since, since + 7), seed=3), seed=3)
    last = max(one.submitted_at for one in appeals).date()
    assert emerging(appeals, reader, last).sightings == ()


def test_a_month_filed_on_one_day_raises_nothing(reader):
    for day in (0, 1, 4):
        backfill = usual([day] * 600, seed=9, first=50_000)
        assert emerging([*usual(steady()), *backfill], reader).sightings == ()


def test_clocks_that_run_ahead_raise_nothing(reader):
    ahead = [appeal(n, -1 - n % 40, NEW, "listing") for n in range(50_000, 50_040)]
    assert emerging([*usual(steady()), *ahead], reader).sightings == ()


@pytest.mark.parametrize("subject", ["one seller", None])
def test_five_thousand_copies_of_one_letter_raise_nothing(reader, subject):
    text = f"{NEW} please check again the lost parcel label"
    copies = [appeal(n, n % 2, text, "parcel", "one seller") for n in range(20_000, 25_000)]
    copies = [one.model_copy(update={"subject_id": subject}) for one in copies]
    assert emerging([*usual(steady()), *copies], reader).sightings == ()


def test_what_few_subjects_stand_behind_is_counted_not_told(reader):
    appeals = [*usual(steady()), *new_cause()]
    found = emerging(appeals, reader, least_subjects=20)
    assert found.sightings == ()
    assert found.suppressed >= 1


def test_the_same_window_is_told_the_same(reader):
    appeals = [*usual(steady()), *new_cause()]
    one, again = (emerging(appeals, reader) for _ in range(2))
    assert [(s.account, s.appeals) for s in one.sightings] == [
        (s.account, s.appeals) for s in again.sightings
    ]
