from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from serving.dashboard.queue_question import FIELDS, SORTS, TIER_NAMES, Question, question_of

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
QUESTIONS = st.builds(
    Question,
    tiers=st.sets(st.sampled_from(TIER_NAMES)).map(
        lambda chosen: tuple(one for one in TIER_NAMES if one in chosen)
    ),
    wanted=st.dictionaries(st.sampled_from(list(FIELDS)), WORDS).map(
        lambda chosen: tuple((name, chosen[name]) for name in FIELDS if name in chosen)
    ),
    uncertain=st.booleans(),
    overdue=st.booleans(),
    unscored=st.booleans(),
    sort=st.sampled_from(list(SORTS)),
    falling=st.booleans(),
    page=st.integers(1, 100_000),
)


def asked(url):
    return question_of(QueryParams(urlsplit(url).query))


@given(QUESTIONS)
def test_all_of_a_question_is_in_its_address(question):
    assert asked(question.url()) == question


@given(QUESTIONS)
def test_a_blind_question_tells_nothing_of_the_score(question):
    blind = question.blind()
    assert not blind.tiers
    assert not blind.uncertain
    assert not blind.overdue
    assert blind.sort == "filed"
    assert "team" not in dict(blind.wanted)
    assert blind.blind() == blind
    assert blind.unscored == question.unscored


@pytest.mark.parametrize(
    "query",
    ["", "page=0", "page=-1", "page=x", "page=²", "sort=nothing", "tier=none", "uncertain=yes"],
)
def test_what_cannot_be_used_is_left_out(query):
    assert question_of(QueryParams(query)) == Question()


def test_an_order_is_turned_round_and_begins_at_the_first_page():
    assert Question(page=3).sorted_by("first") == Question(falling=False)
    assert Question(page=3).sorted_by("due") == Question(sort="due", falling=False)
    assert Question(sort="due", falling=False).sorted_by("score") == Question(sort="score")
