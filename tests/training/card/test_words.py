import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.performance import Estimate
from models.reliability import Bin
from training.card.page import SIDE, diagram_of
from training.card.words import between, percent, percents, shown, signed, spanned, three


@given(st.text(max_size=400))
def test_a_value_is_one_line_without_signs_that_steer(text):
    told = shown(text)
    assert "\n" not in told
    assert told.isprintable()
    assert len(told) <= 120


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (three(None), "–"),
        (three(-0.5), "−0.500"),
        (signed(0.25), "+0.250"),
        (percent(0.241), "24.1 %"),
        (percents(0.1, None), "–"),
        (percents(0.1, 0.2), "10.0 % to 20.0 %"),
        (between(0.1, 0.2), "0.100 to 0.200"),
        (spanned(Estimate(0.5, 0.4, 0.6)), "0.500 (0.400 to 0.600)"),
        (spanned(None), "–"),
    ],
)
def test_figures_are_written_alike(told, words):
    assert told == words


shares = st.floats(0, 1)
BINS = st.lists(st.builds(Bin, shares, shares, shares, shares, st.integers(1, 9_999)), max_size=10)


@given(BINS)
def test_every_bin_is_drawn_inside_the_square(bins):
    drawn = diagram_of(bins)
    assert (drawn is None) == (not bins)
    for mark, one in zip(drawn.marks if drawn else (), bins, strict=True):
        assert all(0 <= at <= SIDE for at in (mark.x, mark.y, mark.top, mark.bottom))
        assert mark.x == pytest.approx(SIDE * one.said, abs=0.1)
        assert mark.y == pytest.approx(SIDE * (1 - one.came), abs=0.1)
