import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.delays import InvalidDelays, by_age, censored_delays, truncated_delays

TIMES = st.lists(st.integers(0, 30), min_size=1, max_size=40)


def hours(values):
    return np.array(values, dtype=np.float64)


@given(TIMES, st.lists(st.integers(0, 30), max_size=20))
def test_the_share_decided_never_falls_and_stays_a_share(delays, waits):
    found = censored_delays(hours(delays), hours(waits))
    shares = found.by(np.arange(-1, 40, 0.5))
    assert shares[0] == 0
    assert (np.diff(shares) >= 0).all()
    assert ((shares >= 0) & (shares <= 1 + 1e-12)).all()
    assert (found.by(hours(delays)) > 0).all()


@given(TIMES)
def test_with_nothing_waiting_it_is_the_share_of_the_decided(delays):
    found = censored_delays(hours(delays), np.zeros(0))
    for moment in (0, 5, 17, 30):
        assert found.by(hours([moment]))[0] == pytest.approx(np.mean(hours(delays) <= moment))


@given(TIMES, st.lists(st.integers(31, 60), min_size=1, max_size=20))
def test_all_that_outwait_every_delay_count_as_never_decided_so_far(delays, waits):
    found = censored_delays(hours(delays), hours(waits))
    share = len(delays) / (len(delays) + len(waits))
    assert found.by(hours([30]))[0] == pytest.approx(share)
    assert (found.quantile(0.999) is None) == (share < 0.999)


def test_kaplan_and_meier_by_hand():
    """At 1: 4 of 4 at risk, one decided; at 3: 2 at risk, one decided; so 3/4 * 1/2 are left."""
    found = censored_delays(hours([1, 3]), hours([2, 5]))
    assert found.by(hours([0.5, 1, 2, 3, 9])).tolist() == pytest.approx(
        [0, 0.25, 0.25, 0.625, 0.625]
    )
    assert found.quantile(0.5) == 3
    assert found.quantile(0.9) is None


@given(TIMES)
def test_where_every_age_is_beyond_every_delay_nothing_is_truncated(delays):
    found = truncated_delays(hours(delays), np.full(len(delays), 100.0))
    plain = censored_delays(hours(delays), np.zeros(0))
    moments = np.arange(0, 40.0)
    assert found.by(moments) == pytest.approx(plain.by(moments))


def test_delays_are_told_rightly_from_decided_ones_alone():
    """Among the recent only quick decisions are seen: counting them alone flatters."""
    rng = np.random.default_rng(0)
    age, delay = rng.uniform(0, 200, 8_000), rng.exponential(40, 8_000)
    seen = delay <= age
    found = truncated_delays(delay[seen], age[seen])
    for moment in (20.0, 40.0, 80.0):
        truth = np.mean(delay <= moment) / np.mean(delay <= 200)
        assert found.by(hours([moment]))[0] == pytest.approx(truth, abs=0.02)
        assert np.mean(delay[seen] <= moment) > truth + 0.03


def test_a_single_old_appeal_does_not_take_all_chance_from_the_others():
    """It alone is old enough to show its delay: the product would make all others impossible."""
    delay = hours([*range(1, 60), 100])
    found = truncated_delays(delay, hours([*[60] * 59, 100]))
    assert found.by(hours([30]))[0] == pytest.approx(30 / 59)


def test_the_appeals_that_are_not_seen_yet_are_foretold():
    rng = np.random.default_rng(1)
    age, delay = rng.uniform(0, 400, 8_000), rng.exponential(40, 8_000)
    seen = delay <= age
    groups = by_age(truncated_delays(delay[seen], age[seen]), age[seen], np.zeros(0))
    for group in groups:
        end = np.inf if group.to_hours is None else group.to_hours
        filed = np.sum((age >= group.from_hours) & (age < end))
        assert group.expected == pytest.approx(filed, rel=0.2)
        assert group.filed == group.decided < filed + 1


def test_known_appeals_are_counted_by_age():
    groups = by_age(censored_delays(hours([1, 50]), hours([2])), hours([5, 80]), hours([2]))
    assert [(one.from_hours, one.to_hours, one.filed, one.decided) for one in groups] == [
        (0, 24, 2, 1),
        (72, 168, 1, 1),
    ]
    assert [one.expected for one in groups] == [2, 1]


def test_of_none_decided_nothing_is_foretold():
    found = censored_delays(np.zeros(0), hours([4, 6]))
    assert found.by(hours([100])).tolist() == [0]
    assert found.quantile(0.1) is None


@pytest.mark.parametrize(
    ("learn", "one", "other"),
    [
        (censored_delays, [], []),
        (censored_delays, [-1], []),
        (censored_delays, [1], [float("nan")]),
        (truncated_delays, [2], [1]),
        (truncated_delays, [2], [3, 4]),
        (truncated_delays, [float("inf")], [float("inf")]),
    ],
)
def test_times_that_are_none_are_refused(learn, one, other):
    with pytest.raises(InvalidDelays):
        learn(hours(one), hours(other))
