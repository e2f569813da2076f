import json
import shutil
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

import models.scorer
from features.errors import DamagedModel
from features.faults import Fault
from features.frame import appeal_frame
from features.schema import Appeal
from features.teacher import Teacher
from models.overturn import OverturnConfig
from models.priority import ESCALATION, TIERS
from models.risk import TEAMS
from models.scorer import Scorer, ScorerConfig

QUICK = ScorerConfig(overturn=OverturnConfig(candidates={}, slices=1))


def new(*attributes, text="my genuine shop"):
    """Make a frame of new appeals, one for each set of attributes."""
    return appeal_frame(
        [
            Appeal(appeal_id=f"n{place}", submitted_at="2025-03-01", text=text, attributes=given)
            for place, given in enumerate(attributes)
        ]
    )


def test_there_is_one_score_an_appeal_in_their_order(scorer, decided):
    frame = decided(30, seed=7).sample(frac=1, random_state=0)
    scores = scorer.score(frame)
    assert [score.appeal_id for score in scores] == frame["appeal_id"].tolist()


@given(data=st.data())
@settings(deadline=None, max_examples=20)
def test_a_score_of_any_appeal_agrees_with_itself(scorer, odd_appeals, data):
    frame = appeal_frame(data.draw(odd_appeals))
    scores = scorer.score(frame)
    assert len(scores) == len(frame)
    told = [score.probability for score in scores]
    assert told == pytest.approx(scorer.probabilities(frame), abs=1e-6)
    low, high = scorer.uncertain_between
    for score, filed in zip(scores, frame["submitted_at"], strict=True):
        assert sum(r.contribution for r in score.reasons) == pytest.approx(score.logit, abs=1e-9)
        assert score.probability == pytest.approx(1 / (1 + np.exp(-score.logit)))
        assert 0 <= score.risk.probability <= 1
        assert score.risk.team in TEAMS
        name, least, hours = next(tier for tier in TIERS if score.risk.probability >= tier[1])
        assert score.risk.tier == name
        assert score.risk.probability >= least
        assert score.due_at == filed.to_pydatetime() + timedelta(hours=hours)
        assert score.priority >= 0
        if low < score.probability < high:
            assert score.uncertain


def test_no_appeals_have_no_scores(scorer, decided):
    empty = decided(3)[:0]
    assert scorer.score(empty) == []
    assert scorer.explain(empty) == []
    assert scorer.probabilities(empty).shape == (0,)
    assert scorer.faults(empty) == {}


@pytest.mark.parametrize("chunk", [1, 7, 40])
def test_chunks_do_not_change_scores(scorer, decided, monkeypatch, chunk):
    frame = decided(40, seed=8)
    whole = scorer.score(frame)
    monkeypatch.setattr(models.scorer, "CHUNK", chunk)
    for one, other in zip(scorer.score(frame), whole, strict=True):
        assert one.appeal_id == other.appeal_id
        assert one.logit == pytest.approx(other.logit, abs=1e-9)
        assert one.risk.probability == pytest.approx(other.risk.probability, abs=1e-6)
        assert (one.risk.team, one.due_at, one.uncertain) == (
            (other.risk.team, other.due_at, other.uncertain)
        )
        names = [(reason.kind, reason.name, reason.value) for reason in one.reasons]
        assert names == [(reason.kind, reason.name, reason.value) for reason in other.reasons]


def test_the_index_of_a_frame_does_not_matter(scorer, decided):
    frame = decided(10, seed=8)
    assert scorer.score(frame.set_index(pd.Index(range(90, 100)))) == scorer.score(frame)


def test_the_priority_weighs_both_chances_by_what_is_at_stake(scorer, decided):
    frame = decided(20, seed=8).assign(stake=[np.nan, 0.0, scorer.usual_stake, 1e6] * 5)
    weights = np.array([1, 0, 1, np.log1p(1e6) / np.log1p(scorer.usual_stake)] * 5)
    for score, weight in zip(scorer.score(frame), weights, strict=True):
        averted = weight * score.probability + ESCALATION * score.risk.probability
        assert score.priority == pytest.approx(averted)


def test_priorities_alone_are_those_of_the_scores(scorer, decided):
    frame = decided(20, seed=8).assign(stake=[np.nan, 0.0, 20.0, 1e6] * 5)
    told = [score.priority for score in scorer.score(frame)]
    assert scorer.priorities(frame) == pytest.approx(told)


def test_a_known_attribute_of_its_kind_or_missing_is_no_fault(scorer):
    sound = [{"age": 3}, {"age": -1.5}, {"category": "phone"}, {"category": "never seen"}]
    assert scorer.faults(new(*sound, {}, {"age": None, "category": None})) == {}


@pytest.mark.parametrize(
    ("attributes", "pointer", "said"),
    [
        ({"colour": "red"}, "/attributes/colour", "unknown attribute"),
        ({"aeg": 3}, "/attributes/aeg", "did you mean 'age'"),
        ({"a/b~c": 3}, "/attributes/a~1b~0c", "unknown attribute"),
        ({"age": "thirty"}, "/attributes/age", "expected a number"),
        ({"age": True}, "/attributes/age", "expected a number"),
        ({"category": 7}, "/attributes/category", "expected a word"),
    ],
)
def test_what_does_not_fit_the_model_is_a_fault_of_its_row_alone(scorer, attributes, pointer, said):
    (row, (fault,)), *none = scorer.faults(new({"age": 1}, attributes, {})).items()
    assert (row, none) == (1, [])
    assert isinstance(fault, Fault)
    assert fault.pointer == pointer
    assert said in fault.detail
    assert "thirty" not in fault.detail


def test_an_unknown_attribute_without_a_value_is_no_fault(scorer):
    assert scorer.faults(new({"colour": None})) == {}


def test_every_fault_of_a_row_is_told(scorer):
    faults = scorer.faults(new({"age": "x", "category": 1, "colour": 2}))
    assert [fault.pointer for fault in faults[0]] == [
        "/attributes/age",
        "/attributes/category",
        "/attributes/colour",
    ]


def test_odd_values_that_are_scored_nonetheless_do_no_harm(scorer):
    frame = new(
        {"age": "thirty"}, {"age": True}, {"category": 7}, {"colour": "red"}, {"age": 1e308}
    )
    assert all(np.isfinite(score.logit) for score in scorer.score(frame))


@pytest.fixture(scope="module")
def saved(scorer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "scorer"
    scorer.save(folder)
    return folder


def test_what_was_saved_scores_the_same_to_the_bit(scorer, saved, decided):
    frame, loaded = decided(50, seed=6), Scorer.load(saved)
    assert loaded.score(frame) == scorer.score(frame)
    assert np.array_equal(loaded.probabilities(frame), scorer.probabilities(frame))
    assert loaded.attributes == scorer.attributes
    assert (loaded.usual_stake, loaded.fidelity) == (scorer.usual_stake, 0.9)
    assert loaded.uncertain_between == scorer.uncertain_between
    assert loaded.faults(new({"aeg": 1})) == scorer.faults(new({"aeg": 1}))


def test_a_scorer_without_fidelity_or_stakes_is_kept_too(encoder, decided, tmp_path):
    frame = decided(200, escalated=0.0).assign(stake=np.nan)
    fitted = Scorer.fit_with(encoder, frame, QUICK)
    fitted.save(tmp_path)
    loaded = Scorer.load(tmp_path)
    assert np.isnan(loaded.fidelity)
    assert loaded.usual_stake == 0.0
    assert loaded.score(frame[:20]) == fitted.score(frame[:20])
    assert {score.risk.basis for score in loaded.score(frame[:20])} == {"prototypes"}


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_file_of_a_scorer_is_json_or_safetensors(saved):
    for path in files(saved):
        if path.suffix == ".json":
            assert json.loads(path.read_text(encoding="utf-8"))
        else:
            assert path.suffix == ".safetensors"
            assert isinstance(load_file(path), dict)


PARTS = (
    "overturn.json",
    "overturn.safetensors",
    "risk.json",
    "risk.safetensors",
    "scorer.json",
    "scorer.safetensors",
    "encoder/tokenizer.json",
    "encoder/model.safetensors",
)


def test_the_parts_of_a_scorer_are_these(saved):
    assert sorted(str(path.relative_to(saved)) for path in files(saved)) == sorted(PARTS)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), id="cut"
        ),
        pytest.param(lambda path: path.write_bytes(b"\x80\x04N."), id="pickle"),
        pytest.param(lambda path: path.write_text("[]"), id="another"),
    ],
)
def test_a_damaged_scorer_is_not_loaded(saved, tmp_path, part, damage):
    shutil.copytree(saved, tmp_path / "copy")
    damage(tmp_path / "copy" / part)
    with pytest.raises(DamagedModel, match="Train again"):
        Scorer.load(tmp_path / "copy")


def test_a_folder_that_is_not_there_is_no_scorer(tmp_path):
    with pytest.raises(DamagedModel):
        Scorer.load(tmp_path / "nowhere")


def test_appeals_without_any_text_need_no_teacher(decided):
    frame = decided(200, logit=lambda place, genuine, age, policy: 2 * age).assign(text="")
    teacher = Teacher("no-such-teacher-is-ever-loaded")
    fitted = Scorer.fit(frame, QUICK, teacher)
    assert "model" not in vars(teacher)
    assert np.isnan(fitted.fidelity)
    assert fitted.probabilities(frame).std() > 0.1
