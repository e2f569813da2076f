"""How well overturns are foreseen on a user's own decided appeals, beside plain baselines.

Everything, the student included, is fitted on the training part alone: once with the latest cases
kept for the test, as in service, and once by cross-validation, whose figures wobble less. Baselines
run on the same parts with the defaults of their libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.attributes import is_numeric
from features.distill import distill
from features.frame import ATTRIBUTE_PREFIX, CATEGORIES, NUMBERS, attribute_names
from features.leaks import likely_leaks
from features.settings import Settings
from features.teacher import Teacher
from models.overturn import OverturnModel
from models.scorer import ScorerConfig
from training.metrics import auc, brier_skill, measure, null_if_nan, within_policy_auc
from training.split import earlier_and_later, folds, overturned, require_decisions
from training.stages import Stages

Array = NDArray[np.float64]
Predict = Callable[[pd.DataFrame, pd.DataFrame], Array]
"""From cases that teach and cases that judge to the probabilities of the latter."""

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
    frame: pd.DataFrame, settings: Settings, stages: Stages, seed: int = 0
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

    Returns
    -------
    The answer of `redress benchmark overturn --json`.

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
        model = _learn(vectors, earlier)
    with stages.stage("predict", f"redress: scoring the {len(later):,} latest"):
        said = model.probabilities(later)
    return {
        **_figures(trial, said, trial.crossed("redress", _redress(vectors))),
        "baselines": {
            name: _baseline(name, predict, trial)
            for name, predict in _baselines(ordered, vectors, seed).items()
        },
        "leaks": [leak.column for leak in leaks],
        "seconds": {name: stages.seconds[name] for name in ("fit", "predict")},
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


def _learn(vectors: Vectors, frame: pd.DataFrame) -> OverturnModel:
    config = ScorerConfig()
    texts = frame["text"].tolist()
    student = distill(vectors.teacher, texts, config.distill, vectors.of(frame))
    return OverturnModel(student.encoder, config.overturn).fit(frame)


def _redress(vectors: Vectors) -> Predict:
    return lambda seen, unseen: _learn(vectors, seen).probabilities(unseen)


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
    attributes = bool(_attribute_columns(frame))
    return {
        "prior": _prior,
        "tfidf_logistic": _tfidf_logistic if texts else None,
        "boosting_attributes": _boosting(frame, seed) if attributes else None,
        "teacher_logistic": _teacher_logistic(vectors) if texts else None,
    }


def _prior(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
    return np.full(len(unseen), overturned(seen).mean(), dtype=np.float64)


def _tfidf_logistic(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    pipeline.fit(seen["text"].tolist(), overturned(seen))
    return np.asarray(pipeline.predict_proba(unseen["text"].tolist())[:, 1])


def _teacher_logistic(vectors: Vectors) -> Predict:
    from sklearn.linear_model import LogisticRegression

    def predict(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
        model = LogisticRegression(max_iter=1000).fit(vectors.of(seen), overturned(seen))
        return np.asarray(model.predict_proba(vectors.of(unseen))[:, 1])

    return predict


def _boosting(frame: pd.DataFrame, seed: int) -> Predict:
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    columns = _attribute_columns(frame)
    numbers = [name for name in columns if is_numeric(frame[name])]
    words = [name for name in columns if name not in numbers]

    def table(part: pd.DataFrame) -> pd.DataFrame:
        spelt = {name: part[name].map(str, na_action="ignore") for name in words}
        return pd.DataFrame({**{name: part[name].astype(float) for name in numbers}, **spelt})

    def predict(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
        ordinal = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=np.nan,
            encoded_missing_value=np.nan,
            max_categories=254,
        )
        shaped = make_column_transformer(("passthrough", numbers), (ordinal, words))
        places = list(range(len(numbers), len(columns)))
        boosting = HistGradientBoostingClassifier(categorical_features=places, random_state=seed)
        pipeline = make_pipeline(shaped, boosting).fit(table(seen), overturned(seen))
        return np.asarray(pipeline.predict_proba(table(unseen))[:, 1])

    return predict


def _attribute_columns(frame: pd.DataFrame) -> list[str]:
    """Name the columns of plain attributes that differ between appeals, the contract's included."""
    contract = [name for name in (*CATEGORIES, *NUMBERS) if frame[name].nunique() > 1]
    return [*contract, *(ATTRIBUTE_PREFIX + name for name in attribute_names(frame))]
