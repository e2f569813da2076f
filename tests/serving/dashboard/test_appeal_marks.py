import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.dashboard.appeal_marks import PART, marked, part_of


def spoken(text, moved):
    """Give what is marked, with its direction."""
    return [(one.text, one.way) for one in marked(text, moved) if one.way]


@given(st.text(max_size=80), st.dictionaries(st.text(max_size=6), st.floats(-2, 2), max_size=4))
def test_passages_joined_are_the_text(text, moved):
    assert "".join(one.text for one in marked(text, moved)) == text


def test_words_are_marked_by_direction_whatever_their_capitals():
    assert spoken("My INVOICE, sorry!", {"invoice": 1.0, "sorry": -0.5}) == [
        ("INVOICE", "pro"),
        ("sorry", "con"),
    ]


def test_a_word_inside_another_is_not_marked():
    assert spoken("invoices reinvoice", {"invoice": 1.0}) == []


def test_a_pair_is_marked_whole_whatever_stands_between_its_words():
    assert spoken("payout\n held now", {"payout held": 1.0}) == [("payout\n held", "pro")]


def test_a_word_of_two_phrases_is_marked_by_both_together():
    moved = {"payout": -1.0, "payout held": 0.4}
    assert spoken("payout held", moved) == [("payout", "con"), (" held", "pro")]


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("L'ÉTÉ est là", "ete", "ÉTÉ"),
        ("các đơn hàng", "hang", "hàng"),
        ("حسابي معلق بدون سبب", "معلق", "معلق"),
        ("我的店被封了", "封", "封"),
        ("İade", "iade", "İade"),
        ("🙏🏽 held 🙏🏽", "held", "held"),
    ],
)
def test_words_of_any_script_are_found_as_tokenisers_fold_them(text, word, found):
    assert spoken(text, {word: 1.0}) == [(found, "pro")]


def test_punctuation_is_taken_as_it_is():
    assert spoken("why? why.", {"?": 1.0, "(": 2.0}) == [("?", "pro")]
    assert spoken("a.*b", {".*": 1.0, "": 3.0}) == [(".*", "pro")]


def test_a_long_text_is_shown_in_parts_that_together_are_the_text():
    text = "payout held " * 4_166
    first = part_of(text, {"payout": 1.0}, 1)
    assert (first.parts, first.characters) == (-(-len(text) // PART), len(text))
    parts = [part_of(text, {}, n + 1) for n in range(first.parts)]
    assert "".join(one.text for part in parts for one in part.passages) == text
    assert part_of(text, {}, 99).part == first.parts
    assert part_of("", {}, 1).passages == ()
