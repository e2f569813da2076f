from dataclasses import replace

import numpy as np
import pytest

from training.bench import comparing
from training.bench.comparing import (
    EXPERIMENT,
    differences,
    fairness_of,
    learning_curve,
    runs_table,
    telling_cases,
    told_case,
)
from training.bench.home import Home

pytestmark = pytest.mark.slow


def test_all_are_judged_on_the_same_later_cases(comparison):
    seen, test = comparison.slices.seen, comparison.slices.test
    assert test["submitted_at"].min() >= seen["submitted_at"].max()
    assert {len(one.evaluation.outcome) for one in comparison.candidates} == {len(test)}


def test_a_candidate_is_a_run_and_registers_nothing(bench_home, comparison):
    table = runs_table(bench_home)

    assert sorted(table.index) == ["no text", "plain", "plain again"]
    assert "start.vector=None" in table.loc["no text", "differs"]
    assert table.loc["plain", "auc"] == pytest.approx(
        comparison["plain"].evaluation.overall.auc.value
    )
    assert bench_home.registry.versions() == []
    client = bench_home.registry.client
    assert client.get_experiment_by_name(EXPERIMENT) is not None


def test_runs_on_other_appeals_are_not_ranked_among_them(bench_home, comparison):
    other = replace(bench_home.cases, digest="of other appeals")
    grown = Home(bench_home.settings)
    vars(grown)["cases"] = other

    assert runs_table(grown).empty
    assert len(runs_table(bench_home)) == len(comparison.candidates)
    judged = runs_table(bench_home)["judged"]
    assert set(judged) == {len(comparison.slices.test)}


def test_found_first_is_by_the_order_of_the_queue(comparison):
    test, one = comparison.slices.test, comparison["plain"]
    test = test.assign(market="SG")
    slices = replace(comparison.slices, test=test)
    found = fairness_of(replace(comparison, slices=slices), "plain")

    priority = [score.priority for score in one.scorer.score(test)]
    first = np.argsort(-np.array(priority), kind="stable")[: round(found.capacity * len(test))]
    wrong = comparison.outcome == 1
    (market,) = found.groupings
    ranked = [group for group in market.groups if group.found_first.value is not None]
    assert ranked
    for group in ranked:
        mine = np.flatnonzero(wrong & (test["market"] == group.value).to_numpy())
        assert group.found_first.value == pytest.approx(np.isin(mine, first).mean(), abs=1e-6)
    assert found.order == "priority"


def test_a_candidate_like_the_first_gains_exactly_nothing(comparison):
    table = differences(comparison).set_index("candidate")

    assert table.loc["plain again", ["auc", "brier"]].tolist() == [0.0, 0.0]
    first, other = comparison["plain"].evaluation, comparison["no text"].evaluation
    gained = other.overall.auc.value - first.overall.auc.value
    assert table.loc["no text", "auc"] == pytest.approx(gained)
    saved = first.overall.metrics.brier - other.overall.metrics.brier
    assert table.loc["no text", "brier"] == pytest.approx(saved, abs=1e-6)
    low, value, high = table.loc["no text", ["brier_low", "brier", "brier_high"]]
    assert low < value < high


def test_a_learning_curve_ends_at_the_candidate_itself(comparison, monkeypatch):
    monkeypatch.setattr(comparing, "LEAST_TAUGHT", 100)
    table = learning_curve(comparison, "plain", shares=(0.2, 0.5))

    count = len(comparison.slices.seen)
    assert table["taught"].tolist() == [round(0.5 * count), count]  # a fifth is too few
    assert table["auc"].iloc[-1] == comparison["plain"].evaluation.overall.auc.value


def test_telling_cases_are_what_their_titles_say(comparison):
    cases = telling_cases(comparison, "plain")
    evaluation, test = comparison["plain"].evaluation, comparison.slices.test
    said = dict(zip(test["appeal_id"], evaluation.probability, strict=True))
    came = dict(zip(test["appeal_id"], evaluation.outcome, strict=True))

    sure, never, far = (score.appeal_id for score in cases.values())
    assert said[sure] == max(said[one] for one in said if came[one] == 1)
    assert said[never] == min(said[one] for one in said if came[one] == 0)
    assert abs(said[far] - came[far]) == max(abs(said[one] - came[one]) for one in said)


def test_a_case_is_told_redacted(comparison):
    score = next(iter(telling_cases(comparison, "plain").values()))
    test = comparison.slices.test
    place = test.index[test["appeal_id"] == score.appeal_id][0]
    slices = type(comparison.slices)(comparison.slices.seen, test.copy())
    slices.test.loc[place, "text"] = "call me: +65 9123 4567"

    told = told_case(type(comparison)(slices, comparison.candidates), score)

    assert told.startswith("overturned: call me")
    assert "9123" not in told


def test_the_encoder_is_shared(comparison):
    scorers = [one.scorer for one in comparison.candidates]
    assert len({id(one.encoder) for one in scorers}) == 1
    assert np.isfinite([one.seconds for one in comparison.candidates]).all()
