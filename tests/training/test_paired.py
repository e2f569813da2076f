import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.paired import Gain, gain_of

figures = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans()), min_size=1)


@given(figures)
def test_who_gains_is_who_the_rival_loses_to(cases):
    mine, rival, settled = zip(*cases, strict=True)
    gain, loss = gain_of(mine, rival, settled, 1), gain_of(rival, mine, settled, 1)
    assert gain.periods == tuple(-one for one in loss.periods)
    assert gain == gain_of(rival, mine, settled, -1)
    assert gain.better + loss.better <= len(cases)
    assert gain.mean == pytest.approx(-loss.mean)
    json.dumps(gain.as_dict(), allow_nan=False)


def test_what_all_periods_share_falls_away():
    gain = gain_of((0.9, 0.6, 0.71), (0.88, 0.58, 0.69), (True, True, False), 1)
    assert gain.mean == pytest.approx(0.02)
    assert gain.error == pytest.approx(0, abs=1e-12)
    assert gain.better == 3


def test_young_periods_are_left_out_of_the_settled_mean_alone():
    gain = Gain((0.1, 0.3, -0.7), (True, True, False))
    assert gain.mean_settled == pytest.approx(0.2)
    assert gain.mean == pytest.approx(-0.1)
    assert math.isnan(Gain((0.1,), (False,)).mean_settled)
    assert math.isnan(Gain((0.1,), (True,)).error)
