"""Settings: declared once, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from features.errors import InvalidSetting


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
        metadata={"help": "sentence-transformers model; empty: the packaged all-MiniLM-L6-v2"},
    )
    window_days: int = field(default=90, metadata={"help": "days that a discovery looks back over"})
    least_subjects: int = field(
        default=5, metadata={"help": "distinct subjects below which a theme is not shown"}
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings, from `os.environ` unless another mapping is given.

        Raises
        ------
        InvalidSetting
            A number that is none, or that is out of its range.
        """
        source = os.environ if environment is None else environment
        given: dict[str, Any] = {
            name: _read(variable, name, source[variable])
            for name in cls.__dataclass_fields__
            if (variable := f"REDRESS_{name.upper()}") in source
        }
        return cls(**given)

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
}


def _read(variable: str, name: str, value: str) -> Path | int | str:
    """Turn the text of an environment variable into the value of its setting."""
    if name == "home":
        return Path(value or "var").expanduser()
    if name not in _RANGES:
        return value
    low, high = _RANGES[name]
    if not (value.isdecimal() and low <= int(value) <= high):
        raise InvalidSetting(
            f"{variable} is {value!r}",
            f"a whole number from {low} to {high}",
            "Set it, or unset it.",
        )
    return int(value)


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
