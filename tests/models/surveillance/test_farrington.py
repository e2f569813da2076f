"""Farrington Flexible against the answers of R's `surveillance` 1.20.3."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.surveillance.farrington import FarringtonFlexible
from models.surveillance.series import InvalidCounts

BY_R = json.loads((Path(__file__).parent / "farrington_by_r.json").read_text())
COUNTS = np.array(BY_R["counts"], dtype=float)
GAPPED = 4
DATES = np.datetime64("2009-01-12") + 7 * np.arange(COUNTS.shape[1])
RULES = {
    "base": FarringtonFlexible(),
    "dates": FarringtonFlexible(),
    "muan": FarringtonFlexible(threshold="muan", years=4, half_window=2, seasons=7),
    "delta": FarringtonFlexible(
        threshold="delta",
        seasons=1,
        trend_level=0.05,
        years=3,
        half_window=4,
        excluded=4,
        weights_threshold=1,
    ),
    "deltadates": FarringtonFlexible(
        threshold="delta", seasons=5, trend_level=0.2, years=6, alpha=0.05
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_answers_are_those_of_r(name):
    dated = "dates" in name
    # With dates, R counts the time of a prediction from the first week that was counted, and of a
    # fit from the first week: with a gap at the start the two differ. Ours is the same for both.
    rows = [row for row in range(len(COUNTS)) if not (dated and row == GAPPED)]
    found = RULES[name].tails(COUNTS[rows], judged=4, dates=DATES if dated else None)
    ours = np.stack([found.expected, found.upper, found.pvalue], axis=2)
    theirs = np.array([BY_R["answers"][name][row] for row in rows], dtype=float)
    assert ours == pytest.approx(theirs, rel=1e-7, abs=1e-9, nan_ok=True)


def test_one_week_is_judged_as_among_many():
    many = FarringtonFlexible().tails(COUNTS, judged=5)
    one = FarringtonFlexible().tails(COUNTS[:, :-2], judged=1)
    for several, single in ((many.expected, one.expected), (many.pvalue, one.pvalue)):
        assert several[:, 2] == pytest.approx(single[:, 0], rel=1e-10, nan_ok=True)


def test_what_cannot_be_judged_is_nan():
    short = FarringtonFlexible().tails(COUNTS[:, :200], judged=2)
    assert np.isnan(short.pvalue).all()
    told = COUNTS.copy()
    told[0, -1], told[1, :-1], told[2, :-1] = np.nan, 0, np.nan
    answer = FarringtonFlexible().tails(told).last()
    assert np.isnan(answer.upper[:3]).all()
    assert np.isfinite(answer.upper[3:]).all()
    assert FarringtonFlexible().tails(np.zeros((0, 420)), 3).pvalue.shape == (0, 3)


def test_an_alarm_is_a_count_above_the_limit():
    for rise, alarmed in ((0, False), (1, True)):
        told = COUNTS[2:3].copy()
        told[0, -1] = FarringtonFlexible().tails(told).upper[0, 0] + rise
        answer = FarringtonFlexible().tails(told)
        assert (answer.pvalue[0, 0] <= 0.01) == alarmed


def test_what_is_no_table_is_refused():
    with pytest.raises(InvalidCounts):
        FarringtonFlexible().tails(COUNTS[0])
