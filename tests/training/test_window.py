"""The window of a discovery: which appeals, and what was known of them by its end."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from features.columns import Records
from features.database import open_database
from features.errors import InvalidDate, NoAppeals
from features.history import History
from features.schema import Appeal, Decision
from features.settings import Settings
from training.window import read_window

NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
DAY = NOON.date()


@pytest.fixture
def history(tmp_path):
    engine = open_database(Settings(home=tmp_path))
    yield History(engine)
    engine.dispose()


def file(history, *moments, decisions=()):
    """File appeals `a0`, `a1`, ... at moments; decide some: (number, outcome, moment)."""
    appeals = [
        Appeal(appeal_id=f"a{place}", submitted_at=moment, text="please")
        for place, moment in enumerate(moments)
    ]
    decided = [
        Decision(appeal_id=f"a{place}", outcome=outcome, decided_at=moment)
        for place, outcome, moment in decisions
    ]
    history.add(Records(appeals, decided, []))


def ids(window):
    return window.frame["appeal_id"].tolist()


def test_the_last_day_is_whole_and_so_is_the_first(history):
    midnight = datetime(2025, 3, 10, tzinfo=UTC)
    second = timedelta(seconds=1)
    first = midnight - timedelta(days=6)
    end = midnight + timedelta(days=1)
    file(history, first - second, first, midnight, end - second, end)
    window = read_window(history, DAY, 7)
    assert ids(window) == ["a1", "a2", "a3"]
    assert (window.as_of, window.days, window.outcome) == (DAY, 7, [None] * 3)


def test_one_day_is_a_window(history):
    file(history, NOON - timedelta(days=1), NOON)
    assert ids(read_window(history, DAY, 1)) == ["a1"]


def test_the_default_is_the_day_of_the_latest_appeal_that_is_not_of_the_future(history):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    file(history, NOON - timedelta(days=2), NOON, tomorrow, tomorrow + timedelta(days=9_000))
    window = read_window(history, None, 90)
    assert window.as_of == DAY
    assert ids(window) == ["a0", "a1"]


def test_an_appeal_of_another_clock_counts_by_its_day_in_utc(history):
    file(history, "2025-03-11T05:00:00+08:00", NOON - timedelta(days=3))
    assert read_window(history, None, 90).as_of == DAY
    assert ids(read_window(history, DAY, 1)) == ["a0"]


def test_only_what_was_decided_by_the_end_of_the_day_counts(history):
    hour = timedelta(hours=1)
    file(
        history,
        *(NOON + place * timedelta(minutes=1) for place in range(4)),
        decisions=[
            (0, "overturned", NOON + hour),
            (1, "upheld", NOON + 11 * hour),
            (2, "upheld", NOON + 12 * hour),
            (3, "upheld", NOON + hour),
            (3, "overturned", NOON + 30 * hour),
        ],
    )
    assert read_window(history, DAY, 7).outcome == ["overturned", "upheld", None, "upheld"]
    later = read_window(history, DAY + timedelta(days=1), 7)
    assert later.outcome == ["overturned", "upheld", "upheld", "overturned"]


def test_outcomes_stand_beside_their_appeals(history):
    file(
        history,
        NOON,
        NOON - timedelta(days=1),
        NOON - timedelta(days=2),
        decisions=[(0, "upheld", NOON), (2, "overturned", NOON)],
    )
    window = read_window(history, None, 7)
    assert ids(window) == ["a2", "a1", "a0"]
    assert window.outcome == ["overturned", None, "upheld"]
    assert window.frame["submitted_at"].is_monotonic_increasing
    assert isinstance(window.frame["submitted_at"].dtype, pd.DatetimeTZDtype)


@pytest.mark.parametrize("as_of", [None, DAY])
def test_an_empty_history_says_how_to_fill_it(history, as_of):
    with pytest.raises(NoAppeals, match=r"holds no appeals\. Run `redress ingest` first"):
        read_window(history, as_of, 90)


@pytest.mark.parametrize("as_of", [date(2025, 3, 1), date(2025, 3, 18)])
def test_a_window_beside_the_history_says_what_the_history_covers(history, as_of):
    file(history, NOON, NOON + timedelta(days=1))
    with pytest.raises(NoAppeals) as error:
        read_window(history, as_of, 7)
    said = str(error.value)
    assert f"to {as_of}; expected a window within 2025-03-10 to 2025-03-11" in said
    assert "--as-of" in said


def test_a_history_of_the_future_alone_has_no_latest_day(history):
    file(history, datetime.now(UTC) + timedelta(days=40))
    with pytest.raises(NoAppeals, match="no appeal was filed"):
        read_window(history, None, 7)


@pytest.mark.parametrize("days", [1, 400])
def test_a_day_in_the_future_is_refused_as_the_catalogue_could_not_go_back(history, days):
    file(history, NOON)
    day = datetime.now(UTC).date() + timedelta(days=days)
    with pytest.raises(InvalidDate, match=f"{day} is in the future; expected a day up to"):
        read_window(history, day, 90)


@pytest.mark.parametrize("as_of", [date.min, date.min + timedelta(days=80)])
def test_a_window_beyond_the_calendar_is_refused(history, as_of):
    with pytest.raises(InvalidDate, match=r"90 days to .* not all in the calendar"):
        read_window(history, as_of, 90)
