"""The figure of what is found against false alarms."""

import numpy as np
import pytest

from features.errors import UnwritableFile
from training.benchmarks.surveillance_figure import Trade, draw_trades

TRADE = Trade(np.array([0.0, 0.05]), np.array([0.1, 0.8]), (0.01, 0.5))


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_it_is_drawn_into_a_file_of_the_kind_asked_for(tmp_path, ending):
    file = tmp_path / "new" / f"trade.{ending}"
    draw_trades({"one_rule": TRADE, "another": TRADE}, "3 series", file)
    assert file.stat().st_size > 1_000
    if ending == "svg":
        assert "<svg" in file.read_text()


def test_where_it_cannot_be_written_it_says_so(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(UnwritableFile):
        draw_trades({"one": TRADE}, "3 series", tmp_path / "taken" / "trade.png")
