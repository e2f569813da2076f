"""Settings: declared once, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


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

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings, from `os.environ` unless another mapping is given."""
        source = os.environ if environment is None else environment
        kinds = {"home": Path, "port": int, "workers": int}
        given = {
            name: kinds.get(name, str)(source[variable])
            for name in cls.__dataclass_fields__
            if (variable := f"REDRESS_{name.upper()}") in source
        }
        return cls(**given)  # type: ignore[arg-type]

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
