"""One search of a kind at a time: two would write their models into the same run.

The lock is the kernel's, on a file that stays: a search that is killed lets go of it by that.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from features.errors import SearchRunning
from features.settings import Settings

__all__ = ["FOLDER", "sole_search"]

FOLDER: Final = "locks"


@contextmanager
def sole_search(settings: Settings, study: str) -> Iterator[None]:
    """Hold a study, so that nobody else goes on with it meanwhile.

    Parameters
    ----------
    study
        Its name, any text.

    Raises
    ------
    SearchRunning
        When another command holds it.
    """
    name = hashlib.sha256(study.encode()).hexdigest()[:16]
    place = settings.home / FOLDER / f"search-{name}.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a+") as held:  # never removed: who waits on a removed file holds nothing
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SearchRunning(
                f"the search {study!r} is running already",
                "one at a time: both would write into the same run",
                "Wait until it has ended, or name another --study",
            ) from error
        yield
