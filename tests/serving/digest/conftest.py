"""What the tests of the digest share: alarms and digests made from what a test says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from features.database import open_database, writing
from features.settings import Settings
from features.tables import ALARM_DAYS, ALARMS, APPEALS
from models.alarm_rows import account_row
from models.alarms import Account, Against, Alarm, AlarmDay, Kind, Part, Turn
from models.themes import Driver, Exemplar, Status
from serving.digest.digest import Digest, Intake, Label, entries_of
from serving.digest.period import Period

SINCE, UNTIL = date(2025, 3, 3), date(2025, 3, 9)
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def period() -> Period:
    """A week of March, from a Monday on."""
    return Period(SINCE, UNTIL)


@pytest.fixture(scope="session")
def made_alarm() -> Callable[..., Alarm]:
    """Make an alarm from the days on which it was seen, and facts of its account."""
    return _alarm


def _alarm(
    alarm_id: str = "A1",
    turns: Mapping[date, Turn] | None = None,
    closed_on: date | None = None,
    **facts: object,
) -> Alarm:
    seen = turns or {SINCE + 2 * DAY: Turn.OPENED, UNTIL: Turn.SEEN}
    account = Account(**{**_ACCOUNT, **facts})  # type: ignore[arg-type]
    history = tuple(
        AlarmDay(
            day,
            turn,
            account.observed,
            account.expected,
            account.recurrence_days,
            account.observed,
        )
        for day, turn in sorted(seen.items())
    )
    first, last = history[0].as_of, history[-1].as_of
    return Alarm(alarm_id, account, first, last, closed_on, account.observed, history)


_ACCOUNT: Mapping[str, object] = {
    "kind": Kind.CAUSE,
    "part": Part(),
    "title": "Release date, payout, says tomorrow",
    "phrases": (),
    "since": SINCE,
    "window_days": 7,
    "observed": 38,
    "expected": 9.0,
    "decided": None,
    "p": 1 / 425,
    "recurrence_days": 425.0,
    "subjects": 31,
    "theme": "T1",
    "emerging": True,
    "drivers": (
        Driver("policy", "payment_hold", 36, 38, 9.8, 1.8, 1.2),
        Driver("market", "ID", 22, 38, 9.2, 1.2, 0.6),
        Driver("bank", "Bank Nusantara", 19, 30, 2.1, 3.0, 2.2),
    ),
    "exemplars": (Exemplar("x-1", "my payout is held"), Exemplar("x-2", "tomorrow, it says")),
    "days": tuple(
        Against(UNTIL - (27 - place) * DAY, place % 5 + 6 * (place > 20), 2.0)
        for place in range(28)
    ),
}


@pytest.fixture(scope="session")
def digested(period: Period) -> Callable[..., Digest]:
    """Make a digest of alarms, and facts of it."""

    def make(alarms: Sequence[Alarm] = (), **facts: object) -> Digest:
        labels = {"T1": Label("T1", "Payouts held", Status.ESCALATED, "payments", 104)}
        usual = {
            "period": period,
            "newest": period.until,
            "intake": Intake(2104, 1766),
            "accepted": 1.0,
            "entries": entries_of(alarms, period, labels),
            "shifts": (),
            "changes": (),
            "named": {},
            "first_look": False,
            "suppressed_alarms": 0,
            "suppressed_themes": 0,
        }
        return Digest(**{**usual, **facts})

    return make


@pytest.fixture
def engine(tmp_path) -> sa.Engine:
    """The database of the home that the command is given."""
    opened = open_database(Settings(home=tmp_path / "home"))
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def kept() -> Callable[..., None]:
    """Keep alarms in a database, each day told as the last one was."""

    def keep(engine: sa.Engine, *alarms: Alarm) -> None:
        days = [
            {
                **account_row(replace(one.account, observed=day.observed, expected=day.expected)),
                "parts": [],
                "alarm_id": one.alarm_id,
                "as_of": day.as_of,
                "turn": day.turn.value,
                "appeals": day.appeals,
                "escalated": day.turn is Turn.ESCALATED,
            }
            for one in alarms
            for day in one.history
        ]
        with writing(engine) as connection:
            numbers = [{"alarm_id": one.alarm_id, "family": "cause"} for one in alarms]
            connection.execute(sa.insert(ALARMS), numbers)
            connection.execute(sa.insert(ALARM_DAYS), days)

    return keep


@pytest.fixture(scope="session")
def filed() -> Callable[[sa.Engine, Mapping[date, int]], None]:
    """File so many appeals on some days."""

    def file(engine: sa.Engine, counts: Mapping[date, int]) -> None:
        rows = [
            {
                "appeal_id": f"{day}-{place}",
                "submitted_at": datetime(day.year, day.month, day.day, 23, tzinfo=UTC),
                "text": "why?",
                "evidence": [],
                "attributes": {},
                "digest": "",
            }
            for day, number in counts.items()
            for place in range(number)
        ]
        with writing(engine) as connection:
            connection.execute(sa.insert(APPEALS), rows)

    return file
