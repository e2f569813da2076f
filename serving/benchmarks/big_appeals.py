"""Made-up appeals, decisions and scores of a large home: what they weigh, not what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.schema import Appeal
from models.scores import Reason, Risk, Score

WINDOW_DAYS: Final = 90
POLICIES: Final = 14
MARKETS: Final = ("SG", "MY", "TH", "ID", "VN", "PH")
LANGUAGES: Final = ("en", "ms", "th", "id", "vi")
DETECTIONS: Final = ("automated", "human", "report")
TIERS: Final = ("critical", "high", "medium", "low")
TEAMS: Final = ("legal", "safety", "fraud", "communications", "payments")
WORDS: Final = tuple(
    f"{first}{second}"
    for first in ("pay", "shop", "list", "ship", "fund", "bank", "seal", "mark", "case", "part")
    for second in ("out", "ing", "ment", "ful", "less", "ward", "able", "ness", "hold", "line")
)
"""Of which texts are made; a theme has words of its own among them."""
TEXT_WORDS: Final = 45
WAITING_SHARE: Final = 0.08
"""Of the appeals that are never decided: the queue of a busy week."""
REASONS: Final = 38
"""Of a score, as many as models give."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A home of n appeals and k themes, the last appeal filed at `end`.

    Attributes
    ----------
    theme
        (n,) the theme of each appeal, from 0.
    """

    appeals: int
    themes: int
    end: datetime
    theme: NDArray[np.int64]
    seed: int

    def filed(self, place: int) -> datetime:
        """Give when an appeal was filed: evenly over the window, the first one first."""
        step = timedelta(days=WINDOW_DAYS) / self.appeals
        return self.end - step * (self.appeals - 1 - place)


def plan_of(appeals: int, themes: int, end: datetime | None = None, seed: int = 7) -> Plan:
    """Plan a home; the sizes of its themes are as unlike as those of real ones."""
    rng = np.random.default_rng(seed)
    weights = rng.gamma(0.6, 1.0, themes) + 0.02
    theme = rng.choice(themes, appeals, p=weights / weights.sum())
    last = end or datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    return Plan(appeals, themes, last, theme, seed)


def words_of(theme: int) -> Sequence[str]:
    """Give the words that a theme says oftener than others."""
    return [WORDS[(theme * step + step) % len(WORDS)] for step in (1, 3, 7)]


def name_of(place: int) -> str:
    """Name an appeal."""
    return f"A{place:07d}"


def appeals_of(plan: Plan) -> Iterator[Appeal]:
    """Make the appeals, in order of filing."""
    rng = np.random.default_rng(plan.seed + 1)
    for place in range(plan.appeals):
        theme = int(plan.theme[place])
        picks = rng.integers(0, len(WORDS), TEXT_WORDS)
        said = [WORDS[one] for one in picks.tolist()] + [*words_of(theme)] * 3
        yield Appeal(
            appeal_id=name_of(place),
            submitted_at=plan.filed(place),
            text=" ".join(said),
            subject_id=f"seller-{place * 7919 % max(plan.appeals // 2, 1)}",
            policy=f"policy_{theme % POLICIES}",
            action=("listing_removed", "funds_held")[theme % 2],
            market=MARKETS[place % len(MARKETS)],
            language=LANGUAGES[place % len(LANGUAGES)],
            detection=DETECTIONS[(theme + place % 5 // 4) % len(DETECTIONS)],
            attempt=1,
            stake=float(place % 997),
            attributes={"rating": place % 50 / 10, "category": f"category_{place % 9}"},
        )


def decisions_of(plan: Plan, now: datetime) -> Iterator[dict[str, Any]]:
    """Make the decisions, of most appeals one, of a few two."""
    rng = np.random.default_rng(plan.seed + 2)
    rates = 0.1 + 0.4 * rng.random(plan.themes)
    for place in range(plan.appeals):
        chances = rng.random(4)
        decided = plan.filed(place) + timedelta(days=3.0 * float(rng.exponential()))
        if chances[0] < WAITING_SHARE or decided > now:
            continue
        overturned = chances[1] < rates[plan.theme[place]]
        told = {"appeal_id": name_of(place), "reviewer_id": f"reviewer-{place % 12}"}
        outcome = "overturned" if overturned else "upheld"
        escalated = TEAMS[place % len(TEAMS)] if chances[3] < 0.05 else "none"
        yield told | {"decided_at": decided, "outcome": outcome, "escalated_to": escalated}
        again = decided + timedelta(hours=20)
        if chances[2] < 0.02 and again < now:
            yield told | {"decided_at": again, "outcome": "overturned", "escalated_to": "none"}


def scores_of(plan: Plan) -> Iterator[Score]:
    """Make a score of each appeal."""
    rng = np.random.default_rng(plan.seed + 3)
    parts = rng.normal(0, 0.15, REASONS).tolist()
    reasons = tuple(Reason("attribute", f"fact_{n}", "told", by) for n, by in enumerate(parts))
    for place in range(plan.appeals):
        probability = float(rng.beta(2, 5))
        tier = min(int(rng.exponential(1.0)), 3)
        risk = Risk(probability / 3, TEAMS[place % len(TEAMS)], TIERS[3 - tier], "learnt")
        yield Score(
            appeal_id=name_of(place),
            probability=probability,
            logit=float(np.log(probability / (1 - probability))),
            uncertain=0.35 < probability < 0.55,
            risk=risk,
            priority=probability * (tier + 1),
            due_at=plan.filed(place) + timedelta(hours=(72, 24, 8, 1)[tier]),
            reasons=reasons,
        )
