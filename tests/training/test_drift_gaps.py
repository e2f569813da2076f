"""What could not be compared is told with how many cases there are, and how many it takes."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from models.makeup import makeup_of
from models.performance import Estimate
from training.drift_gaps import bands_gap, outlook_gaps, scores_gap
from training.drift_looks import Promised, Watched, outlook_of

UNTIL = datetime(2026, 3, 4, tzinfo=UTC)
KNOWN = Estimate(0.7, 0.6, 0.8)
NO_FACTS = pd.DataFrame({"text": ["please"]})


def gaps(cases, decided, promised):
    said = np.linspace(0.1, 0.9, cases)
    told = np.arange(cases) < decided
    came = (np.arange(cases) % 2) * told
    fresh = Watched(pd.DataFrame(index=range(cases)), said, told, came, np.ones(cases, bool))
    return outlook_gaps(outlook_of(fresh, promised, seed=0), promised, UNTIL)


@pytest.mark.parametrize(
    ("cases", "decided", "promised", "words"),
    [
        (0, 0, Promised(None, None), ["foreseen and realised: 0 appeals filed after 2026-03-04"]),
        (19, 19, Promised(KNOWN, KNOWN), ["foreseen and realised: 19 appeals"]),
        (20, 19, Promised(KNOWN, KNOWN), ["realised: 19 decided appeals"]),
        (20, 20, Promised(KNOWN, KNOWN), []),
        (20, 20, Promised(KNOWN, None), ["no record of it; what was measured then"]),
        (20, 0, Promised(None, None), ["realised: 0 decided", "no record of it"]),
    ],
)
def test_what_is_missing_of_the_outlook_is_told(cases, decided, promised, words):
    found = gaps(cases, decided, promised)
    assert len(found) == len(words)
    for line, part in zip(found, words, strict=True):
        assert part in line


def test_scores_are_missing_on_either_side():
    tested = makeup_of(NO_FACTS, np.full(30, 0.4))
    assert scores_gap(tested, 8, UNTIL).startswith("scores: 8 appeals filed after 2026-03-04")
    assert scores_gap(tested, 80, UNTIL).startswith("scores: 30 cases tested the champion")


def test_older_bands_are_told_and_those_of_few_tested_cases_are_not_older():
    many, few = (makeup_of(NO_FACTS, np.linspace(0.1, 0.9, size)) for size in (30, 9))
    older = type(many)(many.cases, many.facts, many.scores)
    assert bands_gap(many) == bands_gap(few) == []
    assert "older than their bands" in bands_gap(older)[0]
