import json

import numpy as np
import pandas as pd
import pytest

from models.registry import Registry
from models.run_record import SELECTION
from training.evaluation import evaluate
from training.selection import record_selection, selection, selection_words
from training.split import Slices
from training.tracking import running

REVIEWERS = 10


def made(rows, seed, begins):
    """Appeals over ten days, half of them decided within two, reviewers of differing leniency."""
    rng = np.random.default_rng(seed)
    said, reviewer = rng.random(rows), rng.integers(0, REVIEWERS, rows)
    chance = np.clip(said + 0.03 * (reviewer - REVIEWERS / 2), 0, 1)
    filed = pd.Timestamp(begins, tz="UTC") + pd.to_timedelta(
        np.sort(rng.uniform(0, 240, rows)), "h"
    )
    return pd.DataFrame(
        {
            "appeal_id": [f"{begins}-{n}" for n in range(rows)],
            "submitted_at": filed,
            "decided_at": filed + pd.to_timedelta(rng.exponential(60, rows), "h"),
            "outcome": np.where(rng.random(rows) < chance, "overturned", "upheld"),
            "reviewer_id": [f"R{one}" for one in reviewer],
            "policy": rng.choice(["spam", "counterfeit"], rows),
            "language": None,
            "subject_id": None,
        }
    ), said


@pytest.fixture(scope="module")
def world():
    """What teaches, what judges as of the last filing, what waits, and how it was judged."""
    seen, _ = made(1_500, 0, "2026-01-01")
    later, said = made(1_500, 1, "2026-02-01")
    known = (later["decided_at"] <= later["submitted_at"].max()).to_numpy()
    test = later[known].reset_index(drop=True)
    undecided = later.loc[~known, ["appeal_id", "submitted_at", "policy", "language"]]
    return Slices(seen, test), undecided, evaluate(test, said[known], rounds=50)


def test_what_waits_is_counted_and_reviewers_are_set_side_by_side(world):
    slices, undecided, evaluation = world
    found = selection(slices, undecided, evaluation)
    assert found.missing.decided == len(slices.test)
    assert found.missing.undecided == found.missing.missing == len(undecided)
    assert not found.missing.truncated
    assert found.misdated == 0
    assert found.missing.median_hours == pytest.approx(60 * np.log(2), rel=0.15)
    assert sum(one.filed for one in found.missing.ages) == 1_500
    assert found.leniency.strict.adjusted < found.leniency.lenient.adjusted
    words = selection_words(found)
    assert words["not decided yet"].startswith(f"{len(undecided):,} of 1,500; half are decided in")
    assert words["reviewers"].startswith("of 10, the strict third overturns")


def test_an_export_of_decisions_alone_says_that_it_can_only_guess(world):
    slices, undecided, evaluation = world
    found = selection(slices, undecided.iloc[:0], evaluation)
    assert found.missing.truncated
    assert found.missing.missing > 0.5 * len(undecided)
    assert "as far as decided ones tell" in selection_words(found)["not decided yet"]


def test_what_was_filed_before_the_test_slice_is_left_out(world):
    slices, undecided, evaluation = world
    old = slices.seen[["appeal_id", "submitted_at", "policy", "language"]]
    both = pd.concat([old, undecided])
    assert selection(slices, both, evaluation).missing == (
        selection(slices, undecided, evaluation).missing
    )


def redated(slices, rows, moments):
    test = slices.test.copy()
    test.loc[rows, "decided_at"] = moments
    return Slices(slices.seen, test)


@pytest.mark.parametrize("exported", [False, True])
def test_a_decision_before_its_filing_stops_nothing_and_is_told(world, exported):
    slices, undecided, evaluation = world
    undecided = undecided.iloc[: 0 if exported else None]
    early = slices.test.loc[[7, 900], "submitted_at"] - pd.Timedelta(days=30)
    found = selection(redated(slices, [7, 900], early), undecided, evaluation)
    sound = selection(slices, undecided, evaluation)
    assert found.misdated == 2
    assert found.missing.decided == sound.missing.decided
    assert found.missing.missing == pytest.approx(sound.missing.missing, rel=0.05)
    assert (
        "; 2 dated before their filing or long after" in selection_words(found)["not decided yet"]
    )


@pytest.mark.parametrize("exported", [False, True])
@pytest.mark.parametrize("rows", [[0], [3, 500, 700]])
@pytest.mark.parametrize("days", [100, 36_500])
def test_decisions_dated_far_ahead_do_not_make_all_seem_decided(world, exported, rows, days):
    slices, undecided, evaluation = world
    undecided = undecided.iloc[: 0 if exported else None]
    ahead = slices.test["submitted_at"].max() + pd.Timedelta(days=days)
    found = selection(redated(slices, rows, ahead), undecided, evaluation)
    sound = selection(slices, undecided, evaluation)
    assert found.misdated == len(rows)
    assert found.missing.decided == sound.missing.decided - len(rows)
    assert found.missing.missing == pytest.approx(sound.missing.missing, rel=0.05)
    assert found.missing.weighted.overturned == pytest.approx(
        sound.missing.weighted.overturned, abs=0.002
    )


def test_where_all_decisions_are_of_the_future_they_still_count(world):
    slices, undecided, evaluation = world
    ahead = slices.test["decided_at"] + pd.Timedelta(days=36_500)
    found = selection(redated(slices, slices.test.index, ahead), undecided, evaluation)
    assert found.missing.decided == len(slices.test)


def test_without_dates_and_reviewers_it_says_so(world):
    slices, undecided, evaluation = world
    bare = [
        part.assign(reviewer_id=None, decided_at=part["submitted_at"])
        for part in (slices.seen, slices.test)
    ]
    words = selection_words(selection(Slices(*bare), undecided, evaluation))
    assert "have no date" in words["not decided yet"]
    assert words["reviewers"].startswith("0 reviewers with 50 earlier")


def test_a_run_holds_it_under_the_name_that_readers_know(world, home):
    found = selection(*world)
    registry = Registry(home)
    with running(registry) as run_id:
        record_selection(registry, run_id, found)
    told = json.loads(registry.artifact(run_id, SELECTION).read_text())
    assert told["missing"]["decided"] == found.missing.decided
    assert told["leniency"]["strict"]["auc"]["value"] == found.leniency.strict.auc.value
