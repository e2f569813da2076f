import pytest

from features.columns import Records
from features.database import open_database
from features.errors import NoAppeals, NoDecidedAppeals
from features.history import History
from features.settings import Settings
from training.bench.exploring import delays, intake
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


def test_a_history_without_a_decision_has_the_columns_and_says_what_to_do(letters, tmp_path):
    settings = Settings(home=tmp_path)
    engine = open_database(settings)
    History(engine).add(Records(letters(40, days=20).appeals, [], []))
    engine.dispose()
    home = open_home(settings)

    assert home.appeals["outcome"].isna().all()
    assert (home.appeals["decided_at"] - home.appeals["submitted_at"]).isna().all()
    assert intake(home.appeals)["undecided"].sum() == 40
    assert delays(home.appeals).quantile(0.5) is None
    with pytest.raises(NoDecidedAppeals, match=r"40 appeals, and no decision.*Ingest decisions"):
        _ = home.decided


def test_decided_appeals_are_those_with_an_outcome(bench_home):
    appeals = bench_home.appeals
    decided = appeals.loc[appeals["outcome"].notna(), "appeal_id"]
    assert bench_home.decided["appeal_id"].tolist() == decided.tolist()


def test_the_overview_counts(bench_home):
    told = bench_home.overview()[""]

    assert told["appeals"] == "360"
    assert told["of them decided"] == "330"
    assert told["filed"] == "2025-03-01 to 2025-04-25"
