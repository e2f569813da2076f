from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.columns import Records
from features.frame import appeal_frame, decided_frame
from features.history import Added, Counts, History
from features.order import filing_order
from features.schema import Appeal, Decision
from features.tables import APPEALS, DECISIONS

FILED = datetime(2024, 5, 31, 8, tzinfo=UTC)


@pytest.fixture
def history(engine):
    return History(engine)


def appeal(name="a1", **fields):
    return Appeal(**{"appeal_id": name, "submitted_at": FILED, "text": "please"} | fields)


def decision(name="a1", outcome="overturned", days=1, **fields):
    made = FILED + timedelta(days=days)
    return Decision(appeal_id=name, outcome=outcome, decided_at=made, **fields)


def records(appeals=(), decisions=()):
    return Records(list(appeals), list(decisions), [])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_what_goes_in_comes_out_as_the_frame_lays_it(cases, engine, data):
    pairs = data.draw(cases)
    with engine.begin() as connection:
        connection.execute(sa.delete(DECISIONS))
        connection.execute(sa.delete(APPEALS))
    history = History(engine)
    appeals = [a for a, _ in pairs]
    decisions = [
        d.model_copy(update={"decided_at": max(d.decided_at, a.submitted_at)}) for a, d in pairs
    ]
    history.add(records(appeals, decisions))
    order = filing_order([a.submitted_at for a in appeals], [a.appeal_id for a in appeals])
    ordered = [appeals[place] for place in order]
    pd.testing.assert_frame_equal(history.decided(), decided_frame(ordered, decisions))
    pd.testing.assert_frame_equal(history.appeals(), appeal_frame(ordered))
    again = history.add(records(appeals, decisions))
    assert again == Added(0, len(pairs), 0, 0, len(pairs), 0, ())


def test_new_and_known_are_counted(history):
    first = history.add(records([appeal("a1"), appeal("a2")], [decision("a1")]))
    assert first == Added(appeals_new=2, decisions_new=1)
    second = history.add(records([appeal("a2"), appeal("a3")], [decision("a1"), decision("a2")]))
    assert second == Added(appeals_new=1, appeals_known=1, decisions_new=1, decisions_known=1)
    assert history.counts() == Counts(3, 2, 2, FILED, FILED)


def test_an_empty_history_has_no_dates_and_no_rows(history):
    assert history.counts() == Counts(0, 0, 0, None, None)
    pd.testing.assert_frame_equal(history.decided(), decided_frame([], []))
    assert history.add(records()) == Added()


def test_the_first_filing_stays(history):
    history.add(records([appeal(attributes={"wins": 0})]))
    added = history.add(records([appeal(attributes={"wins": 7})]))
    assert (added.appeals_new, added.appeals_known, added.appeals_changed) == (0, 1, 1)
    assert history.appeals()["attributes.wins"].tolist() == [0]


def test_of_two_filings_in_one_go_the_first_stays(history):
    added = history.add(records([appeal(text="first"), appeal(text="second")]))
    assert (added.appeals_new, added.appeals_known, added.appeals_changed) == (1, 1, 1)
    assert history.appeals()["text"].tolist() == ["first"]


def test_the_latest_decision_counts_and_none_is_lost(history):
    history.add(records([appeal()], [decision(outcome="upheld", days=5)]))
    added = history.add(records([], [decision(outcome="overturned", days=2)]))
    assert added.decisions_new == 1
    assert history.decided()["outcome"].tolist() == ["upheld"]
    assert history.counts().decisions == 2


def test_a_decision_of_the_same_moment_is_a_correction(history):
    history.add(records([appeal()], [decision(outcome="upheld", reviewer_id="r1")]))
    added = history.add(records([], [decision(outcome="overturned")]))
    assert (added.decisions_new, added.decisions_known, added.decisions_changed) == (0, 0, 1)
    frame = history.decided()
    assert frame["outcome"].tolist() == ["overturned"]
    assert frame["reviewer_id"].tolist() == [None]


def test_a_decision_on_an_unknown_appeal_is_told_and_not_kept(history):
    added = history.add(records([appeal()], [decision("a1"), decision("ghost")]))
    assert added.decisions_unknown == ("ghost",)
    assert added.decisions_new == 1
    assert history.counts().decisions == 1


def test_a_decision_just_before_its_filing_is_made_with_it_and_a_day_before_it_is_told(history):
    a_second, a_day = timedelta(seconds=1), timedelta(days=1)
    near = decision("a1").model_copy(update={"decided_at": FILED - a_second})
    far = decision("a2").model_copy(update={"decided_at": FILED - a_day})
    added = history.add(records([appeal("a1"), appeal("a2")], [near, far]))

    assert (added.decisions_new, added.decisions_known) == (1, 0)
    assert [(one.appeal_id, one.decided_at) for one in added.decisions_misdated] == [
        ("a2", FILED - a_day)
    ]
    assert history.decided()["decided_at"].tolist() == [FILED]
    assert history.add(records([], [near])).decisions_known == 1


def test_a_decision_dated_ahead_is_told_and_not_kept(history):
    a_year = datetime.now(UTC) + timedelta(days=365)
    ahead = decision().model_copy(update={"decided_at": a_year})
    added = history.add(records([appeal()], [ahead, decision()]))

    assert [one.fault.pointer for one in added.decisions_misdated] == ["/decided_at"]
    assert added.decisions_new == history.counts().decisions == 1


def test_what_is_decided_now_counts_though_the_filing_is_dated_ahead(history):
    now = datetime.now(UTC)
    for hours in (8, 800):
        name = f"a{hours}"
        filed = appeal(name, submitted_at=now + timedelta(hours=hours))
        twice = [decision(name, reviewer_id=one) for one in ("r1", "r2")]
        moments = [now, now + timedelta(microseconds=1)]
        made = [
            d.model_copy(update={"decided_at": at}) for d, at in zip(twice, moments, strict=True)
        ]
        assert history.add(records([filed], made)).decisions_new == 2


def test_until_knows_only_what_had_been_decided(history):
    history.add(records([appeal()], [decision(outcome="upheld", days=1), decision(days=3)]))
    as_of = [history.decided(FILED + timedelta(days=days)) for days in (1, 2, 3, 4)]
    assert [frame["outcome"].tolist() for frame in as_of] == [
        [],
        ["upheld"],
        ["upheld"],
        ["overturned"],
    ]


def test_appeals_are_selected_by_their_filing(history):
    history.add(records(appeal(f"a{n}", submitted_at=FILED + timedelta(days=n)) for n in range(4)))
    some = history.appeals(since=FILED + timedelta(days=1), until=FILED + timedelta(days=3))
    assert some["appeal_id"].tolist() == ["a1", "a2"]


def test_the_undecided_are_those_without_any_decision(history):
    history.add(records([appeal(f"a{n}") for n in range(3)], [decision("a1")]))
    assert history.undecided()["appeal_id"].tolist() == ["a0", "a2"]
    history.add(records([], [decision("a0"), decision("a2")]))
    assert history.undecided().empty


def test_outcomes_are_those_of_the_appeals_of_a_window_as_it_stood(history):
    history.add(
        records(
            [appeal(f"a{n}", submitted_at=FILED + timedelta(days=n)) for n in range(5)],
            [
                decision("a0", days=2),
                decision("a1", outcome="upheld", days=2),
                decision("a1", days=3),
                decision("a2", outcome="upheld", days=9),
                decision("a4", days=5),
            ],
        )
    )
    since = FILED + timedelta(days=1)
    known = [history.outcomes(since, FILED + timedelta(days=days)) for days in (2, 3, 4, 10)]
    assert known == [
        {},
        {"a1": "upheld"},
        {"a1": "overturned"},
        {"a1": "overturned", "a2": "upheld", "a4": "overturned"},
    ]


def test_an_appeal_filed_at_the_end_of_a_window_is_outside(history):
    history.add(records([appeal()], [decision(days=0)]))
    hour = timedelta(hours=1)
    assert history.outcomes(FILED, FILED + hour) == {"a1": "overturned"}
    assert history.outcomes(FILED - hour, FILED) == {}


def test_the_last_filing_before_a_moment_is_told(history):
    assert history.last_filed(FILED) is None
    history.add(records(appeal(f"a{n}", submitted_at=FILED + timedelta(days=n)) for n in range(3)))
    assert history.last_filed(FILED) is None
    assert history.last_filed(FILED + timedelta(days=2)) == FILED + timedelta(days=1)
    assert history.last_filed(FILED + timedelta(days=99)) == FILED + timedelta(days=2)


def test_ties_in_time_stand_in_natural_order(history):
    history.add(records(appeal(f"a{n}") for n in (10, 9, 100, 1)))
    assert history.appeals()["appeal_id"].tolist() == ["a1", "a9", "a10", "a100"]


def test_nothing_goes_in_where_one_record_fails(history, engine):
    history.add(records([appeal("a1")]))
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON decisions BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(sa.exc.IntegrityError, match="full"):
        history.add(records([appeal("a2"), appeal("a3")], [decision("a2")]))
    assert history.counts().appeals == 1


def test_a_decision_cannot_outlive_its_appeal(history, engine):
    history.add(records([appeal()], [decision()]))
    with pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY"), engine.begin() as connection:
        connection.execute(sa.delete(APPEALS))


@pytest.mark.slow
def test_more_appeals_than_one_question_takes(history):
    many = [appeal(f"a{n}") for n in range(25_001)]
    decided = [decision(f"a{n}") for n in range(0, 25_001, 2)]
    assert history.add(records(many, decided)).appeals_new == 25_001
    again = history.add(records(many, decided))
    assert (again.appeals_known, again.decisions_known) == (25_001, 12_501)
    assert len(history.decided()) == 12_501


def test_times_are_stored_in_utc(history, engine):
    history.add(records([appeal(submitted_at="2024-05-31T08:00:00+08:00")], [decision()]))
    with engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT submitted_at FROM appeals").scalar_one()
        made = connection.execute(sa.select(DECISIONS.c.decided_at)).scalar_one()
    assert stored.startswith("2024-05-31 00:00:00")
    assert made == FILED + timedelta(days=1)
