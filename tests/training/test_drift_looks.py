"""What is foreseen and what came: calm where only a part is decided, loud where the world moved."""

import numpy as np
import pandas as pd
import pytest

from models.foreseen import foreseen, typical_auc
from models.performance import performance
from training.config import DriftConfig
from training.drift_looks import Promised, Watched, outlook_looks, outlook_of

CASES = 2_000
LEVEL = 1 - 0.05 / 25


def cases(said, came, decided=None, untested=None):
    every = np.ones(len(said), bool)
    decided = every if decided is None else decided
    frame = pd.DataFrame({"appeal_id": [f"a{place}" for place in range(len(said))]})
    untested = every if untested is None else untested
    return Watched(frame, said, decided, came * decided, untested)


def drawn(seed, size=CASES, a=2.0, b=4.0):
    rng = np.random.default_rng(seed)
    said = rng.beta(a, b, size)
    return said, (rng.random(size) < said).astype(int)


def promised(seed=99, **shape):
    said, came = drawn(seed, **shape)
    return Promised(performance(came, said).auc, typical_auc(said), len(said))


def looks(watched, held):
    outlook = outlook_of(watched, held, seed=0)
    pending = outlook_looks(outlook, watched, held, DriftConfig(), seed=0)
    found = [look(LEVEL) for look in pending]
    return outlook, {f"{one.kind} {one.name}": one for one in found}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("upper", [True, False])
def test_a_queue_reviewed_by_score_is_no_fall(seed, upper):
    said, came = drawn(seed)
    decided = (said >= np.median(said)) == upper

    outlook, found = looks(cases(said, came, decided), promised())

    assert outlook.realised.auc.value < outlook.tested - 0.03  # a part is harder to rank
    look = found["realised AUC"]
    assert look.value == pytest.approx(outlook.decided.auc.value - outlook.realised.auc.value)
    assert not any(one.past for one in found.values())
    assert "foreseen of the decided" in look.meaning


def test_alike_cases_that_end_otherwise_are_a_fall_of_what_came_alone():
    said, _ = drawn(1)
    came = (np.random.default_rng(2).random(CASES) < 0.15 + 0.5 * said).astype(int)

    _, found = looks(cases(said, came), promised())

    assert found["realised AUC"].past
    assert not found["foreseen AUC"].past


def test_cases_that_became_harder_are_a_fall_of_what_is_foreseen_alone():
    said, came = drawn(1, a=20, b=40)
    _, found = looks(cases(said, came), promised())
    assert found["foreseen AUC"].past
    assert not found["realised AUC"].past


def test_scores_that_foresaw_too_little_when_tested_have_not_fallen():
    """Scores closer together than they should be: the AUC measured is above the one foreseen."""
    said, came = drawn(3, a=1, b=2)
    timid = 0.3 + 0.4 * (said - 0.3)
    held = Promised(performance(came, timid).auc, typical_auc(timid), CASES)
    assert held.tested.value - held.foreseen.value > 0.05

    outlook, found = looks(cases(timid, came), held)

    look = found["foreseen AUC"]
    assert look.value == 0
    assert (look.before, look.now) == (CASES, CASES)
    assert outlook.foretold == held.foreseen.value
    assert "foreseen when tested" in look.meaning


def test_without_a_record_of_what_was_foreseen_the_measured_auc_is_taken_and_said():
    said, came = drawn(4)
    held = Promised(promised().tested, None)

    outlook, found = looks(cases(said, came), held)

    assert outlook.foretold is None
    assert "measured when tested" in found["foreseen AUC"].meaning
    assert found["foreseen AUC"].value == pytest.approx(
        held.tested.value - foreseen(said).auc.value
    )
    assert "foreseen AUC" not in looks(cases(said, came), Promised(None, None))[1]


def test_what_is_foreseen_exceeds_chance_as_often_as_it_says():
    level, exceeded = 0.95, []
    for seed in range(120):
        then, now = drawn(seed, 600)[0], drawn(1_000 + seed, 200)
        watched, held = cases(*now), Promised(None, typical_auc(then), 600)
        outlook = outlook_of(watched, held, seed=0)
        pending = outlook_looks(outlook, watched, held, DriftConfig(), seed=0)
        exceeded.append(next(look(level) for look in pending[:1]).beyond_chance)
    assert 0.015 <= np.mean(exceeded) <= 0.1


def test_what_tested_the_champion_says_nothing_new():
    said, came = drawn(5)
    late = np.arange(CASES) >= CASES - 30
    decided = np.arange(CASES) % 3 > 0
    fresh = cases(said, came, decided, late).fresh()

    assert len(fresh.frame) == len(fresh.probability) == 30
    assert fresh.frame["appeal_id"].iloc[0] == f"a{CASES - 30}"
    assert fresh.decided.sum() == 20
    assert fresh.overturned.tolist() == (came * decided)[late].tolist()
    assert fresh.untested.all()
    none = cases(said, came, decided, np.zeros(CASES, bool)).fresh()
    assert outlook_of(none, promised(), seed=0).realised.auc is None
    assert outlook_looks(outlook_of(none, promised(), 0), none, promised(), DriftConfig(), 0) == []
