import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import InvalidConfig
from training.config import DEFAULT, read_config
from training.config_keys import groups

TOP = "at the top: seed, split, evaluation, gate, drift, scorer"


def refused(declared: object) -> InvalidConfig:
    with pytest.raises(InvalidConfig) as error:
        read_config(declared, "here")
    return error.value


@pytest.mark.parametrize(
    ("declared", "meant"),
    [
        ({"sed": 1}, "seed"),
        ({"gates": {"rounds": 500}}, "gate"),
        ({"split": {"tests": 0.2}}, "split.test"),
        ({"gate": {"ece_limt": 0.1}}, "gate.ece_limit"),
        ({"ece_limit": 0.1}, "gate.ece_limit"),
        ({"ece_limt": 0.1}, "gate.ece_limit"),
        ({"overturn": {}}, "scorer.overturn"),
        ({"gate": {"token_budget": 1}}, "scorer.distill.token_budget"),
        ({"scorer": {"overturn": {"start": {"vectr": 1}}}}, "scorer.overturn.start.vector"),
    ],
)
def test_of_a_misspelt_key_the_nearest_right_one_is_all_that_is_told(declared, meant):
    said = str(refused(declared))

    assert said.endswith(f": unknown key; did you mean {meant}?")
    assert len(said) < 120


@pytest.mark.parametrize("key", ["leats", "qqqqqq"])
def test_a_key_that_is_like_none_of_its_group_gets_the_keys_of_that_group_alone(key):
    said = refused({"gate": {key: 1}})

    assert said.found == f"here: gate.{key}: unknown key"
    assert said.expected == f"in gate: {', '.join(type(DEFAULT.gate).model_fields)}"


@pytest.mark.parametrize("key", ["qqqqqq", "rounds", 1])
def test_a_key_that_is_like_no_group_or_like_several_gets_the_groups(key):
    said = refused({key: 1})

    assert said.found == f"here: {key}: unknown key"
    assert said.expected == TOP


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ({"gate.ece_limit": 0.1}, "gate: {ece_limit: ...}"),
        ({"scorer.distill": {"least": 1}}, "scorer: {distill: ...}"),
        ({"scorer": {"overturn.start.vector": 1}}, "overturn: {start: {vector: ...}}"),
    ],
)
def test_a_dotted_name_is_told_to_be_nested(declared, written):
    assert str(refused(declared)).endswith(f": a dotted name; write {written}")


@pytest.mark.parametrize(
    ("declared", "found", "expected"),
    [
        ({"split": {"test": 5}}, "split.test: 5", "split.test: number above 0 and at most 0.5"),
        (
            {"gate": {"rounds": "many"}},
            "gate.rounds: 'many'",
            "gate.rounds: whole number at least 200 and at most 20,000",
        ),
        (
            {"scorer": {"overturn": {"start": {"vector": 0}}}},
            "scorer.overturn.start.vector: 0",
            "scorer.overturn.start.vector: number above 0, or null",
        ),
        (
            {"scorer": {"overturn": {"candidates": {"words": [1, -1]}}}},
            "scorer.overturn.candidates.words.1: -1",
            "scorer.overturn.candidates: for each name a list, each a number above 0",
        ),
    ],
)
def test_of_a_wrong_value_what_it_may_be_is_told_and_no_key(declared, found, expected):
    said = refused(declared)

    assert said.found == f"here: {found}"
    assert said.expected == f"for {expected}"


@pytest.mark.parametrize(
    ("declared", "found", "expected"),
    [
        ([1], "the whole: [1]", TOP),
        ({"split": None}, "split: None", "in split: test"),
        ({"scorer": 3}, "scorer: 3", "in scorer: distill, overturn, risk"),
    ],
)
def test_a_value_where_a_group_belongs_gets_the_keys_of_that_group(declared, found, expected):
    said = refused(declared)

    assert said.found == f"here: {found}, where keys belong"
    assert said.expected == expected


def test_values_that_do_not_go_together_say_so_themselves():
    said = refused({"scorer": {"overturn": {"slices": 10}}})

    assert said.found.startswith("here: scorer.overturn: 10 slices of 0.2 leave no past")
    assert said.expected == ""


def test_each_fault_is_told_and_what_two_of_them_share_only_once():
    said = refused({"seed": "one", "gate": {"qqqqq": 1, "zzzzz": 2}})

    assert said.found == "here: seed: 'one'; gate.qqqqq: unknown key; gate.zzzzz: unknown key"
    assert said.expected.count("in gate: ") == 1
    assert said.expected.startswith("for seed: whole number")


def test_a_long_value_is_cut():
    assert len(str(refused({"seed": "x" * 10_000}))) < 200


GROUPS = {group.name: group for group in groups(DEFAULT)}


@settings(max_examples=50)
@given(st.sampled_from(sorted(GROUPS)), st.text("abcdefghij_", min_size=1, max_size=12))
def test_whatever_is_unknown_is_told_with_a_guess_or_with_the_keys_of_its_group(place, letters):
    group, key = GROUPS[place], f"x{letters}"
    declared: object = {key: 1}
    for part in reversed(place.split(".") if place else []):
        declared = {part: declared}

    said = refused(declared)

    found = f"here: {place}.{key}: unknown key".replace(": .", ": ")
    if said.found == found:
        assert said.expected.partition(": ")[2] == ", ".join(group.names)
    else:
        assert said.found.startswith(f"{found}; did you mean ")
        assert said.expected == said.remedy == ""
