"""Settings: declared once, read once from the environment."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from features.errors import InvalidSetting
from features.webhook import checked_secrets, checked_url, require_secret


@dataclass(frozen=True)
class Settings:
    """Where the state lives and what is promised to callers.

    Each field is read from the environment variable `REDRESS_` + its name in capitals.
    """

    home: Path = field(default=Path("var"), metadata={"help": "folder that holds all state"})
    database_url: str = field(
        default="", metadata={"help": "SQLAlchemy URL; empty: redress.db in the home folder"}
    )
    host: str = field(default="127.0.0.1", metadata={"help": "address that the service binds to"})
    port: int = field(default=3000, metadata={"help": "port that the service listens on"})
    workers: int = field(default=1, metadata={"help": "processes that serve requests"})
    teacher: str = field(
        default="",
        metadata={
            "help": "multilingual, or a sentence-transformers model; "
            "empty: the packaged all-MiniLM-L6-v2"
        },
    )
    window_days: int = field(default=90, metadata={"help": "days that a discovery looks back over"})
    least_subjects: int = field(
        default=5, metadata={"help": "distinct subjects below which a theme is not shown"}
    )
    accepted_false_alarms: float = field(
        default=1.0,
        metadata={"help": "false alarms a month that are accepted; the thresholds follow from it"},
    )
    # The path of a webhook's address is often a secret too.
    webhook_url: str = field(
        default="",
        repr=False,
        metadata={"help": "http(s) address that alarms are sent to; empty: nowhere"},
    )
    webhook_secret: str = field(
        default="",
        repr=False,
        metadata={
            "help": "signs what is sent; two, with a space between, while one replaces the other"
        },
    )
    shadow: str = field(
        default="off",
        metadata={"help": "on: the challenger scores what is answered, unseen, to be compared"},
    )
    session_idle_hours: int = field(
        default=12, metadata={"help": "hours without a page after which a person is signed out"}
    )
    session_days: int = field(
        default=7, metadata={"help": "days after which a person must sign in again"}
    )
    user_header: str = field(
        default="",
        metadata={"help": "header in which a reverse proxy names the user; empty: none is heeded"},
    )
    trusted_proxies: str = field(
        default="127.0.0.1,::1",
        metadata={"help": "addresses and networks of the reverse proxies whose headers are heeded"},
    )
    mlflow_url: str = field(
        default="",
        metadata={
            "help": "http(s) address of MLflow's pages, which runs are linked to; empty: none"
        },
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings, from `os.environ` unless another mapping is given.

        Raises
        ------
        InvalidSetting
            A number that is none, or that is out of its range; an address that is none; a
            webhook's secret that is none, or its address without a secret.
        """
        source = os.environ if environment is None else environment
        given: dict[str, Any] = {
            name: _read(variable, name, source[variable])
            for name in cls.__dataclass_fields__
            if (variable := f"REDRESS_{name.upper()}") in source
        }
        settings = cls(**given)
        require_secret(settings.webhook_url, settings.webhook_secret)
        return settings

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the history, the ledger and the keys."""
        return self.database_url or f"sqlite:///{self.home / 'redress.db'}"

    @property
    def tracking(self) -> str:
        """The MLflow tracking and registry URI."""
        return f"sqlite:///{self.home / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """The folder under which MLflow keeps artifacts."""
        return self.home / "artifacts"


_RANGES: Final = {
    "port": (1, 65_535),
    "workers": (1, 1_000),
    "window_days": (1, 3_650),
    "least_subjects": (1, 1_000),
    "session_idle_hours": (1, 168),
    "session_days": (1, 90),
}
_MOST_FALSE_ALARMS: Final = 30.0


def _read(variable: str, name: str, value: str) -> Path | float | str:
    """Turn the text of an environment variable into the value of its setting."""
    if name in _RANGES:
        return _whole_number(variable, value, *_RANGES[name])
    return _READERS[name](variable, value) if name in _READERS else value


def _whole_number(variable: str, value: str, low: int, high: int) -> int:
    if not (value.isdecimal() and low <= int(value) <= high):
        raise InvalidSetting(
            f"{variable} is {value!r}",
            f"a whole number from {low} to {high}",
            "Set it, or unset it.",
        )
    return int(value)


def _home(_variable: str, value: str) -> Path:
    return Path(value or "var").expanduser()


def _false_alarms(variable: str, value: str) -> float:
    try:
        rate = float(value)
    except ValueError:
        rate = math.nan
    if not 0 < rate <= _MOST_FALSE_ALARMS:
        raise InvalidSetting(
            f"{variable} is {value!r}",
            f"a number above 0, at most {_MOST_FALSE_ALARMS:g}",
            "Set it, or unset it.",
        )
    return rate


def _header(variable: str, value: str) -> str:
    if value and re.fullmatch("[A-Za-z0-9-]{1,100}", value) is None:
        raise InvalidSetting(
            f"{variable} is {value!r}",
            "the name of a header, such as X-Forwarded-User",
            "Set it, or unset it.",
        )
    return value


def _networks(variable: str, value: str) -> str:
    for network in filter(None, value.replace(" ", "").split(",")):
        try:
            ip_network(network)
        except ValueError:
            raise InvalidSetting(
                f"{variable} holds {network!r}",
                "IP addresses and networks with commas between, such as 127.0.0.1,10.0.0.0/8",
                "Set it, or unset it.",
            ) from None
    return value


def _switch(variable: str, value: str) -> str:
    if value not in ("on", "off"):
        raise InvalidSetting(f"{variable} is {value!r}", "on or off", "Set it, or unset it.")
    return value


_READERS: Final[Mapping[str, Callable[[str, str], Path | float | str]]] = {
    "home": _home,
    "accepted_false_alarms": _false_alarms,
    "webhook_url": checked_url,
    "webhook_secret": checked_secrets,
    "shadow": _switch,
    "user_header": _header,
    "trusted_proxies": _networks,
    "mlflow_url": partial(checked_url, example="an address such as https://mlflow.example.com"),
}


LIBRARIES: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_CONFIGURE_LOGGING": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
"""Settings of libraries that read the environment while they are imported."""


def quieten_libraries() -> None:
    """Switch off telemetry and chatter, where the environment does not say otherwise."""
    for variable, value in LIBRARIES.items():
        os.environ.setdefault(variable, value)
