import os
import subprocess
import sys
from pathlib import Path

import pytest

from features.errors import InvalidSetting
from features.settings import LIBRARIES, Settings

SECRET = "whsec_" + "QUJD" * 8


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
            "REDRESS_ACCEPTED_FALSE_ALARMS": "2.5",
            "REDRESS_WEBHOOK_URL": "https://hooks.example.com/redress",
            "REDRESS_WEBHOOK_SECRET": SECRET,
            "UNRELATED": "1",
        }
    )
    assert settings == Settings(
        Path("/srv/redress"),
        "postgresql://db/redress",
        "0.0.0.0",
        8080,
        4,
        "my/model",
        30,
        10,
        2.5,
        "https://hooks.example.com/redress",
        SECRET,
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


@pytest.mark.parametrize("value", ["abc", "", "0", "-1", "30.1", "inf", "nan", "1,5"])
def test_the_accepted_false_alarms_are_a_number_in_range(value):
    with pytest.raises(InvalidSetting, match=r"FALSE_ALARMS is .*a number above 0, at most 30"):
        Settings.from_environment({"REDRESS_ACCEPTED_FALSE_ALARMS": value})


@pytest.mark.parametrize("value", ["0.01", "1", "1e1", "30"])
def test_they_may_be_any_number_above_0(value):
    read = Settings.from_environment({"REDRESS_ACCEPTED_FALSE_ALARMS": value})
    assert read.accepted_false_alarms == float(value)


@pytest.mark.parametrize(
    "given",
    [
        {"WEBHOOK_URL": "private.example.com"},
        {"WEBHOOK_URL": "https://me:private@example.com", "WEBHOOK_SECRET": SECRET},
        {"WEBHOOK_URL": "https://example.com/private"},
        {"WEBHOOK_URL": "https://example.com/private", "WEBHOOK_SECRET": ""},
        {"WEBHOOK_SECRET": "whsec_private"},
    ],
)
def test_a_webhook_that_could_not_work_is_refused_and_not_repeated(given):
    with pytest.raises(InvalidSetting, match=r"^REDRESS_WEBHOOK_") as raised:
        Settings.from_environment({f"REDRESS_{name}": value for name, value in given.items()})
    assert "private" not in str(raised.value)
    assert raised.value.remedy


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "mlflow.private.org", "https://me:private@example.com", "a b"]
)
def test_an_address_of_mlflow_that_is_none_is_refused_and_not_repeated(value):
    with pytest.raises(
        InvalidSetting, match=r"^REDRESS_MLFLOW_URL .*mlflow\.example\.com"
    ) as raised:
        Settings.from_environment({"REDRESS_MLFLOW_URL": value})
    assert value not in str(raised.value)
    read = Settings.from_environment({"REDRESS_MLFLOW_URL": "http://127.0.0.1:5000/"})
    assert read.mlflow_url == "http://127.0.0.1:5000/"


def test_an_empty_webhook_is_none_and_what_it_holds_is_not_shown():
    empty = {"REDRESS_WEBHOOK_URL": "", "REDRESS_WEBHOOK_SECRET": ""}
    assert Settings.from_environment(empty) == Settings()
    shown = repr(Settings(webhook_url="https://example.com/private", webhook_secret=SECRET))
    assert "private" not in shown
    assert SECRET not in shown


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("USER_HEADER", "X-Forwarded-User"),
        ("USER_HEADER", ""),
        ("TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::/32,127.0.0.1"),
        ("TRUSTED_PROXIES", ""),
    ],
)
def test_what_reverse_proxies_may_say_is_read(name, value):
    read = Settings.from_environment({f"REDRESS_{name}": value})
    assert getattr(read, name.lower()) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("USER_HEADER", "X User"),
        ("USER_HEADER", "X-User:"),
        ("USER_HEADER", "Ünicode"),
        ("TRUSTED_PROXIES", "localhost"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "*"),
        ("SESSION_IDLE_HOURS", "0"),
        ("SESSION_DAYS", "91"),
    ],
)
def test_what_would_let_the_wrong_people_in_is_refused(name, value):
    with pytest.raises(InvalidSetting, match=f"REDRESS_{name} "):
        Settings.from_environment({f"REDRESS_{name}": value})
