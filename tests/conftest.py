"""What every room's tests may use. No model is looked for on the network."""

import os
from collections.abc import Callable, Sequence
from string import ascii_lowercase, digits

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, when the hub's client is imported


@pytest.fixture(scope="session")
def wordpiece() -> Callable[[Sequence[str]], Tokenizer]:
    """Make a small tokeniser of BERT's kind that knows some words, and all letters and digits."""

    def make(words: Sequence[str]) -> Tokenizer:
        pieces = [prefix + sign for prefix in ("", "##") for sign in ascii_lowercase + digits]
        entries = ["[PAD]", "[UNK]", *".,!?", *pieces, *words]
        vocabulary = {entry: place for place, entry in enumerate(entries)}
        tokenizer = Tokenizer(WordPiece(vocab=vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = BertNormalizer()
        tokenizer.pre_tokenizer = BertPreTokenizer()
        tokenizer.add_special_tokens(["[PAD]", "[UNK]"])
        return tokenizer

    return make
