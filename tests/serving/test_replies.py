"""Idempotency keys: one answer per request."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from features.tables import IDEMPOTENCY
from serving import replies as module
from serving.problems import Problem
from serving.replies import Claim, Replies, read_name


def keep(engine, claim, answer):
    with engine.begin() as connection:
        claim.keep(connection, answer)


def test_a_kept_answer_is_given_again(engine):
    claim = Replies(engine).claim("key", "name", b"asked")
    assert isinstance(claim, Claim)
    keep(engine, claim, b"answer")
    assert Replies(engine).claim("key", "name", b"asked") == b"answer"


def test_while_it_is_being_answered_it_is_409(engine):
    Replies(engine).claim("key", "name", b"asked")
    with pytest.raises(Problem) as caught:
        Replies(engine).claim("key", "name", b"asked")
    assert caught.value.status == 409
    assert caught.value.headers["Retry-After"] == "1"


@pytest.mark.parametrize("answered", [False, True])
def test_with_another_request_it_is_422(engine, answered):
    claim = Replies(engine).claim("key", "name", b"asked")
    if answered:
        keep(engine, claim, b"answer")
    with pytest.raises(Problem) as caught:
        Replies(engine).claim("key", "name", b"something else")
    assert caught.value.status == 422


def test_other_keys_and_names_are_other_requests(engine):
    replies = Replies(engine)
    for key_id, name in [("a", "x"), ("a", "y"), ("b", "x")]:
        assert isinstance(replies.claim(key_id, name, b"asked"), Claim)


def test_a_released_claim_can_be_made_again(engine):
    Replies(engine).claim("key", "name", b"asked").release()
    assert isinstance(Replies(engine).claim("key", "name", b"corrected"), Claim)


def test_releasing_does_not_take_an_answer_away(engine):
    claim = Replies(engine).claim("key", "name", b"asked")
    keep(engine, claim, b"answer")
    claim.release()
    assert Replies(engine).claim("key", "name", b"asked") == b"answer"


def test_a_dead_requests_claim_is_taken_over_and_its_late_answer_refused(engine, monkeypatch):
    dead = Replies(engine).claim("key", "name", b"asked")
    monkeypatch.setattr(module, "ABANDONED", timedelta(seconds=-1))
    heir = Replies(engine).claim("key", "name", b"asked")
    assert isinstance(heir, Claim)
    with pytest.raises(Problem, match="being answered"):
        keep(engine, dead, b"late")
    keep(engine, heir, b"answer")
    assert Replies(engine).claim("key", "name", b"asked") == b"answer"


def test_answers_are_forgotten_after_a_day(engine, monkeypatch):
    keep(engine, Replies(engine).claim("key", "name", b"asked"), b"answer")
    monkeypatch.setattr(module, "KEEP", timedelta(seconds=-1))
    assert isinstance(Replies(engine).claim("key", "other", b"asked"), Claim)
    with engine.connect() as connection:
        names = connection.execute(sa.select(IDEMPOTENCY.c.key)).scalars().all()
    assert names == ["other"]


@given(
    name=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200)
)
def test_visible_ascii_is_a_name_quoted_or_not(name):
    assert read_name(f'"{name}"') == name
    if not (len(name) > 1 and name[0] == name[-1] == '"'):
        assert read_name(name) == name


@pytest.mark.parametrize("header", ["", '""', "a b", "é", "x" * 201, "\t"])
def test_anything_else_is_not_a_name(header):
    with pytest.raises(Problem, match="1 to 200 visible"):
        read_name(header)
