import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from models.resampling import (
    bands,
    clusters,
    resample,
    resampled_aucs,
    resampled_means,
    share_bands,
    subjects_of,
    witnesses,
)


def means(values):
    def figures(counts):
        return (counts @ values) / counts.sum(axis=1, keepdims=True)

    return figures


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=30))
def test_cases_of_a_subject_are_one_cluster_and_those_of_nobody_are_alone(subjects):
    found = clusters(pd.Series(subjects, dtype=object))
    assert sorted(set(found)) == list(range(found.max() + 1))
    for i, one in enumerate(subjects):
        for j, other in enumerate(subjects):
            together = i == j or (one is not None and one == other)
            assert (found[i] == found[j]) == together


@given(st.integers(1, 60), st.integers(1, 8), st.integers(0, 99))
def test_a_cluster_is_drawn_whole_and_as_many_clusters_as_there_are(n, size, seed):
    cluster = np.arange(n) // size
    seen = []
    resample(lambda counts: seen.append(counts) or np.zeros((len(counts), 1)), cluster, 5, seed)
    counts = np.concatenate(seen)
    assert counts.shape == (5, n)
    firsts = np.unique(cluster, return_index=True)[1]
    assert (counts == counts[:, firsts][:, cluster]).all()
    assert (counts[:, firsts].sum(axis=1) == len(firsts)).all()


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 4))
@settings(max_examples=40)
def test_the_auc_of_a_draw_is_that_of_the_repeated_cases(seed, n, digits):
    rng = np.random.default_rng(seed)
    outcome, probability = rng.integers(0, 2, n), rng.random(n).round(digits)
    counts = rng.integers(0, 3, (4, n)).astype(np.float32)
    found = resampled_aucs(outcome, probability)(counts)
    for row, value in zip(counts.astype(int), found, strict=True):
        y, p = np.repeat(outcome, row), np.repeat(probability, row)
        if len(set(y)) < 2:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(roc_auc_score(y, p))


def test_drawing_in_parts_changes_nothing(monkeypatch):
    values, cluster = np.arange(30.0)[:, None], np.arange(30)
    whole = resample(means(values), cluster, 20, 1)
    monkeypatch.setattr("models.resampling._CELLS", 70)
    assert resample(means(values), cluster, 20, 1) == pytest.approx(whole)


def test_bands_of_many_figures_hold_together_about_as_often_as_they_say():
    """Of 20 unrelated means, 95 % intervals alone would all hold in a third of the trials."""
    rng, together, alone = np.random.default_rng(5), 0, 0
    for trial in range(100):
        values = rng.normal(size=(200, 20))
        drawn = resample(means(values), np.arange(200), 400, trial)
        found = bands(values.mean(axis=0), drawn)
        together += bool(((found.low <= 0) & (found.high >= 0)).all())
        apart = [bands(values[:, [k]].mean(axis=0), drawn[:, [k]]) for k in range(20)]
        alone += all(one.low[0] <= 0 <= one.high[0] for one in apart)
    assert together >= 87
    assert alone <= 60


def test_more_figures_reach_farther_and_copies_of_one_do_not():
    values = np.random.default_rng(1).normal(size=(300, 30))
    drawn = resample(means(values), np.arange(300), 400, 0)
    one = bands(values[:, :1].mean(axis=0), drawn[:, :1])
    many = bands(values.mean(axis=0), drawn)
    copied = bands(np.repeat(values[:, :1].mean(axis=0), 30), np.repeat(drawn[:, :1], 30, axis=1))
    assert 1.7 < one.reach < 2.2
    assert many.reach > 2.6
    assert copied.reach == pytest.approx(one.reach)


def test_a_subject_with_many_cases_widens_the_bands():
    values = np.repeat(np.random.default_rng(2).normal(size=40), 10)[:, None]
    apart = bands(values.mean(axis=0), resample(means(values), np.arange(400), 300, 0))
    whole = bands(values.mean(axis=0), resample(means(values), np.arange(400) // 10, 300, 0))
    assert whole.high[0] - whole.low[0] > 2 * (apart.high[0] - apart.low[0])


def test_what_does_not_vary_or_is_not_there_has_no_bounds():
    drawn = np.column_stack([np.full(50, 0.5), np.full(50, np.nan), np.linspace(0, 1, 50)])
    found = bands(np.array([0.5, np.nan, 0.5]), drawn)
    assert np.isnan(found.low).tolist() == [True, True, False]
    assert np.isnan(bands(np.array([0.5]), drawn[:, :1]).reach)


@given(st.integers(0, 500))
@settings(max_examples=25)
def test_bands_of_shares_stay_shares_and_hold_the_share(seed):
    values = (np.random.default_rng(seed).random((40, 3)) < [0.03, 0.5, 0.97]).astype(float)
    value = values.mean(axis=0)
    found = share_bands(value, resample(means(values), np.arange(40), 60, seed))
    held = ~np.isnan(found.low)
    assert held[1]
    assert (found.low[held] >= 0).all()
    assert (found.high[held] <= 1).all()
    assert (found.low[held] <= value[held] + 1e-9).all()
    assert (value[held] <= found.high[held] + 1e-9).all()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_witnesses_are_the_subjects_where_they_have_equally_many_cases_else_fewer(sizes):
    found = witnesses(np.repeat(np.arange(len(sizes)), sizes))
    assert found >= 1 - 1e-9
    if len(set(sizes)) == 1:
        assert found == pytest.approx(len(sizes))
    else:
        assert found < len(sizes)


def test_who_has_half_of_the_cases_is_no_crowd():
    assert witnesses(np.r_[np.zeros(100, int), np.arange(1, 101)]) < 4
    assert witnesses(np.zeros(0, int)) == 0


def test_a_frame_without_subjects_has_one_a_row():
    frame = pd.DataFrame({"text": ["a", "b", "c"]})
    assert subjects_of(frame).tolist() == [0, 1, 2]
    assert subjects_of(frame.assign(subject_id=["x", "x", None])).tolist() == [0, 0, 1]


@given(st.integers(0, 999), st.integers(1, 5))
@settings(max_examples=30)
def test_means_of_columns_are_those_of_the_drawn_cases_that_belong_to_them(seed, each):
    rng = np.random.default_rng(seed)
    values, cluster = rng.normal(size=(40, 3)), np.arange(40) // each
    values[rng.random((40, 3)) < 0.5] = np.nan
    drawn = resampled_means(values, cluster, 6, seed)
    counts = resample(lambda counts: counts, cluster, 6, seed).astype(int)
    for row, found in zip(counts, drawn, strict=True):
        cases = np.repeat(values, row, axis=0)
        for column, mean in zip(cases.T, found, strict=True):
            belonging = column[np.isfinite(column)]
            if len(belonging):
                assert mean == pytest.approx(belonging.mean())
            else:
                assert np.isnan(mean)
