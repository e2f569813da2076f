"""The parts of an intake, and the cells they are made of."""

import numpy as np
import pytest

from models.alarms import Part
from models.tree.cells import cells_of
from models.tree.parts import OF_VOLUME, parts_of


@pytest.fixture(scope="module")
def cells(simulated):
    world = simulated.World(seed=1, days=40)
    return cells_of(simulated.intake(simulated.appeals(world.cells, world.draw()), window=40))


def test_the_whole_comes_first_and_each_part_sums_its_cells(cells):
    filed = cells.filed.sum(axis=1)
    parts = parts_of(cells, OF_VOLUME, filed, 10)
    assert parts.parts[0] == Part()
    assert parts.sums(filed)[0] == filed.sum()
    policies = [place for place, part in enumerate(parts.parts) if [*part.facts] == ["policy"]]
    assert parts.sums(filed)[policies].sum() == filed.sum()
    assert (parts.sums(filed)[1:] >= 10).all()
    assert parts.themed.tolist() == [part.theme is not None for part in parts.parts]


def test_a_finer_part_has_the_cells_of_the_coarser_ones_only(cells):
    parts = parts_of(cells, OF_VOLUME, cells.filed.sum(axis=1), 10)
    for place, part in enumerate(parts.parts):
        for other, coarser in enumerate(parts.parts[:place]):
            if coarser.holds(part):
                assert set(parts.members(place)) < set(parts.members(other))


def test_a_part_with_the_cases_of_a_coarser_one_is_left_out(cells):
    filed = cells.filed.sum(axis=1)
    filed[(cells.codes[:, 0] == 0) & (cells.codes[:, 2] != 0)] = 0
    parts = parts_of(cells, OF_VOLUME, filed, 10)
    policy, market = cells.names["policy"][0], cells.names["market"][0]
    assert Part(policy=policy) in parts.parts
    assert Part(policy=policy, market=market) not in parts.parts
    totals = parts.sums(filed)
    for place, part in enumerate(parts.parts):
        holders = [o for o in range(place) if parts.parts[o].holds(part)]
        assert all(totals[other] > totals[place] for other in holders)


def test_without_cells_there_is_the_whole_alone(simulated, cells):
    world = simulated.World(seed=1, days=3)
    frame = simulated.appeals(world.cells, world.draw()).iloc[:0]
    nothing = cells_of(simulated.intake(frame))
    assert parts_of(nothing, OF_VOLUME, np.zeros(0), 10).parts == (Part(),)
