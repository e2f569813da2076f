import subprocess
import sys

import pytest

from features.errors import SearchRunning
from features.settings import Settings
from training.search_lock import FOLDER, sole_search

HOLD = """
import sys, time
from pathlib import Path
from features.settings import Settings
from training.search_lock import sole_search
with sole_search(Settings(home=Path(sys.argv[1])), sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_study_is_held_by_one_until_its_process_ends_however_it_ends(tmp_path):
    settings, name = Settings(home=tmp_path), "a/b: ../ค้นหา"
    other = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path, name], stdout=subprocess.PIPE)
    assert other.stdout.readline() == b"held\n"
    refusal = pytest.raises(SearchRunning, match="is running already; expected one")
    with refusal as refused, sole_search(settings, name):
        pytest.fail("two hold the same study")
    assert "--study" in refused.value.remedy
    with sole_search(settings, "another"):
        assert len(list((tmp_path / FOLDER).iterdir())) == 2

    other.kill()
    other.wait()
    other.stdout.close()
    for _ in range(2):
        with sole_search(settings, name):
            assert len(list((tmp_path / FOLDER).iterdir())) == 2
