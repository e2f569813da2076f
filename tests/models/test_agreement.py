import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from models.agreement import ENOUGH, Choice, agreement_of

CHOICES = st.lists(st.builds(Choice, st.booleans(), st.floats(0, 1), st.booleans()), max_size=60)


def choices(agreed, others, blind):
    """Make decisions that are as the score would have it, and others; half are overturned."""
    made = [Choice(n % 2 == 0, 0.9 if n % 2 == 0 else 0.1, blind) for n in range(agreed)]
    return made + [Choice(n % 2 == 0, 0.1 if n % 2 == 0 else 0.9, blind) for n in range(others)]


def test_without_decisions_nothing_is_told():
    told = agreement_of([])
    assert (told.shown.decisions, told.hidden.decisions) == (0, 0)
    assert told.shown.share is None
    assert told.shown.kappa is None
    assert told.difference is None
    assert not told.differs
    assert not told.enough


def test_of_one_arm_there_is_no_difference():
    told = agreement_of(choices(8, 2, blind=False))
    assert told.shown.share == 0.8
    assert (told.shown.low, told.shown.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert told.shown.kappa == pytest.approx(0.6)
    assert told.difference is None


def test_the_interval_of_the_difference_is_newcombes():
    """The first example of Newcombe's (1998), table II (a): 56/70 against 48/80."""
    told = agreement_of(choices(56, 14, blind=False) + choices(48, 32, blind=True))
    assert told.difference == pytest.approx(0.2)
    assert (told.low, told.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert told.differs
    assert told.enough


def test_small_arms_are_called_small():
    told = agreement_of(choices(ENOUGH - 1, 0, blind=True) + choices(ENOUGH, 0, blind=False))
    assert not told.enough
    assert not told.differs


def test_half_counts_as_overturned():
    assert agreement_of([Choice(True, 0.5, False)]).shown.agreed == 1
    assert agreement_of([Choice(False, 0.5, False)]).shown.agreed == 0


def test_where_both_only_ever_say_the_same_kappa_is_not_defined():
    assert agreement_of([Choice(True, 0.9, True)] * 5).hidden.kappa is None


@given(CHOICES)
def test_shares_lie_in_their_intervals_and_kappa_is_cohens(told):
    found = agreement_of(told)
    for arm, blind in ((found.shown, False), (found.hidden, True)):
        own = [one for one in told if one.blind is blind]
        assert arm.decisions == len(own)
        if own:
            assert 0 <= arm.low <= arm.share <= arm.high <= 1
        if arm.kappa is not None:
            people = [one.overturned for one in own]
            score = [one.probability >= 0.5 for one in own]
            assert arm.kappa == pytest.approx(cohen_kappa_score(people, score))
    if found.difference is not None:
        assert -1 <= found.low <= found.difference <= found.high <= 1
