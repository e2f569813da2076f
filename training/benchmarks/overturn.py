"""How well overturns are foreseen on a user's own decided appeals, beside plain baselines.

Everything, the student included, is fitted on the training part alone: once with the latest cases
kept for the test, as in service, and once by cross-validation, whose figures wobble less. Baselines
run on the same parts with the defaults of their libraries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.distill import distill
from features.encoder import StudentEncoder
from features.leaks import likely_leaks
from features.settings import Settings
from features.teacher import Teacher
from models.overturn import OverturnConfig, OverturnModel
from models.scorer import ScorerConfig
from training.baselines import Predict, plain_baselines
from training.metrics import auc, brier_skill, measure, null_if_nan, within_policy_auc
from training.split import earlier_and_later, folds, overturned, require_decisions
from training.stages import Stages

if TYPE_CHECKING:
    from training.search import Found

Array = NDArray[np.float64]

TEST_SHARE: Final = 0.3
FOLDS: Final = 10
TIME_SPLIT: Final = ("auc", "average_precision", "brier", "brier_skill", "log_loss", "ece")
CROSSED: Final = ("auc", "average_precision", "brier_skill", "ece")


@dataclass(frozen=True)
class Vectors:
    """The teacher's vectors of all texts, looked up by appeal: one pass serves every fit.

    A teacher is fixed before any data is seen, so that sharing it between the parts leaks nothing.
    """

    teacher: Teacher
    by_appeal: Mapping[str, NDArray[np.float32]]

    def of(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Look the vectors up: (n, d)."""
        return np.stack([self.by_appeal[appeal] for appeal in frame["appeal_id"]])


@dataclass(frozen=True)
class Trial:
    """The parts of the data that every predictor is tried on.

    Attributes
    ----------
    earlier, later
        The time split.
    ordered
        Both, in order of filing.
    seed
        Of the folds.
    stages
        Show the progress.
    """

    earlier: pd.DataFrame
    later: pd.DataFrame
    ordered: pd.DataFrame
    seed: int
    stages: Stages

    def crossed(self, name: str, predict: Predict) -> Array:
        """Predict each case by a fit on the folds without it, in the order of `ordered`."""
        told = pd.Series(np.nan, index=self.ordered["appeal_id"].tolist())
        for number, (seen, unseen) in enumerate(folds(self.ordered, FOLDS, self.seed), 1):
            label = f"{name}: fold {number} of {FOLDS}"
            with self.stages.stage(f"{name} fold {number}", label):
                told.loc[unseen["appeal_id"].tolist()] = predict(seen, unseen)
        return np.asarray(told, dtype=np.float64)


def benchmark_overturn(
    frame: pd.DataFrame, settings: Settings, stages: Stages, seed: int = 0, trials: int = 0
) -> dict[str, object]:
    """Measure the overturn model and its baselines.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame`.
    settings
        Which teacher; where its vocabulary is kept.
    stages
        Show the progress and take the times.
    seed
        Of the folds and of every fit.
    trials
        Of the search within each training part, the folds' included; 0 for none.

    Returns
    -------
    The answer of `redress benchmark overturn --json`; `search` is in it where one was made.

    Raises
    ------
    NoDecidedAppeals, OneOutcomeOnly, TooFewDecisions
        When there is nothing to learn from.
    """
    require_decisions(frame)
    earlier, later = earlier_and_later(frame, TEST_SHARE)
    ordered = pd.concat([earlier, later], ignore_index=True)
    trial = Trial(earlier, later, ordered, seed, stages)
    leaks = likely_leaks(ordered, overturned(ordered).astype(bool))
    with stages.stage("teacher", f"the teacher reads {len(ordered):,} texts"):
        vectors = _vectors(ordered, settings)
    with stages.stage("fit", f"redress: fitting on {len(earlier):,} appeals"):
        learnt = _learn(vectors, earlier, trials, seed)
    with stages.stage("predict", f"redress: scoring the {len(later):,} latest"):
        said = learnt.model.probabilities(later)
    searched = [learnt.found] if learnt.found else []
    crossed = trial.crossed("redress", _redress(vectors, trials, seed, searched))
    return {
        **_figures(trial, said, crossed),
        "baselines": {
            name: _baseline(name, predict, trial)
            for name, predict in _baselines(ordered, vectors, seed).items()
        },
        "leaks": [leak.column for leak in leaks],
        "seconds": {name: stages.seconds[name] for name in ("fit", "predict")},
        **_search_figures(searched),
    }


def _vectors(frame: pd.DataFrame, settings: Settings) -> Vectors:
    teacher = Teacher(settings.teacher, settings.home / "encoders")
    texts = frame["text"].tolist()
    known = dict.fromkeys(texts)
    if not any(text.strip() for text in known):
        return Vectors(teacher, dict.fromkeys(frame["appeal_id"], np.zeros(1, dtype=np.float32)))
    distinct = dict(zip(known, teacher.encode(list(known), progress=True), strict=True))
    return Vectors(
        teacher, {i: distinct[text] for i, text in zip(frame["appeal_id"], texts, strict=True)}
    )


@dataclass(frozen=True)
class _Learnt:
    """A fitted model, and what a search found for it, where there was one."""

    model: OverturnModel
    found: Found | None


def _learn(vectors: Vectors, frame: pd.DataFrame, trials: int, seed: int) -> _Learnt:
    config = ScorerConfig()
    texts = frame["text"].tolist()
    encoder = distill(vectors.teacher, texts, config.distill, vectors.of(frame)).encoder
    found = _search(encoder, frame, config.overturn, trials, seed) if trials else None
    better = found.config if found else config.overturn
    return _Learnt(OverturnModel(encoder, better).fit(frame), found)


def _search(
    encoder: StudentEncoder, frame: pd.DataFrame, config: OverturnConfig, trials: int, seed: int
) -> Found:
    from training.search import Bench, memory_study, search

    return search(Bench.prepare(encoder, frame, config), memory_study(), trials, seed)


def _redress(vectors: Vectors, trials: int, seed: int, searched: list[Found]) -> Predict:
    def predict(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
        learnt = _learn(vectors, seen, trials, seed)
        searched.extend([learnt.found] if learnt.found else [])
        return learnt.model.probabilities(unseen)

    return predict


def _search_figures(searched: Sequence[Found]) -> dict[str, object]:
    """Tell what was found for the time split, and in how many of the folds it was taken."""
    if not searched:
        return {}
    first, *folded = searched
    taken = sum(found.taken for found in folded)
    return {"search": {**first.as_dict(), "folds_taken": taken}}


def _figures(trial: Trial, said: Array, crossed: Array) -> dict[str, Any]:
    outcome, later = overturned(trial.ordered), trial.later
    measured = measure(overturned(later), said).as_dict()
    overall = measure(outcome, crossed).as_dict()
    return {
        "rows": len(outcome),
        "positive_share": float(outcome.mean()),
        "time_split": {
            "train_rows": len(trial.earlier),
            "test_rows": len(later),
            **{name: measured[name] for name in TIME_SPLIT},
        },
        "cross_validated": {"folds": FOLDS, **{name: overall[name] for name in CROSSED}},
        "within_policy_auc": null_if_nan(
            within_policy_auc(overturned(later), said, later["policy"])
        ),
    }


def _baseline(name: str, predict: Predict | None, trial: Trial) -> dict[str, float | None]:
    if predict is None:
        return dict.fromkeys(("time_split_auc", "cross_validated_auc", "time_split_brier_skill"))
    with trial.stages.stage(f"{name} time split", f"{name}: time split"):
        said = predict(trial.earlier, trial.later)
    later, ordered = overturned(trial.later), overturned(trial.ordered)
    return {
        "time_split_auc": null_if_nan(auc(later, said)),
        "cross_validated_auc": null_if_nan(auc(ordered, trial.crossed(name, predict))),
        "time_split_brier_skill": null_if_nan(brier_skill(later, said)),
    }


def _baselines(frame: pd.DataFrame, vectors: Vectors, seed: int) -> dict[str, Predict | None]:
    """Give the baselines; None where the data has not what one needs."""
    texts = frame["text"].str.strip().ne("").any()
    return {
        **plain_baselines(frame, seed),
        "teacher_logistic": _teacher_logistic(vectors) if texts else None,
    }


def _teacher_logistic(vectors: Vectors) -> Predict:
    from sklearn.linear_model import LogisticRegression

    def predict(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
        model = LogisticRegression(max_iter=1000).fit(vectors.of(seen), overturned(seen))
        return np.asarray(model.predict_proba(vectors.of(unseen))[:, 1])

    return predict
