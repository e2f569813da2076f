import io

import numpy as np
import pytest

from training.figures import calibration_figure, precision_recall_figure
from training.metrics import average_precision


@pytest.fixture
def cases():
    rng = np.random.default_rng(0)
    probability = rng.beta(2, 5, 500)
    return (rng.random(500) < probability).astype(int), probability


def words(figure):
    figure.canvas.draw()
    found = [axes.get_title() for axes in figure.axes]
    for axes in figure.axes:
        found += [axes.get_xlabel(), axes.get_ylabel()]
        legend = axes.get_legend()
        found += [text.get_text() for text in legend.get_texts()] if legend else []
    return " ".join(found)


def test_the_calibration_plot_says_what_is_drawn_and_on_how_many_cases(cases):
    figure = calibration_figure(*cases, "Model 3 on later cases")

    said = words(figure)

    assert "Model 3 on later cases" in said
    assert "500 cases" in said
    assert "probability of being overturned, as predicted" in said
    assert "share overturned, as decided" in said
    assert "ECE" in said


def test_the_calibration_plot_draws_each_bin_at_its_means(cases):
    outcome, probability = cases
    axes = calibration_figure(outcome, probability, "t").axes[0]

    points = np.column_stack(axes.containers[0].lines[0].get_data())

    assert len(points) == 10
    assert points[:, 0].mean() == pytest.approx(probability.mean(), abs=1e-9)
    assert points[:, 1].mean() == pytest.approx(outcome.mean(), abs=1e-9)


def test_the_precision_recall_plot_names_its_area_and_the_base_rate(cases):
    outcome, probability = cases

    said = words(precision_recall_figure(outcome, probability, "Later cases"))

    assert f"average precision {average_precision(outcome, probability):.3f}" in said
    assert f"random order: {outcome.mean():.3f}" in said
    assert f"{outcome.sum()} overturned of 500 cases" in said


@pytest.mark.parametrize("draw", [calibration_figure, precision_recall_figure])
@pytest.mark.parametrize("outcome", [np.zeros(30, dtype=int), np.ones(30, dtype=int)])
def test_one_outcome_and_tied_probabilities_still_draw(draw, outcome):
    out = io.BytesIO()

    draw(outcome, np.full(30, 0.5), "t").savefig(out)

    assert out.getvalue().startswith(b"\x89PNG")
