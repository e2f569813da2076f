"""Where a search is kept: an Optuna study in `search.db` of the home folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from features.errors import DamagedDatabase, InvalidConfig
from features.settings import Settings
from training.config import TrainConfig
from training.search import quiet_optuna

if TYPE_CHECKING:
    from pathlib import Path

    from optuna import Study
    from optuna.storages import RDBStorage

__all__ = ["FILE", "RUN", "basis_of", "open_study", "study_name"]

FILE: Final = "search.db"
RUN: Final = "run_id"
"""The study's attribute that names the MLflow run under which its trials are recorded."""
_BASIS: Final = "basis"
_SECONDS: Final = 30


def basis_of(digest: str, config: TrainConfig, teacher: str) -> dict[str, str]:
    """Say what trials must share to be compared: data, configuration, teacher.

    Parameters
    ----------
    digest
        Of the decided appeals.
    """
    declared = json.dumps(config.model_dump(mode="json"), sort_keys=True).encode()
    return {
        "data": digest,
        "configuration": hashlib.sha256(declared).hexdigest(),
        "teacher": teacher,
    }


def study_name(basis: Mapping[str, str]) -> str:
    """Name the study of some data and configuration: the same again goes on with the same."""
    return hashlib.sha256(json.dumps(dict(basis), sort_keys=True).encode()).hexdigest()[:12]


def open_study(settings: Settings, name: str, basis: Mapping[str, str]) -> Study:
    """Open a study, or make it.

    Raises
    ------
    InvalidConfig
        When trials of that name were made on other data, or with another configuration or teacher.
    DamagedDatabase
        When the file is no study database, or another version of Optuna made it.
    """
    import optuna

    with quiet_optuna():
        place = settings.home / FILE
        storage = _storage(place)
        try:
            study = optuna.create_study(storage=storage, study_name=name, load_if_exists=True)
            found = study.user_attrs.get(_BASIS)
            if found is None:
                study.set_user_attr(_BASIS, dict(basis))
        except (sa.exc.SQLAlchemyError, optuna.exceptions.OptunaError, ValueError) as error:
            raise _damaged(place) from error
    if found is not None and found != dict(basis):
        raise _of_other(name, found, basis)
    return study


def _storage(place: Path) -> RDBStorage:
    from optuna.exceptions import OptunaError
    from optuna.storages import RDBStorage

    place.parent.mkdir(parents=True, exist_ok=True)
    waiting = {"connect_args": {"timeout": _SECONDS}}
    try:
        return RDBStorage(f"sqlite:///{place.absolute()}", engine_kwargs=waiting)
    except (sa.exc.SQLAlchemyError, OptunaError, RuntimeError, AssertionError) as error:
        raise _damaged(place) from error


def _damaged(place: Path) -> DamagedDatabase:
    return DamagedDatabase(
        f"{place} cannot be used",
        "a study database of this version of Optuna",
        "Move it away; the search begins anew, and what was registered stays",
    )


def _of_other(name: str, found: object, basis: Mapping[str, str]) -> InvalidConfig:
    before = found if isinstance(found, dict) else {}
    differs = [part for part in basis if before.get(part) != basis[part]]
    return InvalidConfig(
        f"the study {name!r} was made with another {' and '.join(differs)}",
        "the same: trials of different kinds cannot be compared",
        "Name another --study, or none",
    )
