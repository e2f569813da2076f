"""What a reviewer does: open an appeal, and decide it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import ClassVar, Final

from starlette.responses import Response

from features.faults import Fault, read_decision
from features.schema import Decision
from serving.dashboard.appeal_page import AppealPages, Chosen, Seen
from serving.dashboard.appeal_reading import Verdict
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.queue_question import page_of
from serving.dashboard.queue_rows import url_of
from serving.dashboard.review_blind import is_blind
from serving.dashboard.review_record import DecidedMeanwhile, record
from serving.dashboard.roles import Role
from serving.dashboard.visits import Visit

LABELS: Final = {"outcome": "Decision", "escalated_to": "Escalated to"}


@dataclass(frozen=True)
class MeanwhilePage(Page):
    """Somebody else decided the appeal meanwhile: what they decided, and what was chosen here.

    Attributes
    ----------
    known
        The decision that counts now, as the form carries it.
    """

    template: ClassVar[str] = "appeal_conflict.html"
    under: ClassVar[str] = "/queue"

    appeal_id: str
    url: str
    verdict: Verdict
    outcome: str
    escalated_to: str
    look: str
    known: str


class AppealActions:
    """Adds the page of an appeal, and the decision on it.

    Parameters
    ----------
    pages
        Puts the page together.
    """

    def __init__(self, pages: AppealPages) -> None:
        self.pages = pages
        self.engine = pages.stock.engine

    def add_to(self, door: Door) -> None:
        """Add the page, and its action."""

        @door.act("/queue/{appeal_id:path}/decide", Role.REVIEWER)
        def decide(visit: Visit) -> Response:
            return self._decide(visit)

        # An id may hold anything, a slash too; after the action, whose path also fits.
        @door.page("/queue/{appeal_id:path}", Role.REVIEWER)
        def appeal(visit: Visit) -> Response:
            return self._show(visit)

    def _show(
        self, visit: Visit, status: HTTPStatus = HTTPStatus.OK, chosen: Chosen | None = None
    ) -> Response:
        appeal_id, part = visit.part("appeal_id"), page_of(visit.query.get("part", "1"))
        seen = Seen(visit.person.name, is_blind(visit), part, chosen or Chosen())
        page = self.pages.page(appeal_id, seen)
        visit.note(appeal=appeal_id, look=page.look, score_hidden=page.hidden)
        return visit.show(page, status)

    def _decide(self, visit: Visit) -> Response:
        appeal_id, sent = visit.part("appeal_id"), visit.fields
        read = read_decision(
            {
                "appeal_id": appeal_id,
                "outcome": sent.get("outcome", ""),
                "decided_at": datetime.now(UTC),
                "reviewer_id": visit.person.name,
                "escalated_to": sent.get("escalated_to") or None,
            }
        )
        if not isinstance(read, Decision):
            why = _told(read) if sent.get("outcome") else "Choose overturned or upheld."
            return self._show(visit, HTTPStatus.UNPROCESSABLE_ENTITY, Chosen(why, sent))
        look = page_of(sent.get("look", ""))
        visit.note(appeal=appeal_id, look=look, outcome=str(read.outcome))
        try:
            new = record(self.engine, read, look, sent.get("known", ""))
        except DecidedMeanwhile as error:
            page = _meanwhile(visit, error.verdict)
            return visit.show(page, HTTPStatus.CONFLICT)
        said = f"Recorded: {read.outcome}." if new else f"Recorded already: {read.outcome}."
        return visit.go(url_of(appeal_id), said)


def _meanwhile(visit: Visit, verdict: Verdict) -> MeanwhilePage:
    appeal_id = visit.part("appeal_id")
    return MeanwhilePage(
        title="Somebody else has decided this appeal meanwhile",
        appeal_id=appeal_id,
        url=url_of(appeal_id),
        verdict=verdict,
        outcome=visit.fields.get("outcome", ""),
        escalated_to=visit.fields.get("escalated_to", ""),
        look=visit.fields.get("look", ""),
        known=verdict.decided_at.isoformat(),
    )


def _told(faults: list[Fault]) -> str:
    """Say what is wrong with each field."""
    parts = []
    for fault in faults:
        name = fault.pointer.removeprefix("/")
        parts.append(f"{LABELS.get(name, name)}: {fault.detail}")
    return "; ".join(parts)
