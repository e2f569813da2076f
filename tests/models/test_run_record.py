import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.run_record import CALIBRATION, GATE, SLICES, Demand, read_run


@dataclass
class Folder:
    """Runs in a folder, as the registry gives them."""

    path: Path

    def figures(self, run_id):
        return {"auc": 0.75}

    def artifact(self, run_id, path):
        return self.path / path


DEMAND = {
    "name": "beats the prior",
    "value": 1.0,
    "bound": 0.95,
    "passed": True,
    "cases": 90,
    "meaning": "more is better",
    "slice": False,
}
VERDICT = {"version": "2", "previous": "1", "promoted": True, "cases": 90, "gate": [DEMAND]}
TABLE = {
    "columns": ["dimension", "value", "rows", "positive_share", "auc", "other"],
    "data": [["overall", "all", 90, 0.25, None, 3]],
}
BINS = {"bins": [{"said": 0.2, "came": 0.25, "low": 0.1, "high": 0.4, "cases": 9}]}


@pytest.fixture
def runs(tmp_path):
    for name, said in ((SLICES, TABLE), (CALIBRATION, BINS), (GATE, VERDICT)):
        (tmp_path / name).write_text(json.dumps(said))
    return Folder(tmp_path)


def test_a_run_says_how_good_its_model_is(runs):
    record = read_run(runs, "run-1")
    assert record.figures == {"auc": 0.75}
    assert [(one.value, one.rows, one.positive_share, one.auc) for one in record.parts] == [
        ("all", 90, 0.25, None)
    ]
    assert record.bins[0].cases == 9
    assert record.verdict.previous == "1"
    assert record.verdict.demands == (Demand(**DEMAND),)
    assert record.verdict.passed
    assert record.unread == ()


@pytest.mark.parametrize("name", [SLICES, CALIBRATION, GATE])
@pytest.mark.parametrize(
    "said", [None, "", "{", "[]", "{}", '{"columns": 3, "bins": [{}]}', "\xff"]
)
def test_a_file_that_is_not_what_it_should_be_is_named_and_the_rest_is_told(runs, name, said):
    path = runs.path / name
    path.unlink()
    if said is not None:
        path.write_bytes(said.encode("latin-1"))
    record = read_run(runs, "run-1")
    assert record.unread == (name,)
    told = {SLICES: record.parts, CALIBRATION: record.bins, GATE: record.verdict}
    assert not told.pop(name)
    assert all(told.values())


def test_a_demand_that_was_not_met_is_no_pass(runs):
    failed = {**VERDICT, "gate": [DEMAND, {**DEMAND, "passed": False}], "promoted": False}
    (runs.path / GATE).write_text(json.dumps(failed))
    assert not read_run(runs, "run-1").verdict.passed


def test_a_part_tells_its_bounds_and_none_of_what_an_older_run_does_not_say(runs):
    (older,) = read_run(runs, "run-1").parts
    assert older.gap_low is older.came_high is older.ece_by_chance is None
    columns = [*TABLE["columns"], "gap", "gap_low", "gap_high", "ece_by_chance"]
    row = [*TABLE["data"][0], -0.1, -0.2, 0.0, 0.03]
    (runs.path / SLICES).write_text(json.dumps({"columns": columns, "data": [row]}))
    (part,) = read_run(runs, "run-1").parts
    assert (part.gap, part.gap_low, part.gap_high, part.ece_by_chance) == (-0.1, -0.2, 0.0, 0.03)
