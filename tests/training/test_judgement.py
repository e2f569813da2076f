import json

import numpy as np
import pandas as pd
import pytest

from features.columns import Records
from features.database import open_database
from features.history import History
from features.schema import Appeal, Decision
from models.registry import Registry
from models.run_record import CEILING, FAIRNESS
from training.config import DEFAULT
from training.evaluation import evaluate
from training.judgement import judge, judgement_words, record_judgement
from training.source import Source
from training.tracking import running


@pytest.fixture
def judged(home):
    """A test slice, and a history in which sixty appeals were decided by two people."""
    rng = np.random.default_rng(0)
    filed = pd.date_range("2025-01-01", periods=60, freq="h", tz="UTC")
    appeals = [Appeal(appeal_id=f"a{i}", submitted_at=at, text="") for i, at in enumerate(filed)]
    decisions = [
        Decision(
            appeal_id=f"a{i}",
            outcome="overturned" if rng.random() < (i % 4 == 0) * 0.8 + 0.1 else "upheld",
            decided_at=at + pd.Timedelta(days=person),
            reviewer_id=f"r{person}",
        )
        for i, at in enumerate(filed)
        for person in (1, 2)
    ]
    History(open_database(home)).add(Records(appeals, decisions, []))
    probability = rng.random(600)
    frame = pd.DataFrame(
        {
            "outcome": np.where(rng.random(600) < probability, "overturned", "upheld"),
            "subject_id": [f"s{i}" for i in range(600)],
            "policy": "spam",
            "market": rng.choice(["SG", "ID"], 600),
            "language": rng.choice(["en", "id"], 600),
        }
    )
    return frame, evaluate(frame, probability, rounds=50), probability


def test_the_history_gives_a_ceiling_and_a_file_says_that_it_cannot(judged, home):
    frame, evaluation, priority = judged
    found = judge(frame, evaluation, priority, Source(), home, DEFAULT)
    assert (found.ceiling.cases, found.ceiling.reviews) == (60, 120)
    assert 0.5 < found.ceiling.auc_at_most.value <= 1
    words = judgement_words(evaluation, found)
    assert words["ceiling"].startswith("AUC at most ")
    assert words["slices"].startswith("5 looked at")
    assert words.keys() == {"slices", "by market", "by language", "ceiling"}
    file = Source(home.home / "a.csv", home.home / "a.yaml")
    alone = judge(frame, evaluation, priority, file, home, DEFAULT)
    assert alone.ceiling.cases == 0
    assert judgement_words(evaluation, alone)["ceiling"].startswith("not known: 0 appeals")


def test_a_run_holds_both_under_the_names_that_readers_know(judged, home):
    frame, evaluation, priority = judged
    found = judge(frame, evaluation, priority, Source(), home, DEFAULT)
    registry = Registry(home)
    with running(registry) as run_id:
        record_judgement(registry, run_id, found)
    for name, said in ((FAIRNESS, found.fairness), (CEILING, found.ceiling)):
        told = json.loads(registry.artifact(run_id, name).read_text())
        assert told == json.loads(json.dumps(said.as_dict()))
