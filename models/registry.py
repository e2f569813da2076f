"""The one door to MLflow's registry: which model serves, which would like to, and their files.

A version is an MLflow model that any MLflow tool can load, and inside it the folder that
`Scorer.save` wrote. Redress reads only that folder, once its digest is found right; nothing is
unpickled.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pandas as pd

from features.errors import DamagedModel, NoChampion, NoSuchVersion
from features.settings import Settings, quieten_libraries
from models.moved_home import readdress
from models.packaging import save_package
from models.run_files import at_home, local_path
from models.store_version import (
    has_table,
    looking_into,
    require_database,
    require_known_schema,
)

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.tracking import MlflowClient

    from models.scorer import Scorer

MODEL: Final = "redress"
"""Name of the registered model, and of the experiment whose runs make its versions."""
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
PREVIOUS: Final = "previous"
"""The alias of the version that served before the champion."""
PACKAGE: Final = "model"
"""Where in a run's artifacts the MLflow model lies."""
SCORER: Final = Path("artifacts/scorer")
"""Where in the MLflow model the scorer's folder lies."""
DIGEST: Final = "digest"


@dataclass(frozen=True)
class Version:
    """A registered model, without its files.

    Attributes
    ----------
    version
        Its number, as text.
    run_id
        The MLflow run that made it.
    registered_at
        UTC.
    digest
        SHA-256 over the scorer's files, in hexadecimal.
    tags
        What was said of it when it was registered: the data's digest, dates, rows.
    aliases
        `champion`, `challenger`, `previous`, several or none.
    """

    version: str
    run_id: str
    registered_at: datetime
    digest: str
    tags: Mapping[str, str]
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Served:
    """A registered model, loaded."""

    scorer: Scorer
    version: str
    run_id: str
    registered_at: datetime
    digest: str


class Registry:
    """Registered models and the aliases `champion`, `challenger` and `previous`.

    Reading makes nothing: before the first training there is no store, and so no champion.

    Parameters
    ----------
    settings
        Say where the store and the artifacts are.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's client of this store, which is made where there is none yet.

        Raises
        ------
        UnfitStore
            The store was made by another version of MLflow.
        DamagedDatabase
            The store is no database.
        UnreachableDatabase
            The store cannot be opened.
        """
        self.settings.home.mkdir(parents=True, exist_ok=True)
        require_database(self._store)
        with quiet():
            from mlflow.exceptions import MlflowException

            from models.home_client import HomeClient

            try:
                return HomeClient(self.settings.tracking, self.settings.artifacts)
            except MlflowException:
                require_known_schema(self._store)
                raise

    def settle_in(self) -> None:
        """Let MLflow's own tools find a copied or moved home's files in it, as Redress does."""
        assert self.client  # it makes the tables
        readdress(self._store, self.settings.artifacts)

    def package(self, run_id: str, scorer: Scorer, example: pd.DataFrame) -> None:
        """Log a scorer to a run as an MLflow model, with signature and input example.

        Parameters
        ----------
        run_id
            A running run.
        scorer
            A fitted scorer.
        example
            Made-up appeals, as `features.frame.appeal_frame` gives them. They are published with
            the model: never a person's.
        """
        with TemporaryDirectory() as name, quiet():
            folder = Path(name)
            scorer.save(folder / "scorer")
            save_package(folder / PACKAGE, folder / "scorer", example)
            self.client.log_artifacts(run_id, str(folder / PACKAGE), PACKAGE)

    def register(self, run_id: str, tags: Mapping[str, str]) -> str:
        """Register the model that a run has packaged, as the challenger.

        It is the last step of a training: killed before it, the registry stays as it was.

        Returns
        -------
        str
            The number of the version.
        """
        package = f"{self._files(run_id)}/{PACKAGE}"
        digest = folder_digest(local_path(package) / SCORER)
        if not self.client.search_registered_models(f"name = '{MODEL}'"):
            self.client.create_registered_model(MODEL)
        made = self.client.create_model_version(
            MODEL, package, run_id, tags={**tags, DIGEST: digest}
        )
        self.set_alias(CHALLENGER, str(made.version))
        return str(made.version)

    def set_alias(self, alias: str, version: str) -> None:
        """Point an alias at a version, in one step: readers see the old one or the new one.

        Raises
        ------
        NoSuchVersion
            When the registry does not hold it.
        """
        self.describe(version)
        self.client.set_registered_model_alias(MODEL, alias, version)

    def tag(self, version: str, key: str, value: str) -> None:
        """Say something of a version that was not known when it was registered."""
        self.client.set_model_version_tag(MODEL, version, key, value)

    def versions(self) -> list[Version]:
        """List the registered models, the newest first."""
        if not self._made:
            return []
        found = self.client.search_model_versions(f"name = '{MODEL}'")
        numbers = sorted((int(version.version) for version in found), reverse=True)
        return [self.describe(str(number)) for number in numbers]

    def alias_version(self, alias: str) -> str | None:
        """Give the number of the version that an alias points at; a query of a millisecond."""
        if not self._made:
            return None
        from mlflow.exceptions import MlflowException

        try:
            return str(self.client.get_model_version_by_alias(MODEL, alias).version)
        except MlflowException as error:
            _pass_only_absence(error)
            return None

    def describe(self, version: str) -> Version:
        """Give what is known of a version, without loading it.

        Raises
        ------
        NoSuchVersion
            When the registry does not hold it.
        """
        found = self._find(version)
        return Version(
            version=str(found.version),
            run_id=str(found.run_id),
            registered_at=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
            digest=str(found.tags.get(DIGEST, "")),
            tags=dict(found.tags),
            aliases=tuple(sorted(found.aliases)),
        )

    def by_version(self, version: str) -> Served:
        """Load a version, once its files are found to be those that were registered.

        Raises
        ------
        NoSuchVersion
            When the registry does not hold it.
        DamagedModel
            When files are missing, added or changed.
        """
        from models.scorer import Scorer

        known = self.describe(version)
        source = str(self._find(version).source)
        folder = local_path(at_home(source, known.run_id, self.settings.artifacts)) / SCORER
        _require_digest(folder, known)
        return Served(
            Scorer.load(folder), known.version, known.run_id, known.registered_at, known.digest
        )

    def champion(self) -> Served:
        """Load the model in service.

        Raises
        ------
        NoChampion
            Before the first promotion.
        DamagedModel
            As `by_version`.
        """
        version = self.alias_version(CHAMPION)
        if version is None:
            raise NoChampion(
                "no model is in service", remedy="Run `redress train`, then `redress promote`"
            )
        return self.by_version(version)

    def figures(self, run_id: str) -> dict[str, float]:
        """Give what a run measured of its model, by name."""
        return dict(self.client.get_run(run_id).data.metrics)

    def artifact(self, run_id: str, path: str) -> Path:
        """Give the place of a file that was logged with a run."""
        return local_path(self._files(run_id)) / path

    def _files(self, run_id: str) -> str:
        """Give the address of a run's files, in this home."""
        kept = str(self.client.get_run(run_id).info.artifact_uri)
        return at_home(kept, run_id, self.settings.artifacts)

    @property
    def _made(self) -> bool:
        """Whether a training has begun to register here.

        MLflow makes and migrates tables even when it is only asked: a service that looks while the
        first training makes them would have both fail, so it is not asked before.
        """
        if not self._store.exists():
            return False
        with looking_into(self._store) as connection:
            if not has_table(connection, "registered_models"):
                return False
            query = "SELECT 1 FROM registered_models WHERE name = ?"
            return connection.execute(query, (MODEL,)).fetchone() is not None

    @property
    def _store(self) -> Path:
        """The file of the store."""
        return Path(self.settings.tracking.removeprefix("sqlite:///")).absolute()

    def _find(self, version: str) -> ModelVersion:
        if self._made and version.isdecimal():
            from mlflow.exceptions import MlflowException

            try:
                return self.client.get_model_version(MODEL, version)
            except MlflowException as error:
                _pass_only_absence(error)
        raise NoSuchVersion(
            f"no model version {version!r}",
            f"one of: {', '.join(known.version for known in self.versions()) or 'none yet'}",
            "Run `redress train` to register one",
        )


def folder_digest(folder: Path) -> str:
    """Give the SHA-256, in hexadecimal, over names and contents of a folder's files."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(file.relative_to(folder).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings of MLflow about its own use of other libraries from the reader."""
    quieten_libraries()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _require_digest(folder: Path, known: Version) -> None:
    found = folder_digest(folder) if folder.is_dir() else "no files"
    if found != known.digest:
        raise DamagedModel(
            f"the files of model version {known.version} have the digest {found[:12]}",
            f"{known.digest[:12]}, as registered",
            f"Put {folder} back from a copy, or put another version in service: "
            "`redress promote`, `redress rollback`",
        )


def _pass_only_absence(error: Exception) -> None:
    """Raise an error of MLflow again, unless it says that something is not there."""
    if getattr(error, "error_code", "") not in (
        "RESOURCE_DOES_NOT_EXIST",
        "INVALID_PARAMETER_VALUE",
    ):
        raise error
