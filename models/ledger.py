"""The ledger: every score given, written before it is answered, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert

from features.tables import SCORES
from models.scores import Reason, Score


@dataclass(frozen=True)
class Occasion:
    """When and by what scores were given.

    Attributes
    ----------
    model_version
        The version in the registry.
    scored_at
        UTC.
    request_id
        The request that asked, where there was one.
    """

    model_version: str
    scored_at: datetime
    request_id: str | None = None


class Ledger:
    """The ledger in the database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def record(self, scores: Sequence[Score], texts: Sequence[str], occasion: Occasion) -> None:
        """Write scores in one transaction: all of them or none.

        Parameters
        ----------
        scores
            What was given.
        texts
            The text that each score was given for, (len(scores),). Only its digest is kept.
        occasion
            When, and by which model.
        """
        with self.engine.begin() as connection:
            write(connection, scores, texts, occasion)


def write(
    connection: Connection, scores: Sequence[Score], texts: Sequence[str], occasion: Occasion
) -> None:
    """Write scores as `Ledger.record` does, in a transaction of the caller's."""
    rows = [_row(score, text, occasion) for score, text in zip(scores, texts, strict=True)]
    if rows:
        connection.execute(insert(SCORES), rows)


def reasons_of(kept: Sequence[Sequence[Any]]) -> tuple[Reason, ...]:
    """Read the reasons of a score as the column `reasons` keeps them."""
    return tuple(Reason(*fields) for fields in kept)


def text_digest(text: str) -> str:
    """Give the SHA-256 of a text, in hexadecimal: which words were scored, without keeping them."""
    return hashlib.sha256(text.encode()).hexdigest()


def _row(score: Score, text: str, occasion: Occasion) -> dict[str, Any]:
    return {
        "appeal_id": score.appeal_id,
        "scored_at": occasion.scored_at,
        "model_version": occasion.model_version,
        "probability": score.probability,
        "logit": score.logit,
        "uncertain": score.uncertain,
        "risk_probability": score.risk.probability,
        "risk_team": score.risk.team,
        "risk_tier": score.risk.tier,
        "risk_basis": score.risk.basis,
        "priority": score.priority,
        "due_at": score.due_at,
        # Lists of fields: their names, thirty times a score, would double its size.
        "reasons": list(map(tuple, score.reasons)),
        "request_id": occasion.request_id,
        "text_digest": text_digest(text),
    }
