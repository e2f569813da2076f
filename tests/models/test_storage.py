import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import DamagedModel
from models.overturn import OverturnConfig
from models.risk import LearntRisk, PrototypeRisk, RiskConfig
from models.storage import (
    State,
    overturn_from,
    overturn_state,
    read_state,
    risk_from,
    risk_state,
    undamaged,
    write_state,
)


def kept(state, folder):
    """Write a state and read it again."""
    write_state(state, folder, "part")
    return read_state(folder, "part")


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # A lone surrogate is no text: the contract refuses it at the door.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\n✓"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain=st.dictionaries(st.text("key"), PLAIN, max_size=4))
def test_plain_data_is_kept_as_it_is(tmp_path_factory, plain):
    again = kept(State(plain, {}), tmp_path_factory.getbasetemp() / "plain")
    assert again.plain == plain


@pytest.mark.parametrize(
    "array",
    [
        np.random.default_rng(0).normal(size=(3, 4)),
        np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        np.arange(10, dtype=np.int64)[::3],
        np.empty((0, 5)),
        np.array([np.nan, np.inf, 5e-324]),
    ],
)
def test_arrays_are_kept_to_the_bit(tmp_path, array):
    again = kept(State({}, {"a": array}), tmp_path / "deep" / "folder").arrays["a"]
    assert again.dtype == array.dtype
    assert np.array_equal(again, array, equal_nan=array.dtype.kind == "f")


def test_what_json_does_not_know_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        write_state(State({"slope": float("nan")}, {}), tmp_path, "part")


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "part.json").unlink(),
        lambda folder: (folder / "part.json").write_text('{"cut": '),
        lambda folder: (folder / "part.json").write_bytes(b"\xff\xfe\x00"),
        lambda folder: (folder / "part.safetensors").unlink(),
        lambda folder: (folder / "part.safetensors").write_bytes(b""),
        lambda folder: (folder / "part.safetensors").write_bytes(b"\x80\x04\x95pickle"),
    ],
)
def test_damaged_files_are_named(tmp_path, damage):
    write_state(State({"a": 1}, {"b": np.ones(3)}), tmp_path, "part")
    damage(tmp_path)
    with pytest.raises(DamagedModel, match=r"part\.json and part\.safetensors"):
        read_state(tmp_path, "part")


@pytest.mark.parametrize(
    "error", [KeyError("x"), IndexError("x"), TypeError("x"), AttributeError("x"), ValueError("x")]
)
def test_what_a_broken_part_causes_is_damage(error):
    with pytest.raises(DamagedModel, match="risk"), undamaged("risk"):
        raise error


def test_other_errors_and_damage_itself_pass():
    with pytest.raises(ZeroDivisionError), undamaged("risk"):
        raise ZeroDivisionError
    inner = DamagedModel("found", "expected", "remedy")
    with pytest.raises(DamagedModel) as raised, undamaged("risk"):
        raise inner
    assert raised.value is inner


def test_an_overturn_model_is_kept_whole(scorer, encoder, decided, tmp_path):
    model = scorer.overturn
    again = overturn_from(kept(overturn_state(model), tmp_path), encoder)
    assert again.config == model.config
    assert isinstance(again.config, OverturnConfig)
    assert again.penalties_ == model.penalties_
    assert again.calibration_ == model.calibration_
    assert again.sets_ == model.sets_
    assert again.design_.terms_ == model.design_.terms_
    assert np.array_equal(again.centres_, model.centres_)
    frame = decided(60, seed=4)
    assert np.array_equal(again.logits(frame), model.logits(frame))


@pytest.mark.parametrize("lost", ["terms", "calibration", "intercept", "config"])
def test_a_part_that_is_lost_is_damage(scorer, encoder, tmp_path, lost):
    state = kept(overturn_state(scorer.overturn), tmp_path)
    plain = {name: part for name, part in state.plain.items() if name != lost}
    with pytest.raises(DamagedModel), undamaged("overturn"):
        overturn_from(State(plain, state.arrays), encoder)


def test_learnt_risk_is_kept_whole_with_the_teams_it_lacks(scorer, decided, tmp_path):
    assert isinstance(scorer.risk, LearntRisk)
    assert None in scorer.risk.teams
    again = risk_from(kept(risk_state(scorer.risk), tmp_path))
    reading = scorer.overturn.read(decided(60, seed=4))
    wanted = scorer.risk.escalation(reading.blocks, reading.vectors)
    given = again.escalation(reading.blocks, reading.vectors)
    assert np.array_equal(given.probability, wanted.probability)
    assert np.array_equal(given.team, wanted.team)
    assert given.basis == "learnt"


def test_prototype_risk_is_kept_whole(scorer, encoder, decided, tmp_path):
    reading = scorer.overturn.read(decided(60))
    risk = PrototypeRisk.fit(encoder, reading.vectors, RiskConfig())
    again = risk_from(kept(risk_state(risk), tmp_path))
    wanted = risk.escalation(None, reading.vectors)
    given = again.escalation(None, reading.vectors)
    assert np.array_equal(given.probability, wanted.probability)
    assert np.array_equal(given.team, wanted.team)
    assert given.basis == "prototypes"


def test_what_lies_in_the_files_can_be_read_by_a_person(scorer, tmp_path):
    write_state(overturn_state(scorer.overturn), tmp_path, "overturn")
    plain = json.loads((tmp_path / "overturn.json").read_text())
    assert {term["name"] for term in plain["terms"]} >= {"policy", "age"}
    assert plain["penalties"] == scorer.overturn.penalties_.model_dump()
