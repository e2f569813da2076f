"""Decisions as they are made: each goes into the history, or is told why it cannot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine

from features.columns import Records
from features.faults import Fault, pointer_to, read_decision
from features.history import Added, History
from features.schema import Decision
from serving.answers import Reply
from serving.bodies import read_items
from serving.scoring import Refusal, claimed_id, refusal_result

Key = tuple[str, datetime | None]
LIST: Final = "decisions"
"""The member of the request that holds the decisions."""
UNKNOWN: Final = Fault(
    "/appeal_id", "no appeal of this id is in the history; send the appeal to /v1/score first"
)


class DecisionDesk:
    """Takes decisions in. One that is known already is taken in again without a trace."""

    def __init__(self, engine: Engine) -> None:
        self.history = History(engine)

    def reply(self, body: bytes) -> Reply:
        """Answer a request.

        Raises
        ------
        Problem
            Where the body cannot be used.
        """
        items = read_items(body, LIST)
        read = [read_item(item) for item in items]
        decisions = [item for item in read if isinstance(item, Decision)]
        added = self.history.add(Records([], decisions, [], timed=True))
        faults = _faults(decisions, added)
        checked = [_checked(found, faults) for found in read]
        results = [_result(found, i, items[i]) for i, found in enumerate(checked)]
        facts = {"new": added.decisions_new, "known": added.decisions_known}
        return Reply(json.dumps({"results": results}).encode(), facts=facts)


def read_item(item: object) -> Decision | Refusal:
    """Read one raw decision."""
    read = read_decision(item)
    return read if isinstance(read, Decision) else Refusal(claimed_id(item, read), tuple(read))


def _faults(decisions: Sequence[Decision], added: Added) -> dict[Key, Fault]:
    """Say what is wrong with those that the history did not take in."""
    unknown = set(added.decisions_unknown)
    faults: dict[Key, Fault] = {_key(one): UNKNOWN for one in decisions if one.appeal_id in unknown}
    return faults | {(one.appeal_id, one.decided_at): one.fault for one in added.decisions_misdated}


def _key(decision: Decision) -> Key:
    return decision.appeal_id, decision.decided_at


def _checked(read: Decision | Refusal, faults: Mapping[Key, Fault]) -> Decision | Refusal:
    fault = faults.get(_key(read)) if isinstance(read, Decision) else None
    return read if fault is None else Refusal(read.appeal_id, (fault,))


def _result(read: Decision | Refusal, index: int, item: object) -> dict[str, Any]:
    if isinstance(read, Decision):
        return {"appeal_id": read.appeal_id, "status": "recorded"}
    return refusal_result(read, pointer_to(LIST, index), item)
