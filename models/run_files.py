"""Where a run's files lie in the home that is open, though the home was copied or moved.

MLflow keeps whole addresses of files: `file:///old/home/artifacts/<run>/artifacts`. A copy of a
home would go on reading, and writing, the home that it was copied from.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

__all__ = ["at_home", "local_path"]


def at_home(uri: str, run_id: str, artifacts: Path) -> str:
    """Give the address of a run's file in this home, whichever home it was logged in.

    Parameters
    ----------
    uri
        As MLflow keeps it: of a run's files, or of one of them.
    run_id
        The run that they belong to.
    artifacts
        The folder of this home under which MLflow keeps artifacts.

    Returns
    -------
    str
        Under `artifacts`, where `uri` lies under any home's; unchanged where it lies elsewhere,
        such as in a bucket.
    """
    if urlparse(uri).scheme not in ("", "file"):
        return uri
    _, found, inside = str(local_path(uri)).partition(f"/{artifacts.name}/{run_id}/artifacts")
    if not found or (inside and not inside.startswith("/")):
        return uri
    return (artifacts.resolve() / run_id / "artifacts" / inside.lstrip("/")).as_uri()


def local_path(uri: str) -> Path:
    """Give the path that a `file:` address, or a bare path, names."""
    return Path(url2pathname(urlparse(uri).path))
