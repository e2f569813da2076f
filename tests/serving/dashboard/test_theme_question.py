"""What is asked of the list of themes, as its address has it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from models.themes import Status
from serving.dashboard.theme_question import DAYS, FIELDS, SORTS, Question, question_of


def asked(query):
    return question_of(QueryParams(query))


FACTS = st.lists(st.sampled_from(FIELDS), unique=True).flatmap(
    lambda fields: st.tuples(
        *(
            st.tuples(st.just(one), st.text(min_size=1, max_size=20))
            for one in FIELDS
            if one in fields
        )
    )
)
NAMED = st.dates() | st.none()


@given(
    st.builds(
        Question,
        statuses=st.lists(st.sampled_from(Status), unique=True).map(
            lambda some: tuple(one for one in Status if one in some)
        ),
        text=st.text(max_size=20).map(lambda text: " ".join(text.split())),
        facts=FACTS,
        days=st.sampled_from((0, *DAYS)),
        since=NAMED,
        until=NAMED,
        alarmed=st.booleans(),
        retired=st.booleans(),
        sort=st.sampled_from(sorted(SORTS)),
        falling=st.booleans(),
        page=st.integers(1, 500),
    )
    # Neither is ever asked: days both named and counted, an order by facts without any.
    .filter(lambda one: not (one.days and (one.since or one.until)))
    .filter(lambda one: one.facts or one.sort != "match")
)
def test_an_address_asks_what_it_was_made_from(question):
    assert asked(question.url().partition("?")[2]) == question


@pytest.mark.parametrize(
    "query",
    [
        "days=8",
        "days=-7",
        "days=٧",
        "days=07",
        "days=" + "7" * 5_000,
        "from=2025-02-30",
        "from=20250101",
        "to=2025-W01-1",
        "from=٢٠٢٥-٠١-٠١",
        "to=tomorrow&from=",
        "page=" + "9" * 5_000,
        "page=-1&page=x",
        "market=&fact=courier:SwiftHaul",
        "fact=:SG",
        "fact=market:",
        "sort=match",
        "sort=rubbish",
        "status=none&alarm=yes",
    ],
    ids=lambda query: query[:20],
)
def test_what_cannot_be_used_is_left_out(query):
    assert asked(query) == Question()


def test_facts_are_told_in_one_order_and_not_at_any_length():
    question = asked("policy=p&market=TH&language=" + "x" * 999)
    assert question.facts == (("market", "TH"), ("policy", "p"), ("language", "x" * 200))


def test_a_fact_may_be_written_as_one_and_the_field_itself_goes_before_it():
    assert asked("fact=market:TH").facts == (("market", "TH"),)
    assert asked("fact=market:a:b&market=SG").facts == (("market", "SG"),)
    assert asked("fact=policy:a:b").facts == (("policy", "a:b"),)


def test_named_days_go_before_last_days_and_last_days_take_their_place():
    named = asked("days=7&from=2025-03-01")
    assert (named.days, named.since, named.until) == (0, date(2025, 3, 1), None)
    assert named.of_days(14).url() == "/themes?days=14"
    assert named.narrows
    assert not named.filters


def test_a_column_chosen_again_is_turned_round_and_keeps_what_was_asked():
    once = Question(facts=(("market", "TH"),), days=14, page=3).sorted_by("title")
    assert (once.falling, once.sorted_by("title").falling) == (False, True)
    assert once.url() == "/themes?market=TH&days=14&sort=title"
    assert Question().sorted_by("week").falling
