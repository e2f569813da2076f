"""What does not belong together is refused."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.tree import Intake, InvalidIntake

FRAME = pd.DataFrame({"appeal_id": ["a"]})
NONE = np.array([-1], dtype=np.int32)


@pytest.mark.parametrize(
    ("themes", "campaign", "days", "message"),
    [
        ([], NONE, 7, "1 appeals, 0 themes"),
        ([None], NONE[:0], 7, "0 campaigns"),
        ([None], NONE, 0, "a window of 0 days"),
    ],
)
def test_lengths_that_differ_are_refused(themes, campaign, days, message):
    with pytest.raises(InvalidIntake, match=message):
        Intake(date(2026, 1, 1), days, FRAME, themes, campaign)


@pytest.mark.parametrize("name", ["earlier", "decided", "decisions"])
def test_counts_without_a_column_are_refused(name):
    with pytest.raises(InvalidIntake, match="without the column"):
        Intake(date(2026, 1, 1), 7, FRAME, [None], NONE, **{name: FRAME})
