import warnings
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.bench.drawing import canvas, forest, placed, plain


@settings(max_examples=25)
@given(st.text(max_size=40))
def test_whatever_the_data_say_can_be_drawn(text):
    figure, axes = canvas("a question?")
    axes.text(0.5, 0.5, plain(text))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a sign without a glyph warns
        figure.draw_without_rendering()


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("phone case", "phone case"),
        ("Hàng bị giữ", "Hàng bị giữ"),
        ("ร้านค้า ok", "[thai] ok"),
        ("卖家, 单据", "[cjk], [cjk]"),
        ("5 $ or [x]", r"5 \$ or [x]"),
    ],
)
def test_signs_that_the_font_lacks_are_told_by_their_script(text, drawn):
    assert plain(text) == drawn


def test_a_forest_draws_each_row_and_leaves_out_bounds_that_are_not_there():
    table = pd.DataFrame({"v": [0.5, 0.7], "l": [0.4, np.nan], "h": [0.6, np.nan]})
    _, axes = canvas("which?")

    forest(axes, table, value="v", low="l", high="h", names=["one", "two"])

    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["one", "two"]
    lines = [segment.tolist() for segment in axes.collections[0].get_segments()]
    assert lines == [[[0.4, 1.0], [0.6, 1.0]], [[0.7, 0.0], [0.7, 0.0]]]


def test_days_lie_a_day_apart():
    first, second = placed([date(2025, 3, 1), date(2025, 3, 2)])
    assert second - first == 1
