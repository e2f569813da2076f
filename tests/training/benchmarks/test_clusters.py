"""The benchmark of clusters: the keys that scripts rely on, and labels that are only looked at."""

import json
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from rich.console import Console

import training.benchmarks.clusters as subject
from features.errors import UnknownColumn
from features.settings import Settings
from training.benchmarks.clusters import Labelled, TooFewLabels, benchmark_clusters, read_labelled
from training.commands.benchmark_clusters import clusters
from training.stages import Stages

KEYS = {"v_measure", "ari", "clusters", "unassigned_share", "seconds"}
KINDS = {
    "parcel": "the parcel was lost on its way to the buyer in {}",
    "brand": "my listing of shoes is no copy of the brand {}",
    "funds": "please pay out the money that is held since {}",
}
PLACES = ("May", "June", "July", "Bedok", "Bishan", "Yishun", "Toa Payoh", "Jurong", "Tampines")


@pytest.fixture
def file(tmp_path):
    rows = [
        {"words": text.format(place), "cause": cause}
        for cause, text in KINDS.items()
        for place in PLACES
    ]
    rows.append({"words": "hello", "cause": ""})
    pd.DataFrame(rows).to_csv(tmp_path / "labelled.csv", index=False)
    (tmp_path / "map.yaml").write_text("text: words\n")
    return tmp_path / "labelled.csv"


def read(file, label="cause", without=()):
    return read_labelled(file, file.parent / "map.yaml", label, without)


def test_rows_without_a_label_are_left_out(file):
    labelled = read(file)
    assert len(labelled.texts) == len(labelled.labels) == 27
    assert set(labelled.labels) == set(KINDS)
    assert all(
        text.startswith(KINDS[label][:12])
        for text, label in zip(labelled.texts, labelled.labels, strict=True)
    )


def test_labels_can_be_left_out(file):
    assert set(read(file, without=["funds"]).labels) == {"parcel", "brand"}


def test_an_unknown_column_of_labels_is_named(file):
    with pytest.raises(UnknownColumn, match="'reason'"):
        read(file, label="reason")


def test_one_label_is_nothing_to_find(file):
    with pytest.raises(TooFewLabels, match="1 different labels on 9 rows"):
        read(file, without=["funds", "brand"])


def test_figures_are_those_of_the_labels_found():
    labelled = Labelled(("a",) * 6, ("x", "x", "x", "y", "y", "y"))
    vectors = np.zeros((6, 2), np.float32)
    perfect = subject._figures(labelled, vectors, lambda rows: np.array([1, 1, 1, 0, 0, 0]))
    assert (perfect.v_measure, perfect.ari, perfect.clusters) == (1.0, 1.0, 2)
    assert perfect.unassigned_share == 0.0
    partly = subject._figures(labelled, vectors, lambda rows: np.array([1, 1, -1, 0, 0, -1]))
    assert partly.unassigned_share == pytest.approx(1 / 3)
    assert partly.clusters == 2
    assert 0 < partly.ari < 1


@pytest.mark.slow
def test_the_command_writes_the_keys(file, small_teacher, tmp_path, monkeypatch):
    monkeypatch.setattr(subject, "PEER", "a_package_that_is_not_there")
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REDRESS_TEACHER", str(small_teacher))
    out = tmp_path / "answer.json"
    mapping = str(file.parent / "map.yaml")
    asked = [str(file), "--columns", mapping, "--label", "cause", "--json", str(out)]
    result = CliRunner().invoke(clusters, asked, catch_exceptions=False)
    answer = json.loads(out.read_text())
    assert result.exit_code == 0
    assert "not installed" in result.output
    assert set(answer) == {"rows", "labels", "teacher", "student", "bertopic"}
    assert (answer["rows"], answer["labels"], answer["bertopic"]) == (27, 3, None)
    assert set(answer["teacher"]) == set(answer["student"]) == KEYS
    assert answer["teacher"]["ari"] > 0.5


@pytest.mark.slow
def test_labels_change_the_figures_alone(file, small_teacher, tmp_path, monkeypatch):
    monkeypatch.setattr(subject, "PEER", "a_package_that_is_not_there")
    labelled = read(file)
    swapped = Labelled(labelled.texts, tuple(np.random.default_rng(0).permutation(labelled.labels)))
    settings = Settings(home=tmp_path / "home", teacher=str(small_teacher))
    honest, blind = (
        benchmark_clusters(each, settings, Stages(Console(file=StringIO())))
        for each in (labelled, swapped)
    )
    for name in ("teacher", "student"):
        assert honest[name]["clusters"] == blind[name]["clusters"]
        assert honest[name]["ari"] > blind[name]["ari"]
