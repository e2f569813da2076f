import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from models.past import Past
from models.penalties import Penalties
from training.search_space import SCALES, middle, penalties_of, scales_of, values_of

names = st.sampled_from(sorted(SCALES))
shares = st.floats(0, 1)


def place(name, share):
    scale = SCALES[name]
    return min(max(scale.low * (scale.high / scale.low) ** share, scale.low), scale.high)


@given(names, shares)
def test_a_penalty_finds_its_place_again(name, share):
    scale, value = SCALES[name], place(name, share)
    penalty = scale.penalty(value)
    assert (penalty is None) == (scale.gone is not None and value >= scale.gone)
    assert scale.value(penalty) == (scale.high if penalty is None else value)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(SCALES, shares)), min_size=1, max_size=6))
def test_the_middle_lies_between_and_makes_penalties_that_may_be(several):
    places = [{name: place(name, share) for name, share in one.items()} for one in several]
    found = middle(places, SCALES)
    for name in SCALES:
        held = [one[name] for one in places]
        assert min(held) * 0.999 <= found[name] <= max(held) * 1.001
    asked = penalties_of(found, SCALES, Penalties())
    assert Penalties.model_validate(asked.model_dump()) == asked


def test_what_stands_outside_its_scale_begins_at_the_nearest_end():
    values = values_of(Penalties(words=1e6, vector=1e-6), SCALES)
    assert values["words"] == SCALES["words"].high
    assert values["vector"] == SCALES["vector"].low
    assert values["calendar"] == SCALES["calendar"].high


@pytest.mark.parametrize("missing", ["words", "vector", "phrases"])
def test_a_block_that_holds_nothing_is_not_searched(missing):
    def block(name):
        return sp.csr_array(np.eye(3) * (name != missing))

    blocks = [block("words"), np.ones((3, 2)), block("vector").toarray(), block("phrases")]
    past = Past(blocks, np.array(["numbers", "shape"]), np.ones(3), np.arange(3.0))
    assert set(scales_of(past)) == set(SCALES) - {missing, "calendar"}
