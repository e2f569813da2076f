"""Who sells: where they live, what they write in, how long they have been there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.sample.marketplace import LANGUAGES, MARKETS

APPEALS_PER_SELLER: Final = 1.6
SECOND_LANGUAGE: Final = 0.04
"""Share of appeals that a seller writes in English although it is not the seller's language."""
VIOLATION_RATE: Final = 0.55


@dataclass(frozen=True)
class Sellers:
    """Sellers side by side; every array has shape (sellers,).

    `joined_days` counts from the first day of the sample and is negative for those who joined
    later; `activity` weighs how often a seller is met among appeals.
    """

    market: NDArray[np.int64]
    language: NDArray[np.int64]
    joined_days: NDArray[np.float64]
    verified: NDArray[np.bool_]
    cross_border: NDArray[np.bool_]
    rating: NDArray[np.float64]
    orders: NDArray[np.float64]
    violations: NDArray[np.int64]
    cancellation: NDArray[np.float64]
    care: NDArray[np.float64]
    activity: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the sellers."""
        return len(self.market)


def draw_sellers(count: int, rng: np.random.Generator) -> Sellers:
    """Draw sellers with the histories that a platform would know.

    Parameters
    ----------
    count
        Sellers to draw, at least 1.
    rng
        The dice.

    Returns
    -------
    Sellers
        A rating is missing (NaN) for those with too few orders to have one. `care` is a hidden
        diligence, standard normal, that shows in ratings, violations and cancellations.
    """
    market = rng.choice(len(MARKETS), size=count, p=[market.share for market in MARKETS])
    language = _languages(market, rng)
    care = rng.normal(size=count)
    joined = rng.gamma(1.3, 420, count) - 60
    orders = np.exp(rng.normal(4.2 + 0.15 * care, 1.4, count))
    rating = np.clip(rng.normal(4.55 + 0.16 * care, 0.22), 1.0, 5.0)
    return Sellers(
        market=market,
        language=language,
        joined_days=joined,
        verified=rng.random(count) < 0.5 + 0.2 * (joined > 365),
        cross_border=rng.random(count) < np.where(language == LANGUAGES.index("zh"), 0.7, 0.06),
        rating=np.where(orders < 12, np.nan, np.round(rating, 1)),
        orders=orders,
        violations=rng.negative_binomial(1.1, 1 / (1 + VIOLATION_RATE * np.exp(-0.4 * care))),
        cancellation=np.clip(rng.beta(1.6, 40, count) * np.exp(-0.35 * care), 0, 0.6),
        care=care,
        activity=rng.gamma(1.2, 1.0, count) + 0.05,
    )


def _languages(market: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw each seller's language from the shares of the market."""
    language = np.zeros(len(market), dtype=np.int64)
    for position, shares in enumerate(market.languages for market in MARKETS):
        there = np.flatnonzero(market == position)
        codes = [LANGUAGES.index(code) for code in shares]
        language[there] = rng.choice(codes, size=len(there), p=list(shares.values()))
    return language
