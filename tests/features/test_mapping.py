import re

import pytest

from features.errors import InvalidMapping
from features.mapping import closest, load_mapping, parse_mapping
from features.schema import Outcome

DECISION = {"column": "result", "overturned": ["yes"], "upheld": ["no"]}
WHOLE = """
appeal_id: id
submitted_at: {column: filed, unit: s}
text: [title, body]
subject_id: {column: seller}
policy: {column: rule, values: {IP: intellectual property}}
detection: {column: source, values: {BOT: automated, 1: human}}
evidence: {column: files, separator: ","}
attempt: nth
stake: amount
decision:
  column: result
  overturned: [yes, true, 1.0]
  upheld: [no]
  decided_at: closed
  reviewer_id: who
  escalated_to: {column: team, values: {L: legal}}
attributes:
  numeric: [age]
  categorical: [2015, no]
  boolean: [vip]
"""


@pytest.fixture
def load(tmp_path):
    def loaded(text):
        path = tmp_path / "map.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_mapping(path)

    return loaded


def test_a_whole_mapping_is_read(load):
    mapping = load(WHOLE)
    assert mapping.text == ["title", "body"]
    assert mapping.subject_id.column == "seller"
    assert mapping.policy.values == {"ip": "intellectual property"}
    assert mapping.detection.values == {"bot": "automated", "1": "human"}
    assert mapping.decision.decided_at.column == "closed"
    assert mapping.attributes.names == ["age", "2015", "no", "vip"]
    assert set(mapping.columns) == {
        *("id", "filed", "title", "body", "seller", "rule", "source", "files", "nth", "amount"),
        *("result", "closed", "who", "team", "age", "2015", "no", "vip"),
    }


def test_words_of_yaml_keep_their_letters(load):
    outcomes = load(WHOLE).decision.outcomes
    assert outcomes == {
        "yes": Outcome.OVERTURNED,
        "true": Outcome.OVERTURNED,
        "1": Outcome.OVERTURNED,
        "no": Outcome.UPHELD,
    }


def test_one_column_is_enough():
    mapping = parse_mapping({"text": "body"})
    assert mapping.columns == ["body"]
    assert mapping.decision is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"txt": "a"}, "unknown key 'txt'; expected one of appeal_id, .* Did you mean 'text'?"),
        (
            {"text": "a", "decision": DECISION | {"uphold": ["x"]}},
            "'uphold' under decision.*'upheld'",
        ),
        (
            {"decision": {"column": "r", "overturnt": ["x"], "upheld": ["y"]}},
            "'overturnt' under decision; .* Did you mean 'overturned'?",
        ),
        ({"submitted_at": {"column": "a", "units": "s"}}, "'units' under submitted_at.*'unit'"),
        ({"decision": DECISION | {"decided_at": {"colunm": "x"}}}, "under decision.decided_at"),
        ({"attributes": {"number": ["a"]}}, "'number' under attributes.*numeric, categorical"),
        ({"decision": {"column": "r", "overturned": ["x"]}}, "lacks decision.upheld"),
        ({"decision": DECISION | {"upheld": []}}, "at decision.upheld"),
        ({"decision": DECISION | {"upheld": ["YES"]}}, "lists yes as overturned and as upheld"),
        ({"submitted_at": {"column": "a", "unit": "weeks"}}, "at submitted_at.unit: .*'ms'"),
        (
            {"submitted_at": {"column": "a", "unit": "s", "format": "%Y"}},
            "both `unit` and `format`",
        ),
        ({"submitted_at": {"column": "a", "order": "b"}}, "`order`, which needs `unit: year`"),
        (
            {"detection": {"column": "a", "values": {"x": "robot"}}},
            "at detection.values.x: .*'human'",
        ),
        ({"text": ""}, "at text"),
        ({"text": []}, "at text"),
        ({"policy": ["a", "b"]}, "at policy"),
        ({"attributes": {"numeric": ["a"], "boolean": ["a"]}}, "the attribute a more than once"),
        ({"attributes": {"numeric": [f"n{i}" for i in range(501)]}}, "501 attributes; at most 500"),
        (
            {"decision": DECISION, "attributes": {"boolean": ["result"]}},
            "uses result both for the decision and as known at filing",
        ),
        (
            {"text": "note", "decision": DECISION | {"decided_at": "note"}},
            "uses note both for the decision and as known at filing",
        ),
        ({}, "holds no keys"),
        (None, "holds no keys"),
        (["text"], "holds no keys"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(content, message):
    with pytest.raises(InvalidMapping, match=message):
        parse_mapping(content)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text: [a", "is not YAML"),
        ("text: a\ntext: b", "the key 'text' stands twice"),
        ("attributes: {numeric: [a], numeric: [b]}", "the key 'numeric' stands twice"),
        (b"text: caf\xe9", "is not UTF-8"),
        ("", "holds no keys"),
        ("just a word", "holds no keys"),
        ("[" * 1_200, "nested too deeply|is not YAML"),
    ],
)
def test_a_broken_file_says_so_on_one_line(load, text, message):
    with pytest.raises(InvalidMapping, match=message) as error:
        load(text)
    assert "\n" not in str(error.value)


def test_tags_make_no_objects(load):
    assert load("text: !!python/object:os.system x\npolicy: !!int 7").policy.column == "7"


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(InvalidMapping, match="No such file"):
        load_mapping(tmp_path / "none.yaml")


@pytest.mark.parametrize("word", ["polcy", "Policy"])
def test_the_closest_word_is_suggested(word):
    assert closest(word, ["policy", "market"]) == "Did you mean 'policy'?"
    assert closest("zzz", ["policy", "market"]) == ""


def test_the_examples_are_sound_and_explain_themselves(examples):
    files = sorted(examples.glob("*.yaml"))
    assert {"raop", "imr", "airline", "clinc150", "stackoverflow"} <= {file.stem for file in files}
    for file in files:
        assert load_mapping(file).columns
        assert re.match(r"# \w", file.read_text())
