import numpy as np
import pytest

from features.calendar import CYCLES
from models.logistic import fit_logistic
from models.overturn import OverturnConfig, OverturnModel
from models.penalties import Penalties, number_kinds

EVERY = {"slices": 1, "candidates": {}}


def effects(model, frame, *names):
    told = model.effects(model.read(frame))
    return told[:, [place for place, name in enumerate(model.design_.names) if name in names]]


def fitted(encoder, frame, **penalties):
    config = OverturnConfig(start=Penalties(**penalties), **EVERY)
    return OverturnModel(encoder, config).fit(frame)


@pytest.mark.parametrize(("block", "place"), [("vector", 2), ("phrases", 3)])
def test_a_block_that_is_left_out_has_no_coefficients(encoder, decided, block, place):
    model = fitted(encoder, decided(300), **{block: None})
    assert not model.coefficients_.blocks[place].any()
    assert model.coefficients_.blocks[5 - place].any()


def test_each_number_stands_under_the_penalty_of_its_kind(encoder, decided):
    frame = decided(300)
    model = fitted(encoder, frame, shape=None)
    kinds = number_kinds(model.design_)
    assert {"numbers", "shape"} == set(kinds)
    assert not effects(model, frame, "text.words").any()
    assert effects(model, frame, "age").any()


def test_the_calendar_is_learnt_where_it_is_asked_for(encoder, decided):
    frame = decided(600, logit=lambda place, genuine, age, policy: 3.0 if place % 24 < 12 else -3.0)
    hours = frame["submitted_at"].min() + np.arange(600) * np.timedelta64(1, "h")
    frame = frame.assign(submitted_at=hours)
    without, told = fitted(encoder, frame), fitted(encoder, frame, calendar=1.0)
    assert not set(CYCLES) & set(without.design_.names)
    assert np.ptp(effects(told, frame, "filed.hour")) > 2
    assert np.corrcoef(told.logits(frame), np.arange(600) % 24 < 12)[0, 1] > 0.8


@pytest.mark.parametrize("weak", [0.1, 1.0])
def test_a_column_with_a_penalty_of_its_own_is_held_back_alone(weak):
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(400, 3))
    outcome = (columns.sum(axis=1) + rng.normal(size=400) > 0).astype(float)
    even = fit_logistic([columns], outcome, [weak]).blocks[0]
    held = fit_logistic([columns], outcome, [np.array([weak, 1e4, np.inf])]).blocks[0]
    assert held[2] == 0
    assert abs(held[1]) < 0.05 < even[1]
    assert held[0] > 0.3
