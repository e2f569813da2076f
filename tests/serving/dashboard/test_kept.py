"""Counts that are kept as long as they took to count."""

import threading

import pytest

from serving.dashboard.kept import MOST, MOST_SECONDS, TIMES_AS_LONG, Kept


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def counting(clock):
    """Give a count that takes some seconds by the clock, and says how often it was made."""

    def of(seconds):
        made = []

        def count():
            clock.now += seconds
            made.append(threading.current_thread().name)
            return len(made)

        return count, made

    return of


def test_what_is_counted_quickly_is_counted_every_time(clock, counting):
    count, _ = counting(0.01)
    kept = Kept(clock)
    assert [kept.value("a", count) for _ in range(3)] == [1, 2, 3]


def test_what_took_long_is_told_again_and_counted_anew_behind(clock, counting):
    count, made = counting(1.0)
    kept = Kept(clock)
    assert kept.value("a", count) == kept.value("a", count) == 1
    clock.now += TIMES_AS_LONG
    assert kept.value("a", count) == 1
    for thread in threading.enumerate():
        if thread.name == "count":
            thread.join()
    assert made[1:] == ["count"]
    assert kept.value("a", count) == 2


def test_what_is_old_is_not_told(clock, counting):
    count, _ = counting(1.0)
    kept = Kept(clock)
    assert kept.value("a", count) == 1
    clock.now += MOST_SECONDS + 1
    assert kept.value("a", count) == 2


def test_questions_are_told_apart_and_only_the_latest_are_kept(clock, counting):
    count, _ = counting(1.0)
    kept = Kept(clock)
    assert [kept.value(n, count) for n in range(MOST + 1)] == list(range(1, MOST + 2))
    assert kept.value(1, count) == 2
    assert kept.value(0, count) == MOST + 2


def test_what_fails_is_not_kept(clock, counting):
    count, _ = counting(1.0)
    kept = Kept(clock)
    with pytest.raises(ZeroDivisionError):
        kept.value("a", lambda: 1 // 0)
    assert kept.value("a", count) == 1
