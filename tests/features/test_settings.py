import os
import subprocess
import sys
from pathlib import Path

import pytest

from features.errors import InvalidSetting
from features.settings import LIBRARIES, Settings


def test_defaults_stay_on_this_machine():
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.host == "127.0.0.1"
    assert settings.database == "sqlite:///var/redress.db"


def test_every_setting_is_read_from_the_environment():
    settings = Settings.from_environment(
        {
            "REDRESS_HOME": "/srv/redress",
            "REDRESS_DATABASE_URL": "postgresql://db/redress",
            "REDRESS_HOST": "0.0.0.0",
            "REDRESS_PORT": "8080",
            "REDRESS_WORKERS": "4",
            "REDRESS_TEACHER": "my/model",
            "REDRESS_WINDOW_DAYS": "30",
            "REDRESS_LEAST_SUBJECTS": "10",
            "UNRELATED": "1",
        }
    )
    assert settings == Settings(
        Path("/srv/redress"), "postgresql://db/redress", "0.0.0.0", 8080, 4, "my/model", 30, 10
    )
    assert settings.database == "postgresql://db/redress"
    assert settings.tracking == "sqlite:////srv/redress/mlflow.db"
    assert settings.artifacts == Path("/srv/redress/artifacts")


def test_a_home_may_be_relative_to_the_user():
    home = Settings.from_environment({"REDRESS_HOME": "~/redress"}).home
    assert home == Path.home() / "redress"


@pytest.mark.parametrize("name", ["PORT", "WORKERS", "WINDOW_DAYS", "LEAST_SUBJECTS"])
@pytest.mark.parametrize("value", ["abc", "", "-1", "0", "1e3", "70000", "²", "3.5"])
def test_numbers_must_be_numbers_in_range(name, value):
    with pytest.raises(InvalidSetting, match=f"REDRESS_{name} is .*whole number from 1 to"):
        Settings.from_environment({f"REDRESS_{name}": value})


@pytest.mark.parametrize(
    ("name", "most"),
    [("PORT", 65_535), ("WORKERS", 1_000), ("WINDOW_DAYS", 3_650), ("LEAST_SUBJECTS", 1_000)],
)
def test_numbers_may_be_as_large_as_their_range(name, most):
    read = Settings.from_environment({f"REDRESS_{name}": str(most)})
    assert getattr(read, name.lower()) == most
    with pytest.raises(InvalidSetting, match=f"from 1 to {most}"):
        Settings.from_environment({f"REDRESS_{name}": str(most + 1)})


def test_libraries_are_quietened_unless_the_environment_says_otherwise():
    variable = next(iter(LIBRARIES))
    code = (
        "import os; from features.settings import LIBRARIES, quieten_libraries; "
        "quieten_libraries(); "
        f"assert os.environ.pop({variable!r}) == 'mine'; "
        "assert all(os.environ[name] == value for name, value in list(LIBRARIES.items())[1:])"
    )
    clean = {name: value for name, value in os.environ.items() if name not in LIBRARIES}
    subprocess.run([sys.executable, "-c", code], check=True, env=clean | {variable: "mine"})


def test_every_setting_says_what_it_is():
    assert all(field.metadata["help"] for field in Settings.__dataclass_fields__.values())
