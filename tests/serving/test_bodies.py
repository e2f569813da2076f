"""Reading a body's list, and JSON pointers into it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.faults import Fault, pointer_to
from features.schema import Decision
from serving.bodies import MAX_ITEMS, located, read_items, read_object, resolving
from serving.problems import Problem

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(items=st.lists(JSON_VALUES, min_size=1, max_size=5))
def test_the_items_come_out_as_they_went_in(items):
    assert read_items(json.dumps({"appeals": items}).encode(), "appeals") == items


@pytest.mark.parametrize("size", [1, MAX_ITEMS])
def test_the_bounds_are_allowed(size):
    assert len(read_items(json.dumps({"appeals": [None] * size}).encode(), "appeals")) == size


@pytest.mark.parametrize("size", [0, MAX_ITEMS + 1])
def test_beyond_the_bounds_the_number_is_told(size):
    with pytest.raises(Problem, match=f"{size} items; expected 1 to 500"):
        read_items(json.dumps({"appeals": [None] * size}).encode(), "appeals")


@given(body=st.binary(max_size=60))
def test_any_bytes_are_refused_as_what_they_are(body):
    with pytest.raises(Problem) as caught:
        read_items(body, "appeals")
    assert caught.value.status in (400, 422)
    assert caught.value.errors


def test_a_refusal_does_not_repeat_the_content():
    with pytest.raises(Problem) as caught:
        read_items(json.dumps({"appeals": "my secret words"}).encode(), "appeals")
    assert "secret" not in json.dumps(caught.value.body())
    assert "15 characters" in caught.value.detail


def test_what_json_does_not_have_is_told_apart():
    for body, words in [
        (b'{"appeals": [Infinity]}', "a number that JSON does not have"),
        (b"[" * 50_000, "nested too deeply"),
        (b'{"appeals": ["\xff"]}', "not UTF-8 at byte 14"),
        (b'{"appeals": [1,]}', "not JSON at line 1, column 16"),
    ]:
        with pytest.raises(Problem, match=words):
            read_items(body, "appeals")


def every_place(value):
    """Yield every path in a JSON value, with the value there."""
    yield (), value
    named = value if isinstance(value, dict) else {}
    numbered = enumerate(value) if isinstance(value, list) else ()
    for name, part in [*named.items(), *numbered]:
        for path, found in every_place(part):
            yield (name, *path), found


@given(document=JSON_VALUES)
def test_every_place_resolves_to_itself(document):
    for path, _ in every_place(document):
        assert resolving(pointer_to(*path), document) == (pointer_to(*path), "")


@given(document=JSON_VALUES)
def test_a_missing_place_is_cut_to_what_should_have_held_it(document):
    for path, _ in every_place(document):
        missing = pointer_to(*path, "no such", "place")
        assert resolving(missing, document) == (pointer_to(*path), "no such/place")


DECISION = {"appeal_id": "a", "outcome": "upheld", "decided_at": "2025-03-04T00:00:00Z"}


def test_a_body_that_is_one_record_is_read():
    assert read_object(json.dumps(DECISION).encode(), Decision) == Decision(**DECISION)


def test_all_that_is_wrong_with_a_record_is_told_where_it_stands():
    body = json.dumps({"appeal_id": 7, "outcome": "upheld", "else": 1}).encode()
    with pytest.raises(Problem, match="cannot be used") as caught:
        read_object(body, Decision)
    assert (caught.value.status, caught.value.kind) == (422, "invalid-body")
    assert {pointer for pointer, _ in caught.value.errors} == {"/appeal_id", "", "/else"}


@given(document=JSON_VALUES)
def test_a_record_is_refused_with_pointers_that_resolve(document):
    with pytest.raises(Problem) as caught:
        read_object(json.dumps(document).encode(), Decision)
    for pointer, _ in caught.value.errors:
        assert resolving(pointer, document) == (pointer, "")


def test_a_fault_of_what_is_missing_points_at_what_should_have_held_it():
    assert located(Fault("/a/b", "missing"), {"a": {}}) == ("/a", "b: missing")
    assert located(Fault("/a/b", "wrong"), {"a": {"b": 1}}) == ("/a/b", "wrong")
