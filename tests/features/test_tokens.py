import copy
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import BPE, Unigram, WordPiece
from tokenizers.pre_tokenizers import Metaspace

import features.tokens
from features.tokens import Lexicon, begins_word, entries, extend, nameless, spell, tokenise

SPECIAL = ("[UNK]", "[PAD]")
WORDS = ["shop", "item", "removed"]
PIECE = st.sampled_from(
    [
        *("shop", "item", "REMOVED", "z", "é", "e\u0301", "\u0301", "İ", "店", "ร้", "\U0001f389"),
        *(" ", "  ", "\n", "\t", "\u00a0", "\u200b", "\ufeff", ",", "##s", "x" * 120),
        *SPECIAL,
    ]
)
TEXT = st.lists(PIECE, max_size=12).map("".join)


@pytest.fixture(scope="module")
def tokenizer(wordpiece):
    return wordpiece(WORDS)


@pytest.fixture(scope="module")
def unigram():
    pieces = [("<unk>", 0.0), ("▁", -2.0), ("▁shop", -3.0), ("▁item", -3.0), ("s", -4.0)]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=0))
    tokenizer.pre_tokenizer = Metaspace()
    return tokenizer


@given(st.lists(TEXT, max_size=6))
@settings(deadline=None)
def test_tokens_lie_end_to_end_and_know_their_text(tokenizer, texts):
    tokens = tokenise(tokenizer, texts)
    assert len(tokens.offsets) == len(texts) + 1
    assert tokens.offsets[-1] == len(tokens.ids) == len(tokens.rows)
    for row, text in enumerate(texts):
        ours = tokens.ids[tokens.offsets[row] : tokens.offsets[row + 1]]
        assert ours.tolist() == tokenizer.encode(text, add_special_tokens=False).ids
        assert (tokens.rows == row).sum() == len(ours)


@given(st.lists(TEXT, max_size=6))
@settings(deadline=None)
def test_counts_are_each_tokens_occurrences_and_leave_the_tokens_alone(tokenizer, texts):
    tokens = tokenise(tokenizer, texts)
    before = copy.deepcopy(tokens)
    counts = tokens.counts().toarray()
    assert counts.shape == (len(texts), tokens.size)
    for row in range(len(texts)):
        ours = tokens.ids[tokens.offsets[row] : tokens.offsets[row + 1]]
        assert counts[row].tolist() == np.bincount(ours, minlength=tokens.size).tolist()
    assert np.array_equal(tokens.ids, before.ids)
    assert np.array_equal(tokens.offsets, before.offsets)


@given(st.lists(st.lists(TEXT, max_size=4), max_size=4))
@settings(deadline=None, max_examples=50)
def test_what_a_lexicon_remembers_changes_no_tokens(tokenizer, batches):
    lexicon = Lexicon(tokenizer)
    for texts in [*batches, *batches]:
        remembered, fresh = lexicon.tokens(texts), tokenise(tokenizer, texts)
        assert remembered.ids.tolist() == fresh.ids.tolist()
        assert remembered.offsets.tolist() == fresh.offsets.tolist()


def test_a_full_lexicon_begins_anew(tokenizer, monkeypatch):
    monkeypatch.setattr(features.tokens, "REMEMBERED", 10)
    lexicon = Lexicon(tokenizer)
    for place in range(50):
        text = f"shop{place} removed{place} shop{place}"
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert lexicon.tokens([text]).ids.tolist() == ids
        assert len(lexicon._known) <= 4


def test_tokenisers_that_look_beyond_blanks_are_given_the_whole_text(unigram):
    texts = ["shop item", " shop", ""]
    tokens = Lexicon(unigram).tokens(texts)
    assert tokens.ids.tolist() == [i for text in texts for i in unigram.encode(text).ids]


def test_entries_are_listed_by_id(tokenizer):
    listed = entries(tokenizer)
    assert all(tokenizer.id_to_token(place) == entry for place, entry in enumerate(listed))
    assert len(listed) == tokenizer.get_vocab_size()


def test_what_begins_a_word_depends_on_the_vocabularys_marks():
    assert begins_word(["shop", "##s", "."]).tolist() == [True, False, True]
    assert begins_word(["▁shop", "s", "▁"]).tolist() == [True, False, True]
    assert begins_word(["Ġshop", "s"]).tolist() == [True, False]


@pytest.mark.parametrize(
    ("pieces", "word"),
    [(["sh", "##op"], "shop"), (["▁sh", "op"], "shop"), (["Ġshop"], "shop"), (["店"], "店")],
)
def test_pieces_are_put_together_without_their_marks(pieces, word):
    assert spell(pieces) == word


def test_the_nameless_are_the_unknown_the_special_and_the_blank(tokenizer, unigram):
    listed = np.array(entries(tokenizer))
    assert listed[nameless(tokenizer)].tolist() == ["[PAD]", "[UNK]"]
    assert nameless(unigram).tolist() == [True, True, False, False, False]
    bare = Tokenizer(WordPiece(vocab={"shop": 0, "?": 1}, unk_token="?"))
    assert nameless(bare).tolist() == [False, True]
    assert nameless(Tokenizer(BPE(vocab={"a": 0}, merges=[]))).tolist() == [False]


def test_a_frequent_word_becomes_one_token_and_ids_stay(tokenizer):
    texts = ["Zoologist removed zoologist", "zoologist", "the zoologist, quaggas"]
    wider = extend(tokenizer, texts, least=3, most=10)
    assert entries(wider) == [*entries(tokenizer), "zoologist"]
    assert wider.encode("a ZOOLOGIST", add_special_tokens=False).tokens == ["a", "zoologist"]
    assert wider.encode("quaggas", add_special_tokens=False).tokens[0] == "q"
    assert "zoologist" not in tokenizer.get_vocab()


@given(st.lists(TEXT, max_size=6), st.integers(1, 3), st.integers(0, 5))
@settings(deadline=None)
def test_extending_keeps_every_id_and_adds_only_frequent_words(tokenizer, texts, least, most):
    texts = [re.sub("|".join(map(re.escape, SPECIAL)), "", text) for text in texts]
    wider = extend(tokenizer, texts, least, most)
    before, after = entries(tokenizer), entries(wider)
    added = after[len(before) :]
    assert after[: len(before)] == before
    assert len(added) <= most
    for word in added:
        assert word.isalpha()
        assert wider.encode(word, add_special_tokens=False).tokens == [word]
        containing = (wider.encode(text, add_special_tokens=False).tokens for text in texts)
        assert sum(word in tokens for tokens in containing) >= least


def test_the_most_frequent_words_come_first_and_ties_by_the_alphabet(tokenizer):
    texts = ["quagga zebra yak", "quagga yak zebra", "quagga"]
    assert entries(extend(tokenizer, texts, 1, 2))[-2:] == ["quagga", "yak"]


def test_an_added_token_beyond_the_model_keeps_its_id(wordpiece):
    tokenizer = wordpiece(WORDS)
    tokenizer.add_tokens(["<masked>"])
    wider = extend(tokenizer, ["quagga quagga"], least=1, most=5)
    assert wider.token_to_id("<masked>") == tokenizer.token_to_id("<masked>")
    assert wider.token_to_id("quagga") == tokenizer.get_vocab_size()
    assert len(entries(wider)) == wider.get_vocab_size()


def test_overlong_words_and_numbers_get_no_entry(tokenizer):
    texts = ["q" * 41 + " 4711 a1b2"]
    assert entries(extend(tokenizer, texts, 1, 10)) == entries(tokenizer)


def test_a_tokeniser_without_normaliser_and_splitter_takes_the_text_as_a_word():
    bare = Tokenizer(WordPiece(vocab={"[UNK]": 0}, unk_token="[UNK]"))
    assert entries(extend(bare, ["quagga", "two words"], 1, 5)) == ["[UNK]", "quagga"]


def test_tokenisers_of_another_kind_are_returned_as_they_are(unigram):
    assert extend(unigram, ["quagga quagga"] * 5, 1, 10) is unigram
