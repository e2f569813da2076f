"""The whole intake: its gaps, and its last complete days."""

import numpy as np

from models.tree.whole import WholeDays, intake_gaps


def test_a_day_without_a_case_is_a_gap_only_where_many_are_usual():
    filed = np.tile([20.0, 20, 20, 20, 20, 2, 0], 6)
    filed[[3, 12, 15]] = 0
    assert np.flatnonzero(intake_gaps(filed)).tolist() == [3, 15]
    assert not intake_gaps(np.array([0.0, 3, 0, 2])).any()
    assert intake_gaps(np.zeros(0)).tolist() == []


def test_the_quietest_of_three_days_decides_and_the_last_day_is_not_looked_at():
    series = np.random.default_rng(0).poisson(100, 90).astype(float)
    for high, plain in (((-4, -3, -2), True), ((-4, -3, -1), False), ((-3, -2, -1), False)):
        risen = series.copy()
        risen[list(high)] = 220
        p = WholeDays(risen[None], risen, sign=1).pvalue()
        assert (p < 1e-4) is plain
    fallen = series.copy()
    fallen[-4:-1] = 25
    assert WholeDays(fallen[None], fallen, sign=-1).pvalue() < 1e-4
    fallen[-3] = np.nan
    assert np.isnan(WholeDays(fallen[None], fallen, sign=-1).pvalue())


def test_what_some_cells_explain_is_taken():
    cells = np.random.default_rng(0).poisson(50, (2, 90)).astype(float)
    cells[0, -4:-1] = 300
    whole = WholeDays(cells, cells.sum(axis=0), sign=1)
    assert whole.pvalue() < 1e-4
    whole.take(np.array([0]), 50.0, 1)
    assert whole.pvalue() > 0.01
