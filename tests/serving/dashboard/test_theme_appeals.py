"""The appeals of the newest discovery, as the list of themes counts them."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from features.database import writing
from features.history import add_appeals
from features.schema import Appeal
from features.tables import DECISIONS
from models.catalog import Catalog
from serving.dashboard.theme_appeals import AppealReader, Coded, WindowAppeals
from serving.dashboard.theme_question import FIELDS
from serving.dashboard.theme_span import Span

AS_OF = date(2025, 3, 31)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["T1", "T2", None]),
        st.sampled_from(["SG", "TH", None]),
        st.sampled_from(["a", "b", None]),
        st.integers(0, 9),
        st.sampled_from(["overturned", "upheld", None]),
    ),
    max_size=25,
)


def coded(values):
    names = tuple(dict.fromkeys(values))
    return Coded(names, np.array([names.index(one) for one in values], dtype=np.int32))


def appeals_of(rows):
    themes, markets, policies, ago, outcomes = [*zip(*rows, strict=True)] or [()] * 5
    none = coded([None] * len(rows))
    facts = dict.fromkeys(FIELDS, none) | {"market": coded(markets), "policy": coded(policies)}
    said = np.array(outcomes, dtype=object)
    days = np.array(ago, dtype=np.int64)
    decided = np.array([one is not None for one in outcomes], dtype=bool)
    return WindowAppeals(AS_OF, coded(themes), facts, days, decided, said == "overturned")


def last(days):
    return Span(AS_OF - timedelta(days=days - 1), AS_OF, chosen=True)


@given(ROWS, st.integers(0, 9), st.integers(0, 9), st.sampled_from(["SG", "TH", "XX"]))
def test_each_theme_is_counted_on_the_days_and_by_the_facts(rows, one, other, market):
    near, far = sorted((one, other))
    span = Span(AS_OF - timedelta(days=far), AS_OF - timedelta(days=near))
    inside = [row for row in rows if near <= row[3] <= far]
    found = appeals_of(rows).counts(span, [("market", market), ("policy", "a")])
    assert set(found) == {row[0] for row in inside} - {None}
    for theme, count in found.items():
        own = [row for row in inside if row[0] == theme]
        decided = [row for row in own if row[4]]
        assert count.appeals == len(own)
        assert count.matching == sum(row[1:3] == (market, "a") for row in own)
        assert count.outcomes.decided == len(decided)
        assert count.outcomes.overturned == sum(row[4] == "overturned" for row in decided)
        assert 0 <= count.outcomes.expected <= len(decided)


@given(ROWS, st.integers(1, 12))
def test_the_last_days_are_counted_in_order(rows, days):
    found = appeals_of(rows).daily(days)
    assert set(found) == {row[0] for row in rows} - {None}
    for theme, counts in found.items():
        own = [row[3] for row in rows if row[0] == theme]
        assert counts == [own.count(ago) for ago in reversed(range(days))]


def test_what_is_expected_comes_from_the_other_appeals_of_the_same_days():
    quiet = [(None, "SG", "a", 2, "upheld")] * 400
    loud = [(None, "SG", "a", 20, "overturned")] * 400
    theme = [("T1", "SG", "a", 2, "overturned")] * 20
    appeals = appeals_of([*quiet, *loud, *theme])
    assert appeals.counts(last(7))["T1"].outcomes.expected == 0
    assert appeals.counts(last(28))["T1"].outcomes.expected == pytest.approx(10)


def test_the_commonest_values_are_offered_and_what_is_not_told_is_none():
    rows = [("T1", market, None, 0, None) for market in ("SG", None, "TH", "TH", None, None)]
    assert appeals_of(rows).commonest("market", 5) == ["TH", "SG"]
    assert appeals_of(rows).commonest("market", 1) == ["TH"]
    assert appeals_of(rows).commonest("policy", 5) == []
    assert appeals_of([]).commonest("market", 5) == []


def test_before_the_first_discovery_there_is_none(new_house):
    found = AppealReader(new_house.engine).appeals()
    assert (found.as_of, len(found.ago), found.counts(last(7))) == (None, 0, {})


def test_the_appeals_are_those_of_the_window_with_the_decisions_of_its_last_day(full_house):
    filed = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
    late = filed + timedelta(seconds=1)
    early = datetime(2025, 1, 1, tzinfo=UTC)
    others = {"within": filed, "after": late, "first": early, "before": early - timedelta(days=1)}
    with writing(full_house.engine) as connection:
        add_appeals(
            connection,
            [
                Appeal(appeal_id=name, submitted_at=at, text="a", market="PH")
                for name, at in others.items()
            ],
        )
        decisions = [("within", filed, "upheld"), ("within", late, "overturned")]
        decisions += [("T1-0", AS_OF, "upheld"), ("T1-1", AS_OF, "upheld")]
        keys = ("appeal_id", "decided_at", "outcome")
        at = datetime(2025, 3, 31, tzinfo=UTC)
        rows = [(name, at if when == AS_OF else when, how) for name, when, how in decisions]
        connection.execute(insert(DECISIONS), [dict(zip(keys, row, strict=True)) for row in rows])
    found = AppealReader(full_house.engine).appeals()
    assert len(found.ago) == 117 + 2
    assert sorted(found.ago[found.facts["market"].is_("PH")].tolist()) == [0, 89]
    whole = found.counts(last(90), [("market", "SG"), ("policy", "counterfeit")])
    assert whole["T1"].appeals == 40
    assert whole["T1"].matching == sum(n % 3 == 0 and n % 4 == 0 for n in range(40))
    # Of T1 every other appeal was decided by then but the last, which was on the day after.
    assert whole["T1"].outcomes.decided == 20
    assert whole["T1"].outcomes.overturned == 9
    assert found.counts(last(7))["T1"].appeals == 7


def test_a_merge_by_people_is_seen_at_once_and_else_nothing_is_read_again(full_house):
    reader = AppealReader(full_house.engine)
    first = reader.appeals()
    assert reader.appeals() is first
    Catalog(full_house.engine).merge("T6", "T3", "Aisha", datetime.now(UTC))
    counts = reader.appeals().counts(last(90))
    assert counts["T3"].appeals == 20
    assert "T6" not in counts
