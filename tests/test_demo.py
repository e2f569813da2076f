"""What `make demo` puts into its home beside what the commands write."""

import os
import subprocess
from pathlib import Path

import pytest

from models.grounds import FILE, read_grounds
from training.sample.marketplace import POLICIES

EXAMPLES = Path(__file__).parents[1] / "examples"
DONE = ("sample/columns.yaml", "promoted.json", "scores.parquet", "themes.json", "key.json")


@pytest.fixture
def demo(tmp_path):
    """Run the script in a home in which every step of it is done already."""
    for name in DONE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    def run():
        told = {"HOME_FOLDER": str(tmp_path), "BIN": "none", "APPEALS": "1", "SERVE": "0"}
        script = [str(EXAMPLES / "demo.sh")]
        subprocess.run(["sh", *script], env={**os.environ, **told}, check=True)
        return tmp_path

    return run


def test_the_report_to_the_regulator_has_its_grounds_in_the_demo(demo):
    grounds = read_grounds(demo())
    policies = {policy.name: 1 for policy in POLICIES}
    actions = {action: 1 for policy in POLICIES for action in policy.actions}
    assert grounds.undeclared(policies) == ()
    assert grounds.unplaced(actions) == ()


def test_what_was_declared_in_its_home_stays(demo):
    (demo() / FILE).write_text("policies: {}")
    assert (demo() / FILE).read_text() == "policies: {}"
