import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.outcomes import HALF_TRUSTED, InvalidOutcomes, coded_outcomes, outcomes

OVERTURNED, UPHELD = "overturned", "upheld"


def window(*parts):
    """Lay out (theme, policy, overturned, upheld) parts."""
    outcome, policy, labels = [], [], []
    for theme, name, overturned, upheld in parts:
        outcome += [OVERTURNED] * overturned + [UPHELD] * upheld
        policy += [name] * (overturned + upheld)
        labels += [theme] * (overturned + upheld)
    return outcome, policy, np.array(labels, dtype=np.int32)


def test_a_policy_that_is_often_overturned_explains_its_own_themes():
    """A theme of safe policy is nothing new at 30 %, one of a policy at 2 % is."""
    rest = [(-1, "safety", 600, 1400), (-1, "claims", 40, 1960)]
    usual, new = outcomes(*window((0, "safety", 30, 70), (1, "claims", 30, 70), *rest))
    assert usual.expected == pytest.approx(30, abs=1)
    assert usual.lower < 0 < new.lower
    assert new.information > 3


def test_the_rate_is_shrunken_towards_that_of_all_policies():
    rest = [(-1, "rare", 0, 5), (-1, "usual", 500, 500)]
    (found,) = outcomes(*window((0, "rare", 1, 9), *rest))
    overall = 500 / 1005
    assert found.expected == pytest.approx(10 * HALF_TRUSTED * overall / (5 + HALF_TRUSTED))


def test_a_large_theme_does_not_hide_itself():
    rest = [(-1, "tracking", 10, 90), (-1, "other", 100, 900)]
    (found,) = outcomes(*window((0, "tracking", 900, 100), *rest))
    assert found.expected == pytest.approx(100, rel=0.01)
    assert found.lower > 2.5


def test_appeals_that_tell_no_policy_are_one_policy():
    rest = [(-1, None, 500, 500), (-1, "claims", 10, 990)]
    untold, told = outcomes(*window((0, None, 10, 10), (1, "claims", 10, 10), *rest))
    assert untold.lower < 0 < told.lower


def test_undecided_appeals_count_for_nothing():
    parts = [(0, "a", 5, 5), (-1, "a", 20, 80)]
    outcome, policy, labels = window(*parts)
    more = outcomes(
        outcome + [None] * 50, policy + ["a"] * 50, np.append(labels, np.arange(50) % 2 - 1)
    )
    assert more == outcomes(outcome, policy, labels)
    assert (more[0].decided, more[0].overturned) == (10, 5)


def test_without_a_rest_there_is_nothing_to_compare_with():
    (alone,) = outcomes(*window((0, "a", 8, 2)))
    assert (alone.expected, alone.information) == (8, 0)
    assert alone.lower < 0
    (none,) = outcomes([None, None], ["a", None], np.zeros(2, dtype=np.int32))
    assert (none.decided, none.overturned, none.expected) == (0, 0, 0)


def test_what_is_not_of_the_same_appeals_is_refused():
    with pytest.raises(InvalidOutcomes, match="2 outcomes, 1 policies and 2 labels"):
        outcomes([UPHELD, UPHELD], ["a"], np.zeros(2, dtype=np.int32))


def test_no_themes_and_no_appeals():
    assert outcomes([], [], np.empty(0, dtype=np.int32)) == []
    assert outcomes([UPHELD], ["a"], np.array([-1], dtype=np.int32)) == []


@given(
    st.lists(
        st.tuples(
            st.integers(-1, 3),
            st.sampled_from(["a", "b", None]),
            st.integers(0, 9),
            st.integers(0, 9),
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_appeals_changes_nothing_and_counts_agree(parts, random):
    outcome, policy, labels = window(*parts)
    shuffled = random.sample(range(len(outcome)), len(outcome))
    found = outcomes(outcome, policy, labels)
    again = outcomes(
        [outcome[i] for i in shuffled], [policy[i] for i in shuffled], labels[shuffled]
    )
    for one, other in zip(found, again, strict=True):
        assert one.expected == pytest.approx(other.expected)
        assert (one.decided, one.overturned) == (other.decided, other.overturned)
    for theme, one in enumerate(found):
        assert one.decided == np.sum(labels == theme)
        assert 0 <= one.expected <= one.decided
        assert one.lower < one.information


def test_themes_without_an_appeal_are_told_where_policies_are_numbers():
    outcome, _, labels = window((1, "a", 3, 1), (-1, "a", 10, 30))
    overturned = np.array([one == OVERTURNED for one in outcome])
    codes, decided = np.zeros(len(labels), dtype=np.intp), np.ones(len(labels), dtype=bool)
    none, some, last = coded_outcomes(labels, codes, decided, overturned, 3)
    assert (none.decided, none.overturned, none.expected) == (0, 0, 0)
    assert (last.decided, last.expected) == (0, 0)
    assert some == outcomes(*window((0, "a", 3, 1), (-1, "a", 10, 30)))[0]
    empty = np.empty(0, dtype=np.int32)
    nothing = coded_outcomes(empty, empty.astype(np.intp), empty > 0, empty > 0, 1)
    assert (nothing[0].decided, nothing[0].expected) == (0, 0)
