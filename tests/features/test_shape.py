import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.shape import SHAPES, SHARES, text_shape


def test_a_text_is_measured_as_a_reader_would():
    text = "WHY was my SHOP shut?!\nSee https://a.example and www.b.example: my 2 IDs."
    shape = text_shape([text])
    assert shape.loc[0].to_dict() == {
        "words": 12,
        "capitals": 10 / len(text),
        "digits": 1 / len(text),
        "exclamations": 1,
        "questions": 1,
        "lines": 1,
        "links": 2,
        "variety": 11 / 12,
    }


@pytest.mark.parametrize("texts", [[], [""], ["", " \n"]])
def test_texts_without_words_have_a_shape_too(texts):
    shape = text_shape(texts)
    assert list(shape) == list(SHAPES)
    assert len(shape) == len(texts)
    assert not shape[["words", "capitals", "digits", "links", "variety"]].to_numpy().any()


@given(st.lists(st.text(max_size=60), max_size=5))
def test_shapes_are_finite_and_shares_are_shares(texts):
    shape = text_shape(texts)
    values = shape.to_numpy()
    assert values.shape == (len(texts), len(SHAPES))
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (shape[list(SHARES)] <= 1).all(axis=None)


@given(st.lists(st.text(max_size=30), min_size=2, max_size=5))
def test_a_texts_shape_does_not_depend_on_its_neighbours(texts):
    together = text_shape(texts).to_numpy()
    assert np.array_equal(together, np.vstack([text_shape([text]).to_numpy() for text in texts]))


def test_a_run_of_characters_without_spaces_is_one_word():
    assert text_shape(["我的商店被封了", "ร้านค้าของฉัน"])["words"].tolist() == [1, 1]
