import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.faults import Fault, kind_of, pointer_to, read_appeal, read_decision
from features.schema import MAX_TEXT, Appeal, Decision

SOUND = {"appeal_id": "a1", "submitted_at": "2024-05-31T08:00:00Z", "text": "please"}
SECRET = "my name is Tan Ah Kow"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def only_fault(raw):
    found = read_appeal(raw)
    assert isinstance(found, list)
    assert len(found) == 1, found
    return found[0]


def test_a_sound_record_is_read():
    assert isinstance(read_appeal(SOUND), Appeal)
    decided = {"appeal_id": "a1", "outcome": "upheld", "decided_at": "2024-06-01"}
    assert isinstance(read_decision(decided), Decision)


@pytest.mark.parametrize(
    ("change", "pointer", "detail"),
    [
        ({"text": None}, "/text", "null; expected a valid string"),
        (
            {"text": "x" * (MAX_TEXT + 1)},
            "/text",
            "a text of 50,001 characters; expected at most 50,000",
        ),
        ({"text": "a\x00"}, "/text", "contains a NUL byte; remove it"),
        ({"attempt": "many"}, "/attempt", "a text of 4 characters; expected a valid integer"),
        ({"attributes": 3}, "/attributes", "a number; expected a valid dictionary"),
        (
            {"attributes": {"age": [1, 2]}},
            "/attributes/age",
            "a list of 2 items; expected a number, a text, true, false or null",
        ),
        (
            {"attributes": {"note": "x" * 1001}},
            "/attributes/note",
            "a text of 1,001 characters; expected at most 1,000",
        ),
        ({"attributes": {"a/b~c": {}}}, "/attributes/a~1b~0c", "an object of 0 keys; expected"),
        ({"shoe_size": 44}, "/shoe_size", "unknown field; expected one of appeal_id, submitted_at"),
        ({"evidence": ["ok", 5]}, "/evidence/1", "a number; expected a valid string"),
    ],
)
def test_a_fault_says_where_and_what_was_expected(change, pointer, detail):
    fault = only_fault(SOUND | change)
    assert fault.pointer == pointer
    assert fault.detail.startswith(detail)


def test_every_fault_is_told():
    found = read_appeal({"appeal_id": "", "text": 3})
    assert {fault.pointer for fault in found} == {"/appeal_id", "/submitted_at", "/text"}
    assert Fault("/submitted_at", "missing; expected a value") in found


@pytest.mark.parametrize("raw", [None, [], "appeal", 3, True])
def test_what_is_no_object_is_one_fault(raw):
    assert read_appeal(raw) == [Fault("", f"{kind_of(raw)}; expected an object")]


@pytest.mark.parametrize("field", ["submitted_at", "attempt", "stake", "detection", "evidence"])
def test_a_fault_never_tells_the_content(field):
    fault = only_fault(SOUND | {field: SECRET})
    assert "Tan" not in fault.detail


@given(st.dictionaries(st.sampled_from(sorted(Appeal.model_fields)), ANY_JSON))
def test_any_json_is_read_or_faulted(raw):
    found = read_appeal(raw)
    if isinstance(found, list):
        assert found
        assert all(fault.pointer.startswith("/") and fault.detail for fault in found)
    else:
        assert found.appeal_id == raw["appeal_id"]


def test_pointers_are_escaped():
    assert pointer_to("attributes", "a/b", "c~d", 3) == "/attributes/a~1b/c~0d/3"
    assert pointer_to() == ""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "true or false"),
        ("a", "a text of 1 character"),
        (2.5, "a number"),
        ({"a": 1}, "an object of 1 key"),
        ((), "a list of 0 items"),
        (b"", "a value of type bytes"),
    ],
)
def test_kinds_are_named(value, kind):
    assert kind_of(value) == kind
