import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sample.reviewers import (
    Panel,
    after_upheld,
    assign,
    overturn_chance,
    overturned_share,
    panel,
)
from training.sample.truth import sigmoid

logits = st.floats(-8, 8)
chances = st.floats(0.001, 0.999)


def test_forty_people_share_the_work_of_their_language(reviewers):
    assert len(reviewers.language) == 40
    for code in set(reviewers.language):
        assert reviewers.load[reviewers.language == code].sum() == pytest.approx(1)
    assert reviewers.leniency.std() > 0.2


def test_cases_go_to_those_who_read_the_language(reviewers):
    language = np.array(["th", "en", "zh", "th"] * 50)
    reviewer = assign(language, reviewers, np.random.default_rng(1))
    assert (reviewers.language[reviewer] == language).all()


@given(logits, logits, st.floats(-2, 2))
def test_truth_file_and_leniency_all_raise_the_chance(logit, other, leniency):
    low, high = sorted((logit, other))
    assert overturn_chance(high, 1.0, leniency) >= overturn_chance(low, 1.0, leniency)
    assert overturn_chance(logit, 1.0, leniency) > overturn_chance(logit, 0.0, leniency)
    assert overturn_chance(logit, 0.0, leniency + 1) > overturn_chance(logit, 0.0, leniency)


def test_the_panel_is_the_average_over_its_reviewers(reviewers):
    seen = panel(np.array([0.3]), np.array(["vi"]), reviewers)
    reads = reviewers.language == "vi"
    by_hand = reviewers.load[reads] @ overturn_chance(0.3, 1.0, reviewers.leniency[reads])
    assert seen.if_wrong[0] == pytest.approx(by_hand)


@given(logits, chances, chances)
def test_the_posterior_after_an_upheld_appeal_is_that_of_bayes(logit, if_wrong, if_right):
    seen = Panel(np.array([if_wrong]), np.array([if_right]))
    prior = float(sigmoid(np.array([logit]))[0])
    expected = prior * (1 - if_wrong) / (prior * (1 - if_wrong) + (1 - prior) * (1 - if_right))
    assert sigmoid(after_upheld(np.array([logit]), seen))[0] == pytest.approx(expected, rel=1e-9)


@given(logits, chances, chances)
def test_the_share_overturned_lies_between_its_two_cases(logit, if_wrong, if_right):
    share = overturned_share(np.array([logit]), Panel(np.array([if_wrong]), np.array([if_right])))
    assert min(if_wrong, if_right) - 1e-12 <= share[0] <= max(if_wrong, if_right) + 1e-12
