"""The score of an appeal as its page tells it: asked of the champion anew, or from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from features.errors import StateError
from features.frame import appeal_frame
from features.schema import Appeal
from models.ledger import reasons_of, text_digest
from models.scores import Reason, Score
from serving.champion import Champion
from serving.dashboard.wording import day

SHORTEST: Final = 1e-9
"""Logit that all bars together span at least: less is nothing."""
WIDTH: Final = 200
"""Of the drawing of the contributions, in its own units."""
MOST_BARS: Final = 120
"""Reasons told one by one, the strongest; what is left stands in one line."""
LEAST: Final = 0.005
"""What moves less is written 0.00."""
OTHERS: Final = "other facts"
FILED: Final = "filed"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The fact of when an appeal was filed is told to the model in days since then."""


@dataclass(frozen=True)
class Bar:
    """A reason, and where its bar lies: each begins where the one before it ends.

    Attributes
    ----------
    way
        `pro`: towards overturned; `con`; or empty, where it is none to speak of.
    left, width
        Of the bar, of `WIDTH`.
    """

    kind: str
    name: str
    value: str
    contribution: float
    way: str
    left: float
    width: float

    @property
    def signed(self) -> str:
        """Write the contribution with its sign."""
        return signed(self.contribution)


@dataclass(frozen=True)
class Opinion:
    """What a model says of an appeal.

    Attributes
    ----------
    version
        Of the model.
    given_at
        When, UTC.
    anew
        Whether the champion was asked just now; otherwise it is as the ledger has it.
    zero
        Where a logit of 0 lies in the drawing.
    """

    version: str
    given_at: datetime
    anew: bool
    probability: float
    logit: float
    uncertain: bool
    escalation: float
    team: str
    tier: str
    basis: str
    due_at: datetime
    bars: tuple[Bar, ...]
    zero: float
    moved: Mapping[str, float]

    @property
    def total(self) -> str:
        """Write the logit with its sign."""
        return signed(self.logit)


@dataclass(frozen=True)
class Recorded:
    """What the ledger has of an appeal: the latest score that was given.

    Attributes
    ----------
    same_text
        Whether it was given for the text that is in the history.
    """

    version: str
    given_at: datetime
    probability: float
    same_text: bool


@dataclass(frozen=True)
class Standing:
    """How an appeal stands with the models.

    Attributes
    ----------
    opinion
        What is told; None where there is nothing to tell.
    recorded
        The latest score in the ledger, or None.
    trouble
        Why the champion was not asked, and what to do; empty where it was.
    """

    opinion: Opinion | None
    recorded: Recorded | None
    trouble: str

    @property
    def changed(self) -> bool:
        """Whether the score in the ledger, which the queue goes by, is another than is told."""
        if self.opinion is None or self.recorded is None:
            return False
        apart = abs(self.opinion.probability - self.recorded.probability)
        return self.opinion.version != self.recorded.version or apart >= LEAST


def signed(value: float) -> str:
    """Write a part of a logit: +0.95; −1.09; 0.00."""
    return f"{value:+.2f}".replace("-", "−") if abs(value) >= LEAST else "0.00"


def standing_of(
    appeal: Appeal, recorded: Mapping[str, Any] | None, champion: Champion, now: datetime
) -> Standing:
    """Ask the champion about an appeal; where it cannot answer, tell what the ledger has.

    Parameters
    ----------
    recorded
        The latest row of the ledger.
    """
    kept = None if recorded is None else _recorded(recorded, appeal)
    try:
        served = champion.served()
    except StateError:
        trouble = "No model is in service: redress promote puts one there."
        return Standing(_from_ledger(recorded, appeal), kept, trouble)
    frame = appeal_frame([appeal])
    if served.scorer.faults(frame):
        trouble = (
            f"The model in service (version {served.version}) cannot score this appeal: it has"
            " attributes that the model was not trained with. Train again: redress train."
        )
        return Standing(_from_ledger(recorded, appeal), kept, trouble)
    score = served.scorer.score(frame)[0]
    return Standing(_from_score(score, served.version, now), kept, "")


def _recorded(row: Mapping[str, Any], appeal: Appeal) -> Recorded:
    same = _same_text(row, appeal)
    return Recorded(row["model_version"], row["scored_at"], row["probability"], same)


def _same_text(row: Mapping[str, Any], appeal: Appeal) -> bool:
    return row["text_digest"] in (None, text_digest(appeal.text))


def _from_score(score: Score, version: str, now: datetime) -> Opinion:
    bars, zero = bars_of(score.reasons)
    return Opinion(
        version=version,
        given_at=now,
        anew=True,
        probability=score.probability,
        logit=score.logit,
        uncertain=score.uncertain,
        escalation=score.risk.probability,
        team=score.risk.team,
        tier=score.risk.tier,
        basis=score.risk.basis,
        due_at=score.due_at.astimezone(UTC),
        bars=bars,
        zero=zero,
        moved=_moved(score.reasons),
    )


def _from_ledger(row: Mapping[str, Any] | None, appeal: Appeal) -> Opinion | None:
    if row is None:
        return None
    reasons = reasons_of(row["reasons"])
    bars, zero = bars_of(reasons)
    return Opinion(
        version=row["model_version"],
        given_at=row["scored_at"],
        anew=False,
        probability=row["probability"],
        logit=row["logit"],
        uncertain=row["uncertain"],
        escalation=row["risk_probability"],
        team=row["risk_team"],
        tier=row["risk_tier"],
        basis=row["risk_basis"],
        due_at=row["due_at"],
        bars=bars,
        zero=zero,
        # The words of another text are not in this one.
        moved=_moved(reasons) if _same_text(row, appeal) else {},
    )


def _moved(reasons: Sequence[Reason]) -> dict[str, float]:
    return {one.name: one.contribution for one in reasons if one.kind == "phrase"}


def bars_of(reasons: Sequence[Reason]) -> tuple[tuple[Bar, ...], float]:
    """Draw reasons end to end, the base first and then the strongest; also where 0 lies.

    The contributions of the bars add up to those of the reasons.
    """
    told = _few(sorted(reasons, key=lambda one: (one.kind != "base", -abs(one.contribution))))
    ends = [0.0]
    for one in told:
        ends.append(ends[-1] + one.contribution)
    low, high = min(ends), max(ends)
    scale = WIDTH / max(high - low, SHORTEST)
    bars = tuple(
        _bar(one, (min(begin, end) - low) * scale, abs(one.contribution) * scale)
        for one, begin, end in zip(told, ends, ends[1:], strict=False)
    )
    return bars, -low * scale


def _few(reasons: Sequence[Reason]) -> list[Reason]:
    shown, left = list(reasons[:MOST_BARS]), reasons[MOST_BARS:]
    if left:
        rest = Reason("attribute", OTHERS, f"{len(left)}", sum(one.contribution for one in left))
        shown.append(rest)
    return shown


def _bar(reason: Reason, left: float, width: float) -> Bar:
    told = abs(reason.contribution) >= LEAST
    way = ("pro" if reason.contribution > 0 else "con") if told else ""
    bar = Bar(reason.kind, reason.name, _value(reason), reason.contribution, way, left, width)
    return replace(bar, left=round(left, 1), width=round(max(width, 0.5), 1))


def _value(reason: Reason) -> str:
    if reason.value is None:
        return "not told" if reason.kind == "attribute" else ""
    if reason.name == FILED and isinstance(reason.value, float):
        return day(EPOCH + timedelta(days=reason.value))
    return _written(reason.value)


def _written(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value[:80]
    return f"{value:,.10g}"
