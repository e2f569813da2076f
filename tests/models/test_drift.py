import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.drift import Drift, Extent, NothingToCompare, banded, drift

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1)


def test_the_index_is_the_formula_with_half_a_case_more_of_each():
    found = drift({"a": 49, "b": 149}, {"a": 99, "b": 99})
    p, q = np.array([49.5, 149.5]) / 199, np.array([99.5, 99.5]) / 199
    assert found.index == pytest.approx(float(((q - p) * np.log(q / p)).sum()))
    assert found.values[0].value in ("a", "b")
    assert (found.before, found.now) == (198, 198)


@given(COUNTS, COUNTS)
def test_the_index_is_never_below_zero_and_the_same_both_ways(before, now):
    there, back = drift(before, now), drift(now, before)
    assert there.index >= 0
    assert there.index == pytest.approx(back.index)
    assert sum(one.now for one in there.values) == pytest.approx(1)


@given(COUNTS)
def test_what_has_not_moved_has_no_index(counts):
    assert drift(counts, counts).extent is Extent.NONE


def test_chance_is_exceeded_as_often_as_it_says():
    rng = np.random.default_rng(3)
    shares = [0.5, 0.3, 0.15, 0.04, 0.01]
    names = "abcde"

    def counted(size):
        return dict(zip(names, rng.multinomial(size, shares).tolist(), strict=True))

    found = [drift(counted(400), counted(150), seed=n) for n in range(200)]
    exceeded = np.mean([one.index > one.by_chance for one in found])
    assert 0.01 <= exceeded <= 0.1


@pytest.mark.parametrize(
    ("index", "extent"),
    [(0.04, "none"), (0.06, "slight"), (0.1, "clear"), (0.25, "great"), (2.0, "great")],
)
def test_the_extent_is_in_the_words_of_practice_once_chance_is_ruled_out(index, extent):
    assert Drift(index, 0.05, (), 100, 100).extent == extent


def test_a_value_that_is_new_is_not_infinitely_far():
    found = drift({"a": 100}, {"a": 90, "b": 10})
    assert found.values[0].value == "b"
    assert np.isfinite(found.index)


@pytest.mark.parametrize(("before", "now"), [({}, {"a": 1}), ({"a": 1}, {}), ({"a": -1}, {"a": 1})])
def test_nothing_cannot_be_compared(before, now):
    with pytest.raises(NothingToCompare):
        drift(before, now)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.lists(st.floats(0, 1), max_size=60))
def test_every_probability_falls_into_one_band(before, now):
    old, new = banded(np.array(before), np.array(now))
    assert old.keys() == new.keys()
    assert sum(old.values()) == len(before)
    assert sum(new.values()) == len(now)


def test_scores_that_are_mostly_alike_are_seen_to_move():
    old, new = banded(np.full(500, 0.05), np.full(200, 0.9))
    assert old["5 %"] == 500
    assert drift(old, new).index > 1
    assert drift(old, {**new, "below 5 %": 0}).index == drift(old, new).index


def test_what_neither_side_has_does_not_count():
    assert drift({"a": 9, "b": 1}, {"a": 5, "b": 5}) == drift(
        {"a": 9, "b": 1, "c": 0}, {"a": 5, "b": 5, "d": 0}
    )


def test_bands_need_an_earlier_time():
    with pytest.raises(NothingToCompare):
        banded(np.array([]), np.array([0.5]))
