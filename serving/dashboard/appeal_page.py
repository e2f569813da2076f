"""The page of an appeal: what it says, what the score makes of it, what went before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Final

from features.database import reading
from features.schema import Appeal, Outcome, Team
from models.theme_map import Near
from serving.dashboard.appeal_marks import TextPart, part_of
from serving.dashboard.appeal_reading import (
    Past,
    Verdict,
    read_appeal,
    read_past,
    read_score,
    read_theme,
    read_verdicts,
)
from serving.dashboard.appeal_score import Opinion, Standing, standing_of
from serving.dashboard.appeal_similar import Similar, SimilarCases
from serving.dashboard.pages import Page
from serving.dashboard.queue_reading import alarmed_among
from serving.dashboard.queue_rows import CaseAlarm, CaseTheme, alarm_of, lasted, url_of
from serving.dashboard.queue_waiting import near_among
from serving.dashboard.review_record import Look, moment_of, note_look
from serving.dashboard.stock import Stock
from serving.dashboard.theme_reading import names_of

FACTS: Final = ("policy", "action", "market", "language", "detection", "attempt", "stake")
MOST_FACTS: Final = 60
MOST_VALUE: Final = 300


@dataclass(frozen=True)
class Fact:
    """Something that was known when the appeal was filed."""

    name: str
    value: str


@dataclass(frozen=True)
class Chosen:
    """What was chosen in the form, and why it could not be recorded."""

    why: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    def is_(self, name: str, value: str) -> bool:
        """Tell whether a value was chosen."""
        return self.typed.get(name, "") == value


@dataclass(frozen=True)
class AppealPage(Page):
    """The page of an appeal.

    Attributes
    ----------
    look
        The number of this look, which the form carries.
    verdicts
        Decisions, the one that counts first.
    known
        Which of them counts, as the form carries it.
    blind
        Whether the person decides blind.
    hidden
        Whether the score is hidden now: until somebody has decided.
    standing
        Without an opinion where it is hidden.
    overdue
        Whether it is past its time, as far as that is told.
    past
        None where it is not known who appeals.
    """

    template: ClassVar[str] = "appeal.html"
    under: ClassVar[str] = "/queue"

    appeal_id: str
    url: str
    look: int
    submitted_at: datetime
    waited: str
    text: TextPart
    facts: tuple[Fact, ...]
    facts_left_out: int
    verdicts: tuple[Verdict, ...]
    known: str
    blind: bool
    hidden: bool
    standing: Standing
    overdue: bool
    similar: Similar
    theme: CaseTheme | None
    alarm: CaseAlarm | None
    past: Past | None
    outcomes: tuple[str, ...]
    teams: tuple[str, ...]
    chosen: Chosen


@dataclass(frozen=True)
class Seen:
    """Who looks, and what at: the part of the text, whether blind, and what they chose."""

    by: str
    blind: bool = False
    part: int = 1
    chosen: Chosen = field(default_factory=Chosen)


@dataclass(frozen=True)
class _Lies:
    """Where an appeal lies: its theme, the open alarm that it falls into."""

    theme: CaseTheme | None
    alarm: CaseAlarm | None


class AppealPages:
    """Puts the page of an appeal together, and keeps that it was looked at.

    Parameters
    ----------
    stock
        What pages read from.
    similar
        Finds decided appeals like it.
    """

    def __init__(self, stock: Stock, similar: SimilarCases) -> None:
        self.stock = stock
        self.similar = similar

    def page(self, appeal_id: str, seen: Seen) -> AppealPage:
        """Put the page together.

        Raises
        ------
        Problem
            404 where there is no such appeal.
        """
        now = datetime.now(UTC)
        with reading(self.stock.engine) as connection:
            appeal = read_appeal(connection, appeal_id)
            verdicts = read_verdicts(connection, appeal_id)
            recorded = read_score(connection, appeal_id)
            past = read_past(connection, appeal)
        standing = standing_of(appeal, recorded, self.stock.champion, now)
        hidden = seen.blind and not verdicts
        look = self._note(appeal_id, seen.by, standing.opinion, hidden, now)
        opinion = None if hidden else standing.opinion
        lies = self._lies(appeal_id)
        facts = facts_of(appeal)
        return AppealPage(
            title=f"Appeal {appeal_id}",
            appeal_id=appeal_id,
            url=url_of(appeal_id),
            look=look,
            submitted_at=appeal.submitted_at,
            waited=lasted(appeal.submitted_at, verdicts[-1].decided_at if verdicts else now),
            text=part_of(appeal.text, opinion.moved if opinion else {}, seen.part),
            facts=facts[:MOST_FACTS],
            facts_left_out=max(len(facts) - MOST_FACTS, 0),
            verdicts=verdicts,
            known=moment_of(verdicts),
            blind=seen.blind,
            hidden=hidden,
            standing=Standing(None, None, "") if hidden else standing,
            overdue=opinion is not None and not verdicts and opinion.due_at < now,
            similar=self.similar.of(appeal),
            theme=lies.theme,
            alarm=lies.alarm,
            past=past,
            outcomes=tuple(map(str, Outcome)),
            teams=tuple(map(str, Team)),
            chosen=seen.chosen,
        )

    def _note(
        self, appeal_id: str, by: str, opinion: Opinion | None, hidden: bool, now: datetime
    ) -> int:
        probability = opinion.probability if opinion else None
        version = opinion.version if opinion else None
        shown = opinion is not None and not hidden
        return note_look(self.stock.engine, Look(appeal_id, now, by, shown, probability, version))

    def _lies(self, appeal_id: str) -> _Lies:
        """Tell the theme as of the newest discovery, or else the nearest; and the open alarm."""
        names = names_of(self.stock.engine, self.stock.least_subjects)
        alarms = {
            one.alarm_id: CaseAlarm(one.alarm_id, one.account.title)
            for one in self.stock.alarms.alarms(is_open=True).alarms
        }
        with reading(self.stock.engine) as connection:
            member = read_theme(connection, appeal_id)
            makes_up = alarmed_among(connection, [appeal_id], [*alarms]).get(appeal_id)
            near = dict(near_among(connection, self.stock.themes, [appeal_id]))
        lies = near.get(appeal_id, Near())
        theme = member or (lies.theme.theme_id if lies.theme else "")
        told = alarm_of(lies.emerging) if lies.emerging else None
        return _Lies(
            CaseTheme(theme, names[theme]) if theme in names else None,
            alarms[makes_up] if makes_up else told,
        )


def facts_of(appeal: Appeal) -> tuple[Fact, ...]:
    """Tell what was known when an appeal was filed, but for its text and who appeals."""
    told = {name: getattr(appeal, name) for name in FACTS}
    told["evidence"] = ", ".join(appeal.evidence) or None
    told |= appeal.attributes
    return tuple(Fact(name, _written(value)) for name, value in told.items() if value is not None)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    return str(value)[:MOST_VALUE]
