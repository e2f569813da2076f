import json
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.tokens import Lexicon, begins_word, entries, nameless, spell, tokenise
from features.vocabulary import MARK, is_learnt, learn, words_of

CORPUS = (
    "My shop was removed, please look again.",
    "The shop's listing was removed by mistake!",
    "Our shop sells phone cases 📱 since 2019",
    "ร้านของฉันถูกปิดโดยไม่ได้ตั้งใจ กรุณาตรวจสอบอีกครั้ง",
    "ร้านของฉันขายเคสโทรศัพท์ ทำไมถูกปิด",
    "我的店铺被误关了，请尽快恢复。",
    "我的店铺卖手机壳，商品是正品。",
    "Cửa hàng của tôi bị đóng do nhầm lẫn",
    "Toko saya ditutup karena kesalahan sistem",
)
ANY = st.text(max_size=40)
MIXED = st.lists(
    st.sampled_from(
        [
            *CORPUS,
            *(
                " ",
                "  ",
                "\n",
                "▁",
                "▁shop",
                "SHOP",
                "ｓｈｏｐ",
                "e\u0301",
                "\u0301",
                "ำ",
                "ํา",
                "กก",
            ),
            *("手机case", "case手机", "½", "😀", "\u200b", "12ชิ้น", "don't", "İ", "ß", "a-b"),
        ]
    ),
    max_size=6,
).map("".join)


@pytest.fixture(scope="module")
def tokenizer():
    return learn(CORPUS, least=2, most=1_000)


def pieces(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).tokens


def test_frequent_words_become_entries_in_every_script(tokenizer):
    assert {"▁shop", "▁removed", "ร้าน", "ของ", "ฉัน", "店铺", "我的"} <= set(entries(tokenizer))
    assert pieces(tokenizer, "SHOP removed") == ["▁shop", "▁removed"]
    assert pieces(tokenizer, "ร้านของฉัน") == ["ร้าน", "ของ", "ฉัน"]
    assert pieces(tokenizer, "我的店铺") == ["我的", "店铺"]


def test_thai_am_stays_one_letter_whichever_way_it_is_typed(tokenizer):
    assert spell(pieces(tokenizer, "ทำไม")) == spell(pieces(tokenizer, "ท\u0e4d\u0e32ไม")) == "ทำไม"


def test_scripts_that_meet_are_parted(tokenizer):
    assert "".join(pieces(tokenizer, "手机case手机")) == "手机▁case手机"


def test_punctuation_parts_and_pictographs_are_read(tokenizer):
    assert pieces(tokenizer, "shop,shop!📱.") == ["▁shop", "▁shop", "📱"]
    assert pieces(tokenizer, " ,.!?\n") == []


def test_what_the_texts_do_not_hold_is_unknown(tokenizer):
    assert nameless(tokenizer)[tokenizer.encode("ж").ids].any()


@given(MIXED)
@settings(deadline=None, max_examples=200)
def test_the_words_hold_every_letter_and_digit_in_order(tokenizer, text):
    plain = tokenizer.normalizer.normalize_str(text).replace(MARK, "")
    wanted = "".join(c for c in plain if unicodedata.category(c)[0] in "LMN" or c in "😀📱")
    assert "".join(words_of(tokenizer, text)).replace(MARK, "") == wanted


@given(MIXED | ANY)
@settings(deadline=None, max_examples=200)
def test_pieces_add_up_to_the_words(tokenizer, text):
    known = {letter for entry in entries(tokenizer) for letter in entry}
    plain = "".join(words_of(tokenizer, text))
    if set(plain) <= known:
        assert "".join(pieces(tokenizer, text)) == plain


@given(st.lists(MIXED | ANY, max_size=4))
@settings(deadline=None)
def test_what_stands_between_blanks_gives_the_same_tokens_wherever_it_stands(tokenizer, texts):
    assert Lexicon(tokenizer)._stands_alone
    ours, wanted = tokenise(tokenizer, texts), [tokenizer.encode(text).ids for text in texts]
    assert ours.ids.tolist() == [each for ids in wanted for each in ids]
    assert np.diff(ours.offsets).tolist() == [len(ids) for ids in wanted]


@given(st.lists(MIXED | ANY, max_size=5), st.integers(1, 3), st.integers(0, 4))
@settings(deadline=None, max_examples=40)
def test_any_texts_can_be_learnt_from_the_same_way_twice(texts, least, most):
    first, second = learn(texts, least, most), learn(texts, least, most)
    assert first.to_str() == second.to_str()
    assert is_learnt(json.loads(first.to_str()))
    assert not nameless(first)[tokenise(first, texts).ids].any()


def test_other_tokenisers_are_told_apart(wordpiece):
    assert not is_learnt(json.loads(wordpiece(["shop"]).to_str()))


def test_at_most_so_many_words_and_only_those_of_several_texts():
    rare = learn(["zoologist quagga", "zoologist"], least=2, most=0)
    assert pieces(rare, "zoologist")  # spelt by its pieces, or as a whole where merges make it so
    assert all(len(entry) <= 24 for entry in entries(learn(["q" * 80] * 3, 1, 9)))


def test_words_of_scripts_without_spaces_begin_words_and_letters_within_do_not():
    listed = ["▁shop", "s", "ร้าน", "ก", "ีซ", "店", "店铺", "📱", "▁"]
    assert begins_word(listed).tolist() == [
        *(True, False, True, False, False, True, True, False, True),
    ]
    assert MARK in listed
