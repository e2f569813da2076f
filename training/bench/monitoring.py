"""What a data scientist asks before a model is promoted, and while it serves, as tables."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from features.errors import NoScores
from models.anytime import running_mean
from models.drift_record import DriftRecord, Look
from models.foreseen import Foreseen
from models.performance import Estimate, Performance
from models.registry import CHALLENGER, CHAMPION
from models.shadow import LEAST_PAIRS, Pairs, pairs_of
from training.bench.home import Home
from training.config import DriftConfig
from training.drift import drift
from training.repeat import Repeated
from training.verdict import Verdict

__all__ = [
    "gate_table",
    "look",
    "outlook_table",
    "repeated_table",
    "saved_so_far",
    "shadow_pairs",
    "signs",
    "versions_table",
]

MEASURES: Final = ("auc", "brier", "ece")
THEN: Final = "when trained", "foreseen when trained"
"""What the training measured, and what its cases foresaw: with this, `foreseen` is compared."""
CAME: Final = "came, decided cases"


def versions_table(home: Home) -> pd.DataFrame:
    """List the registered versions, the newest first: who serves, and what each learnt from."""
    rows = [
        {
            "version": one.version,
            "is": ", ".join(one.aliases),
            "learnt until": one.tags.get("seen_until", "")[:10],
            "decided appeals": int(one.tags.get("data_rows", 0)),
            "AUC when trained": home.registry.figures(one.run_id).get("auc", np.nan),
            "run": one.run_id,
        }
        for one in home.registry.versions()
    ]
    columns = ["version", "is", "learnt until", "decided appeals", "AUC when trained", "run"]
    return pd.DataFrame(rows, columns=columns).set_index("version")


def repeated_table(repeated: Repeated) -> pd.DataFrame:
    """List the figures of a repeated training: `then`, `now`, and whether they are the `same`."""
    rows = [(one.name, one.then, one.now, one.same) for one in repeated.figures]
    return pd.DataFrame(rows, columns=["figure", "then", "now", "same"]).set_index("figure")


def gate_table(verdict: Verdict) -> pd.DataFrame:
    """List the demands of the gate: `asked`, `found`, `bound`, `passed`, `cases`, `meaning`.

    Of a version that serves already nothing is asked.
    """
    rows = [
        (line.name, line.value, line.bound, line.passed, line.cases, line.meaning)
        for line in verdict.lines
    ]
    return pd.DataFrame(rows, columns=["asked", "found", "bound", "passed", "cases", "meaning"])


def shadow_pairs(home: Home) -> Pairs:
    """Read what the challenger said in the champion's shadow; none where either is missing."""
    names = (home.registry.alias_version(one) for one in (CHALLENGER, CHAMPION))
    challenger, champion = names
    if challenger is None or champion is None:
        nothing = np.zeros(0)
        return Pairs(nothing.astype(np.int_), nothing, nothing, nothing.astype(np.intp))
    return pairs_of(home.history.engine, challenger, champion)


def saved_so_far(pairs: Pairs) -> pd.DataFrame:
    """Tell what the challenger saves of the champion's squared error, as decisions come in.

    Returns
    -------
    pandas.DataFrame
        A row a decided appeal once they are of `LEAST_PAIRS` subjects: `decided`, how many there
        are by then, the mean `saved`, and the ends `low` and `high` of its 95 % bounds. These hold
        all together (`models.anytime`): of equal models one in twenty ever leaves 0.
    """
    found = running_mean(pairs.saved, pairs.subject)
    columns = {
        "decided": np.arange(1, len(pairs) + 1),
        "saved": found.mean,
        "low": found.low,
        "high": found.high,
    }
    enough = found.witnesses >= LEAST_PAIRS
    return pd.DataFrame(columns)[enough].reset_index(drop=True)


def outlook_table(record: DriftRecord) -> pd.DataFrame:
    """Lay foreseen and realised measures side by side, of cases that are new to the champion.

    Returns
    -------
    pandas.DataFrame
        Columns `measure`, `side` and `value`, `low`, `high`; bounds are NaN of what is
        known of the training.
    """
    outlook = record.outlook
    sides: dict[str, Foreseen | Performance] = {
        "foreseen, all cases": outlook.all,
        "foreseen, decided cases": outlook.decided,
        CAME: outlook.realised,
    }
    rows = [
        (name, side, *_ends(getattr(found, name)))
        for name in MEASURES
        for side, found in sides.items()
    ]
    then = zip(THEN, (outlook.tested, outlook.foretold), strict=True)
    rows += [("auc", side, auc, np.nan, np.nan) for side, auc in then if auc is not None]
    return pd.DataFrame(rows, columns=["measure", "side", "value", "low", "high"])


def look(home: Home, config: DriftConfig) -> DriftRecord | str:
    """Look at drift and record it, as `redress drift` does; where nothing is scored, say so."""
    try:
        return drift(home.settings, config, home.stages).record
    except NoScores as nothing:
        return str(nothing)


def signs(looked: DriftRecord | str, verdict: Verdict | None) -> pd.DataFrame:
    """Lay out what speaks for training again: `question`, `answer`, `speaks for it`."""
    rows = [("has anything moved?", looked, False)] if isinstance(looked, str) else _moved(looked)
    if verdict is not None:
        rows.append(("does the challenger pass the gate?", *_passed(verdict)))
    return pd.DataFrame(rows, columns=["question", "answer", "speaks for it"])


def _moved(record: DriftRecord) -> list[tuple[str, str, bool]]:
    realised, text = record.outlook.realised, [one for one in record.looks if one.kind == "text"]
    told = [one.name for one in record.past]
    return [
        ("is anything past its limit?", ", ".join(told) or "nothing", bool(told)),
        ("do the texts read otherwise now?", _against(text), any(one.past for one in text)),
        ("do the scores no longer mean what they say?", _error(realised), not realised.calibrated),
    ]


def _passed(verdict: Verdict) -> tuple[str, bool]:
    if verdict.serves_already:
        return f"version {verdict.version} serves already: nothing is judged", False
    faults = ", ".join(line.name for line in verdict.failed)
    return (f"no: {faults}" if faults else "yes, every line"), verdict.passed


def _against(looks: list[Look]) -> str:
    told = [f"told apart with AUC {one.value:.2f}, limit {one.limit:.2f}" for one in looks]
    return told[0] if told else "not compared"


def _error(found: Performance) -> str:
    if found.ece is None or found.ece_by_chance is None:
        return f"{found.cases} decided: too few"
    return f"calibration error {found.ece.value:.3f}, by chance up to {found.ece_by_chance:.3f}"


def _ends(found: Estimate | None) -> tuple[float, float, float]:
    return (np.nan,) * 3 if found is None else (found.value, found.low, found.high)
