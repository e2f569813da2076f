import re

import pytest

from training.sample.incidents import INCIDENTS
from training.sample.language.composing import LONGEST, SHORTEST
from training.sample.language.grammar import load_grammar
from training.sample.marketplace import LANGUAGES

SCRIPTS = {"th": r"[\u0e00-\u0e7f]", "zh": r"[\u4e00-\u9fff]", "en": "[a-zA-Z]"}


@pytest.fixture(scope="module")
def own(made):
    """Give the appeals that sellers wrote themselves."""
    return made.cases[made.cases["letter"] == ""]


def test_texts_have_five_to_three_hundred_words(made):
    spaced = made.cases[made.cases["language"].isin(["en", "id", "vi"])]
    words = spaced["text"].str.split().str.len()
    assert words.min() >= SHORTEST
    assert words.max() <= LONGEST
    assert words.quantile(0.05) < 20
    assert words.quantile(0.95) > 120


@pytest.mark.parametrize("code", ["th", "zh"])
def test_texts_without_blanks_are_as_long(made, code):
    texts = made.cases.loc[made.cases["language"] == code, "text"]
    lengths = [load_grammar(code).length(text) for text in texts]
    assert min(lengths) >= SHORTEST - 1
    assert max(lengths) <= LONGEST


def test_hardly_two_texts_are_equal(own):
    assert own["text"].duplicated().mean() < 0.005


def test_texts_differ_by_more_than_a_noun(own):
    english = own.loc[(own["language"] == "en") & (own["incident"] < 0), "text"].head(400)
    bags = [set(re.findall(r"[a-z]+", text.lower())) for text in english]
    shared = [len(a & b) / len(a | b) for i, a in enumerate(bags) for b in bags[i + 1 : i + 40]]
    assert sum(share > 0.7 for share in shared) / len(shared) < 0.001
    assert sum(shared) / len(shared) < 0.25


@pytest.mark.parametrize("code", SCRIPTS)
def test_texts_are_in_their_language(made, code):
    texts = made.cases.loc[made.cases["language"] == code, "text"]
    written = texts.str.count(SCRIPTS[code]) / texts.str.len()
    assert written.quantile(0.02) > 0.3


def test_no_slot_and_no_bracket_is_left(made):
    assert not made.cases["text"].str.contains(r"[<>|()]").any()


def test_letters_are_sent_by_many_and_differ_in_names_and_numbers_alone(made):
    letters = made.cases[made.cases["letter"] != ""]
    assert set(letters["language"]) == set(LANGUAGES)
    popular = letters[letters["letter"] == letters["letter"].value_counts().index[0]]
    assert popular["seller"].nunique() > 20
    openings = popular["text"].str.replace(r"[\d\W_]+", " ", regex=True).str[:15]
    assert openings.nunique() == 1


def test_incidents_are_told_in_their_words_and_in_many_ways(own):
    for position, incident in enumerate(INCIDENTS):
        texts = own.loc[
            (own["incident"] == position) & (own["language"] == "en"), "text"
        ].str.lower()
        telling = [word.lower().split()[0][:5] for word in incident.words]
        assert texts.str.contains("|".join(telling)).mean() > 0.9
        assert texts.nunique() == len(texts)


def test_second_attempts_say_so_and_are_written_anew(made):
    english = made.cases[(made.cases["language"] == "en") & (made.cases["letter"] == "")]
    said = english["text"].str.contains(
        r"second|previous|first one|earlier|already|appealed", case=False
    )
    second = english["attempt"] == 2
    assert said[second].mean() > 0.6
    assert said[second].mean() > 2 * said[~second].mean()


def test_personal_data_is_there_to_be_redacted(own):
    english = own.loc[own["language"] == "en", "text"]
    assert english.str.contains("@").mean() > 0.02
    assert english.str.contains("my name is", case=False).mean() > 0.01
    assert english.str.contains(r"\+\d\d \d{4} \d{4}").mean() > 0.02
