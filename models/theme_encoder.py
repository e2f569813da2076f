"""The encoders of discoveries: a theme's centre means something only beside its encoder."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np

from features.encoder import StudentEncoder
from features.errors import DamagedModel, UnwritableFolder

FOLDER: Final = "encoders"
"""Of the home folder. An encoder's own folder in it is named by its digest."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def digest_of(encoder: StudentEncoder) -> str:
    """Digest what makes an encoder: SHA-256, in hexadecimal, over its tokeniser and its table."""
    table = np.ascontiguousarray(encoder.table, dtype="<f4")
    digest = hashlib.sha256(encoder.tokenizer.to_str().encode())
    digest.update(repr(table.shape).encode())
    digest.update(table.data)
    return digest.hexdigest()


def keep(encoder: StudentEncoder, home: Path) -> str:
    """Keep an encoder under its digest; one that is there and sound is left as it is.

    It is written beside its place and put there only when it is whole, so that nobody reads half
    of it; two processes may keep the same one at once.

    Returns
    -------
    str
        Its digest, by which `load` finds it.

    Raises
    ------
    UnwritableFolder
        The home folder cannot be written into.
    """
    digest = digest_of(encoder)
    if not _sound(digest, home):
        try:
            _write(encoder, digest, home)
        except OSError as error:
            raise UnwritableFolder(
                f"{home / FOLDER} cannot be written into ({error.strerror})",
                "a folder on a disk with room, for the encoder of the themes",
                "Set REDRESS_HOME, or make room.",
            ) from error
    return digest


def load(digest: str, home: Path) -> StudentEncoder:
    """Load the encoder of a digest.

    Raises
    ------
    DamagedModel
        It is not there, broken, or another one than its digest says.
    """
    if _DIGEST.fullmatch(digest) is None:
        raise _damaged(digest, "which is no digest")
    try:
        encoder = StudentEncoder.load(home / FOLDER / digest)
    except DamagedModel as error:
        raise _damaged(digest, "which is missing or broken") from error
    if digest_of(encoder) != digest:
        raise _damaged(digest, "whose files have changed")
    return encoder


def _sound(digest: str, home: Path) -> bool:
    try:
        load(digest, home)
    except DamagedModel:
        return False
    return True


def _write(encoder: StudentEncoder, digest: str, home: Path) -> None:
    place = home / FOLDER / digest
    draft = place.with_name(f".{digest}.{uuid4().hex[:8]}")
    try:
        encoder.save(draft)
        shutil.rmtree(place, ignore_errors=True)
        draft.replace(place)
    except OSError:
        # Somebody else may have been quicker with the same one.
        if not _sound(digest, home):
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _damaged(digest: str, found: str) -> DamagedModel:
    return DamagedModel(
        f"the themes were found with encoder {digest[:12]!r}, {found}",
        f"its files in the folder {FOLDER} of the home folder",
        "Run redress discover: it keeps the encoder that it reads with.",
    )
