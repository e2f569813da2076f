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


class Halves:
    """Gives every appeal the probability that the test gave it."""

    def __init__(self, said):
        self.said = said

    def probabilities(self, frame):
        return np.array([self.said[name] for name in frame["appeal_id"]])


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
    """What teaches, what judges as of the last filing, what waits, and a model that knows all."""
    seen, _ = made(1_500, 0, "2026-01-01")
    later, said = made(1_500, 1, "2026-02-01")
    known = (later["decided_at"] <= later["submitted_at"].max()).to_numpy()
    test = later[known].reset_index(drop=True)
    undecided = later.loc[~known, ["appeal_id", "submitted_at", "policy", "language"]]
    scorer = Halves(dict(zip(later["appeal_id"], said, strict=True)))
    return Slices(seen, test), undecided, scorer, evaluate(test, said[known], rounds=50)


def test_what_waits_is_counted_and_reviewers_are_set_side_by_side(world):
    slices, undecided, scorer, evaluation = world
    found = selection(slices, undecided, scorer, evaluation)
    assert found.missing.decided == len(slices.test)
    assert found.missing.undecided == found.missing.missing == len(undecided)
    assert not found.missing.truncated
    assert found.missing.median_hours == pytest.approx(60 * np.log(2), rel=0.15)
    assert sum(one.filed for one in found.missing.ages) == 1_500
    assert found.leniency.strict.adjusted < found.leniency.lenient.adjusted
    words = selection_words(found)
    assert words["not decided yet"].startswith(f"{len(undecided):,} of 1,500; half are decided in")
    assert words["reviewers"].startswith("of 10, the strict third overturns")


def test_an_export_of_decisions_alone_says_that_it_can_only_guess(world):
    slices, undecided, scorer, evaluation = world
    found = selection(slices, undecided.iloc[:0], scorer, evaluation)
    assert found.missing.truncated
    assert found.missing.missing > 0.5 * len(undecided)
    assert "as far as decided ones tell" in selection_words(found)["not decided yet"]


def test_what_was_filed_before_the_test_slice_is_left_out(world):
    slices, undecided, scorer, evaluation = world
    old = slices.seen[["appeal_id", "submitted_at", "policy", "language"]]
    both = pd.concat([old, undecided])
    assert selection(slices, both, scorer, evaluation).missing == (
        selection(slices, undecided, scorer, evaluation).missing
    )


def test_without_dates_and_reviewers_it_says_so(world):
    slices, undecided, scorer, evaluation = world
    bare = [
        part.assign(reviewer_id=None, decided_at=part["submitted_at"])
        for part in (slices.seen, slices.test)
    ]
    words = selection_words(selection(Slices(*bare), undecided, scorer, evaluation))
    assert "have no date" in words["not decided yet"]
    assert words["reviewers"].startswith("0 reviewers with 50 earlier")


def test_a_run_holds_it_under_the_name_that_readers_know(world, home):
    found = selection(*world[:3], world[3])
    registry = Registry(home)
    with running(registry) as run_id:
        record_selection(registry, run_id, found)
    told = json.loads(registry.artifact(run_id, SELECTION).read_text())
    assert told["missing"]["decided"] == found.missing.decided
    assert told["leniency"]["strict"]["auc"]["value"] == found.leniency.strict.auc.value
