"""The make-up of appeals in counts: complete, private, the same after JSON."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.attributes import MISSING, OTHER
from features.frame import appeal_frame
from features.schema import Appeal
from models.drift import drift
from models.foreseen import typical_auc
from models.makeup import LEAST_ALIKE, MOST_VALUES, Makeup, bare_name, learn_fact, makeup_of

VALUES = st.lists(st.none() | st.text(max_size=3) | st.booleans(), max_size=60)
NUMBERS = st.lists(st.none() | st.floats(-1e6, 1e6) | st.integers(-5, 5), max_size=60)


@given(VALUES | NUMBERS, VALUES | NUMBERS)
def test_every_appeal_is_counted_once_whatever_it_says(first, later):
    fact = learn_fact("fact", first)
    assert sum(fact.counts.values()) == len(first)
    assert sum(fact.count(later).values()) == len(later)
    assert {**dict.fromkeys(fact.counts, 0), **fact.count(first)} == fact.counts


def test_a_value_that_few_have_is_not_kept_by_name():
    values = ["spam"] * 9 + ["Anna's own shop"] * (LEAST_ALIKE - 1) + [None] * 2
    fact = learn_fact("policy", values)
    assert fact.counts == {"spam": 9, OTHER: LEAST_ALIKE - 1, MISSING: 2}
    assert fact.missing == 2
    assert fact.count(["spam", "new", None]) == {"spam": 1, OTHER: 1, MISSING: 1}


def test_only_so_many_values_are_kept():
    fact = learn_fact("word", [f"w{place % 80}" for place in range(800)])
    assert len(fact.counts) <= MOST_VALUES + 2
    assert fact.counts[OTHER] == 800 - 10 * MOST_VALUES


def test_numbers_are_counted_in_bands_with_round_ends():
    stakes = np.random.default_rng(0).lognormal(5, 1, 500).round(2)
    fact = learn_fact("stake", [*stakes.tolist(), None])
    assert len(fact.edges) == 9
    assert all(float(f"{edge:.3g}") == edge for edge in fact.edges)
    assert fact.counts[MISSING] == 1
    bands = [count for name, count in fact.counts.items() if name != MISSING]
    assert min(bands) > 30
    moved = fact.count((stakes * 10).tolist())
    assert moved[f"{fact.edges[-1]:g} or more"] > 400


def test_numbers_of_few_kinds_have_a_band_each():
    fact = learn_fact("attempt", [1.0] * 80 + [2.0] * 15 + [3.0] * 5)
    assert sum(fact.count([1.0, 1.0, 2.0]).values()) == 3
    assert fact.count([1.0]) != fact.count([2.0])


def flag(share, size, seed):
    return (np.random.default_rng(seed).random(size) < share).astype(float)


def strikes(mean, size, seed):
    return np.random.default_rng(seed).poisson(mean, size).astype(float)


def refunds(share, size, seed):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(size) < share, rng.lognormal(3, 1, size).round(2), 0.0)


@pytest.mark.parametrize(
    ("draw", "before", "now"), [(flag, 0.06, 0.5), (strikes, 0.07, 2.0), (refunds, 0.08, 0.6)]
)
def test_a_number_that_is_mostly_one_value_is_seen_to_move_and_only_then(draw, before, now):
    fact = learn_fact("fact", draw(before, 3_000, 0).tolist())

    moved = drift(fact.counts, fact.count(draw(now, 1_000, 1).tolist()), 0.999)
    calm = drift(fact.counts, fact.count(draw(before, 1_000, 1).tolist()), 0.999)

    assert moved.index > 1
    assert calm.index < calm.by_chance


def test_a_constant_that_is_another_now_has_moved():
    fact = learn_fact("fact", [1] * 500)
    assert drift(fact.counts, fact.count([7] * 100)).index > 1
    assert drift(fact.counts, fact.count([0.5] * 100)).index > 1
    assert drift(fact.counts, fact.count([1.0] * 100)).index == pytest.approx(0)


def test_a_number_that_few_have_is_not_kept_to_the_digit():
    stakes = [0.0] * 900 + [98_765.43] * (LEAST_ALIKE - 1) + np.linspace(1, 9, 96).tolist()
    fact = learn_fact("stake", stakes)
    assert not any("98765" in name for name in fact.counts)


def test_what_is_no_finite_number_is_missing():
    fact = learn_fact("x", [np.inf, -np.inf, 1.0, 2.0] * 9)
    assert fact.missing == 18
    assert all(np.isfinite(fact.edges))


def some(n=40):
    return [
        Appeal(
            appeal_id=f"a{place}",
            submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
            text=f"my secret {place} words",
            policy="spam" if place % 2 else "fraud",
            evidence=("photo",) * (place % 3),
            stake=float(place),
            attributes={"age": float(place), "kind": "shop", "vip": place % 2 == 0},
        )
        for place in range(n)
    ]


def test_a_makeup_holds_no_text_and_comes_back_from_json():
    made = makeup_of(appeal_frame(some()), np.linspace(0.1, 0.9, 60))
    told = json.dumps(made.as_dict())
    assert "secret" not in told
    assert Makeup.from_dict(json.loads(told)) == made
    names = {fact.name for fact in made.facts}
    assert {"policy", "stake", "words", "evidence", "attributes.age", "attributes.vip"} <= names
    assert "market" not in names  # nobody said one
    assert made.cases == 40
    assert sum(made.scores.counts.values()) == 60
    assert made.foreseen == typical_auc(np.linspace(0.1, 0.9, 60))


def test_an_older_record_is_read_and_counted_as_it_was():
    counts = {"below 2": 30, "2 to under 1e+06": 50, "1e+06 or more": 20, MISSING: 0}
    facts = [{"name": "stake", "edges": [2.0, 1e6], "counts": counts}]
    scores = {"name": "score", "edges": [0.5], "counts": {"below 0.5": 9, "0.5 or more": 1}}

    made = Makeup.from_dict({"cases": 100, "facts": facts, "scores": scores})

    assert made.foreseen is None
    assert made.facts[0].count([1.0, 2.0, 3e6]).keys() == counts.keys()
    assert made.scores.count([0.5])["0.5 or more"] == 1


def test_a_fact_is_named_for_people_unless_a_field_has_its_name():
    assert bare_name("attributes.age") == "age"
    assert bare_name("attributes.policy") == "attributes.policy"
    assert bare_name("policy") == "policy"


BARE = {"name": "score", "edges": None, "counts": {}}
ODD = {"cases": 1, "facts": [], "scores": BARE, "foreseen": {"value": 1, "lowest": 0}}


@pytest.mark.parametrize(
    "broken", [{}, {"cases": 1, "facts": [{}], "scores": {}}, {"cases": "x"}, ODD]
)
def test_what_is_no_makeup_is_refused(broken):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Makeup.from_dict(broken)


def test_values_of_pandas_count_as_missing_where_they_are():
    fact = learn_fact("x", pd.Series([1.0, np.nan, None, 2.0], dtype=object).tolist())
    assert fact.missing == 2
