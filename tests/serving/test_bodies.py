"""Reading a body's list, and JSON pointers into it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.faults import pointer_to
from serving.bodies import MAX_ITEMS, read_items, resolving
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
