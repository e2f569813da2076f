import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sample.marketplace import LANGUAGES, MARKETS
from training.sample.sellers import draw_sellers


@given(st.integers(1, 300), st.integers(0, 10_000))
def test_histories_are_possible(count, seed):
    sellers = draw_sellers(count, np.random.default_rng(seed))
    assert len(sellers) == count
    known = sellers.rating[~np.isnan(sellers.rating)]
    assert ((known >= 1) & (known <= 5)).all()
    assert (sellers.violations >= 0).all()
    assert ((sellers.cancellation >= 0) & (sellers.cancellation <= 1)).all()
    assert (sellers.activity > 0).all()


def test_markets_and_languages_have_their_shares():
    sellers = draw_sellers(20_000, np.random.default_rng(1))
    for position, market in enumerate(MARKETS):
        there = sellers.market == position
        assert there.mean() == pytest.approx(market.share, abs=0.02)
        for code, share in market.languages.items():
            spoken = (sellers.language[there] == LANGUAGES.index(code)).mean()
            assert spoken == pytest.approx(share, abs=0.03)


def test_the_diligent_have_better_records():
    sellers = draw_sellers(5_000, np.random.default_rng(2))
    careful = sellers.care > 0.5
    careless = sellers.care < -0.5
    assert sellers.violations[careful].mean() < sellers.violations[careless].mean()
    assert np.nanmean(sellers.rating[careful]) > np.nanmean(sellers.rating[careless])


def test_those_with_few_orders_have_no_rating():
    sellers = draw_sellers(2_000, np.random.default_rng(3))
    assert np.array_equal(np.isnan(sellers.rating), sellers.orders < 12)
