"""The benchmark of overturns: the keys that scripts rely on, and figures that cannot flatter."""

import math
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from features.columns import ColumnMap
from features.errors import TooFewDecisions
from features.files import read_table
from features.frame import decided_frame
from features.settings import Settings
from training.benchmarks.overturn import FOLDS, benchmark_overturn
from training.stages import Stages

DATA = Path(__file__).parents[4] / "shared" / "data"
BASELINE = {"time_split_auc", "cross_validated_auc", "time_split_brier_skill"}


@pytest.fixture
def stages():
    return Stages(Console(file=StringIO()))


def decided(rows: int, texts: bool) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    age = rng.gamma(2, 100, rows)
    wrong = rng.random(rows) < 1 / (1 + np.exp(-3 * (np.log(age) - 5)))
    words = ["the invoice proves it", "my mistake, sorry"]
    return pd.DataFrame(
        {
            "appeal_id": [f"a{i}" for i in range(rows)],
            "submitted_at": pd.date_range("2025-01-01", periods=rows, freq="h", tz="UTC"),
            "text": [words[int(not w)] + f" {i % 7}" if texts else "" for i, w in enumerate(wrong)],
            "subject_id": None,
            "policy": rng.choice(["a", "b"], rows),
            "action": None,
            "market": None,
            "language": None,
            "detection": None,
            "evidence": [()] * rows,
            "attempt": np.nan,
            "stake": np.nan,
            "attributes.age": age,
            "attributes.noise": rng.random(rows),
            "outcome": np.where(wrong, "overturned", "upheld"),
            "decided_at": pd.date_range("2025-01-01", periods=rows, freq="h", tz="UTC"),
            "reviewer_id": None,
            "escalated_to": None,
        }
    )


@pytest.fixture(scope="module")
def plain():
    stages = Stages(Console(file=StringIO()))
    return benchmark_overturn(decided(400, texts=False), Settings(), stages)


def test_the_keys_are_those_that_scripts_rely_on(plain):
    assert set(plain) == {
        "rows",
        "positive_share",
        "time_split",
        "cross_validated",
        "within_policy_auc",
        "baselines",
        "leaks",
        "seconds",
    }
    assert set(plain["time_split"]) == {
        "train_rows",
        "test_rows",
        "auc",
        "average_precision",
        "brier",
        "brier_skill",
        "log_loss",
        "ece",
    }
    assert set(plain["cross_validated"]) == {
        "folds",
        "auc",
        "average_precision",
        "brier_skill",
        "ece",
    }
    assert set(plain["baselines"]) == {
        "prior",
        "tfidf_logistic",
        "boosting_attributes",
        "teacher_logistic",
    }
    assert all(set(figures) == BASELINE for figures in plain["baselines"].values())
    assert set(plain["seconds"]) == {"fit", "predict"}


def test_what_does_not_apply_is_null(plain):
    assert set(plain["baselines"]["tfidf_logistic"].values()) == {None}
    assert set(plain["baselines"]["teacher_logistic"].values()) == {None}
    assert None not in plain["baselines"]["boosting_attributes"].values()


def test_the_planted_signal_is_found_and_the_prior_finds_nothing(plain):
    assert plain["time_split"]["auc"] > 0.65
    assert plain["cross_validated"]["auc"] > 0.65
    assert plain["baselines"]["prior"]["time_split_auc"] == 0.5
    assert plain["baselines"]["prior"]["time_split_brier_skill"] <= 0


def test_the_parts_are_those_that_are_named(plain):
    assert (plain["rows"], plain["time_split"]["train_rows"]) == (400, 280)
    assert plain["time_split"]["test_rows"] == 120
    assert plain["cross_validated"]["folds"] == FOLDS


def test_the_order_of_the_rows_changes_nothing(plain, stages):
    mixed = decided(400, texts=False).sample(frac=1, random_state=1).reset_index(drop=True)
    again = benchmark_overturn(mixed, Settings(), stages)
    del plain["seconds"], again["seconds"]
    assert again == plain


def test_too_few_decisions_are_refused(stages):
    with pytest.raises(TooFewDecisions, match="150"):
        benchmark_overturn(decided(150, texts=False), Settings(), stages)


@pytest.mark.slow
def test_texts_are_read_by_the_student_and_by_the_baselines(
    stages, tmp_path, monkeypatch, small_teacher
):
    monkeypatch.setattr("training.benchmarks.overturn.FOLDS", 2)
    settings = Settings(home=tmp_path, teacher=str(small_teacher))
    answer = benchmark_overturn(decided(300, texts=True), settings, stages)
    assert answer["time_split"]["auc"] > 0.95
    assert answer["baselines"]["tfidf_logistic"]["time_split_auc"] > 0.95
    assert all(math.isfinite(value) for value in answer["baselines"]["teacher_logistic"].values())


@pytest.mark.slow
@pytest.mark.data
def test_medical_reviews_are_foreseen_from_attributes_alone(stages, tmp_path, monkeypatch):
    monkeypatch.setattr("training.benchmarks.overturn.FOLDS", 2)
    file = DATA / "imr" / "determinations.csv.gz"
    if not file.exists():
        pytest.skip("the medical reviews are not beside this checkout")
    columns = ColumnMap.load(Path(__file__).parents[3] / "examples" / "columns" / "imr.yaml")
    records = columns.read(read_table(file))
    frame = decided_frame(records.appeals, records.decisions)
    answer = benchmark_overturn(frame, Settings(home=tmp_path), stages)
    assert answer["rows"] == 19_228
    assert answer["time_split"]["auc"] > 0.6
    assert answer["time_split"]["brier_skill"] > 0
    assert answer["leaks"] == []


def test_with_a_search_each_part_is_searched_anew(stages, monkeypatch):
    monkeypatch.setattr("training.benchmarks.overturn.FOLDS", 2)
    frame = decided(300, texts=False)
    answer = benchmark_overturn(frame, Settings(), stages, trials=2)
    assert answer["search"]["trials"] == 2
    assert 0 <= answer["search"]["folds_taken"] <= 2
    assert answer["search"]["loss"] > 0
    assert answer["time_split"]["auc"] > 0.65
