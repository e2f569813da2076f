from typing import Annotated

import pytest
import yaml
from pydantic import Field

from features.schema import Contract
from training.config import DEFAULT, parameters
from training.config_keys import groups, key_names

CANDIDATES = "scorer.overturn.candidates"
KEYS = {
    f"{group.name}.{key.name}".lstrip("."): key for group in groups(DEFAULT) for key in group.keys
}


class Inner(Contract):
    """What is inside."""

    flag: bool = True


class Outer(Contract):
    """What is outside, told
    on two lines.

    More of it.

    Attributes
    ----------
    low, high
        A bound, told
        on two lines.
    parts
        Three of them: a, b, c.

        After an empty line.

    Notes
    -----
    low
        Told elsewhere.
    """

    low: Annotated[float, Field(ge=-1, lt=2.5)] = 0.0
    high: Annotated[int, Field(gt=1_000)] | None = None
    parts: tuple[float, float, float] = (1.0, 2.0, 3.0)
    inner: Inner = Inner()
    untold: dict[str, str] = Field(default={})


def test_groups_are_given_as_they_are_declared_the_outer_one_first():
    outer, inner = groups(Outer())

    assert (outer.name, outer.meaning) == ("", "What is outside, told on two lines.")
    assert outer.names == ("low", "high", "parts", "untold", "inner")
    assert (inner.name, inner.names) == ("inner", ("flag",))


def test_a_key_has_the_meaning_that_its_class_tells():
    meanings = {key.name: key.meaning for key in next(groups(Outer())).keys}

    assert meanings == {
        "low": "A bound, told on two lines.",
        "high": "A bound, told on two lines.",
        "parts": "Three of them: a, b, c. After an empty line.",
        "untold": "",
    }


def test_a_range_is_told_in_words():
    ranges = {key.name: key.range for group in groups(Outer()) for key in group.keys}

    assert ranges == {
        "low": "number at least -1 and below 2.5",
        "high": "whole number above 1,000, or null",
        "parts": "list of 3, each a number",
        "untold": "for each name a text",
        "flag": "true or false",
    }


def test_every_value_of_a_configuration_is_there_with_its_default():
    flat = parameters(DEFAULT)
    written = {name: value for name, value in flat.items() if not name.startswith(CANDIDATES + ".")}

    assert KEYS.keys() == written.keys() | {CANDIDATES}
    read = {name: yaml.safe_load(key.default) for name, key in KEYS.items()}
    assert read["scorer.distill.smoothing"] == DEFAULT.scorer.distill.smoothing
    assert read[CANDIDATES] == {
        name: list(values) for name, values in DEFAULT.scorer.overturn.candidates.items()
    }


@pytest.mark.parametrize("name", KEYS)
def test_every_key_is_told_what_it_means(name):
    assert KEYS[name].meaning.endswith((".", "?")), f"{name} is not under Attributes of its class"


def test_names_hold_groups_and_values():
    names = key_names(groups(DEFAULT))

    assert set(names) > KEYS.keys() | {"gate", "scorer.overturn.start"}
    assert len(names) == len(set(names))
