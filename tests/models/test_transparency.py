"""Reports on complaints: right sums, and nothing small that could be had alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.transparency import DIMENSIONS, pooled, report

LEAST = 5
MONTHS = ("2026-01", "2026-02", "2026-03")
GROUNDS = {"a": "illegal", "b": "illegal", "c": "incompatible", None: "other"}


def complaint(month="2026-01", policy="a", outcome="upheld", **facts):
    told = {"detection": "automated", "language": "en", "days": 2.0, "contested": None, **facts}
    return {
        "month": month,
        "policy": policy,
        "ground": GROUNDS[policy],
        "category": f"of_{policy}",
        "outcome": outcome,
        "automated": told["detection"] == "automated",
        **told,
        **({"days": np.nan} if outcome is None else {}),
    }


def frame(*complaints):
    return pd.DataFrame(complaints)


COMPLAINTS = st.lists(
    st.builds(
        complaint,
        month=st.sampled_from(MONTHS),
        policy=st.sampled_from(list(GROUNDS)),
        outcome=st.sampled_from(["upheld", "reversed", None]),
        detection=st.sampled_from(["automated", "human", "report", None]),
        language=st.sampled_from(["en", "th", "id"]),
        contested=st.sampled_from(["visibility", "account", "other", None]),
    ),
    min_size=LEAST,
    max_size=80,
)


def test_outcomes_times_and_automated_means_are_counted():
    rows = [complaint(outcome="reversed", days=n) for n in range(5)]
    rows += [complaint(outcome="upheld", days=10.0, detection="human") for _ in range(6)]
    rows += [complaint(outcome=None, detection="human") for _ in range(2)]
    told = report(frame(*rows), MONTHS, LEAST).total.figures
    assert (told.received, told.pending, told.decided) == (13, 2, 11)
    assert (told.upheld, told.reversed) == (6, 5)
    assert told.reversal_share == pytest.approx(5 / 11)
    assert (told.median_days, told.median_hours) == (10, 240)
    assert (told.automated, told.automated_decided, told.automated_reversed) == (5, 5, 5)
    assert told.automated_reversal_share == 1


@settings(max_examples=20)
@given(COMPLAINTS)
@example([complaint(month="2026-01")] * 6 + [complaint(month="2026-03")])
def test_parts_add_up_and_none_of_few_is_told_alone(complaints):
    found = report(frame(*complaints), MONTHS, LEAST)
    total = found.total.figures
    assert total.received == len(complaints)
    for rows in (
        found.months,
        *([one for one in found.parts if one.dimension == name] for name in DIMENSIONS),
    ):
        for field in ("received", "pending", "upheld", "reversed"):
            assert sum(getattr(one.figures, field) for one in rows) == getattr(total, field)
    for one in (*found.months, *found.parts, *found.monthly):
        assert one.figures.received >= LEAST
        assert one.figures.decided >= LEAST or one.figures.median_days is None


@settings(max_examples=20)
@given(COMPLAINTS)
def test_nothing_small_can_be_had_by_subtraction_within_a_table(complaints):
    rows = frame(*complaints)
    found = report(rows, MONTHS, LEAST)
    for name in DIMENSIONS:
        values = rows[name].fillna("not_stated")
        told = {one.value: one.figures.received for one in found.parts if one.dimension == name}
        hidden = [value for value in values.unique() if _spelt(rows, name, value) not in told]
        assert len(hidden) != 1 or len(told) == 1
    for told in (found.months, found.parts, found.monthly):
        for name in DIMENSIONS:
            parts = [one.figures.automated for one in told if one.dimension == name]
            assert parts.count(None) in (0, len(parts))


def _spelt(rows, name, value):
    if name != "category":
        return value
    return f"{rows.loc[rows['category'] == value, 'ground'].iloc[0]}: {value}"


def test_a_policy_is_not_had_from_its_ground():
    rows = [complaint(policy="a")] * 20 + [complaint(policy="b")] * 3
    rows += [complaint(policy="c")] * 20 + [complaint(policy=None)] * 9
    told = {one.value for one in report(frame(*rows), MONTHS, LEAST).parts}
    assert {"illegal", "incompatible", "c"} <= told
    assert not {"a", "b"} & told


def test_months_of_few_are_told_with_the_next():
    rows = [complaint("2026-01")] * 2 + [complaint("2026-02")] * 9 + [complaint("2026-03")] * 1
    months = [one.month for one in report(frame(*rows), MONTHS, LEAST).months]
    assert months == ["2026-01/2026-03"]
    rows += [complaint("2026-03")] * 6
    months = [one.month for one in report(frame(*rows), MONTHS, LEAST).months]
    assert months == ["2026-01/2026-02", "2026-03"]


@pytest.mark.parametrize("count", [0, LEAST - 1])
def test_of_too_few_complaints_nothing_is_told(count):
    rows = frame(*[complaint()] * count) if count else frame(complaint()).iloc[:0]
    found = report(rows, MONTHS, LEAST)
    assert found.total is None
    assert found.months == found.parts == found.monthly == ()


@given(st.lists(st.lists(st.integers(0, 12), min_size=4, max_size=4), min_size=1, max_size=4))
def test_a_pool_is_empty_or_hides_what_is_in_it(rows):
    counts = pd.DataFrame(rows, columns=list("abcd"))
    pool = pooled(counts, LEAST)
    alone = counts[[name for name in counts if name not in pool]].to_numpy()
    assert not ((alone > 0) & (alone < LEAST)).any()
    if pool and len(pool) < len(counts.columns):
        together = counts[sorted(pool)].sum(axis=1)
        assert len(pool) > 1
        assert not ((together > 0) & (together < LEAST)).any()
