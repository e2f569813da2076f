import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sample.language.dice import Dice
from training.sample.language.phrases import parse


def spoken(source: str, slots: dict[str, str] | None = None, times: int = 60) -> set[str]:
    dice = Dice(np.random.default_rng(1))
    phrase = parse(source)
    return {phrase.speak(dice, slots or {}) for _ in range(times)}


def test_every_choice_is_spoken():
    assert spoken("I (have|hold) it") == {"I have it", "I hold it"}


def test_choices_may_hold_choices_and_nothing():
    assert spoken("a (b (c|d)|) e") == {"a b c e", "a b d e", "a e"}


def test_choices_may_stand_at_the_top():
    assert spoken("yes|no") == {"yes", "no"}


def test_slots_are_filled():
    assert spoken("from <who> (on <day>|)", {"who": "Ann", "day": "Monday"}) == {
        "from Ann on Monday",
        "from Ann",
    }


def test_what_an_empty_choice_leaves_is_tidied():
    assert spoken("gone (now|), really") == {"gone now, really", "gone, really"}


@given(st.text(alphabet="ab ,é你ไ", min_size=1).filter(lambda text: text.strip()))
def test_plain_words_stay(words):
    assert spoken(words, times=1) == {parse(words).speak(Dice(np.random.default_rng(0)), {})}
    assert "  " not in next(iter(spoken(words, times=1)))


@pytest.mark.parametrize("source", ["a (b", "a b)", "a <b", "((a|b)", "a > b", "<A>"])
def test_broken_phrases_are_refused(source):
    with pytest.raises(ValueError, match="phrase"):
        parse(source)


def test_an_unknown_slot_is_an_error():
    with pytest.raises(KeyError):
        spoken("<nothing>")
