import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.attributes import AttributeDesign, fact_table
from features.calendar import CYCLES, CycleTerm, calendar_facts
from features.frame import appeal_frame
from features.schema import Appeal

names = st.sampled_from(sorted(CYCLES))


def filed(*moments):
    return pd.Series(pd.to_datetime(list(moments), utc=True))


def appeals(*moments, **attributes):
    return appeal_frame(
        [
            Appeal(appeal_id=str(place), submitted_at=moment, text="", attributes=attributes)
            for place, moment in enumerate(moments)
        ]
    )


def test_facts_tell_where_in_each_cycle_a_moment_stands():
    told = calendar_facts(filed("2026-01-05T18:30:00Z"))
    assert told.to_dict("records") == [
        {
            "filed.hour": 18.5,
            "filed.weekday": pytest.approx(18 / 24, abs=0.03),
            "filed.month_day": 5.0,
            "filed.year_day": 5.0,
        }
    ]


@given(names, st.floats(-1_000, 1_000), st.integers(-3, 3))
def test_a_cycle_comes_round(name, place, turns):
    term = CycleTerm(name, CYCLES[name].period)
    once = term.columns(pd.Series([place]))
    again = term.columns(pd.Series([place + turns * term.period]))
    assert once.shape == (1, term.width)
    assert again == pytest.approx(once, abs=1e-8)
    assert np.abs(once).max() <= 1


def test_an_unknown_moment_contributes_nothing():
    columns = CycleTerm("filed.hour", 24).columns(pd.Series([None, np.nan, 3.0], dtype=object))
    assert not columns[:2].any()
    assert columns[2].any()


@pytest.mark.parametrize(
    ("last", "known"),
    [
        ("2026-01-01T12:00:00Z", set()),
        ("2026-01-03T12:00:00Z", {"filed.hour"}),
        ("2026-01-20T12:00:00Z", {"filed.hour", "filed.weekday"}),
        ("2026-12-20T12:00:00Z", {"filed.hour", "filed.weekday", "filed.month_day"}),
        ("2027-02-03T12:00:00Z", set(CYCLES)),
    ],
)
def test_a_cycle_that_has_not_come_round_is_not_learnt(last, known):
    facts = fact_table(appeals("2026-01-01T00:00:00Z", last), calendar=True)
    design = AttributeDesign().fit(facts)
    assert {name for name in design.names if name in CYCLES} == known
    assert design.keeps_calendar == bool(known)


def test_a_design_with_cycles_reads_back_from_json_and_counts_them_as_numbers():
    facts = fact_table(appeals("2026-01-01T00:00:00Z", "2027-06-01T07:00:00Z"), calendar=True)
    design = AttributeDesign().fit(facts)
    again = AttributeDesign.from_json(design.to_json())
    assert again.terms_ == design.terms_
    assert np.array_equal(again.numbers(facts), design.numbers(facts))
    assert design.numbers(facts).shape == (2, int(design.is_number.sum()))


def test_without_being_asked_for_the_calendar_is_not_told():
    assert not set(CYCLES) & set(fact_table(appeals("2026-01-01T00:00:00Z")))


def test_an_attribute_of_that_name_is_not_taken_for_the_calendar():
    frame = appeals("2026-01-01T00:00:00Z", "2027-06-01T00:00:00Z", **{"filed.hour": "late"})
    assert "filed.hour" not in fact_table(frame)
    assert fact_table(frame)["attributes.filed.hour"].tolist() == ["late", "late"]
