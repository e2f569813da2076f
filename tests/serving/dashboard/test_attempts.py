"""Attempts to sign in: who waits, for how long, and who does not."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from features.tables import SIGN_IN_ATTEMPTS
from serving.dashboard.attempts import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    KNOWN_FOR,
    LONGEST_WAIT,
    OF_A_NAME,
    OF_AN_ADDRESS,
    Attempt,
    Attempts,
    network_of,
    wait_after,
)
from serving.problems import Problem

START = datetime(2025, 3, 3, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self):
        self.moment = START

    def __call__(self):
        return self.moment

    def wait(self, span):
        self.moment += span


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def attempts(engine, clock):
    return Attempts(engine, clock)


def attempt(name="mia", address="1.2.3.4", browser="new"):
    return Attempt(name, address, browser)


def heard(attempts, **who):
    """Tell whether an attempt is let through; it fails then."""
    try:
        attempts.begin(attempt(**who))
    except Problem:
        return False
    return True


def fail(attempts, count, **who):
    assert [heard(attempts, **who) for _ in range(count)] == [True] * count


def test_whoever_is_stopped_is_told_for_how_long(attempts, clock):
    fail(attempts, OF_A_NAME)
    clock.wait(9.5 * SECOND)
    with pytest.raises(Problem, match="Wait 21 seconds") as refused:
        attempts.begin(attempt())
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "21")


def test_the_wait_grows_with_every_failure_and_not_with_what_is_not_heard(attempts, clock):
    fail(attempts, OF_A_NAME)
    for wait in (30, 60, 120, 240, 480, 900, 900, 900):
        for _ in range(3):
            assert not heard(attempts)
        clock.wait((wait - 1) * SECOND)
        assert not heard(attempts)
        clock.wait(SECOND)
        assert heard(attempts)


def test_guessing_at_a_name_is_stopped_there_and_for_nobody_else(attempts):
    fail(attempts, OF_A_NAME)
    assert not heard(attempts)
    assert heard(attempts, address="5.6.7.8")
    assert heard(attempts, name="ben")


def test_a_name_that_nobody_has_is_stopped_alike(attempts, engine):
    for name in ("mia", "nobody", ""):
        fail(attempts, OF_A_NAME, name=name, address=name)
        assert not heard(attempts, name=name, address=name)


def test_an_address_may_not_try_every_name_and_whoever_gets_in_is_not_counted(attempts):
    for n in range(OF_AN_ADDRESS):
        assert heard(attempts, name=f"name {n}")
        attempts.begin(attempt(address="9.9.9.9"))
        attempts.succeeded(attempt(address="9.9.9.9"))
    assert not heard(attempts, name="another")
    assert heard(attempts, name="another", address="9.9.9.9")


def test_a_browser_that_has_signed_in_is_heard_however_many_fail_beside_it(attempts, clock):
    attempts.begin(attempt(browser="own"))
    attempts.succeeded(attempt(browser="own"))
    for n in range(OF_AN_ADDRESS):
        assert heard(attempts, name=f"name {n}")
    assert not heard(attempts, browser="stranger")
    assert not heard(attempts, name="ben", browser="own")
    fail(attempts, OF_A_NAME, browser="own")
    assert not heard(attempts, browser="own")
    clock.wait(FIRST_WAIT)
    attempts.begin(attempt(browser="own"))
    attempts.succeeded(attempt(browser="own"))
    fail(attempts, OF_A_NAME, browser="own")
    clock.wait(KNOWN_FOR)
    for n in range(OF_AN_ADDRESS):
        assert heard(attempts, name=f"name {n}")
    assert not heard(attempts, browser="own")


def test_an_attempt_is_forgotten_after_a_while(attempts, clock, engine):
    for name in ("mia", "ben"):
        fail(attempts, OF_A_NAME, name=name, address=name)
    clock.wait(FORGOTTEN_AFTER)
    fail(attempts, OF_A_NAME)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(SIGN_IN_ATTEMPTS)).all()
    assert len(rows) == 2
    for row in rows:
        assert not {"mia", "1.2.3.4", "new"} & set(row)


COUNT_ONE = """
import sys
from pathlib import Path
from features.database import open_database
from features.settings import Settings
from serving.dashboard.attempts import Attempt, Attempts
from serving.problems import Problem
engine = open_database(Settings(home=Path(sys.argv[1])))
try:
    Attempts(engine).begin(Attempt("mia", "1.2.3.4", ""))
except Problem as problem:
    sys.exit(problem.status - 400)
"""


def test_attempts_are_counted_by_all_processes_and_after_a_restart(engine, tmp_path):
    fail(Attempts(engine), OF_A_NAME - 1)
    command = [sys.executable, "-c", COUNT_ONE, str(tmp_path)]
    assert [subprocess.run(command, check=False).returncode for _ in range(2)] == [0, 29]
    assert not heard(Attempts(engine))


def test_many_at_once_get_no_more_than_one_after_another(engine):
    told = []
    threads = [
        threading.Thread(target=lambda: told.append(heard(Attempts(engine))))
        for _ in range(OF_A_NAME + 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 3 + [True] * OF_A_NAME


@given(st.integers(-100, 100_000))
def test_a_wait_never_shrinks_and_is_bounded(failed):
    assert timedelta() <= wait_after(failed) <= wait_after(failed + 1) <= LONGEST_WAIT
    assert (wait_after(failed) > timedelta()) == (failed >= 0)


@given(st.lists(st.text(), min_size=3, max_size=3), st.lists(st.text(), min_size=3, max_size=3))
def test_two_who_try_are_told_apart(one, other):
    first, second = Attempt(*one), Attempt(*other)
    same = one[0] == other[0] and network_of(one[1]) == network_of(other[1])
    assert (first.here == second.here) == same
    assert (first.known == second.known) == (one[0] == other[0] and one[2] == other[2])
    assert len({first.here, first.known, first.anybody}) == 3


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("1.2.3.4", "1.2.3.4"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_of_version_6_counts_with_its_network(address, network):
    assert network_of(address) == network
