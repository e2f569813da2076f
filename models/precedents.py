"""Precedents: decided appeals by meaning, so that a case can be set beside those most like it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading
from features.encoder import StudentEncoder
from features.tables import APPEALS, DECISIONS

if TYPE_CHECKING:
    import faiss

__all__ = ["Precedents"]

REACH: Final = timedelta(days=365)
"""How long before the newest decision one may lie and still be a precedent."""
MOST: Final = 100_000
"""Precedents held, the latest decided ones: some 80 MB at 384 dimensions."""
CHUNK: Final = 2_000
"""Texts read and embedded at once; between two, others get to work."""


class Precedents:
    """Finds the decided appeals that lie nearest to a text.

    Vectors are held in half precision: a cosine is right to 1e-3. Safe to share between threads.

    Parameters
    ----------
    encoder
        In whose space they lie.
    """

    def __init__(self, encoder: StudentEncoder) -> None:
        self.encoder = encoder
        self._ids: list[str] = []
        self._held: set[str] = set()
        self._index: faiss.Index | None = None
        self._turn = threading.Lock()

    def __len__(self) -> int:
        """Count what is held."""
        return len(self._ids)

    def read(self, engine: sa.Engine) -> None:
        """Take in the appeals that were decided within `REACH` and are not held yet."""
        for ids, texts in self._unread(engine):
            vectors = self.encoder.encode(texts)
            with self._turn:
                self._add(ids, vectors)

    def nearest(self, text: str, most: int) -> list[tuple[str, float]]:
        """Give the ids of the nearest precedents and their cosines, the nearest first.

        Parameters
        ----------
        text
            As it was filed; one without tokens is near nothing.
        most
            How many at the most.
        """
        vector = self.encoder.encode([text])
        with self._turn:
            if self._index is None or not vector.any():
                return []
            cosines, places = self._index.search(vector, most)
            found = zip(cosines[0].tolist(), places[0].tolist(), strict=True)
            return [(self._ids[place], cosine) for cosine, place in found if place >= 0]

    def _add(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        if self._index is None:
            self._index = _empty(vectors.shape[1])
        spoken = np.asarray(vectors.any(axis=1))
        self._index.add(np.ascontiguousarray(vectors[spoken]))
        self._ids += [one for one, said in zip(ids, spoken.tolist(), strict=True) if said]
        self._held.update(ids)

    def _unread(self, engine: sa.Engine) -> Iterator[tuple[list[str], list[str]]]:
        with reading(engine) as connection:
            new = [one for one in _decided(connection) if one not in self._held]
        for begin in range(0, len(new), CHUNK):
            query = sa.select(APPEALS.c.appeal_id, APPEALS.c.text).where(
                APPEALS.c.appeal_id.in_(new[begin : begin + CHUNK])
            )
            with reading(engine) as connection:
                rows = connection.execute(query).all()
            yield [row.appeal_id for row in rows], [row.text for row in rows]


def _empty(dimension: int) -> Any:  # noqa: ANN401 - faiss has no types
    import faiss

    half = faiss.ScalarQuantizer.QT_fp16
    return faiss.IndexScalarQuantizer(dimension, half, faiss.METRIC_INNER_PRODUCT)


def _decided(connection: sa.Connection) -> list[str]:
    """List the appeals that were decided within reach, the latest first."""
    newest: datetime | None = connection.execute(
        sa.select(sa.func.max(DECISIONS.c.decided_at))
    ).scalar_one()
    if newest is None:
        return []
    query = (
        sa.select(DECISIONS.c.appeal_id)
        .where(DECISIONS.c.decided_at >= newest - REACH)
        .order_by(DECISIONS.c.decided_at.desc())
        .limit(MOST)
    )
    return list(dict.fromkeys(connection.execute(query).scalars()))
