import numpy as np
import pytest

pytestmark = pytest.mark.slow


def test_coarser_themes_are_fewer(surging):
    bench, _ = surging
    table = bench.at(0.3, 8.0)
    assert table["themes"].iloc[0] <= table["themes"].iloc[1]
    assert table["unassigned"].between(0, 1).all()


def test_the_largest_themes_have_the_numbers_of_the_map(surging):
    bench, _ = surging
    table = bench.largest(2)
    counts = np.bincount(bench.themes.labels[bench.themes.labels >= 0])
    assert table.index.tolist() == [1, 2]
    assert table["appeals"].tolist() == counts[:2].tolist()


def test_nothing_is_written(surging, walked):
    bench, _ = surging
    assert bench.home.registry.versions() == []
    with bench.home.history.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM discoveries").scalar_one() == 0
