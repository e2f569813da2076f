"""The whole sample, from dice to appeals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.sample.cases import (
    NO_INCIDENT,
    choose_sellers,
    choose_victims,
    draw_cases,
)
from training.sample.decisions import judge, with_second_attempts
from training.sample.incidents import INCIDENTS, Placed, place
from training.sample.language.composing import compose
from training.sample.reviewers import Reviewers, draw_reviewers, overturned_share, panel
from training.sample.rhythm import base_times, daily_rate, incident_times
from training.sample.second_looks import second_looks
from training.sample.sellers import APPEALS_PER_SELLER, Sellers, draw_sellers
from training.sample.truth import sigmoid, wrong_logit

DEFAULT_APPEALS: Final = 20_000
DEFAULT_DAYS: Final = 180
DEFAULT_SEED: Final = 7
DEFAULT_UNTIL: Final = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Plan:
    """What is asked for: how many appeals over how many days before `until`, from which seed."""

    appeals: int = DEFAULT_APPEALS
    days: int = DEFAULT_DAYS
    seed: int = DEFAULT_SEED
    until: datetime = DEFAULT_UNTIL


@dataclass(frozen=True)
class Sample:
    """What was made.

    `cases` has a row an appeal, in order of filing, with the facts, the truth, the decision and the
    text; `again` the second decisions on some of them; `placed` are the incidents on the calendar.
    """

    plan: Plan
    cases: pd.DataFrame
    again: pd.DataFrame
    placed: tuple[Placed, ...]


class Stream(IntEnum):
    """One stream of random numbers a subject, so that a change in one moves no other."""

    SELLERS = 1
    REVIEWERS = 2
    CALENDAR = 3
    CASES = 4
    TRUTH = 5
    DECISIONS = 6
    SECOND = 7
    TEXT = 8
    RECORD = 9
    AGAIN = 10


def make_sample(plan: Plan) -> Sample:
    """Make a sample.

    Parameters
    ----------
    plan
        What is asked for; the same plan always gives the same sample.

    Returns
    -------
    Sample
    """
    placed = tuple(place(i, plan.appeals, plan.days, plan.until) for i in INCIDENTS)
    sellers = draw_sellers(int(plan.appeals / APPEALS_PER_SELLER) + 1, _dice(plan, Stream.SELLERS))
    reviewers = draw_reviewers(_dice(plan, Stream.REVIEWERS))
    cases = _first_attempts(plan, placed, sellers)
    cases = _with_truth(cases, placed, reviewers, _dice(plan, Stream.TRUTH))
    cases = judge(cases, reviewers, _dice(plan, Stream.DECISIONS)).assign(attempt=1)
    cases = with_second_attempts(cases, reviewers, plan.until, _dice(plan, Stream.SECOND))
    cases = _with_record(cases, _dice(plan, Stream.RECORD))
    again = second_looks(cases, reviewers, plan.until, _dice(plan, Stream.AGAIN))
    return Sample(plan, compose(cases, _dice(plan, Stream.TEXT)), again, placed)


def _dice(plan: Plan, stream: Stream) -> np.random.Generator:
    """Give the dice of one subject."""
    return np.random.default_rng([plan.seed, int(stream)])


def _first_attempts(plan: Plan, placed: tuple[Placed, ...], sellers: Sellers) -> pd.DataFrame:
    """Draw who appeals when, because of what."""
    rng = _dice(plan, Stream.CALENDAR)
    rate = daily_rate(plan.days, plan.until, rng)
    usual = plan.appeals - sum(p.appeals for p in placed)
    times = [base_times(usual, rate, plan.until, rng)]
    times += [incident_times(p, rate, plan.until, rng) for p in placed]
    who = [choose_sellers(usual, sellers, rng)]
    who += [choose_victims(p, sellers, rng) for p in placed]
    incident = np.repeat(np.arange(NO_INCIDENT, len(placed)), [len(part) for part in times])
    columns = np.concatenate(times), np.concatenate(who), incident
    return draw_cases(*columns, sellers, placed, _dice(plan, Stream.CASES))


def _with_truth(
    cases: pd.DataFrame,
    placed: tuple[Placed, ...],
    reviewers: Reviewers,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw whether each enforcement was wrong."""
    language = cases["language"].to_numpy(str)

    def decide(logit: NDArray[np.float64]) -> NDArray[np.float64]:
        return overturned_share(logit, panel(logit, language, reviewers))

    logit = wrong_logit(cases, placed, decide)
    return cases.assign(logit=logit, wrong=rng.random(len(cases)) < sigmoid(logit))


def _with_record(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Count each seller's earlier appeals, those before the sample included."""
    seller = cases["seller"].to_numpy()
    drawn = pd.Series(rng.poisson(0.2 + 0.3 * cases["prior_violations"].to_numpy(float)))
    before = drawn.groupby(seller).transform("first").to_numpy()
    return cases.assign(prior_appeals=before + cases.groupby("seller").cumcount().to_numpy())
