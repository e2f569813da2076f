import numpy as np
import pandas as pd
import pytest

from training.baselines import plain_baselines, prior, tfidf_logistic
from training.metrics import auc
from training.split import overturned


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    won = rng.random(400) < 0.3
    table = dict.fromkeys(("policy", "action", "market", "language", "detection"))
    return pd.DataFrame(
        {
            **table,
            "attempt": np.nan,
            "stake": np.nan,
            "text": np.where(won, "the invoice proves it", "my mistake"),
            "attributes.age": rng.normal(size=400) + won,
            "attributes.shop": pd.Series(rng.choice(["a", "b"], 400), dtype=object),
            "outcome": np.where(won, "overturned", "upheld"),
        }
    )


def test_each_learns_from_what_it_is_named_for(frame):
    seen, unseen = frame.iloc[:300], frame.iloc[300:]
    found = {name: one(seen, unseen) for name, one in plain_baselines(frame, 0).items()}
    assert set(found["prior"]) == {overturned(seen).mean()}
    assert auc(overturned(unseen), found["tfidf_logistic"]) == 1
    assert 0.6 < auc(overturned(unseen), found["boosting_attributes"]) < 1


def test_what_the_data_has_not_is_not_tried(frame):
    bare = frame.drop(columns=["attributes.age", "attributes.shop"]).assign(text=" ")
    assert plain_baselines(bare, 0) == {
        "prior": prior,
        "tfidf_logistic": None,
        "boosting_attributes": None,
    }


def test_texts_that_begin_only_later_teach_no_words(frame):
    seen, unseen = frame.iloc[:300].assign(text=""), frame.iloc[300:]
    assert (tfidf_logistic(seen, unseen) == prior(seen, unseen)).all()


def test_an_attribute_that_begins_only_later_is_borne(frame):
    seen, unseen = frame.iloc[:300].assign(**{"attributes.age": np.nan}), frame.iloc[300:]
    seen["attributes.shop"] = None
    said = plain_baselines(frame, 0)["boosting_attributes"](seen, unseen)
    assert ((said > 0) & (said < 1)).all()
