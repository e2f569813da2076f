import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.cells import (
    as_flag,
    as_label,
    as_list,
    as_number,
    as_text,
    convert_cells,
    plain_values,
    spelling,
    translate,
)


def column(*cells):
    return pd.Series(list(cells), dtype=object)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_python_and_json_write_them(number):
    assert as_number(repr(number)) == number
    assert as_number(number) == number
    assert as_number(f" {number!r}\t") == number


@pytest.mark.parametrize(
    "cell", ["", "  ", "NA", "nan", "NaN", "null", "None", "n/a", "NaT", "<NA>"]
)
def test_the_usual_words_mean_missing(cell):
    assert as_number(cell) is None
    assert as_flag(cell) is None


@pytest.mark.parametrize("cell", ["1,234", "1,234,567.5", "-12'000", "1 234"])
def test_thousands_separators_are_told(cell):
    with pytest.raises(ValueError, match="thousands separators; expected plain digits"):
        as_number(cell)


@pytest.mark.parametrize("cell", ["abc", "1_000", "0x10", "1,5", "--1", "$5", [1], {}])
def test_what_is_no_number_is_told_by_kind(cell):
    with pytest.raises(ValueError, match=r"^a.*; expected a number$"):
        as_number(cell)


@pytest.mark.parametrize(
    "cell", ["inf", "-Infinity", "1e999", 10**400, math.inf, Decimal("Infinity")]
)
def test_numbers_must_be_finite(cell):
    with pytest.raises(ValueError, match="expected a finite number"):
        as_number(cell)


def test_true_is_no_number():
    with pytest.raises(ValueError, match="list the column under `boolean`"):
        as_number(True)


@pytest.mark.parametrize("cell", [True, 1, 1.0, "1", "TRUE", " yes ", "Y", "t", "1.0"])
def test_yes_has_many_spellings(cell):
    assert as_flag(cell) is True


@pytest.mark.parametrize("cell", [False, 0, 0.0, "0", "False", "no", "N", "f"])
def test_no_has_many_spellings(cell):
    assert as_flag(cell) is False


@pytest.mark.parametrize("cell", ["maybe", 2, "10"])
def test_neither_yes_nor_no_is_told(cell):
    with pytest.raises(ValueError, match="expected true or false"):
        as_flag(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Abc ", "abc"),
        (True, "true"),
        ("1.0", "1"),
        (1.0, "1"),
        (1, "1"),
        ("1.50", "1.50"),
        ("ẞ", "ss"),
    ],
)
def test_values_are_compared_by_one_spelling(cell, expected):
    assert spelling(cell) == expected


@given(st.text())
def test_spelling_is_its_own_spelling(text):
    assert spelling(spelling(text)) == spelling(text)


def test_texts_are_kept_and_labels_are_stripped():
    assert as_text("  a\n") == "  a\n"
    assert as_label("  a\n") == "a"
    assert as_label(" \n") is None
    assert as_label(12.0) == "12"
    with pytest.raises(ValueError, match="a list of 1 item; expected a text"):
        as_text(["a"])


@pytest.mark.parametrize("cell", ["a| b ||a", ["a", "b", " "], ("b", "a"), np.array(["a", "b"])])
def test_lists_hold_each_item_once(cell):
    assert sorted(as_list(cell, "|")) == ["a", "b"]


def test_a_list_of_lists_is_refused():
    with pytest.raises(ValueError, match="expected a text"):
        as_list([["a"]], "|")


def test_translations_are_found_by_spelling_and_open_names_pass():
    assert translate("BOT ", {"bot": "automated"}, None) == "automated"
    assert translate("Other", {"bot": "automated"}, None) == "Other"
    assert translate("", {}, None) is None


def test_a_closed_vocabulary_takes_its_own_words_only():
    words = frozenset({"automated", "human"})
    assert translate("Human", {}, words) == "human"
    with pytest.raises(
        ValueError, match="a text of 5 characters; expected one of automated, human"
    ):
        translate("robot", {}, words)


def test_wrong_cells_are_told_by_position():
    cells = convert_cells(column("1", None, "x", float("nan"), "2"), as_number)
    assert cells.values == [1.0, None, None, None, 2.0]
    assert list(cells.faults) == [2]


def test_a_wrong_cell_is_told_wherever_it_stands_again():
    cells = convert_cells(column("x", "1", "x", "1", None, "x"), as_number)
    assert cells.values == [None, 1.0, None, 1.0, None, None]
    assert list(cells.faults) == [0, 2, 5]
    assert len(set(cells.faults.values())) == 1


def test_a_text_is_converted_once_however_often_it_stands_in_a_column():
    asked = []
    convert_cells(column("a", "b", "a", None, "a"), asked.append)
    assert asked == ["a", "b"]


def test_equal_values_of_different_types_are_not_taken_for_one_another():
    cells = convert_cells(
        column(1, True, "1", 1.0, "1", False, 0), lambda cell: type(cell).__name__
    )
    assert cells.values == ["int", "bool", "str", "float", "str", "bool", "int"]


def test_typed_columns_give_plain_values():
    assert plain_values(pd.Series([1, 2], dtype="int64")) == [1, 2]
    assert plain_values(pd.Series([True, None], dtype="boolean")) == [True, None]
    assert plain_values(pd.Series(["a", None], dtype="str")) == ["a", None]
    assert type(plain_values(pd.Series([1], dtype="int64"))[0]) is int
