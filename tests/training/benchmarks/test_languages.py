"""The benchmark of languages: its keys, and topics and test texts that are kept out of sight."""

import importlib.util
import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from features.e5 import PACKAGE
from features.errors import UnknownColumn
from features.vectors import unit
from training.benchmarks import languages as subject
from training.benchmarks.languages import NoLanguages, Texts, read_languages
from training.commands.benchmark_languages import languages

TOPICS = {
    "sports": ("the team won the match in {}", "ทีมชนะการแข่งขันที่{}"),
    "health": ("the doctor treats the patient in {}", "แพทย์รักษาผู้ป่วยที่{}"),
}
PLACES = ("Bedok", "Bishan", "Yishun", "Jurong", "Tampines", "Sentosa")
SPLITS = ("train", "train", "train", "dev", "test", "test")


@pytest.fixture
def folder(tmp_path):
    for place, name in enumerate(("eng", "tha")):
        rows = [
            {"text": said[place].format(where), "category": topic, "split": split}
            for topic, said in TOPICS.items()
            for where, split in zip(PLACES, SPLITS, strict=True)
        ]
        pd.DataFrame(rows).to_csv(tmp_path / f"{name}.csv.gz", index=False)
    (tmp_path / "README.md").write_text("no table")
    return tmp_path


def test_each_table_is_a_language(folder):
    read = read_languages(folder)
    assert list(read) == ["eng", "tha"]
    assert len(read["tha"].texts) == 12
    assert read["eng"].readable(test_too=False).sum() == 8
    assert read["eng"].readable(test_too=True).all()


def test_a_folder_without_tables_is_named(tmp_path):
    with pytest.raises(NoLanguages, match="no table"):
        read_languages(tmp_path)


def test_a_table_without_topics_or_without_a_test_is_named(tmp_path):
    table = pd.DataFrame({"text": ["a"], "split": ["train"]})
    table.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(UnknownColumn, match="'category'"):
        read_languages(tmp_path)
    table.assign(category="x").to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(NoLanguages, match="train and test"):
        read_languages(tmp_path)


def test_accuracy_is_that_of_the_nearest_centroid_of_train():
    topics = np.array(["x", "x", "y", "x", "y"], dtype=object)
    splits = np.array(["train", "dev", "train", "test", "test"], dtype=object)
    vectors = unit(np.array([[1, 0], [-1, 0], [0, 1], [0.9, 0.1], [0.9, 0.2]], np.float32))
    assert subject._accuracy(Texts(("t",) * 5, topics, splits), vectors) == 0.5


def test_together_tells_topics_from_languages():
    topics = np.array(["x", "y"] * 3, dtype=object)
    each = Texts(("t",) * 6, topics, np.array(["train"] * 6, dtype=object))
    by_topic = np.array([[1, 0], [0, 1]] * 3, np.float32)
    found = subject._together({"a": each, "b": each}, {"a": by_topic, "b": by_topic})
    assert found == {"topic_v_measure": pytest.approx(1), "language_v_measure": pytest.approx(0)}


def test_an_unknown_language_ends_the_command_with_a_line(folder, monkeypatch):
    result = CliRunner().invoke(languages, [str(folder), "--mean-of", "deu"])
    assert isinstance(result.exception, NoLanguages)
    assert "'deu'" in str(result.exception)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec(PACKAGE) is None, reason="the extra 'multilingual' is not installed"
)
def test_the_command_writes_the_keys(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(
        subject, "TEACHERS", {"multilingual": "multilingual", "english": "multilingual"}
    )
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    out = tmp_path / "answer.json"
    result = CliRunner().invoke(
        languages, [str(folder), "--json", str(out)], catch_exceptions=False
    )
    answer = json.loads(out.read_text())
    assert result.exit_code == 0
    assert set(answer) == {
        *("texts", "mean_of", "distilled_on_test_texts", "multilingual", "english"),
    }
    for name in ("multilingual", "english"):
        assert set(answer[name]["student_accuracy"]) == {"eng", "tha"}
        assert answer[name]["teacher_mean_v_measure"] == pytest.approx(
            np.mean(list(answer[name]["teacher_v_measure"].values()))
        )
    assert answer["multilingual"] == answer["english"]
