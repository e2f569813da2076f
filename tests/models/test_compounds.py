from hypothesis import given
from hypothesis import strategies as st

from models.compounds import TOGETHER, compounds, joined

TEXTS = [
    ["bộ", "phận", "khiếu", "nại", "của", "shop"],
    ["shop", "gửi", "bộ", "phận", "khiếu", "nại"],
    ["của", "tôi", "là", "khiếu", "nại"],
    ["bộ", "phận", "không", "trả", "lời", "khiếu", "nại"],
    ["bộ", "phận", "của", "shop"],
    ["hàng", "của", "khách", "và", "shop"],
]
STOPS = {"bộ", "của", "là", "và", "không"}


def test_syllables_that_keep_together_are_a_word():
    known = compounds(TEXTS, STOPS)
    assert {("bộ", "phận"), ("khiếu", "nại")} <= set(known)
    assert ("của", "shop") not in known
    assert min(known.values()) >= TOGETHER
    assert joined(TEXTS[0], known) == ["bộ phận", "khiếu nại", "của", "shop"]


def test_what_few_texts_hold_is_no_word():
    assert compounds(TEXTS[:3], STOPS) == {}
    assert compounds([["khiếu", "nại"] * 9], STOPS) == {}


def test_a_break_is_joined_to_nothing():
    assert compounds([["khiếu", "", "nại"]] * 9, STOPS) == {}


def test_of_two_words_that_overlap_the_stronger_is_joined():
    known = {("a", "b"): 0.7, ("b", "c"): 0.9}
    assert joined(["A", "b", "c"], known) == ["A", "b c"]
    assert joined(["a", "B", "d"], known) == ["a B", "d"]


SYLLABLES = st.lists(st.sampled_from("abcd"), max_size=8)


@given(st.lists(SYLLABLES, max_size=10), SYLLABLES)
def test_joining_keeps_every_syllable(texts, text):
    known = compounds(texts, "d")
    assert all(TOGETHER <= strength <= 1 + 1e-9 for strength in known.values())
    assert " ".join(joined(text, known)).split() == text
