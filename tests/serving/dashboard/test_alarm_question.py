"""What is asked of the list of alarms, as its address has it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from models.alarms import Kind
from serving.dashboard.alarm_question import SORTS, STATES, Question, question_of


def asked(query):
    return question_of(QueryParams(query))


NAMED = st.dates(date(1000, 1, 1)) | st.none()


@given(
    st.builds(
        Question,
        state=st.sampled_from(sorted(STATES)),
        kinds=st.sets(st.sampled_from(Kind)).map(lambda some: tuple(k for k in Kind if k in some)),
        since=NAMED,
        until=NAMED,
        text=st.text(max_size=20).map(lambda text: " ".join(text.split())),
        sort=st.sampled_from(sorted(SORTS)),
        falling=st.booleans(),
        page=st.integers(1, 500),
    ).filter(lambda one: not (one.since and one.until and one.since > one.until))
)
def test_an_address_asks_what_it_was_made_from(question):
    assert asked(question.url().partition("?")[2]) == question


@pytest.mark.parametrize(
    "query",
    [
        "state=ajar",
        "kind=none&kind=CAUSE",
        "from=2025-02-30&to=tomorrow",
        "from=2025-03-02&to=2025-03-01",
        "q=%20%20",
        "sort=rubbish&page=-1",
        "sort=--new",
        "page=٣",
        "unknown=1",
    ],
)
def test_what_cannot_be_used_is_left_out(query):
    assert asked(query) == Question()
    assert not asked(query).filters


def test_another_order_or_state_begins_at_the_first_page():
    question = Question(state="open", sort="since", page=3)
    assert question.sorted_by("since") == Question(state="open", sort="since", falling=False)
    assert question.sorted_by("title") == Question(state="open", sort="title", falling=False)
    assert question.sorted_by("appeals") == Question(state="open", sort="appeals")
    assert question.of_state("") == Question(sort="since")
    assert question.at(2).url() == "/alarms?state=open&sort=-since&page=2"
