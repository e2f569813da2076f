import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.attributes import (
    FILED,
    MISSING,
    OTHER,
    AttributeDesign,
    NumberTerm,
    WordTerm,
    fact_table,
    is_numeric,
)
from features.frame import appeal_frame
from features.schema import Appeal, Detection

NUMBER = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60)
LABEL = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUE = st.one_of(st.none(), st.booleans(), NUMBER, LABEL, st.just(OTHER), st.just(MISSING))


def series(values):
    return pd.Series(values, dtype=object)


def table(**columns):
    return pd.DataFrame({name: series(values) for name, values in columns.items()})


def filled(design, facts):
    """Put the columns of words and of numbers side by side."""
    return np.hstack([design.words(facts).toarray(), design.numbers(facts)])


def design(**columns):
    return AttributeDesign().fit(table(**columns))


@st.composite
def tables(draw, least=0):
    """A column of numbers, one of words, one of several words and one of anything."""
    rows = draw(st.integers(least, 12))
    parts = {
        "number": st.none() | NUMBER,
        "word": st.none() | st.sampled_from(["a", "b"]) | LABEL,
        "many": st.lists(LABEL, max_size=3).map(tuple),
        "mixed": VALUE,
    }
    drawn = {
        name: draw(st.lists(part, min_size=rows, max_size=rows)) for name, part in parts.items()
    }
    return table(**{name: values * 5 for name, values in drawn.items()})


@given(seen=tables(), new=tables())
@settings(deadline=None, max_examples=25)
def test_a_design_matrix_is_finite_whatever_comes(seen, new):
    fitted = AttributeDesign().fit(seen)
    for facts in (seen, new):
        matrix = filled(fitted, facts)
        assert matrix.shape == (len(facts), len(fitted.groups))
        assert fitted.numbers(facts).shape[1] == fitted.is_number.sum()
        assert np.isfinite(matrix).all()


@given(seen=tables(least=1))
@settings(deadline=None, max_examples=25)
def test_json_keeps_a_design_to_the_bit(seen):
    fitted = AttributeDesign().fit(seen)
    again = AttributeDesign.from_json(json.loads(json.dumps(fitted.to_json())))
    assert again.terms_ == fitted.terms_
    assert np.array_equal(again.groups, fitted.groups)
    assert np.array_equal(again.is_number, fitted.is_number)
    assert np.array_equal(filled(again, seen), filled(fitted, seen))


@given(seen=tables(least=2), seed=st.integers(0, 100))
@settings(deadline=None, max_examples=25)
def test_the_order_of_the_rows_changes_no_column(seen, seed):
    turned = seen.iloc[np.random.default_rng(seed).permutation(len(seen))].reset_index(drop=True)
    here, there = AttributeDesign().fit(seen), AttributeDesign().fit(turned)
    assert here.names == there.names
    assert [term.width for term in here.terms_] == [term.width for term in there.terms_]
    words = [(a, b) for a, b in zip(here.terms_, there.terms_, strict=True) if a.kind == "word"]
    assert all(a == b for a, b in words)
    assert filled(there, seen) == pytest.approx(filled(here, seen), abs=1e-6)


@given(seen=tables(least=1))
@settings(deadline=None, max_examples=25)
def test_a_row_does_not_depend_on_its_neighbours(seen):
    fitted = AttributeDesign().fit(seen)
    alone = [filled(fitted, seen.iloc[[row]]) for row in range(len(seen))]
    assert np.array_equal(filled(fitted, seen), np.vstack(alone))


def test_the_index_of_a_table_does_not_matter():
    facts = table(age=[1, 2, None, 4] * 5, word=["a", "b", None, "a"] * 5)
    fitted = AttributeDesign().fit(facts)
    moved = facts.set_index(pd.Index(range(50, 70)))
    assert np.array_equal(filled(fitted, moved), filled(fitted, facts))


def test_a_fact_that_never_differs_gets_no_column():
    fitted = design(
        same=["x"] * 10, one=[3.0] * 10, none=[None] * 10, empty=[()] * 10, age=[*range(10)]
    )
    assert fitted.names == ["age"]


def test_no_facts_give_no_columns():
    fitted = AttributeDesign().fit(pd.DataFrame())
    assert filled(fitted, pd.DataFrame(index=range(3))).shape == (3, 0)
    assert fitted.is_number.tolist() == []


def test_a_missing_column_counts_as_missing_values():
    fitted = design(age=[1, 2, 3, None, 5] * 4, word=["a", "b"] * 10)
    absent = filled(fitted, pd.DataFrame(index=range(2)))
    missing = filled(fitted, table(age=[None] * 2, word=[None] * 2))
    assert np.array_equal(absent, missing)
    assert (absent.sum(axis=1) == 2).all()


def test_unseen_and_rare_levels_share_a_column_and_missing_has_its_own():
    term = WordTerm.learn("w", series(["a"] * 9 + ["b"] * 5 + ["rare"] * 4))
    assert term.levels == ("a", "b")
    levels = term.columns(series(["b", "rare", "new", "", None, float("nan"), "a"])).toarray()
    assert levels.argmax(axis=1).tolist() == [1, 2, 2, 3, 3, 3, 0]
    assert (levels.sum(axis=1) == 1).all()


def test_several_levels_at_once_fill_a_column_each_and_none_counts_as_missing():
    term = WordTerm.learn("evidence", series([("photo", "invoice"), ("photo",)] * 6))
    levels = term.columns(series([("photo", "invoice", "photo"), (), ("x", "y", "photo")]))
    assert levels.toarray().tolist() == [[1, 1, 0, 0], [0, 0, 0, 1], [0, 1, 1, 0]]


@pytest.mark.parametrize("level", [OTHER, MISSING])
def test_a_level_spelt_like_a_column_of_ours_is_no_level(level):
    term = WordTerm.learn("w", series([level] * 9 + ["a"] * 9))
    assert term.levels == ("a",)
    place = [OTHER, MISSING].index(level) + 1
    assert term.columns(series([level])).toarray().argmax() == place


def test_booleans_are_words_and_numbers_among_words_are_spelt():
    assert not is_numeric(series([True, False, None]))
    assert not is_numeric(series([1, "1"]))
    assert not is_numeric(series([1, True]))
    assert not is_numeric(series([None]))
    assert is_numeric(series([1, 2.5, None, np.int64(3), float("nan")]))
    fitted = design(flag=[True, False, None] * 5, mixed=[1, "1", True] * 5)
    assert [term.levels for term in fitted.terms_] == [("false", "true"), ("1", "true")]


def test_a_number_beyond_the_outermost_knot_has_the_effect_at_the_knot():
    fitted = design(age=np.random.default_rng(0).lognormal(size=200).tolist())
    values = [1e300, 2.0**60, -1e300, 10**300]
    ends = fitted.terms_[0].knots
    far = fitted.numbers(table(age=values))
    near = fitted.numbers(
        table(age=[np.expm1(ends[-1]) * 2, np.expm1(ends[-1]) + 9, -3, np.expm1(ends[-1]) * 3])
    )
    assert far == pytest.approx(near, abs=1e-9)


def test_what_is_no_number_counts_as_missing_in_a_column_of_numbers():
    fitted = design(age=[1, 2, 3, 4, 5] * 4)
    columns = fitted.numbers(table(age=["four", float("inf"), None, 4]))
    assert columns[:3, -1].tolist() == [1, 1, 1]
    assert not columns[:3, :-1].any()
    assert columns[3, -1] == 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=60, unique=True))
@settings(deadline=None)
def test_an_average_appeal_contributes_nothing(values):
    term = NumberTerm.learn("age", series(values), logarithmic=True)
    columns = term.columns(series(values))
    assert columns.mean(axis=0) == pytest.approx(np.zeros(term.width), abs=1e-6)


def test_few_distinct_numbers_are_a_line_and_many_also_bend():
    assert NumberTerm.learn("n", series([0] * 9 + [1] * 5), logarithmic=False).width == 2
    assert NumberTerm.learn("n", series([*range(30)]), logarithmic=False).width == 2 + 7
    assert NumberTerm.learn("n", series([None] * 3), logarithmic=False).width == 2


@pytest.mark.parametrize("least", [5e-324, 1e-300, 1e-17])
def test_numbers_that_hardly_differ_are_no_two_knots(least):
    values = series([0.0, 1.0, 0.0, 1.0, least, 0.0] * 6)
    assert np.isfinite(NumberTerm.learn("n", values, logarithmic=True).columns(values)).all()
    values = series([0.0, least, 2 * least] * 6)
    assert np.isfinite(NumberTerm.learn("n", values, logarithmic=False).columns(values)).all()


def test_splines_can_follow_a_curve():
    values = np.linspace(0, 10, 300)
    term = NumberTerm.learn("n", series(values.tolist()), logarithmic=False)
    columns = np.column_stack([np.ones(300), term.columns(series(values.tolist()))])
    curve = np.sin(values * 0.6)
    fitted = columns @ np.linalg.lstsq(columns, curve, rcond=None)[0]
    assert np.abs(fitted - curve).max() < 0.02


def appeal(**fields):
    fields = {"appeal_id": "a", "text": "My shop!", "submitted_at": "2025-01-01"} | fields
    return Appeal(**fields)


def test_the_fact_table_holds_everything_known_at_filing():
    filed = datetime(2025, 1, 1, 12, tzinfo=UTC)
    frame = appeal_frame(
        [
            appeal(submitted_at=filed, policy="spam", stake=3, attributes={"age": 4}),
            appeal(submitted_at=filed + timedelta(days=1), detection=Detection.HUMAN),
        ]
    )
    facts = fact_table(frame.set_index(pd.Index([7, 9])))
    assert {"policy", "stake", "evidence", "age", "text.words", FILED} <= set(facts)
    assert facts[FILED].diff().tolist()[1] == 1.0
    assert facts[FILED][0] == 20089.5
    assert facts["policy"].tolist() == ["spam", None]
    assert facts["age"][0] == 4
    assert facts["text.exclamations"].tolist() == [1, 1]
    left_out = {"appeal_id", "subject_id", "text", "outcome", "submitted_at"}
    assert not left_out & set(facts)


def test_an_attribute_named_like_a_field_does_not_take_its_place():
    frame = appeal_frame([appeal(policy="spam", attributes={"policy": "own", "filed": 1})])
    facts = fact_table(frame)
    assert facts.loc[0, "policy"] == "spam"
    assert facts.loc[0, "attributes.policy"] == "own"
    assert facts.loc[0, FILED] == 20089.0
    assert facts.loc[0, "attributes.filed"] == 1


def test_the_fact_table_of_no_appeals_is_empty():
    assert len(fact_table(appeal_frame([]))) == 0
