import numpy as np
import pytest

from training.sample.making import Plan, Sample, make_sample
from training.sample.reviewers import Reviewers, draw_reviewers


@pytest.fixture(scope="session")
def made() -> Sample:
    return make_sample(Plan(appeals=3_000))


@pytest.fixture
def reviewers() -> Reviewers:
    return draw_reviewers(np.random.default_rng(3))
