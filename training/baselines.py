"""Plain predictors that a model must beat, with the defaults of their library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.attributes import is_numeric
from features.frame import ATTRIBUTE_PREFIX, CATEGORIES, NUMBERS, attribute_names
from training.split import overturned

__all__ = ["Predict", "boosting_attributes", "plain_baselines", "prior", "tfidf_logistic"]

Array = NDArray[np.float64]
Predict = Callable[[pd.DataFrame, pd.DataFrame], Array]
"""From cases that teach and cases that judge to the probabilities of the latter."""
_WORD: Final = r"\w\w"
"""What counts as a word there: of texts without any, nothing can be learnt."""


def plain_baselines(frame: pd.DataFrame, seed: int) -> dict[str, Predict | None]:
    """Give the baselines by name; None where the data has not what one needs.

    Parameters
    ----------
    frame
        All decided appeals: which columns there are is read from them, and no more.
    """
    texts = frame["text"].str.strip().ne("").any()
    attributes = bool(_attribute_columns(frame))
    return {
        "prior": prior,
        "tfidf_logistic": tfidf_logistic if texts else None,
        "boosting_attributes": boosting_attributes(frame, seed) if attributes else None,
    }


def prior(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
    """Say of every case the share overturned so far."""
    return np.full(len(unseen), overturned(seen).mean(), dtype=np.float64)


def tfidf_logistic(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
    """Fit a logistic regression on the words of the texts, weighted by TF-IDF."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    if not seen["text"].str.contains(_WORD).any():
        return prior(seen, unseen)
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    pipeline.fit(seen["text"].tolist(), overturned(seen))
    return np.asarray(pipeline.predict_proba(unseen["text"].tolist())[:, 1])


def boosting_attributes(frame: pd.DataFrame, seed: int) -> Predict:
    """Prepare gradient boosting on the attributes that differ between the appeals of a frame."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    columns = _attribute_columns(frame)
    numeric = [name for name in columns if is_numeric(frame[name])]

    def predict(seen: pd.DataFrame, unseen: pd.DataFrame) -> Array:
        varying = [name for name in columns if seen[name].nunique() > 1]
        if not varying:
            return prior(seen, unseen)
        numbers = [name for name in varying if name in numeric]
        words = [name for name in varying if name not in numeric]
        ordinal = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=np.nan,
            encoded_missing_value=np.nan,
            max_categories=254,
        )
        shaped = make_column_transformer(("passthrough", numbers), (ordinal, words))
        places = list(range(len(numbers), len(varying)))
        boosting = HistGradientBoostingClassifier(categorical_features=places, random_state=seed)
        pipeline = make_pipeline(shaped, boosting)
        pipeline.fit(_spelt(seen, numbers, words), overturned(seen))
        return np.asarray(pipeline.predict_proba(_spelt(unseen, numbers, words))[:, 1])

    return predict


def _spelt(part: pd.DataFrame, numbers: list[str], words: list[str]) -> pd.DataFrame:
    columns = {name: part[name].astype(float) for name in numbers}
    said = {name: part[name].map(str, na_action="ignore") for name in words}
    return pd.DataFrame({**columns, **said})


def _attribute_columns(frame: pd.DataFrame) -> list[str]:
    """Name the columns of plain attributes that differ between appeals, the contract's included."""
    contract = [name for name in (*CATEGORIES, *NUMBERS) if frame[name].nunique() > 1]
    return [*contract, *(ATTRIBUTE_PREFIX + name for name in attribute_names(frame))]
