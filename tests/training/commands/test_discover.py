"""`redress discover`: its answer for people and for machines, and its exit codes."""

import json
from datetime import UTC, date, datetime

import pytest

from features.database import open_database
from features.history import History
from models import theme_encoder
from models.alarms import Kind, Turn
from models.catalog import Catalog
from models.registry import Registry
from models.themes import Discovery, Event, Found
from training.theme_run import EXPERIMENT

COUNTS = {
    "appeals",
    "themes",
    "suppressed",
    "campaigns",
    "copies",
    *(f"themes_{one}" for one in Event),
    *("alarms_open", "alarms_suppressed", "scan_shuffles"),
    *(f"alarms_{one}" for one in Turn),
    *(f"tests_{one}" for one in (Kind.RISE, Kind.FALL, Kind.OVERTURNS)),
}
FIGURES = {"unassigned_share", "resolution", "agreement", "recall", "persistence", "seconds"}
FIGURES |= {"scan_p", "scan_widening"}
STAGES = {
    f"seconds_{stage}"
    for stage in ("read", "encode", "themes", "emergence", "map", "write", "record")
}
THEME = {
    *("id", "title", "status", "appeals", "cases", "subjects", "overturned", "decided"),
    *("expected_overturned", "drivers"),
}


@pytest.fixture
def filed(home, reader):
    """File appeals, after a discovery of nothing on a day, which names the encoder."""

    def file(records, last=date(2024, 1, 1)):
        engine = open_database(home)
        History(engine).add(records)
        digest = theme_encoder.keep(reader, home.home)
        made_at = datetime(2024, 1, 1, tzinfo=UTC)
        nothing = Discovery(last, 90, made_at, 1.0, digest, 0, 0, 0, 0, 1.0, None, 1.0, None)
        Catalog(engine).write(Found(nothing, {}, (), (), {}))
        engine.dispose()

    return file


@pytest.mark.slow
def test_the_answer_has_the_counts_the_themes_and_the_run(home, filed, letters, run, tmp_path):
    filed(letters(120))
    answer = tmp_path / "answers" / "first.json"
    ran = run("discover", "--as-of", "2025-03-28", "--json", answer)
    assert ran.code == 0
    said = json.loads(answer.read_text())
    first = {"as_of", "window_days", "shown", "alarms", "run_id"} | COUNTS | FIGURES | STAGES
    assert set(said) == first - {"persistence"}
    assert (said["as_of"], said["window_days"], said["appeals"]) == ("2025-03-28", 90, 120)
    assert len(said["shown"]) == said["themes"] >= 3
    for theme in said["shown"]:
        assert set(theme) == THEME
        assert set(theme["drivers"][0]) == {"field", "value", "lower"}
    assert "120 in the 90 days to 2025-03-28; 0 are copies of 0 letters" in ran.out
    assert all(theme["title"] in ran.out for theme in said["shown"])
    assert "finding themes" in ran.err
    assert "finding themes" not in ran.out
    client = Registry(home).client
    recorded = client.get_run(said["run_id"])
    assert recorded.info.experiment_id == client.get_experiment_by_name(EXPERIMENT).experiment_id
    assert recorded.data.metrics["themes"] == said["themes"]

    again = tmp_path / "again.json"
    engine = open_database(home)
    History(engine).add(letters(30, first=datetime(2025, 3, 29, tzinfo=UTC), days=7, name="b"))
    engine.dispose()
    assert run("discover", "--json", again).code == 0
    told = json.loads(again.read_text())
    assert set(told) == first
    assert (told["as_of"], told["appeals"]) == ("2025-04-04", 150)
    assert told["persistence"] >= 0.95


@pytest.mark.slow
def test_days_gone_by_are_discovered_in_order(home, filed, letters, run, tmp_path):
    filed(letters(90))
    answer = tmp_path / "answer.json"
    ran = run("discover", "--since", "2025-03-14", "--every", "7", "--json", answer)
    assert ran.code == 0
    said = [line.split()[7] for line in ran.out.splitlines() if line.startswith("appeals")]
    assert said == ["2025-03-14;", "2025-03-21;", "2025-03-28;"]
    assert json.loads(answer.read_text())["as_of"] == "2025-03-28"


def test_days_that_run_backwards_end_with_exit_code_2(home, run):
    ran = run("discover", "--since", "2025-03-14", "--as-of", "2025-03-13")
    assert ran.code == 2
    assert "2025-03-14 is later than 2025-03-13" in ran.err


@pytest.mark.slow
def test_a_suppressed_theme_is_counted_and_not_told_of(home, filed, letters, run, monkeypatch):
    monkeypatch.setenv("REDRESS_LEAST_SUBJECTS", "1000")
    filed(letters(60, topics=("payout",)))
    ran = run("discover")
    assert ran.code == 0
    assert "0 shown, " in ran.out
    assert " suppressed (too few subjects)" in ran.out
    for word in ("payout", "bank", "T1"):
        assert word not in ran.out.casefold() + ran.err.casefold()


def test_an_earlier_day_than_the_catalogues_ends_with_exit_code_1(filed, letters, run):
    filed(letters(9), last=date(2025, 4, 30))
    ran = run("discover", "--as-of", "2025-03-28")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-1].startswith(
        "redress: the catalogue is as of 2025-04-30, later than 2025-03-28; expected"
    )


@pytest.mark.parametrize("as_of", ["yesterday", "2025-02-30", "28.3.2025", "2025-03-28T10:00", ""])
def test_what_is_no_day_ends_with_exit_code_2(home, run, as_of):
    ran = run("discover", "--as-of", as_of)
    assert (ran.code, ran.out) == (2, "")
    assert "--as-of" in ran.err
    assert not (home.home / "redress.db").exists()


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2024-06-01", "no appeal was filed from 2024-03-04 to 2024-06-01; expected a window"),
        ("2099-01-01", "2099-01-01 is in the future; expected a day up to"),
        ("9999-12-31", "is in the future"),
        ("0001-01-01", "not all in the calendar"),
    ],
)
def test_a_window_without_appeals_ends_with_exit_code_2(filed, letters, run, as_of, said):
    filed(letters(9))
    ran = run("discover", "--as-of", as_of)
    assert (ran.code, ran.out) == (2, "")
    (line,) = [line for line in ran.err.splitlines() if line.startswith("redress: ")]
    assert said in line
    assert "Traceback" not in ran.err


def test_an_empty_history_ends_with_exit_code_2(home, run):
    ran = run("discover")
    assert ran.code == 2
    assert "the history holds no appeals. Run `redress ingest` first." in ran.err


@pytest.mark.parametrize("days", ["0", "-1", "ninety", "99999"])
def test_a_window_of_no_length_ends_with_exit_code_2(home, run, monkeypatch, days):
    monkeypatch.setenv("REDRESS_WINDOW_DAYS", days)
    ran = run("discover")
    assert ran.code == 2
    assert f"REDRESS_WINDOW_DAYS is {days!r}" in ran.err


def test_a_home_of_a_later_version_ends_with_exit_code_1(home, run):
    engine = open_database(home)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    ran = run("discover")
    assert ran.code == 1
    assert "schema 9999" in ran.err
