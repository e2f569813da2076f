import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.registry import Registry
from training.backtest_result import Backtest, Baseline, Period
from training.backtest_run import ANSWER, EXPERIMENT, FIGURE, backtest_figure, record_backtest
from training.config import DEFAULT
from training.periods import Every, Skipped


def period(month, auc=0.7, ece=0.05, settled=1.0):
    day = datetime(2025, month, 1, tzinfo=UTC)
    return Period(
        train_until=day,
        test_first=day,
        test_last=day.replace(day=28),
        train_rows=400,
        test_rows=100,
        undecided=3,
        settled_share=settled,
        overturned=0.3,
        mean_probability=0.25,
        auc=auc,
        auc_low=auc - 0.05,
        auc_high=auc + 0.04,
        ece=ece,
        ece_low=0.0,
        ece_high=ece + 0.03,
        ece_by_chance=0.06,
        ece_if_calibrated=0.04,
        brier_skill=float("nan"),
    )


@pytest.fixture
def found():
    prior = Baseline((0.5, 0.5), (0.02, 0.1), (0.0, -0.1))
    boosting = Baseline((0.6, 0.7), (0.05, 0.1), (0.0, 0.1))
    none = Baseline(None, None, None)
    baselines = {"prior": prior, "tfidf_logistic": none, "boosting_attributes": boosting}
    skipped = (Skipped(datetime(2025, 5, 1, tzinfo=UTC), "2 to be foreseen"),)
    return Backtest(Every.MONTH, True, (period(3), period(4, 0.8, 0.07)), (), skipped, baselines)


def test_the_run_holds_the_means_each_period_the_answer_and_the_figure(found, home):
    registry = Registry(home)
    run_id = record_backtest(registry, found, DEFAULT, "abc")
    run = registry.client.get_run(run_id)
    assert registry.client.get_experiment(run.info.experiment_id).name == EXPERIMENT
    assert run.data.metrics["mean_auc"] == pytest.approx(0.75)
    assert "mean_brier_skill" not in run.data.metrics
    steps = registry.client.get_metric_history(run_id, "period_auc")
    assert [(one.step, one.value) for one in steps] == [(0, 0.7), (1, 0.8)]
    assert run.data.params["every"] == "month"
    assert run.data.tags["data_digest"] == "abc"
    told = json.loads(registry.artifact(run_id, ANSWER).read_text())
    assert told == json.loads(json.dumps(found.answer()))
    assert told["periods"][0]["brier_skill"] is None
    assert registry.artifact(run_id, FIGURE).read_bytes().startswith(b"\x89PNG")


def test_a_second_configuration_and_young_periods_are_drawn_and_logged(found, home):
    periods = (found.periods[0], period(4, 0.8, 0.07, settled=0.6))
    other = Baseline((0.6, 0.9), (0.05, 0.07), (0.0, 0.0))
    two = replace(found, periods=periods, against=other)
    registry = Registry(home)
    metrics = registry.client.get_run(record_backtest(registry, two, DEFAULT, "abc")).data.metrics
    assert metrics["mean_settled_auc"] == pytest.approx(0.7)
    assert metrics["gain_auc"] == pytest.approx(0.0)
    assert two.gains["against"]["auc"].mean_settled == pytest.approx(0.1)
    ranking = backtest_figure(two).axes[0]
    assert "without young periods (shaded): 0.700 and 0.050" in ranking.get_title()
    legend = [text.get_text() for text in ranking.get_legend().get_texts()]
    assert "the other configuration" in legend
    assert len(ranking.patches) == 1


def test_the_figure_says_what_is_drawn(found):
    figure = backtest_figure(found)
    figure.canvas.draw()
    ranking, error = figure.axes
    assert "mean AUC 0.750, mean ECE 0.060" in ranking.get_title()
    legend = [text.get_text() for text in ranking.get_legend().get_texts()]
    assert sorted(legend) == ["Redress, with 95 % intervals", "boosting attributes"]
    assert [label.get_text() for label in error.get_xticklabels()] == ["2025-03", "2025-04"]
    drawn = error.lines[0].get_ydata().tolist()
    assert drawn in ([0.05, 0.07], [0.04, 0.04])
