"""From raw appeals to results: read each, score those that can be, say of the rest what is wrong.

The phases stand apart. Nothing here knows of HTTP or of the database.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from features.faults import Fault, pointer_to, read_appeal
from features.frame import appeal_frame
from features.schema import Appeal
from models.alarms import Part
from models.emerging import Emerging
from models.scores import Reason, Score
from models.theme_map import Near
from models.themes import Nearest
from serving.answers import told
from serving.bodies import located
from serving.champion import Served

LIST = "appeals"
"""The member of the request that holds the appeals."""


class Themes(Protocol):
    """Known themes and alarms, as `serving.current_themes.CurrentThemes` holds them."""

    def near(self, texts: Sequence[str], facts: Sequence[Part]) -> list[Near]:
        """Tell where each appeal lies, by its text and its facts."""


@dataclass(frozen=True)
class Refusal:
    """An appeal, or a decision, that could not be used.

    Attributes
    ----------
    appeal_id
        Its id, where it has one that can be one.
    faults
        What is wrong; pointers are relative to the appeal.
    """

    appeal_id: str | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Scored:
    """An appeal, its score, and where it lies among themes and alarms."""

    appeal: Appeal
    score: Score
    near: Near


@dataclass(frozen=True)
class Assessment:
    """What became of every appeal of one request, in its order.

    Attributes
    ----------
    model_version
        The version of the model that was asked, for all of them.
    """

    results: tuple[Scored | Refusal, ...]
    model_version: str

    @property
    def scored(self) -> list[Scored]:
        """The appeals that got a score."""
        return [result for result in self.results if isinstance(result, Scored)]


def assess(items: Sequence[object], served: Served, themes: Themes) -> Assessment:
    """Read and score the appeals of one request, and tell their themes.

    Parameters
    ----------
    items
        Appeals as they came, whatever they are.
    served
        The model to ask.
    themes
        The themes that an appeal may be near to, and the alarms that it may fall into.
    """
    read = refuse_repeats([read_item(item) for item in items])
    frame = appeal_frame(_sound(read))
    faults = served.scorer.faults(frame) if len(frame) else {}
    if faults:
        read = refuse_rows(read, faults)
        frame = appeal_frame(_sound(read))
    scores = served.scorer.score(frame) if len(frame) else []
    sound = _sound(read)
    near = themes.near([appeal.text for appeal in sound], [facts_of(appeal) for appeal in sound])
    answers = iter(zip(scores, near, strict=True))
    results = [Scored(i, *next(answers)) if isinstance(i, Appeal) else i for i in read]
    return Assessment(tuple(results), served.version)


def facts_of(appeal: Appeal) -> Part:
    """Give the facts of an appeal that alarms are about."""
    return Part(policy=appeal.policy, market=appeal.market, detection=appeal.detection)


def read_item(item: object) -> Appeal | Refusal:
    """Read one raw appeal."""
    read = read_appeal(item)
    if isinstance(read, Appeal):
        return read
    return Refusal(claimed_id(item, read), tuple(read))


def refuse_repeats(read: Sequence[Appeal | Refusal]) -> list[Appeal | Refusal]:
    """Refuse an appeal whose id an earlier one of the request has: the two may differ."""
    first: dict[str, int] = {}
    kept: list[Appeal | Refusal] = []
    for index, item in enumerate(read):
        if isinstance(item, Appeal) and first.setdefault(item.appeal_id, index) != index:
            detail = f"repeats the appeal_id of {pointer_to(LIST, first[item.appeal_id])}"
            item = Refusal(item.appeal_id, (Fault("/appeal_id", detail),))
        kept.append(item)
    return kept


def refuse_rows(
    read: Sequence[Appeal | Refusal], faults: Mapping[int, Sequence[Fault]]
) -> list[Appeal | Refusal]:
    """Refuse the appeals that the model cannot score.

    Parameters
    ----------
    read
        Appeals, with refusals between them.
    faults
        By the appeal's position among the appeals alone, as the model has them.
    """
    rows = itertools.count()
    return [
        Refusal(item.appeal_id, tuple(faults[row]))
        if isinstance(item, Appeal) and (row := next(rows)) in faults
        else item
        for item in read
    ]


def answer(assessment: Assessment, items: Sequence[object]) -> dict[str, Any]:
    """Shape the answer to one request.

    Parameters
    ----------
    assessment
        What became of the appeals.
    items
        The appeals as they came: every pointer resolves in them.
    """
    version = assessment.model_version
    results = [
        score_result(result, version)
        if isinstance(result, Scored)
        else refusal_result(result, pointer_to(LIST, index), item)
        for index, (result, item) in enumerate(zip(assessment.results, items, strict=True))
    ]
    return {"model_version": version, "results": results}


def score_result(scored: Scored, model_version: str) -> dict[str, Any]:
    """Shape one score."""
    score, near = scored.score, scored.near
    risk = score.risk
    return {
        "appeal_id": score.appeal_id,
        "probability": score.probability,
        "uncertain": score.uncertain,
        "risk": {
            "probability": risk.probability,
            "team": risk.team,
            "tier": risk.tier,
            "basis": risk.basis,
        },
        "priority": score.priority,
        "due_at": told(score.due_at),
        "logit": score.logit,
        "reasons": [reason_result(reason) for reason in score.reasons],
        "theme": None if near.theme is None else theme_result(near.theme),
        "emerging": None if near.emerging is None else emerging_result(near.emerging),
        "model_version": model_version,
    }


def theme_result(nearest: Nearest) -> dict[str, Any]:
    """Shape the theme that an appeal is near to."""
    return {
        "id": nearest.theme_id,
        "title": nearest.title,
        "status": nearest.status,
        "similarity": nearest.similarity,
    }


def emerging_result(emerging: Emerging) -> dict[str, Any]:
    """Shape the open alarm that an appeal falls into."""
    return {
        "alarm": emerging.alarm_id,
        "title": emerging.title,
        "since": emerging.since.isoformat(),
        "recurrence_days": emerging.recurrence_days,
    }


def reason_result(reason: Reason) -> dict[str, Any]:
    """Shape one reason."""
    return {
        "kind": reason.kind,
        "name": reason.name,
        "value": reason.value,
        "contribution": reason.contribution,
    }


def refusal_result(refusal: Refusal, place: str, item: object) -> dict[str, Any]:
    """Shape the errors of the item at `place`; their pointers resolve in the request."""
    errors = [fault_error(fault, place, item) for fault in refusal.faults]
    return {"appeal_id": refusal.appeal_id, "errors": errors}


def fault_error(fault: Fault, place: str, item: object) -> dict[str, str]:
    """Shape one fault of the item at `place`."""
    pointer, detail = located(fault, item)
    return {"pointer": place + pointer, "detail": detail}


def _sound(read: Sequence[Appeal | Refusal]) -> list[Appeal]:
    return [item for item in read if isinstance(item, Appeal)]


def claimed_id(item: object, faults: Sequence[Fault]) -> str | None:
    """Give the id that a faulty item claims, unless the id itself is at fault."""
    claimed = item.get("appeal_id") if isinstance(item, dict) else None
    at_fault = any(fault.pointer == "/appeal_id" for fault in faults)
    return claimed if isinstance(claimed, str) and not at_fault else None
