import json

import numpy as np
import pandas as pd
import pytest

from training.evaluation import MISSING, evaluate, slice_masks
from training.metrics import measure


@pytest.fixture
def cases():
    rng = np.random.default_rng(0)
    probability = rng.random(400)
    frame = pd.DataFrame(
        {
            "outcome": np.where(rng.random(400) < probability, "overturned", "upheld"),
            "policy": rng.choice(["counterfeit", "spam"], 400, p=[0.7, 0.3]),
            "market": rng.choice(np.array(["SG", "ID", None], dtype=object), 400),
            "language": pd.Series([None] * 400, dtype=object),
            "detection": ["automated"] * 399 + ["human"],
        }
    )
    return frame, probability


def test_every_slice_is_measured_on_its_own_cases(cases):
    frame, probability = cases

    found = evaluate(frame, probability, rounds=50)

    outcome = (frame["outcome"] == "overturned").to_numpy().astype(int)
    assert found.overall.metrics == measure(outcome, probability)
    for part in found.slices:
        values = frame[part.dimension].astype(object).fillna(MISSING)
        rows = (values == part.value).to_numpy()
        assert part.metrics == measure(outcome[rows], probability[rows])
        assert part.mean_probability == pytest.approx(probability[rows].mean())


def test_slices_of_a_fact_part_the_cases_and_an_absent_fact_has_none(cases):
    frame, _ = cases
    masks = list(slice_masks(frame))

    dimensions = [dimension for dimension, _, _ in masks]
    assert set(dimensions) == {"policy", "market", "detection"}
    for dimension in set(dimensions):
        rows = [mask for name, _, mask in masks if name == dimension]
        assert (np.sum(rows, axis=0) == 1).all()
        sizes = [mask.sum() for mask in rows]
        assert sizes == sorted(sizes, reverse=True)
    assert MISSING in [value for name, value, _ in masks if name == "market"]


def test_the_table_has_the_overall_row_first_and_says_null_where_nothing_applies(cases):
    frame, probability = cases

    table = evaluate(frame, probability, rounds=50).table()

    assert table.iloc[0][["dimension", "value", "rows"]].tolist() == ["overall", "all", 400]
    lone = table[table["value"] == "human"].iloc[0]
    assert lone["rows"] == 1
    assert pd.isna(lone["auc"])
    assert json.dumps(evaluate(frame, probability, rounds=50).slices[-1].as_dict())


def test_the_same_seed_gives_the_same_bounds(cases):
    frame, probability = cases

    once, again = (evaluate(frame, probability, rounds=50, seed=3) for _ in range(2))

    assert once.overall == again.overall
    assert once.overall.auc != evaluate(frame, probability, rounds=50, seed=4).overall.auc


def test_attempts_are_sliced_with_the_many_together(cases):
    frame, probability = cases
    frame["attempt"] = np.tile([1.0, 1.0, 2.0, 5.0, 3.0], 80)

    values = {value: mask.sum() for name, value, mask in slice_masks(frame) if name == "attempt"}

    assert values == {"1": 160, "3 or more": 160, "2": 80}
    assert {part.dimension for part in evaluate(frame, probability, rounds=50).slices} == {
        "policy",
        "market",
        "detection",
        "attempt",
    }


def test_bounds_of_slices_are_wider_than_alone_and_none_where_the_cases_are_few(cases):
    frame, probability = cases
    slices = evaluate(frame, probability, rounds=200).slices
    automated = next(part for part in slices if part.value == "automated")
    whole = evaluate(frame, probability, rounds=200).overall
    assert automated.auc.low < whole.auc.low < whole.auc.high < automated.auc.high
    assert automated.gap.low < automated.gap.value < automated.gap.high
    assert automated.came.low < whole.came.low
    lone = next(part for part in slices if part.value == "human")
    assert np.isnan([lone.auc.low, lone.gap.high, lone.ece_by_chance]).all()
    assert lone.came.low >= 0
    assert lone.as_dict()["ece"] is None
    assert not lone.off


def test_a_slice_of_which_too_little_is_said_is_told_and_honest_ones_are_not(cases):
    frame, probability = cases
    frame = pd.concat([frame] * 3, ignore_index=True)
    honest = np.tile(probability, 3)
    spam = (frame["policy"] == "spam").to_numpy()
    said = np.where(spam, honest * 0.6, honest)
    off = [part.value for part in evaluate(frame, said, rounds=200).slices if part.off]
    assert "spam" in off
    assert "counterfeit" not in off
    assert not any(part.off for part in evaluate(*cases, rounds=200).slices)


def test_a_slice_that_is_almost_all_one_outcome_is_told_when_too_much_is_said_of_it(cases):
    frame, probability = cases
    rare = frame.head(200).assign(market="VN", outcome=["overturned"] * 2 + ["upheld"] * 198)
    both = pd.concat([frame, rare], ignore_index=True)
    said = np.concatenate([probability, np.full(200, 0.41)])
    slices = {(one.dimension, one.value): one for one in evaluate(both, said, rounds=200).slices}
    found = slices["market", "VN"]
    assert found.off
    assert found.gap.value == pytest.approx(0.4)
    assert 0.25 < found.gap.low < 0.4 < found.gap.high < 0.41
    assert np.isnan(found.auc.low)
    honest = np.concatenate([probability, np.full(200, 0.01)])
    assert not any(one.off for one in evaluate(both, honest, rounds=200).slices)


def test_subjects_are_drawn_whole(cases):
    frame, probability = cases
    alone = evaluate(frame, probability, rounds=100).overall
    order = np.argsort(probability)
    together = frame.iloc[order].assign(subject_id=[f"s{place // 40}" for place in range(400)])
    grouped = evaluate(together, probability[order], rounds=100).overall
    assert grouped.metrics.auc == pytest.approx(alone.metrics.auc)
    assert grouped.auc.high - grouped.auc.low > 1.3 * (alone.auc.high - alone.auc.low)


def test_losses_are_those_of_the_measures_and_lie_within_their_bounds():
    rng = np.random.default_rng(5)
    said = rng.uniform(0.05, 0.95, 300)
    came = np.where(rng.random(300) < said, "overturned", "upheld")
    alone = pd.DataFrame({"outcome": came, "policy": "spam", "subject_id": None})
    many = alone.assign(subject_id=[f"s{place // 20}" for place in range(300)])
    by_case, by_subject = (evaluate(frame, said, rounds=200) for frame in (alone, many))
    for name, one in by_case.losses.items():
        assert one.value == pytest.approx(getattr(by_case.overall.metrics, name), abs=1e-6)
        assert one.low < one.value < one.high
        assert by_subject.losses[name].value == one.value
    assert by_case.losses.keys() == {"brier", "brier_skill", "log_loss"}


def test_losses_of_cases_that_all_ended_alike_have_a_value_and_no_skill():
    frame = pd.DataFrame({"outcome": ["upheld"] * 40, "policy": "spam"})
    found = evaluate(frame, np.full(40, 0.2), rounds=60).losses
    assert found["brier"].value == pytest.approx(0.04)
    assert np.isnan(found["brier_skill"].value)
