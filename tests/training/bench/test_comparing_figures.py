import pytest

from training.bench.comparing import (
    differences,
    fairness_of,
    learning_curve,
    telling_cases,
    worst_slices,
)
from training.bench.comparing_figures import (
    differences_figure,
    fairness_figure,
    learning_figure,
    reasons_figure,
    slices_figure,
)

pytestmark = pytest.mark.slow


def test_the_steps_of_a_case_end_at_its_logit(comparison):
    score = next(iter(telling_cases(comparison, "plain").values()))

    figure = reasons_figure(score, "a case")
    figure.draw_without_rendering()

    bars = figure.axes[0].patches
    assert sum(bar.get_width() for bar in bars) == pytest.approx(score.logit, abs=1e-6)
    assert f"{score.probability:.1%}" in figure.axes[0].get_xlabel()


def test_figures_name_what_they_ask(comparison):
    evaluation = comparison["plain"].evaluation
    rows = worst_slices(evaluation)
    assert (rows["gap"].abs().diff().dropna() <= 0).all()
    drawn = {
        "Is any candidate better": differences_figure(comparison),
        "For whom": slices_figure(evaluation),
        "Whose wrongful": fairness_figure(fairness_of(comparison, "plain")),
        "Would more decisions": learning_figure(learning_curve(comparison, "plain")),
    }
    for title, figure in drawn.items():
        figure.draw_without_rendering()
        assert figure.get_suptitle().startswith(title)


def test_one_candidate_has_nothing_to_be_compared_with(comparison):
    alone = type(comparison)(comparison.slices, comparison.candidates[:1])

    assert differences(alone).empty
    assert "only one" in differences_figure(alone).axes[0].texts[0].get_text()
