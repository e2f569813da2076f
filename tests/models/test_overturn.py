import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from features.encoder import silent
from models.overturn import OverturnConfig, OverturnModel, Penalties, outcomes, sigmoid

PLAIN = OverturnConfig(candidates={}, slices=2)


def auc(model, frame):
    return roc_auc_score(outcomes(frame), model.probabilities(frame))


@pytest.mark.parametrize(
    "logit",
    [
        pytest.param(lambda place, genuine, age, policy: 4 * genuine - 2, id="text"),
        pytest.param(lambda place, genuine, age, policy: 2 * age, id="number"),
        pytest.param(lambda place, genuine, age, policy: 8 * abs(age) - 6, id="curve"),
        pytest.param(lambda place, genuine, age, policy: 4 * (policy == "spam") - 2, id="word"),
    ],
)
def test_a_planted_signal_is_found_on_later_cases(encoder, decided, logit):
    frame = decided(700, logit=logit)
    past, later = frame[:450], frame[450:].reset_index(drop=True)
    assert auc(OverturnModel(encoder, PLAIN).fit(past), later) > 0.75


def test_without_a_signal_nothing_is_made_up(encoder, decided):
    frame = decided(900, logit=lambda *facts: -1)
    model = OverturnModel(encoder, PLAIN).fit(frame[:600])
    later = frame[600:].reset_index(drop=True)
    assert 0.4 < auc(model, later) < 0.6
    assert model.probabilities(later).std() < 0.1


def test_a_second_fit_is_the_same_to_the_bit(encoder, decided):
    first = OverturnModel(encoder, PLAIN).fit(decided())
    model = OverturnModel(encoder, PLAIN).fit(decided(seed=3))
    assert model.token_effects.any()
    second = model.fit(decided())
    assert np.array_equal(first.logits(decided()), second.logits(decided()))
    assert np.array_equal(first.token_effects, second.token_effects)


def test_probabilities_meet_the_base_rate_of_the_latest_slice(encoder, decided):
    """The base rate doubles in the last fifth: what counts is where it stands now."""
    frame = decided(1_000, logit=lambda place, genuine, age, policy: age + (place >= 800) - 1)
    model = OverturnModel(encoder, PLAIN).fit(frame)
    latest = frame[800:].reset_index(drop=True)
    assert model.probabilities(latest).mean() == pytest.approx(outcomes(latest).mean(), abs=0.02)
    assert outcomes(frame[:800]).mean() < outcomes(latest).mean() - 0.1


@pytest.mark.parametrize(
    "same",
    [
        {"policy": "spam", "market": None, "detection": None},
        {"text": ""},
        {"text": "genuine shop"},
        {"attributes.age": None, "attributes.category": "phone", "stake": float("nan")},
        {"submitted_at": pd.Timestamp("2025-01-01", tz="UTC")},
    ],
)
def test_columns_of_one_level_are_no_obstacle(encoder, decided, same):
    frame = decided(200).assign(**same)
    probability = OverturnModel(encoder, PLAIN).fit(frame).probabilities(frame)
    assert ((probability > 0) & (probability < 1)).all()
    assert roc_auc_score(outcomes(frame), probability) > 0.6


def test_cases_without_text_and_the_silent_encoder_are_scored_by_their_facts(decided):
    frame = decided(400, logit=lambda place, genuine, age, policy: 2 * age).assign(text="")
    model = OverturnModel(silent(), PLAIN).fit(frame[:300])
    later = frame[300:].reset_index(drop=True)
    assert auc(model, later) > 0.75
    spoken = later.assign(text="suddenly a text")
    assert model.probabilities(spoken) == pytest.approx(model.probabilities(later), abs=0.15)


def test_one_outcome_in_the_latest_slice_leaves_room_for_the_other(encoder, decided):
    frame = decided(
        300, logit=lambda place, genuine, age, policy: 3 * genuine - 1 if place < 240 else -50
    )
    probability = OverturnModel(encoder, PLAIN).fit(frame).probabilities(frame[240:])
    assert outcomes(frame[240:]).sum() == 0
    assert 0.001 < probability.mean() < 0.1


def test_a_half_life_makes_the_model_follow_what_is_true_now(encoder, decided):
    frame = decided(
        900, logit=lambda place, genuine, age, policy: 3 * age * (1 if place < 700 else -1)
    )
    latest = frame[700:].reset_index(drop=True)
    ageless = OverturnModel(encoder, PLAIN).fit(frame)
    quick = PLAIN.model_copy(update={"start": Penalties(half_life=0.05)})
    assert auc(OverturnModel(encoder, quick).fit(frame), latest) > auc(ageless, latest) + 0.2


def test_a_half_life_is_chosen_where_the_world_turns(encoder, decided):
    config = OverturnConfig(candidates={"half_life": (0.05,)}, slices=2)
    turning = decided(
        900,
        logit=lambda place, genuine, age, policy: (
            4 * genuine - 2 + 3 * age * (1 if place < 300 else -1)
        ),
    )
    assert OverturnModel(encoder, config).fit(turning).penalties_.half_life == 0.05
    steady = decided(900, logit=lambda place, genuine, age, policy: 4 * genuine - 2 + 3 * age)
    assert OverturnModel(encoder, config).fit(steady).penalties_.half_life is None


def test_a_penalty_that_surely_helps_is_chosen(encoder, decided):
    mute = Penalties(vector=1e6, phrases=1e6)
    config = OverturnConfig(start=mute, candidates={"phrases": (3.0,)}, slices=2)
    frame = decided(600, logit=lambda place, genuine, age, policy: 5 * genuine - 2.5)
    chosen = OverturnModel(encoder, config).fit(frame).penalties_
    assert chosen == Penalties(vector=1e6, phrases=3.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_penalty_that_helps_by_chance_is_not(encoder, decided, seed):
    config = OverturnConfig(
        candidates={"words": (2.9, 3.1), "numbers": (29.0, 31.0), "vector": (2.9, 3.1)}, slices=2
    )
    frame = decided(400, seed, logit=lambda *facts: -0.5)
    assert OverturnModel(encoder, config).fit(frame).penalties_ == Penalties()


def test_the_effects_of_facts_and_text_add_up_to_the_logit(scorer, decided):
    model, frame = scorer.overturn, decided(50, seed=9)
    reading = model.read(frame)
    _, _, vector, phrases = model.coefficients_.blocks
    text = reading.vectors.astype(float) @ vector + reading.phrases @ phrases
    bare = model.coefficients_.intercept + model.effects(reading).sum(axis=1) + text
    assert model.logits(frame) == pytest.approx(model.calibration_.apply(bare), abs=1e-6)


def test_the_order_of_new_cases_does_not_matter(scorer, decided):
    frame = decided(40, seed=5)
    turned = scorer.overturn.logits(frame[::-1].reset_index(drop=True))[::-1]
    assert turned == pytest.approx(scorer.overturn.logits(frame), abs=1e-9)


def test_no_cases_have_no_probabilities(scorer, decided):
    assert scorer.overturn.probabilities(decided(5)[:0]).shape == (0,)


def test_sigmoid_knows_no_overflow():
    assert sigmoid(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]
    assert sigmoid(np.array([0.3])) == pytest.approx(expit(np.array([0.3])))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"slices": 10, "slice_share": 0.3}, "leave no past"),
        ({"slices": 0}, "slices"),
        ({"slice_share": 0.5}, "slice_share"),
        ({"conformal_error": 0.5}, "conformal_error"),
        ({"start": {"words": 0}}, "words"),
        ({"start": {"vector": float("inf")}}, "vector"),
        ({"candidates": {"pharses": [1.0]}}, "pharses"),
        ({"candidates": {"phrases": [-1.0]}}, "phrases"),
        ({"depth": 3}, "depth"),
    ],
)
def test_a_config_that_cannot_be_is_refused_by_name(wrong, named):
    with pytest.raises(ValidationError, match=named):
        OverturnConfig.model_validate(wrong)
