"""Streams with planted surges: drawn as they are described."""

import numpy as np
import pytest

from training.benchmarks.streams import (
    DAYS,
    EVENTS,
    RAMPS,
    STARTS,
    WEEKDAYS,
    TooFewTexts,
    make_stream,
)

LABELS = np.repeat([f"label {i}" for i in range(40)], 60)


@pytest.fixture(scope="module")
def many():
    return [make_stream(LABELS, RAMPS["steep"], seed) for seed in range(12)]


def test_the_same_seed_gives_the_same_stream(many):
    again = make_stream(LABELS, RAMPS["steep"], 3)
    for name, expected in vars(many[3]).items():
        np.testing.assert_array_equal(getattr(again, name), expected)
    assert not np.array_equal(again.rows, many[4].rows[: len(again.rows)])


def test_days_rise_and_are_as_busy_as_the_weekday(many):
    assert all((np.diff(stream.days) >= 0).all() for stream in many)
    usual = sum(np.bincount(s.days[s.events < 0], minlength=DAYS) for s in many) / len(many)
    by_weekday = np.array([usual[day::7].mean() for day in range(7)])
    np.testing.assert_allclose(
        by_weekday / by_weekday.mean(), WEEKDAYS / np.mean(WEEKDAYS), atol=0.04
    )
    assert usual.mean() == pytest.approx(150, rel=0.02)


def test_a_surge_is_all_that_there_is_of_its_label(many):
    for stream in many:
        assert len(stream.starts) == EVENTS
        held_out = set(LABELS[stream.rows[stream.events >= 0]])
        assert len(held_out) <= EVENTS
        assert not held_out & set(LABELS[stream.rows[stream.events < 0]])


def test_surges_begin_in_time_and_follow_the_ramp(many):
    starts = np.concatenate([stream.starts for stream in many])
    assert starts.min() >= STARTS[0]
    assert starts.max() <= STARTS[1]
    days = np.concatenate([s.days[s.events >= 0] - s.starts[s.events[s.events >= 0]] for s in many])
    assert days.min() >= 0
    daily = np.bincount(days) / (EVENTS * len(many))
    np.testing.assert_allclose(daily, RAMPS["steep"], rtol=0.25)


def test_no_text_comes_again_before_all_of_its_label_have(many):
    usual = many[0].rows[many[0].events < 0]
    times = np.bincount(usual, minlength=len(LABELS))
    for label in set(LABELS[usual]):
        of_label = times[label == LABELS]
        assert of_label.max() - of_label.min() <= 1


def test_without_a_ramp_there_are_no_surges():
    stream = make_stream(LABELS, (), 0)
    assert (stream.events == -1).all()
    assert len(stream.starts) == 0


def test_too_few_labels_are_refused():
    with pytest.raises(TooFewTexts, match="3 different labels"):
        make_stream(["a", "b", "c"], RAMPS["slow"], 0)
