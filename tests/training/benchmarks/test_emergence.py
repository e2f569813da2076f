"""The benchmark of emergence: the rules by which alarms are judged, and the keys."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from sklearn.feature_extraction.text import HashingVectorizer

import training.benchmarks.emergence as subject
import training.benchmarks.streams as streams
from models.neighbours import neighbour_graph
from training.benchmarks.emergence import Alarm, Tally, tally, within
from training.benchmarks.streams import JUDGED_DAYS, Stream, TooFewTexts
from training.commands.benchmark import benchmark

KEYS = {"events", "found", "median_delay_days", "p90_delay_days", "false_alarms_per_month"}


def stream(events, starts=(50,)):
    n = len(events)
    return Stream(np.arange(n), np.full(n, 50), np.array(events), np.array(starts))


def judged(planted, raised):
    """Judge a stream whose alarms are given: day -> [(members, recent)]."""
    found = Tally()
    tally(
        found,
        planted,
        lambda day: [Alarm(np.array(m), np.array(r)) for m, r in raised.get(day, [])],
    )
    return found


def test_half_of_the_recent_members_make_an_alarm_true():
    planted = stream([0, 0, 0, -1, -1, -1])
    found = judged(planted, {53: [([0, 1, 2, 3, 4, 5], [0, 1, 3, 4])], 55: [([0], [0])]})
    assert found.delays == [3]
    assert found.false_alarms == 0


def test_less_than_half_or_two_surges_together_are_false():
    planted = stream([0, 1, -1, -1, -1], (50, 50))
    found = judged(planted, {53: [([0, 2, 3], [0, 2, 3])], 70: [([0, 1, 2], [0, 1, 2])]})
    assert found.delays == []
    assert found.false_alarms == 2


def test_an_alarm_that_goes_on_counts_once():
    planted = stream([-1] * 8)
    same = ([0, 1, 2, 3], [0, 1])
    assert judged(planted, {day: [same] for day in range(50, 60)}).false_alarms == 1
    assert judged(planted, {50: [same], 57: [same]}).false_alarms == 1
    assert judged(planted, {50: [same], 58: [same]}).false_alarms == 2
    assert judged(planted, {50: [same], 51: [([2, 3, 4, 5], [4])]}).false_alarms == 1
    assert judged(planted, {50: [same], 51: [([3, 4, 5, 6], [4])]}).false_alarms == 2


def test_figures_are_of_all_streams_together():
    found = Tally()
    for start in (50, 48):
        planted = stream([0, -1], (start,))
        tally(
            found,
            planted,
            lambda day: [Alarm(np.array([0]), np.array([0]))] if day == 52 else [],
        )
    figures = found.figures()
    assert set(figures) == KEYS
    assert (figures["events"], figures["found"], figures["median_delay_days"]) == (2, 2, 3.0)
    found.false_alarms = 4
    assert found.false_alarms_per_month == pytest.approx(4 / 2 / len(JUDGED_DAYS) * 30)


def test_nothing_found_has_no_delay():
    assert judged(stream([0]), {}).figures()["median_delay_days"] is None


def test_neighbours_within_a_window_are_those_of_the_window_alone():
    vectors = np.random.default_rng(0).normal(size=(60, 5))
    found = within(neighbour_graph(vectors, 59), 10, 40, 6)
    alone = neighbour_graph(vectors[10:40], 6)
    np.testing.assert_array_equal(found.indices, alone.indices)
    np.testing.assert_allclose(found.similarities, alone.similarities, atol=1e-6)


def test_neighbours_that_are_not_known_are_missing():
    vectors = np.random.default_rng(0).normal(size=(60, 5))
    found = within(neighbour_graph(vectors, 8), 10, 20, 6)
    missing = found.indices < 0
    assert missing.any()
    assert (found.similarities[missing] == 0).all()
    assert (np.diff(missing.astype(int), axis=1) >= 0).all()
    assert found.indices.max() < 10


def test_a_topic_is_flagged_by_its_days_before_alone():
    daily = np.array([2, 3, 2, 3, 2, 3, 2, 9])
    days = np.repeat(np.arange(8), daily)
    topics = np.append(np.zeros(len(days), int), -1)
    days = np.append(days, 7)
    n = len(days)
    planted = Stream(np.arange(n), days, np.full(n, -1), np.array([], int))
    judge = subject._Topics(planted, topics, 56)
    assert list(judge(6)) == []
    (alarm,) = judge(7)
    assert alarm.recent.tolist() == np.flatnonzero(days == 7)[:9].tolist()
    assert len(alarm.members) == daily.sum()


@pytest.fixture
def file(tmp_path):
    kinds = [
        f"{noun} {verb}"
        for noun in ("shoe", "phone", "bag", "lamp")
        for verb in ("lost", "copied", "late", "broken")
    ]
    places = ("May", "June", "July", "Bedok", "Bishan", "Yishun")
    rows = [
        {"words": f"my {kind} in {place}", "cause": kind, "half": kind < "m"}
        for kind in kinds
        for place in places
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "labelled.csv", index=False)
    (tmp_path / "map.yaml").write_text("text: words\n")
    return tmp_path / "labelled.csv"


def words_as_vectors(labelled, settings, stages):
    """Stand for teacher and student, whose fit the benchmark of clusters tests."""
    vectors = HashingVectorizer(n_features=64).fit_transform(labelled.texts).toarray()
    return vectors, vectors


def test_too_few_labels_are_refused_before_anything_is_fitted(file):
    mapping = str(file.parent / "map.yaml")
    asked = ["emergence", str(file), "--columns", mapping, "--label", "half"]
    result = CliRunner().invoke(benchmark, asked)
    assert isinstance(result.exception, TooFewTexts)


@pytest.mark.slow
def test_the_command_writes_the_keys(file, tmp_path, monkeypatch):
    monkeypatch.setattr(subject, "_vectors", words_as_vectors)
    monkeypatch.setattr(subject, "PEER", "a_package_that_is_not_there")
    monkeypatch.setattr(subject, "JUDGED_DAYS", range(94, 98))
    monkeypatch.setattr(streams, "APPEALS_A_DAY", 12.0)
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    out = tmp_path / "answer.json"
    mapping = str(file.parent / "map.yaml")
    asked = ["emergence", str(file), "--columns", mapping, "--label", "cause", "--streams", "1"]
    result = CliRunner().invoke(benchmark, [*asked, "--json", str(out)], catch_exceptions=False)
    answer = json.loads(out.read_text())
    assert result.exit_code == 0
    assert "not installed" in result.output
    assert set(answer) == {
        "streams",
        "accepted_false_alarms_per_month",
        "steep",
        "slow",
        "no_surges",
        "peer_bertopic_z",
        "seconds_per_day",
    }
    assert set(answer["steep"]) == set(answer["slow"]) == KEYS
    assert (answer["streams"], answer["accepted_false_alarms_per_month"]) == (1, 1.0)
    assert answer["peer_bertopic_z"] is None
    assert answer["seconds_per_day"] > 0
