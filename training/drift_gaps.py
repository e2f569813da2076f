"""What a look at drift could not compare: how many cases there are, and how many it takes."""

from __future__ import annotations

from datetime import datetime

from models.drift import LEAST_CASES
from models.drift_record import Outlook
from models.makeup import Makeup
from models.performance import LEAST_CASES as LEAST_TOLD
from training.drift_looks import Promised

__all__ = ["bands_gap", "outlook_gaps", "scores_gap"]


def scores_gap(makeup: Makeup, fresh: int, until: datetime) -> str:
    """Tell why scores are not compared: too few are new, or too few tested the champion.

    Parameters
    ----------
    fresh
        Scored appeals that neither taught nor tested it.
    until
        The latest filing among those that did, UTC.
    """
    if fresh < LEAST_CASES:
        return _too_few("scores", f"{fresh:,} appeals", until, LEAST_CASES)
    return f"scores: {makeup.tested:,} cases tested the champion; {LEAST_CASES} are needed"


def bands_gap(makeup: Makeup) -> list[str]:
    """Tell where numbers are counted in the bands of an older record."""
    if makeup.foreseen is not None or makeup.tested < LEAST_TOLD:
        return []
    return [
        "numbers that are mostly one value: the run's record is older than their bands, and what"
        " was trained on cannot be counted again"
    ]


def outlook_gaps(outlook: Outlook, promised: Promised, until: datetime) -> list[str]:
    """Tell what is missing of foreseen and realised: what tested the champion does not count."""
    all_, decided = outlook.all.cases, outlook.decided.cases
    if all_ < LEAST_TOLD:
        return [_too_few("foreseen and realised", f"{all_:,} appeals", until, LEAST_TOLD)]
    missing = []
    if decided < LEAST_TOLD:
        missing.append(_too_few("realised", f"{decided:,} decided appeals", until, LEAST_TOLD))
    if outlook.all.auc is not None and promised.foreseen is None:
        instead = "" if promised.tested is None else "; what was measured then is taken instead"
        missing.append(
            f"AUC foreseen now with AUC foreseen when tested: the run has no record of it{instead}"
        )
    return missing


def _too_few(name: str, found: str, until: datetime, least: int) -> str:
    return (
        f"{name}: {found} filed after {until:%Y-%m-%d}, up to which the champion was tested;"
        f" {least} are needed"
    )
