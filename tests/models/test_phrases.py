import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from features.tokens import tokenise, whole_words, word_starts
from models.phrases import Phrases

# Two words that the tiny vocabulary has whole, and two that it must spell.
TEXT = st.lists(st.sampled_from(["shop", "genuine", "zq", "odd"]), max_size=8).map(" ".join)
TEXTS = st.lists(TEXT, min_size=1, max_size=12)


def learnt(encoder, texts, **limits):
    tokens = encoder.tokens(texts)
    return Phrases(**limits).fit(tokens, encoder.begins_word), tokens


def spelt(encoder, phrases, size):
    """Name each phrase by its tokens."""
    vocabulary = encoder.vocabulary
    return [
        vocabulary[key] if key < size else f"{vocabulary[key // size - 1]} {vocabulary[key % size]}"
        for key in phrases.keys_.tolist()
    ]


def test_weights_equal_scikit_learns_tf_idf_on_whole_words(encoder):
    rng = np.random.default_rng(0)
    words = ["shop", "genuine", "item", "removed", "the"]
    texts = [" ".join(rng.choice(words, rng.integers(1, 9))) for _ in range(60)]
    phrases, tokens = learnt(encoder, texts, least=3)
    ours = phrases.matrix(phrases.occurrences(tokens, encoder.begins_word), len(texts)).toarray()
    reference = TfidfVectorizer(ngram_range=(1, 2), min_df=3)
    theirs = reference.fit_transform(texts).toarray()
    names = spelt(encoder, phrases, tokens.size)
    assert sorted(names) == reference.get_feature_names_out().tolist()
    assert ours[:, np.argsort(names)] == pytest.approx(theirs, abs=1e-12)


@given(texts=TEXTS)
@settings(deadline=None)
def test_rows_have_length_one_or_none(encoder, texts):
    phrases, tokens = learnt(encoder, texts, least=2)
    seen = phrases.occurrences(tokens, encoder.begins_word)
    lengths = np.linalg.norm(phrases.matrix(seen, len(texts)).toarray(), axis=1)
    known = np.isin(np.arange(len(texts)), seen.rows)
    assert lengths[known] == pytest.approx(np.ones(known.sum()))
    assert not lengths[~known].any()


@given(texts=TEXTS)
@settings(deadline=None)
def test_occurrences_add_up_to_the_rows_of_counted_phrases(encoder, texts):
    phrases, tokens = learnt(encoder, texts, least=1)
    seen = phrases.occurrences(tokens, encoder.begins_word)
    matrix = phrases.matrix(seen, len(texts)).toarray()
    assert len(seen.rows) == len(seen.weights)
    for row in range(len(texts)):
        ours = seen.rows == row
        total = np.bincount(seen.columns[ours], seen.weights[ours], len(phrases.keys_))
        assert total == pytest.approx(matrix[row], abs=1e-12)


@given(texts=TEXTS)
@settings(deadline=None)
def test_an_occurrence_stands_where_it_says(encoder, texts):
    phrases, tokens = learnt(encoder, texts, least=1)
    seen = phrases.occurrences(tokens, encoder.begins_word)
    names = spelt(encoder, phrases, tokens.size)
    for first, column in zip(seen.first, seen.columns, strict=True):
        pieces = names[column].split()
        there = [encoder.vocabulary[i] for i in tokens.ids[first : first + len(pieces)]]
        assert there == pieces


@given(texts=TEXTS)
@settings(deadline=None)
def test_pairs_are_of_whole_words_that_follow_one_another_in_one_text(encoder, texts):
    phrases, tokens = learnt(encoder, texts, least=1)
    wanted = {
        f"{left} {right}"
        for text in texts
        for left, right in zip(text.split(), text.split()[1:], strict=False)
        if {left, right} <= {"shop", "genuine"}
    }
    names = np.array(spelt(encoder, phrases, tokens.size), dtype=object)
    assert set(names[phrases.is_pair(tokens.size)]) == wanted


def test_a_word_in_pieces_is_not_whole_and_the_first_token_always_starts(encoder):
    tokens = encoder.tokens(["shop zq shop", "", "q"])
    assert [encoder.vocabulary[i] for i in tokens.ids] == ["shop", "z", "##q", "shop", "q"]
    assert word_starts(tokens, encoder.begins_word).tolist() == [True, True, False, True, True]
    assert whole_words(tokens, encoder.begins_word).tolist() == [True, False, False, True, True]
    cut = type(tokens)(tokens.ids[2:4], np.array([0, 2]), tokens.size)
    assert word_starts(cut, encoder.begins_word).tolist() == [True, True]


def test_the_rare_are_left_out_and_the_most_frequent_kept(encoder):
    texts = ["shop item"] * 6 + ["genuine"] * 4 + ["fake"]
    assert "fake" not in spelt(encoder, *_with_size(learnt(encoder, texts, least=2)))
    kept = spelt(encoder, *_with_size(learnt(encoder, texts, least=1, most=3)))
    assert sorted(kept) == ["item", "shop", "shop item"]


def _with_size(learnt):
    phrases, tokens = learnt
    return phrases, tokens.size


@pytest.mark.parametrize("texts", [[], [""], ["", "shop", ""], ["genuine"]])
def test_few_texts_or_none_give_empty_rows(encoder, texts):
    phrases, tokens = learnt(encoder, texts)
    seen = phrases.occurrences(tokens, encoder.begins_word)
    assert phrases.matrix(seen, len(texts)).shape == (len(texts), 0)


def test_unknown_phrases_leave_a_new_text_empty(encoder):
    phrases, _ = learnt(encoder, ["shop item"] * 5)
    new = tokenise(encoder.tokenizer, ["genuine fake", "shop"])
    matrix = phrases.matrix(phrases.occurrences(new, encoder.begins_word), 2).toarray()
    assert np.linalg.norm(matrix, axis=1).tolist() == [0.0, 1.0]
