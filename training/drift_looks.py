"""The looks at drift: what is compared, how, and what chance gives over all looks together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from features.duplicates import campaigns, representatives
from models.drift import LEAST_CASES, drift
from models.drift_record import Kind, Look, Outlook
from models.foreseen import Foreseen, foreseen, typical_auc
from models.makeup import Fact, Makeup, fact_values
from models.performance import Estimate, performance
from models.two_sample import LEAST_VECTORS, told_apart
from training.config import DriftConfig
from training.metrics import ece_allowed

if TYPE_CHECKING:
    from features.encoder import StudentEncoder

__all__ = [
    "Pending",
    "Promised",
    "Watched",
    "fact_looks",
    "outlook_looks",
    "outlook_of",
    "score_looks",
    "text_looks",
]

MOST_MOVED: Final = 3
ROUNDS: Final = 1_000
Floats = npt.NDArray[np.float64]
Pending = Callable[[float], Look]
"""A look that waits to be told its level: that depends on how many there are."""
_INDEX: Final = "population stability index, from 0"


@dataclass(frozen=True, eq=False)
class Watched:
    """What is being scored.

    Attributes
    ----------
    frame
        Scored appeals that the champion has not learnt from, (n) rows.
    probability
        (n,) what it said of them.
    decided
        (n,) whether each is decided.
    overturned
        (n,) 1 where it was; 0 also of the undecided.
    untested
        (n,) whether it was filed after the cases that tested the champion.
    """

    frame: pd.DataFrame
    probability: Floats
    decided: npt.NDArray[np.bool_]
    overturned: npt.NDArray[np.int_]
    untested: npt.NDArray[np.bool_]

    def fresh(self) -> Watched:
        """Give those alone that neither taught nor tested the champion.

        What tested it says nothing new of its scores: it would give the tested figures again.
        """
        kept = self.untested
        return Watched(
            self.frame[kept].reset_index(drop=True),
            self.probability[kept],
            self.decided[kept],
            self.overturned[kept],
            kept[kept],
        )


@dataclass(frozen=True)
class Promised:
    """What the training says of the ranking of the champion's scores, on the cases that tested it.

    Attributes
    ----------
    tested
        The AUC that was measured; None where the run does not tell it.
    foreseen
        The AUC that these scores foresaw by themselves; None in records that are older than it.
    cases
        How many tested it.
    """

    tested: Estimate | None
    foreseen: Estimate | None
    cases: int = 0


def text_looks(
    encoder: StudentEncoder,
    learnt: Sequence[str],
    now: Sequence[str],
    config: DriftConfig,
    seed: int,
) -> list[Pending]:
    """Ask whether the texts of today can be told from those learnt from; a template counts once.

    Empty where there are too few texts on either side.
    """
    rng = np.random.default_rng(seed)
    before, after = (_vectors(encoder, side, config.text_cases, rng) for side in (learnt, now))
    if min(len(before), len(after)) < LEAST_VECTORS:
        return []

    def look(level: float) -> Look:
        found = told_apart(before, after, level, seed=seed)
        meaning = "AUC of telling the texts of today from those learnt from; 0.5: it cannot be told"
        return Look(
            Kind.TEXT, "text", found.auc, config.text_auc, found.by_chance,
            found.before, found.now, meaning,
        )  # fmt: skip

    return [look]


def fact_looks(makeup: Makeup, frame: pd.DataFrame, config: DriftConfig) -> list[Pending]:
    """Compare the mix of each fact, and how many say nothing of it where anybody does not."""
    looks: list[Pending] = []
    for fact in makeup.facts:
        counts = fact.count(fact_values(frame, fact.name))
        looks.append(_mix(Kind.MIX, fact, counts, config))
        silent = fact.missing, counts.get("(missing)", 0)
        if any(silent):
            sides = sum(fact.counts.values()), len(frame)
            looks.append(_missing(fact.name, silent, sides, config))
    return looks


def score_looks(makeup: Makeup, probability: Floats, config: DriftConfig) -> list[Pending]:
    """Compare the scores with those of the cases that tested the champion."""
    enough = min(len(probability), makeup.tested) >= LEAST_CASES
    if not enough:
        return []
    counts = makeup.scores.count(probability.tolist())
    return [_mix(Kind.SCORES, makeup.scores, counts, config)]


def outlook_of(fresh: Watched, promised: Promised, seed: int) -> Outlook:
    """Foresee how good the scores will turn out to be, and measure how good the decided ones did.

    Parameters
    ----------
    fresh
        Cases that neither taught nor tested the champion.
    """
    told, said = fresh.decided, fresh.probability
    waiting = said[~told]
    tested, foretold = promised.tested, promised.foreseen
    return Outlook(
        tested=None if tested is None else tested.value,
        all=foreseen(said, seed),
        decided=foreseen(said[told], seed),
        realised=performance(fresh.overturned[told], said[told], seed),
        undecided_said=float(waiting.mean()) if len(waiting) else None,
        foretold=None if foretold is None else foretold.value,
    )


def outlook_looks(
    outlook: Outlook, fresh: Watched, promised: Promised, config: DriftConfig, seed: int
) -> list[Pending]:
    """Hold what is foreseen against what was when tested, and what came against what was foreseen.

    The decided are held against what was foreseen of these very cases, never of others: what is
    decided first is seldom like the rest, and a part of a queue is harder to rank than the whole.

    Parameters
    ----------
    outlook
        As `outlook_of` gives it of `fresh`.
    """
    said, came = fresh.probability[fresh.decided], fresh.overturned[fresh.decided]
    looks = _foreseen(outlook.all, fresh, promised, config)
    foretold, found = outlook.decided.auc, outlook.realised.auc
    if foretold is not None and found is not None:
        meaning = f"fall of the AUC from {foretold.value:.3f}, foreseen of the decided"
        # The scores are given: chance is that of the outcomes, which the foreseen ends hold.
        exact = Estimate(found.value, found.value, found.value)
        sides = 0, len(said)
        looks.append(_fall(Kind.REALISED, foretold, exact, sides, meaning, config))
    if outlook.realised.ece is not None:
        looks += [
            _calibration(outlook.realised.ece.value, said, config, seed),
            _gap(came, said, config),
        ]
    return looks


def _foreseen(
    all_: Foreseen, fresh: Watched, promised: Promised, config: DriftConfig
) -> list[Pending]:
    """Compare what scores foresee with what they foresaw then, or else with what was measured."""
    if all_.auc is None:
        return []
    then, now, how = promised.foreseen, typical_auc(fresh.probability), "foreseen when tested"
    if then is None or now is None:
        then, now, how = promised.tested, all_.auc, "measured when tested"
    if then is None:
        return []
    meaning = f"fall of the AUC from {then.value:.3f}, {how}"
    sides = promised.cases, all_.cases
    return [_fall(Kind.FORESEEN, then, now, sides, meaning, config)]


def _vectors(
    encoder: StudentEncoder, texts: Sequence[str], most: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Give the vectors of some texts, one of each template; texts that say nothing have none."""
    chosen = np.sort(rng.permutation(len(texts))[:most])
    sample = [texts[place] for place in chosen]
    sample = [sample[place] for place in representatives(campaigns(sample))]
    vectors = encoder.encode(sample)
    return vectors[np.any(vectors != 0, axis=1)]


def _mix(kind: Kind, fact: Fact, counts: dict[str, int], config: DriftConfig) -> Pending:
    def look(level: float) -> Look:
        found = drift(fact.counts, counts, level)
        return Look(
            kind, fact.name, found.index, config.stability_index, found.by_chance,
            found.before, found.now, _INDEX, found.values[:MOST_MOVED],
            fact.name in config.expected,
        )  # fmt: skip

    return look


def _missing(
    name: str, silent: tuple[int, int], sides: tuple[int, int], config: DriftConfig
) -> Pending:
    def look(level: float) -> Look:
        common = sum(silent) / sum(sides)
        spread = (common * (1 - common) * (1 / sides[0] + 1 / sides[1])) ** 0.5
        value = abs(silent[1] / sides[1] - silent[0] / sides[0])
        meaning = "change of the share of appeals that do not say it"
        return Look(
            Kind.MISSING, name, value, config.missing_share, _z(1 - (1 - level) / 2) * spread,
            sides[0], sides[1], meaning, expected=name in config.expected,
        )  # fmt: skip

    return look


def _fall(
    kind: Kind,
    held: Estimate,
    found: Estimate,
    sides: tuple[int, int],
    meaning: str,
    config: DriftConfig,
) -> Pending:
    """Tell how far an AUC fell; chance joins both intervals (Newcombe 1998, method 10)."""

    def look(level: float) -> Look:
        chance = hypot(held.value - held.low, found.high - found.value) * _z(level) / _z(0.975)
        value = held.value - found.value
        told = f"{meaning}, to {found.value:.3f}"
        return Look(kind, "AUC", value, config.auc_fall, chance, *sides, told)

    return look


def _calibration(value: float, said: Floats, config: DriftConfig, seed: int) -> Pending:
    def look(level: float) -> Look:
        chance = ece_allowed(said, 0.0, level, ROUNDS, seed)
        meaning = "expected calibration error of the decided"
        return Look(
            Kind.REALISED, "calibration", value, config.calibration_error, chance,
            0, len(said), meaning,
        )  # fmt: skip

    return look


def _gap(came: npt.NDArray[np.int_], said: Floats, config: DriftConfig) -> Pending:
    def look(level: float) -> Look:
        spread = float(np.sqrt((said * (1 - said)).sum())) / len(said)
        value = abs(float(came.mean() - said.mean()))
        meaning = f"{came.mean():.1%} overturned; the scores said {said.mean():.1%}"
        return Look(
            Kind.REALISED, "share overturned", value, config.share_gap,
            _z(1 - (1 - level) / 2) * spread, 0, len(said), meaning,
        )  # fmt: skip

    return look


def _z(level: float) -> float:
    return float(ndtri(level))
