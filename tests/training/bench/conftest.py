"""What the tests of the bench look at: a home of letters, candidates, a surge and its replay."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from features.columns import Records
from features.database import open_database
from features.history import History
from features.settings import Settings
from training.bench import comparing, themes
from training.bench.comparing import compare
from training.bench.home import Home, open_home
from training.bench.rehearsal import rehearse
from training.bench.themes import workshop
from training.bench.truth import Planted
from training.config import read_config

SURGE = "courier parcel lost scan depot label pickup"
PLAIN = {"evaluation": {"rounds": 50}, "scorer": {"overturn": {"candidates": {}}}}
NO_TEXT = {
    "evaluation": {"rounds": 50},
    "scorer": {"overturn": {"start": {"vector": None, "phrases": None}, "candidates": {}}},
}
FIRST = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def bench_home(letters: Callable[..., Records], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """360 appeals over eight weeks; those filed in the last days wait."""
    folder: Path = tmp_path_factory.mktemp("home")
    records = letters(360, first=FIRST, days=56)
    waiting = {appeal.appeal_id for appeal in records.appeals[-30:]}
    decided = [one for one in records.decisions if one.appeal_id not in waiting]
    settings = Settings(home=folder)
    engine = open_database(settings)
    History(engine).add(Records(records.appeals, decided, []))
    engine.dispose()
    return open_home(settings)


@pytest.fixture(scope="session")
def comparison(bench_home, reader):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "choose_encoder", lambda *_: reader)  # no teacher in a unit test
        configs = {"plain": PLAIN, "no text": NO_TEXT, "plain again": PLAIN}
        named = {name: read_config(declared, name) for name, declared in configs.items()}
        yield compare(bench_home, named)


@pytest.fixture(scope="session")
def surging(letters, reader, tmp_path_factory):
    """Eight quiet weeks, then a fortnight in which thirty sellers say the same."""
    quiet = letters(420, days=70)
    start = quiet.appeals[0].submitted_at + timedelta(days=56)
    surge = letters(30, first=start, days=14, topics=("parcel",), name="s")
    said = [
        one.model_copy(update={"text": f"{SURGE} {word}"})
        for one, word in zip(surge.appeals, ("please shop the my check " * 6).split(), strict=True)
    ]
    settings = Settings(home=tmp_path_factory.mktemp("surge"))
    engine = open_database(settings)
    History(engine).add(Records([*quiet.appeals, *said], quiet.decisions, []))
    engine.dispose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(themes, "choose_encoder", lambda *_: reader)
        yield (
            workshop(open_home(settings)),
            {one.appeal_id: one.submitted_at.date() for one in said},
        )


@pytest.fixture(scope="session")
def walked(surging):
    bench, _ = surging
    return rehearse(bench, since=bench.window.as_of - timedelta(days=24), every=4)


@pytest.fixture(scope="session")
def incident(surging):
    _, appeals = surging
    days = sorted(appeals.values())
    return Planted("surge", "Parcels are lost", days[0], days[-1], appeals)
