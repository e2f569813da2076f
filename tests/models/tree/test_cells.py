"""Cases counted by cell and day."""

import numpy as np
import pandas as pd
import pytest

from models.tree.cells import cells_of


def counted(frame, simulated, **how):
    return cells_of(simulated.intake(frame, **how))


@pytest.fixture
def frame(simulated):
    world = simulated.World(seed=3, days=30)
    return simulated.appeals(world.cells, world.draw())


def test_every_subject_of_its_own_counts(frame, simulated):
    cells = counted(frame, simulated, window=20)
    assert cells.filed.sum() == len(frame)
    by_day = frame.groupby(frame["submitted_at"].dt.date).size()
    assert cells.filed.sum(axis=0).tolist() == by_day.tolist()
    known = cells.codes[:, 1] >= 0
    assert cells.filed[known, :10].sum() == 0
    assert cells.filed[~known, 10:].sum() == 0


def test_a_subject_counts_once_a_day_in_a_corner_and_a_letter_of_nobodys_once(frame, simulated):
    one = frame.assign(subject_id="s")
    corner = [frame["submitted_at"].dt.date, *(frame[n] for n in ("policy", "market", "detection"))]
    assert counted(one, simulated).filed.sum() == frame.groupby(corner).ngroups
    nobody = frame.assign(subject_id=None)
    letters = np.where(np.arange(len(frame)) % 2, 0, -1).astype(np.int32)
    found = counted(nobody, simulated, campaign=letters)
    assert found.filed.sum() == (letters < 0).sum() + 1


def test_each_row_knows_its_cell(frame, simulated):
    cells = counted(frame, simulated)
    for fact, place in (("policy", 0), ("theme", 1), ("market", 2), ("detection", 3)):
        names = np.array(cells.names[fact])[cells.codes[cells.rows, place]]
        assert names.tolist() == frame[fact].tolist()
    assert np.bincount(cells.rows).tolist() == cells.filed.sum(axis=1).tolist()


def test_decisions_are_counted_by_their_day_and_keep_their_theme(frame, simulated):
    decisions = simulated.decisions(frame, 0.4, np.random.default_rng(0))
    cells = counted(frame, simulated, window=20, decisions=decisions)
    assert cells.decided.sum() == len(decisions)
    assert cells.overturned.sum() == decisions["overturned"].sum()
    by_day = decisions.groupby("day").size()
    days = pd.date_range(end=max(by_day.index), periods=30).date
    assert cells.decided.sum(axis=0).tolist() == by_day.reindex(days, fill_value=0).tolist()
    recent = frame["submitted_at"] >= frame["submitted_at"].max().floor("D") - pd.Timedelta(days=19)
    held = decisions["appeal_id"].isin(frame.loc[recent, "appeal_id"])
    assert cells.decided[cells.codes[:, 1] >= 0].sum() == held.sum()
    assert (cells.overturned_ages >= 0).sum() == decisions.loc[held, "overturned"].sum()


def test_a_subject_has_one_decision_a_day_in_a_corner_overturned_where_any_was(frame, simulated):
    decisions = simulated.decisions(frame, 0.4, np.random.default_rng(0))
    told = frame.merge(decisions, on="appeal_id")
    voices = told.groupby(["day", "policy", "market", "detection"])["overturned"].max()
    one = frame.assign(subject_id="s")
    cells = counted(one, simulated, decisions=decisions)
    assert cells.decided.sum() == len(voices) < len(decisions)
    assert cells.overturned.sum() == voices.sum() < decisions["overturned"].sum()
    # What was filed before the window leaves nothing over where its seller is counted already.
    assert counted(one, simulated, window=20, decisions=decisions).decided.sum() == len(voices)
    nobody = counted(frame.assign(subject_id=None), simulated, decisions=decisions)
    assert nobody.decided[nobody.codes[:, 1] >= 0].sum() == len(decisions)


@pytest.mark.parametrize("first", ["T1", None])
@pytest.mark.parametrize("turned", [False, True])
def test_a_decision_keeps_the_theme_of_what_was_filed_first(frame, simulated, first, turned):
    two = frame.iloc[[-2, -1]].assign(policy="p", market="m", detection="human", subject_id="s")
    two["theme"] = [first, "T2"]
    won = {"appeal_id": two["appeal_id"], "day": two["submitted_at"].dt.date, "overturned": [0, 1]}
    order = two.iloc[::-1] if turned else two
    cells = counted(order, simulated, decisions=pd.DataFrame(won).astype({"overturned": bool}))
    (place,) = np.flatnonzero(cells.decided.sum(axis=1))
    code = cells.codes[place, 1]
    assert (cells.names["theme"][code] if code >= 0 else None) == first
    assert cells.decided.sum() == cells.overturned.sum() == 1


def test_copies_and_repeats_are_told_from_cases(frame, simulated):
    one = frame.assign(subject_id="s")
    cells = counted(one, simulated)
    assert cells.counted.sum() == cells.filed.sum() < len(one)
    cases = np.bincount(cells.rows[cells.counted], minlength=len(cells.codes))
    assert cases.tolist() == cells.filed.sum(axis=1).tolist()
