"""MLflow's client of one home: what it logs with a run lands in that home, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlflow.entities import FileInfo
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.tracking import MlflowClient

from models.run_files import at_home

__all__ = ["HomeClient"]


class HomeClient(MlflowClient):
    """A client whose runs have their files in this home, though it was copied or moved.

    MLflow's own goes to the address that was kept when the run began. It also remembers addresses
    by run alone, so that in one process a home and its copy would be taken for each other.

    Parameters
    ----------
    store
        Address of the store, for tracking and for the registry.
    artifacts
        The folder of this home under which MLflow keeps artifacts.
    """

    def __init__(self, store: str, artifacts: Path) -> None:
        super().__init__(store, store)
        self._artifacts = artifacts

    def log_artifact(
        self, run_id: str, local_path: str | Path, artifact_path: str | None = None
    ) -> None:
        """Log a file, or a folder under its own name; `log_text` and the like come here too."""
        path = Path(local_path)
        if path.is_dir():
            self.log_artifacts(run_id, path, str(Path(artifact_path or "") / path.name))
        else:
            self._files(run_id).log_artifact(str(path), artifact_path)

    def log_artifacts(
        self, run_id: str, local_dir: str | Path, artifact_path: str | None = None
    ) -> None:
        """Log what is in a folder."""
        self._files(run_id).log_artifacts(str(local_dir), artifact_path)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """List what was logged with a run."""
        return list(self._files(run_id).list_artifacts(path))

    def download_artifacts(self, run_id: str, path: str, dst_path: str | None = None) -> str:
        """Give the local path of what was logged with a run, fetched where it is elsewhere."""
        return str(self._files(run_id).download_artifacts(path, dst_path))

    def _files(self, run_id: str) -> Any:  # noqa: ANN401 - MLflow's are half typed
        kept = str(self.get_run(run_id).info.artifact_uri)
        return get_artifact_repository(at_home(kept, run_id, self._artifacts))
