import re
from importlib.resources import files

import pytest

from training.sample.cases import MOODS
from training.sample.circumstances import CIRCUMSTANCES
from training.sample.incidents import INCIDENTS
from training.sample.language.grammar import load_grammar
from training.sample.language.slots import FILLINGS
from training.sample.marketplace import AREAS, CATEGORIES, EVIDENCE, LANGUAGES, POLICIES
from training.sample.reasons import REASONS

ACTIONS = {action for policy in POLICIES for action in policy.actions}
NEEDED = {
    "reason": {reason.key for reason in REASONS},
    "evidence": set(EVIDENCE),
    "circumstance": {circumstance.key for circumstance in CIRCUMSTANCES},
    "happened": ACTIONS,
    "narrative": set(AREAS),
    **{p: set(MOODS) for p in ("greeting", "ask", "closing", "standing", "impact", "contact")},
}
DATE_SLOTS = {"day", "month", "number", "year"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_can_say_all_that_there_is_to_say(code):
    grammar = load_grammar(code)
    for purpose, keys in NEEDED.items():
        for key in keys:
            assert grammar.phrases(purpose, key)
    assert set(grammar.products) == set(CATEGORIES)
    assert set(grammar.policies) == {policy.name for policy in POLICIES}
    for incident in INCIDENTS:
        assert len(grammar.incidents[incident.key]["cause"]) >= 3
        assert len(grammar.incidents[incident.key]["detail"]) >= 2


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_says_nothing_that_is_never_asked_for(code):
    grammar = load_grammar(code)
    for purpose, keys in NEEDED.items():
        assert set(grammar.sentences[purpose]) <= keys | {"any"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_slot_has_a_filling(code):
    grammar = load_grammar(code)
    source = files("training.sample.language").joinpath(f"{code}.yaml").read_text("utf-8")
    assert set(re.findall(r"<(\w+)>", source)) <= set(FILLINGS) | set(grammar.words) | DATE_SLOTS


@pytest.mark.parametrize("code", LANGUAGES)
def test_letters_have_keys_and_fit_areas(code):
    grammar = load_grammar(code)
    keys = [letter.key for letter in grammar.letters]
    assert len(set(keys)) == len(keys) >= 3
    for area in AREAS:
        letters = grammar.letters_for(area)
        assert letters
        assert {letter.area for letter in letters} <= {area, "any"}


def test_a_grammar_is_read_once():
    assert load_grammar("en") is load_grammar("en")


def test_a_missing_phrase_names_the_language():
    with pytest.raises(KeyError, match=r"'th'.*'reason'"):
        load_grammar("th").phrases("reason", "no such reason")


def test_lengths_are_words_or_estimates_of_them():
    assert load_grammar("en").length("my phone ring") == 3
    assert load_grammar("zh").length("我的手机指环支架被下架") == pytest.approx(6, abs=1)
