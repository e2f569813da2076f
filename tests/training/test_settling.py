import numpy as np
import pandas as pd
import pytest

from training.settling import settling_of

START = pd.Timestamp("2025-01-01", tz="UTC")


def filed(rows=4_000, days=100.0, mean=5.0, seed=0):
    """Appeals whose decisions take some days, as of the moment of the last filing."""
    rng = np.random.default_rng(seed)
    at = START + pd.to_timedelta(np.sort(rng.random(rows)) * days, "D")
    frame = pd.DataFrame({"submitted_at": at})
    frame["decided_at"] = frame["submitted_at"] + pd.to_timedelta(rng.exponential(mean, rows), "D")
    now = frame["submitted_at"].max()
    done = frame["decided_at"] <= now
    return frame[done], frame[~done][["submitted_at"]]


def since(frame, day):
    return frame[frame["submitted_at"] >= START + pd.Timedelta(days=day)]


@pytest.mark.parametrize("known", [True, False])
def test_the_share_that_is_there_is_found_with_and_without_the_undecided(known):
    decided, undecided = filed()
    told = undecided if known else undecided.iloc[:0]
    settling = settling_of(decided, told)
    late, waiting = since(decided, 90), since(undecided, 90)
    truth = len(late) / (len(late) + len(waiting))
    assert settling.share(late, since(told, 90)) == pytest.approx(truth, abs=0.06)
    old = decided[decided["submitted_at"] < START + pd.Timedelta(days=50)]
    assert settling.share(old, told.iloc[:0]) > 0.99


def test_decisions_without_a_moment_of_their_own_are_all_there():
    decided, _ = filed()
    undated = decided.assign(decided_at=decided["submitted_at"])
    assert settling_of(undated, undated.iloc[:0]).share(undated, undated.iloc[:0]) == 1


def test_old_appeals_that_nobody_will_decide_make_no_period_young():
    decided, undecided = filed()
    given_up = decided.sample(frac=0.3, random_state=1)
    kept = decided.drop(given_up.index)
    waiting = pd.concat([undecided, given_up[["submitted_at"]]])
    settling = settling_of(kept, waiting)
    old, left = kept.head(500), waiting[waiting["submitted_at"] < kept["submitted_at"].iloc[500]]
    assert len(left) > 100
    assert settling.share(old, left) > 0.97
