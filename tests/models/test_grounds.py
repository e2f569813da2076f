from pathlib import Path

import pytest

from features.errors import InvalidMapping
from models.grounds import FILE, OTHER, Contested, Ground, Grounds, read_grounds

EXAMPLE = Path(__file__).parents[2] / "examples" / FILE


@pytest.fixture
def declare(tmp_path):
    def write(text):
        (tmp_path / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


def test_the_example_is_sound(tmp_path, declare):
    grounds = read_grounds(declare(EXAMPLE.read_bytes()))
    assert grounds.of("counterfeit").ground is Ground.ILLEGAL
    assert grounds.of("payment_hold").category == "scams_and_fraud"
    assert grounds.contested("shop_suspended") is Contested.ACCOUNT
    assert grounds.contested("penalty_points") is Contested.OTHER


def test_an_action_that_is_not_declared_is_of_no_kind_and_named(declare):
    grounds = read_grounds(declare("policies: {}\nactions: {gone: account}\nservice: Shop"))
    assert grounds.contested("new") is grounds.contested(None) is None
    assert grounds.unplaced({"gone": 7, "b": 2, "a": 2, "new": 5}) == ("new", "a", "b")
    assert grounds.service == "Shop"


def test_without_a_file_nothing_is_declared(tmp_path):
    assert read_grounds(tmp_path) is None


def test_what_is_not_declared_is_other_and_named(declare):
    grounds = read_grounds(declare("policies: {spam: {ground: incompatible, category: spam}}"))
    assert grounds.of("spam").ground is Ground.INCOMPATIBLE
    assert grounds.of("new") == grounds.of(None) == OTHER
    assert grounds.undeclared({"spam": 9, "b": 2, "a": 2, "c": 5}) == (("c", 5), ("a", 2), ("b", 2))
    assert Grounds(policies={}).of("spam") == OTHER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "policies",
        "- a",
        "other: {}",
        "policies: [a]",
        "policies: {spam: illegal}",
        "policies: {spam: {ground: unfair, category: spam}}",
        "policies: {spam: {ground: illegal, category: 'No Words'}}",
        "policies: {spam: {ground: illegal}}",
        "policies: {spam: {ground: illegal, category: a, more: 1}}",
        "{policies: {}, actions: {gone: deleted}}",
        "{policies: {}, actions: [gone]}",
        "{policies: {}, service: [a]}",
        "policies: {",
        "!!python/object/apply:os.getcwd []",
        b"\xff\xfe\x00",
        b"#" * 1_000_001,
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_remedy(declare, text):
    with pytest.raises(InvalidMapping, match=r"examples/dsa\.yaml"):
        read_grounds(declare(text))
