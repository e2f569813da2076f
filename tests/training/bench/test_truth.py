from dataclasses import replace
from datetime import date

import pytest

from training.bench.truth import Planted, delays_table, planted

pytestmark = pytest.mark.slow


def test_the_table_tells_when_and_how_many_had_been_filed(walked, incident):
    table = delays_table(walked, (incident,), (1,))

    assert table.index.tolist() == ["1  surge", "alarms of no incident"]
    assert table.loc["1  surge", "tenth appeal"] == incident.tenth
    assert "filed)" in table.loc["1  surge", "1 a month"]
    quiet = replace(incident, appeals={})
    assert delays_table(walked, (quiet,), (1,)).loc["1  surge", "1 a month"] == "not found"


def test_a_home_without_a_sample_has_no_truth(surging):
    bench, _ = surging
    assert planted(bench.home) == ()


def test_the_tenth_appeal_of_a_few_is_not_there():
    few = Planted("few", "Few", date(2025, 3, 1), date(2025, 3, 2), {"a": date(2025, 3, 1)})
    assert few.tenth is None
    assert few.is_behind(["a"])
    assert not few.is_behind([])
    assert not few.is_behind(["a", "b", "c"])
