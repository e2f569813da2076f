import io

import pytest
from rich.console import Console

from training.stages import Stages


def test_a_stage_is_named_and_timed():
    out = io.StringIO()
    stages = Stages(Console(file=out, width=80))

    with stages.stage("fit", "fitting on 20 appeals"):
        pass

    assert "fitting on 20 appeals" in out.getvalue()
    assert stages.seconds["fit"] >= 0


def test_a_stage_that_fails_is_not_said_to_be_done():
    stages = Stages(Console(file=io.StringIO()))

    with pytest.raises(ValueError, match="no"), stages.stage("fit", "fitting"):
        raise ValueError("no")

    assert stages.seconds == {}
