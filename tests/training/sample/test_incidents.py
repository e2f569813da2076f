from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sample.incidents import INCIDENTS, intensity, place
from training.sample.marketplace import CATEGORIES, COURIERS, MARKETS, POLICIES

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


def test_there_are_five_of_different_kinds_and_two_are_recent():
    assert len({incident.kind for incident in INCIDENTS}) == len(INCIDENTS) == 5
    ends = [place(incident, 20_000, 180, UNTIL).end for incident in INCIDENTS]
    assert sum(UNTIL - end < timedelta(days=45) for end in ends) == 2
    assert sum(UNTIL - end > timedelta(days=60) for end in ends) >= 2


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.key)
def test_an_incident_is_of_the_size_of_a_theme(incident):
    assert 80 <= place(incident, 20_000, 180, UNTIL).appeals <= 300


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.key)
def test_an_incident_speaks_of_things_that_exist(incident):
    policy = next(p for p in POLICIES if p.name == incident.cause["policy"])
    assert incident.overturned > policy.base_rate + 0.15
    assert set(incident.markets) == {market.name for market in MARKETS}
    assert incident.cause.get("category", "home") in CATEGORIES
    assert incident.cause.get("courier", "SwiftHaul") in COURIERS
    assert incident.words


@given(st.integers(1, 100_000), st.integers(1, 1_000), st.sampled_from(INCIDENTS))
def test_an_incident_fits_any_span(appeals, days, incident):
    placed = place(incident, appeals, days, UNTIL)
    assert UNTIL - timedelta(days=days) <= placed.start < placed.end <= UNTIL
    assert 0 <= placed.appeals <= 0.02 * appeals + 1


@given(st.sampled_from(INCIDENTS), st.floats(0, 60))
def test_intensity_is_a_share(incident, at):
    placed = place(incident, 20_000, 180, UNTIL)
    value = intensity(placed, np.array([at]))[0]
    assert 0 <= value <= 1
    assert intensity(placed, np.array([0.0]))[0] == 0
    if at > (placed.end - placed.start) / timedelta(days=1):
        assert value == 0


def lifts(cases: pd.DataFrame, hit: np.ndarray) -> list[tuple[float, str, str]]:
    """Rank facts by the shrunken log ratio of observed to expected among an incident's appeals."""
    ranked = []
    for column in ("policy", "action", "detection", "market", "category"):
        for value, observed in cases.loc[hit, column].value_counts().items():
            expected = hit.sum() * (cases[column] == value).mean()
            ranked.append((float(np.log2((observed + 0.5) / (expected + 0.5))), column, value))
    return sorted(ranked, reverse=True)


@pytest.mark.parametrize("position", range(5))
def test_the_first_cause_leads_among_the_facts(made, position):
    cases = made.cases
    hit = (cases["incident"] == position).to_numpy()
    first = next(iter(made.placed[position].incident.cause.items()))
    assert first in [(column, value) for _, column, value in lifts(cases, hit)[:2]]


def test_an_incident_hits_different_sellers(made):
    hit = made.cases[(made.cases["incident"] >= 0) & (made.cases["attempt"] == 1)]
    assert len(hit) > 100
    assert hit["seller"].nunique() > 0.9 * len(hit)
