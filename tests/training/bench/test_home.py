import pytest

from features.database import open_database
from features.errors import NoAppeals
from features.settings import Settings
from training.bench.home import open_home


def test_a_home_that_is_not_there_is_refused_and_not_made(tmp_path):
    with pytest.raises(NoAppeals, match="redress sample OUT") as refused:
        open_home(Settings(home=tmp_path / "none"))

    assert str(tmp_path / "none") in str(refused.value)
    assert not (tmp_path / "none").exists()


def test_an_empty_history_is_refused_too(tmp_path):
    settings = Settings(home=tmp_path)
    open_database(settings).dispose()

    with pytest.raises(NoAppeals, match="holds no appeals"):
        open_home(settings)


def test_the_home_is_named_by_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(NoAppeals, match=str(tmp_path / "here")):
        open_home(Settings(home=tmp_path.relative_to(tmp_path) / "here"))


def test_it_gives_all_appeals_in_order_with_their_decisions_where_there_are_any(bench_home):
    appeals = bench_home.appeals

    assert len(appeals) == 360
    assert appeals["submitted_at"].is_monotonic_increasing
    assert appeals["outcome"].isna().sum() == 30
    assert appeals["outcome"].isna().tail(30).all()


def test_the_overview_counts(bench_home):
    told = bench_home.overview()[""]

    assert told["appeals"] == "360"
    assert told["of them decided"] == "330"
    assert told["filed"] == "2025-03-01 to 2025-04-25"
