import pytest

from training.sample.marketplace import (
    AREAS,
    CATEGORIES,
    COURIERS,
    EVIDENCE,
    LANGUAGES,
    MARKETS,
    POLICIES,
    USEFUL_EVIDENCE,
)


def test_there_are_enough_policies_and_their_base_rates_span_one_to_fifty_percent():
    rates = [policy.base_rate for policy in POLICIES]
    assert len(POLICIES) >= 14
    assert len({policy.name for policy in POLICIES}) == len(POLICIES)
    assert 0.01 <= min(rates) < 0.02
    assert 0.45 < max(rates) <= 0.50


@pytest.mark.parametrize(
    "shares",
    [
        [policy.share for policy in POLICIES],
        [market.share for market in MARKETS],
        [share for share, _ in CATEGORIES.values()],
        list(COURIERS.values()),
        *[list(market.languages.values()) for market in MARKETS],
    ],
)
def test_shares_add_up(shares):
    assert sum(shares) == pytest.approx(1.0, abs=0.06)
    assert min(shares) > 0


def test_market_shares_are_probabilities():
    assert sum(market.share for market in MARKETS) == pytest.approx(1.0)
    assert len(MARKETS) == 5
    for market in MARKETS:
        assert sum(market.languages.values()) == pytest.approx(1.0)
        assert set(market.languages) <= set(LANGUAGES)


def test_words_refer_to_each_other():
    assert set(USEFUL_EVIDENCE) == set(AREAS)
    assert {kind for kinds in USEFUL_EVIDENCE.values() for kind in kinds} <= set(EVIDENCE)
    for policy in POLICIES:
        assert set(policy.leans) <= set(CATEGORIES)
        assert set(policy.detections) == {"automated", "human", "report"}
