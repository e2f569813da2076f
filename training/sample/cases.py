"""Enforcements and the appeals against them, as facts: what was done, to whom, why they object."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.sample.circumstances import draw_circumstances
from training.sample.incidents import FAITHFUL, Placed
from training.sample.marketplace import (
    CATEGORIES,
    COURIERS,
    EVIDENCE,
    LANGUAGES,
    MARKETS,
    POLICIES,
    USEFUL_EVIDENCE,
)
from training.sample.reasons import COMMON_SHARE, REASONS, common_reasons, reasons_under
from training.sample.sellers import SECOND_LANGUAGE, Sellers

MOODS: Final = {
    "polite": 0.34,
    "plain": 0.20,
    "angry": 0.14,
    "desperate": 0.12,
    "formal": 0.10,
    "terse": 0.10,
}
NO_REASON: Final = -1
NO_INCIDENT: Final = -1
SECOND_REASON: Final = 0.5
INCIDENT_ENGLISH: Final = 0.96
TEMPLATE_SHARE: Final = 0.20
"""Share of all appeals that are a letter which others send too; victims of incidents send none."""
_LEAN: Final = 10.0
_ENGLISH: Final = LANGUAGES.index("en")


def choose_sellers(count: int, sellers: Sellers, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose who appeals outside incidents, the busy ones more often."""
    return rng.choice(len(sellers), size=count, p=sellers.activity / sellers.activity.sum())


def choose_victims(placed: Placed, sellers: Sellers, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose whom an incident hits: different sellers of its markets, while there are enough."""
    weight = np.array([placed.incident.markets[market.name] for market in MARKETS])
    english = np.where(sellers.language == _ENGLISH, INCIDENT_ENGLISH, 1 - INCIDENT_ENGLISH)
    chance = (weight / np.bincount(sellers.market, minlength=len(MARKETS)).clip(1))[sellers.market]
    chance = chance * english + 1e-12
    few = placed.appeals > len(sellers) // 4
    return rng.choice(len(sellers), size=placed.appeals, replace=few, p=chance / chance.sum())


def draw_cases(
    times: NDArray[np.datetime64],
    seller: NDArray[np.int64],
    incident: NDArray[np.int64],
    sellers: Sellers,
    placed: tuple[Placed, ...],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw the facts of first attempts.

    Parameters
    ----------
    times
        Filing times, shape (n,).
    seller
        Positions in `sellers`, shape (n,).
    incident
        Positions in `placed`, -1 where no incident is behind the appeal, shape (n,).
    sellers
        Who sells.
    placed
        The incidents on the calendar.
    rng
        The dice.

    Returns
    -------
    pandas.DataFrame
        A row a case in order of filing, with plain words and numbers; evidence stands in columns
        `evidence.NAME` (bool), reasons as positions in `REASONS`.
    """
    order = np.argsort(times, kind="stable")
    cases = pd.DataFrame({"time": times, "seller": seller, "incident": incident}).iloc[order]
    cases = cases.reset_index(drop=True)
    _draw_enforcement(cases, placed, rng)
    _draw_history(cases, sellers, rng)
    _draw_argument(cases, rng)
    draw_circumstances(cases, rng)
    return cases


def _weighted(weights: dict[str, float], count: int, rng: np.random.Generator) -> list[str]:
    """Draw words by their weights."""
    share = np.array(list(weights.values()))
    drawn = rng.choice(len(share), size=count, p=share / share.sum())
    names = list(weights)
    return [names[position] for position in drawn]


def _draw_enforcement(
    cases: pd.DataFrame, placed: tuple[Placed, ...], rng: np.random.Generator
) -> None:
    """Draw policy, action, detection, category and courier; incidents impose theirs."""
    count = len(cases)
    cases["policy"] = _weighted({p.name: p.share for p in POLICIES}, count, rng)
    _impose(cases, placed, ("policy",), rng)
    cases["area"] = cases["policy"].map({p.name: p.area for p in POLICIES})
    cases["courier"] = _weighted(COURIERS, count, rng)
    for column in ("action", "detection", "category"):
        cases[column] = ""
    _draw_under_policy(cases, rng)
    _impose(cases, placed, ("action", "detection", "category", "courier"), rng)


def _draw_under_policy(cases: pd.DataFrame, rng: np.random.Generator) -> None:
    """Draw what depends on the policy."""
    for policy in POLICIES:
        there = np.flatnonzero(cases["policy"] == policy.name)
        rows = cases.index[there]
        cases.loc[rows, "action"] = _weighted(policy.actions, len(there), rng)
        cases.loc[rows, "detection"] = _weighted(policy.detections, len(there), rng)
        weights = {
            name: share * (_LEAN if name in policy.leans else 1.0)
            for name, (share, _) in CATEGORIES.items()
        }
        cases.loc[rows, "category"] = _weighted(weights, len(there), rng)


def _impose(
    cases: pd.DataFrame,
    placed: tuple[Placed, ...],
    columns: tuple[str, ...],
    rng: np.random.Generator,
) -> None:
    """Give an incident's appeals its causes, but for a few that it hits on the side."""
    for position, place in enumerate(placed):
        there = np.flatnonzero(cases["incident"] == position)
        for column, value in place.incident.cause.items():
            if column in columns:
                hit = there[rng.random(len(there)) < FAITHFUL]
                cases.loc[cases.index[hit], column] = value


def _draw_history(cases: pd.DataFrame, sellers: Sellers, rng: np.random.Generator) -> None:
    """Draw what the platform knows of the seller and the enforcement at filing."""
    count, seller = len(cases), cases["seller"].to_numpy()
    first = cases["time"].min()
    elapsed = ((cases["time"] - first) / np.timedelta64(1, "D")).to_numpy()
    cases["seller_age_days"] = np.floor(np.maximum(sellers.joined_days[seller] + elapsed, 3))
    cases["prior_violations"] = sellers.violations[seller] + rng.poisson(0.1, count)
    cases["order_count_90d"] = rng.poisson(sellers.orders[seller])
    cases["rating"] = sellers.rating[seller]
    cases["cancellation_rate"] = np.round(sellers.cancellation[seller], 3)
    cases["verified"] = sellers.verified[seller]
    cases["cross_border"] = sellers.cross_border[seller]
    cases["market"] = np.array([market.name for market in MARKETS])[sellers.market[seller]]
    english = rng.random(count) < SECOND_LANGUAGE
    spoken = np.where(english, _ENGLISH, sellers.language[seller])
    cases["language"] = np.array(LANGUAGES)[spoken]
    cases["days_to_appeal"] = np.round(rng.gamma(0.9, 2.4, count) + 0.05, 1)
    _draw_numbers(cases, rng)


def _draw_numbers(cases: pd.DataFrame, rng: np.random.Generator) -> None:
    """Draw the money at stake and the confidence of the detector, where one was at work."""
    count = len(cases)
    median = cases["policy"].map({p.name: p.stake for p in POLICIES}).to_numpy(float)
    suspended = np.where(cases["action"] == "shop_suspended", 4.0, 1.0)
    size = np.sqrt(1 + cases["order_count_90d"].to_numpy(float) / 60)
    cases["stake"] = np.round(median * suspended * size * np.exp(rng.normal(-0.3, 0.9, count)), 2)
    confidence = np.round(0.5 + 0.5 * rng.beta(2.2, 1.4, count), 3)
    cases["detector_confidence"] = np.where(cases["detection"] == "automated", confidence, np.nan)


def _draw_argument(cases: pd.DataFrame, rng: np.random.Generator) -> None:
    """Draw how the seller argues: mood, reasons, evidence, and whether with somebody's letter."""
    count = len(cases)
    cases["mood"] = _weighted(MOODS, count, rng)
    cases["reason"] = NO_REASON
    cases["second_reason"] = NO_REASON
    for policy in POLICIES:
        there = np.flatnonzero(cases["policy"] == policy.name)
        first, second = _two_reasons(policy.name, policy.area, len(there), rng)
        cases.loc[cases.index[there], "reason"] = first
        cases.loc[cases.index[there], "second_reason"] = second
    outside = (cases["incident"] == NO_INCIDENT).to_numpy()
    cases["template"] = outside & (rng.random(count) < TEMPLATE_SHARE / outside.mean().clip(0.5))
    silent = cases["template"] | ~outside
    cases.loc[silent, ["reason", "second_reason"]] = NO_REASON
    _draw_evidence(cases, rng)


def _two_reasons(
    policy: str, area: str, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw a first reason for each case, and a second, different one for half of them."""
    own, shared = np.array(reasons_under(policy, area)), np.array(common_reasons())
    common = rng.random(count) < COMMON_SHARE
    first = np.where(common, rng.choice(shared, count), rng.choice(own, count))
    second = np.where(rng.random(count) < 0.6, rng.choice(own, count), rng.choice(shared, count))
    none = (rng.random(count) >= SECOND_REASON) | (second == first)
    return first, np.where(none, NO_REASON, second)


def _draw_evidence(cases: pd.DataFrame, rng: np.random.Generator) -> None:
    """Attach evidence: what goes with the reasons, what bears on the area, and a stray piece."""
    first, second = cases["reason"].to_numpy(), cases["second_reason"].to_numpy()
    named = np.array([reason.evidence for reason in REASONS] + [""])
    area = cases["area"].to_numpy(object)
    for kind in EVIDENCE:
        goes_along = (named[first] == kind) | (named[second] == kind)
        areas = [name for name, useful in USEFUL_EVIDENCE.items() if kind in useful]
        chance = np.where(goes_along, 0.7, np.where(np.isin(area, areas), 0.16, 0.02))
        cases[f"evidence.{kind}"] = rng.random(len(cases)) < chance
