"""How often decisions are overturned, and which parts stand out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.proportions import InvalidProportions, against_before, against_others, wilson

PAIRS = st.lists(
    st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=12,
)


def test_wilson_is_as_in_the_books():
    # Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3.
    low, high = wilson([81, 15, 0, 1], [263, 148, 20, 29])
    np.testing.assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    np.testing.assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


@given(PAIRS)
def test_the_share_lies_in_its_interval(pairs):
    seen, cases = np.array(pairs).T
    low, high = wilson(seen, cases)
    share = seen / np.maximum(cases, 1)
    assert ((low >= 0) & (low <= share + 1e-12) & (share <= high + 1e-12) & (high <= 1)).all()
    assert low[cases == 0].tolist() == [0.0] * int((cases == 0).sum())
    assert high[cases == 0].tolist() == [1.0] * int((cases == 0).sum())


def test_a_part_is_set_against_the_others_alone():
    found = against_others([60, 20, 22], [100, 100, 100])
    np.testing.assert_allclose(found.expected, [21, 41, 40])
    assert found.above.tolist() == [True, False, False]
    assert found.lower[0] > 0
    assert found.information[0] == pytest.approx(np.log2(60.5 / 21.5))


def test_parts_are_set_against_their_own_past():
    found = against_before([30, 30, 5], [60, 60, 60], [100, 20, 20], [200, 200, 200])
    assert found.above.tolist() == [False, True, False]
    # The rate of all parts before is 140 / 600.
    share = (20 + 20 * 140 / 600) / 220
    assert found.expected[1] == pytest.approx(60 * share)


def test_of_many_parts_alike_hardly_any_stands_out():
    chance = np.random.default_rng(5)
    named = sum(
        int(against_others(chance.binomial(80, 0.25, 60), np.full(60, 80)).above.sum())
        for _ in range(50)
    )
    assert named <= 4


@given(PAIRS)
def test_what_is_alone_or_without_a_past_is_as_expected(pairs):
    seen, cases = np.array(pairs).T
    alone = against_others(seen[:1], cases[:1])
    assert alone.expected.tolist() == [seen[0]]
    new = against_before(seen, cases, np.zeros(len(seen)), np.zeros(len(seen)))
    np.testing.assert_array_equal(new.expected, seen)
    assert not alone.above.any()
    assert not new.above.any()


@pytest.mark.parametrize(
    ("seen", "cases"), [([2], [1]), ([-1], [1]), ([1, 1], [1]), ([1], [np.inf]), ([np.nan], [1])]
)
def test_counts_that_do_not_go_together_are_refused(seen, cases):
    with pytest.raises(InvalidProportions):
        wilson(seen, cases)
    with pytest.raises(InvalidProportions):
        against_others(seen, cases)
    with pytest.raises(InvalidProportions):
        against_before(seen, cases, [0], [1])
