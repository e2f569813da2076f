"""The scoring desk: one request in, one recorded answer out. It runs in a worker thread."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from features.database import writing
from features.history import add_appeals
from models import ledger
from models.ledger import Occasion
from serving.answers import Reply
from serving.bodies import read_items
from serving.champion import Champion
from serving.metrics import Metrics
from serving.problems import database_unavailable
from serving.replies import REPLAYED, Claim, Replies
from serving.scoring import LIST, Assessment, Themes, answer, assess
from serving.shadow import Answered, Follower, Nobody

logger = logging.getLogger("redress.serving")


@dataclass(frozen=True)
class Asked:
    """Who asks, and under which names.

    Attributes
    ----------
    key_id
        The API key.
    request_id
        Made for this request; it stands in the log and in the ledger.
    name
        The idempotency key, where one was sent.
    """

    key_id: str
    request_id: str
    name: str | None = None


class ScoreDesk:
    """Scores requests and records every score before it is answered."""

    def __init__(
        self,
        engine: Engine,
        champion: Champion,
        themes: Themes,
        metrics: Metrics,
        follower: Follower | None = None,
    ) -> None:
        self.engine = engine
        self.champion = champion
        self.themes = themes
        self.metrics = metrics
        self.follower = follower or Nobody()
        self.replies = Replies(engine)

    def reply(self, body: bytes, asked: Asked) -> Reply:
        """Answer a request.

        Parameters
        ----------
        body
            The request's body as it came.
        asked
            Who asks, and under which names.

        Raises
        ------
        Problem
            Where the body cannot be used, or the scores cannot be recorded.
        NoChampion, DamagedModel
            Where there is no model to ask.
        """
        if asked.name is None:
            return self._score(body, asked, None)
        claim = self.replies.claim(asked.key_id, asked.name, body)
        if isinstance(claim, bytes):
            return Reply(claim, {REPLAYED: "true"})
        try:
            return self._score(body, asked, claim)
        except Exception:
            claim.release()
            raise

    def _score(self, body: bytes, asked: Asked, claim: Claim | None) -> Reply:
        served = self.champion.served()
        items = read_items(body, LIST)
        assessment = assess(items, served, self.themes)
        shaped = json.dumps(answer(assessment, items), allow_nan=False).encode()
        occasion = Occasion(assessment.model_version, datetime.now(UTC), asked.request_id)
        self._record(assessment, occasion, claim, shaped)
        self._follow(assessment, occasion)
        return Reply(shaped, facts=self._count(assessment))

    def _record(
        self, assessment: Assessment, occasion: Occasion, claim: Claim | None, shaped: bytes
    ) -> None:
        """Keep the scores, the appeals that decisions refer to, and a named answer, or nothing."""
        appeals = [scored.appeal for scored in assessment.scored]
        try:
            with writing(self.engine) as connection:
                add_appeals(connection, appeals)
                ledger.write(
                    connection,
                    [scored.score for scored in assessment.scored],
                    [appeal.text for appeal in appeals],
                    occasion,
                )
                if claim is not None:
                    claim.keep(connection, shaped)
        except SQLAlchemyError as error:
            logger.error("the ledger failed: %s", type(error).__qualname__)
            self.metrics.ledger_failures.inc()
            raise database_unavailable() from error

    def _follow(self, assessment: Assessment, occasion: Occasion) -> None:
        """Let the challenger know what was answered."""
        by = occasion.model_version, occasion.scored_at
        self.follower.offer(
            [Answered(one.appeal, one.score.probability, *by) for one in assessment.scored]
        )

    def _count(self, assessment: Assessment) -> dict[str, Any]:
        scored = len(assessment.scored)
        refused = len(assessment.results) - scored
        self.metrics.scored.inc(scored)
        self.metrics.refused.inc(refused)
        return {"scored": scored, "refused": refused, "version": assessment.model_version}
