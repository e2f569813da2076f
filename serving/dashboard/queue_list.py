"""The page Queue: what waits for a decision, what to open first; and the same as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

import pandas as pd
from starlette.responses import Response

from features.database import reading
from models.agreement import Agreement
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.queue_question import (
    FIELDS,
    PAGE_ROWS,
    PATH,
    SORTS,
    TIER_NAMES,
    Question,
    question_of,
)
from serving.dashboard.queue_reading import alarmed_among, decided_among
from serving.dashboard.queue_rows import Case, CaseAlarm, alarm_of, cases_of, queue_csv, url_of
from serving.dashboard.queue_waiting import Waiting, WaitingRoom, near_among
from serving.dashboard.review_blind import is_blind
from serving.dashboard.review_reading import read_agreement
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.theme_reading import names_of
from serving.dashboard.visits import Visit

MOST_VALUES: Final = 200
"""Values that a filter offers, the most frequent ones."""


@dataclass(frozen=True)
class Offer:
    """A value that a filter offers, and how many wait with it."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Filter:
    """A field that the queue is filtered by."""

    name: str
    label: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class Heap:
    """The cases of a tier: all, those past their time, and where they are listed."""

    tier: str
    waiting: int
    overdue: int
    chosen: bool
    url: str


@dataclass(frozen=True)
class QueueColumn:
    """What the queue may be sorted by; `order` is as of aria-sort, or empty."""

    name: str
    label: str
    url: str
    order: str


@dataclass(frozen=True)
class QueuePage(Page):
    """The page Queue.

    Attributes
    ----------
    read_at
        As of when.
    waiting, unscored, matching
        All that wait; those of them that were never scored; those that were asked for.
    blind
        Whether the score is hidden from the person.
    may_open, may_export
        Whether the person may read an appeal, and take the list away.
    agreement
        How often people decided as the score would have; None for those who do not manage.
    here
        This page's own address.
    """

    template: ClassVar[str] = "queue.html"
    under: ClassVar[str] = PATH

    read_at: datetime
    waiting: int
    unscored: int
    unscored_url: str
    matching: int
    question: Question
    heaps: tuple[Heap, ...]
    filters: tuple[Filter, ...]
    columns: Mapping[str, QueueColumn]
    rows: tuple[Case, ...]
    blind: bool
    may_open: bool
    may_export: bool
    agreement: Agreement | None
    here: str
    csv_url: str
    previous: str
    following: str


class Queue:
    """Answers what is asked of the queue.

    Parameters
    ----------
    stock
        What pages read from.
    room
        Holds what waits.
    """

    def __init__(self, stock: Stock, room: WaitingRoom) -> None:
        self.stock = stock
        self.room = room

    def add_to(self, door: Door) -> None:
        """Add the page and the download."""

        @door.page(PATH)
        def queue(visit: Visit) -> Response:
            page = self.page(question_of(visit.query), visit.person.role, is_blind(visit))
            visit.note(appeals=len(page.rows), blind=page.blind)
            return visit.show(page)

        @door.page("/queue.csv", Role.MANAGER)
        def download(visit: Visit) -> Response:
            now = datetime.now(UTC)
            question, hidden = question_of(visit.query), is_blind(visit)
            found = self.room.waiting().asked_for(question.blind() if hidden else question, now)
            visit.note(appeals=len(found), blind=hidden)
            names = names_of(self.stock.engine, self.stock.least_subjects)
            content = queue_csv(found, names, now, hidden)
            return visit.download(content, f"queue-{now:%Y-%m-%d}.csv")

        @door.page("/queue-next", Role.REVIEWER)
        def following(visit: Visit) -> Response:
            appeal_id = self.after(visit.query.get("after", ""), is_blind(visit))
            if appeal_id is None:
                return visit.go(PATH, "Nothing else waits.")
            return visit.go(url_of(appeal_id))

    def page(self, question: Question, role: Role, blind: bool = False) -> QueuePage:
        """Put the page together."""
        question = question.blind() if blind else question
        waiting, now = self.room.waiting(), datetime.now(UTC)
        found = waiting.asked_for(question, now)
        last = max(1, -(-len(found) // PAGE_ROWS))
        question = question.at(min(question.page, last))
        names = names_of(self.stock.engine, self.stock.least_subjects)
        shown = found.iloc[(question.page - 1) * PAGE_ROWS : question.page * PAGE_ROWS]
        return QueuePage(
            title="Queue",
            read_at=waiting.read_at,
            waiting=len(waiting.frame),
            unscored=waiting.unscored,
            unscored_url=Question(unscored=True).url(),
            matching=len(found),
            question=question,
            heaps=() if blind else _heaps(waiting, question, now),
            filters=_filters(waiting, question, names, blind),
            columns=_columns(question),
            rows=self._cases(shown, names, now, blind),
            blind=blind,
            may_open=role.includes(Role.REVIEWER),
            may_export=role.includes(Role.MANAGER),
            agreement=self._agreement() if role.includes(Role.MANAGER) else None,
            here=question.url(),
            csv_url=question.at(1).url("/queue.csv"),
            previous=question.at(question.page - 1).url() if question.page > 1 else "",
            following=question.at(question.page + 1).url() if question.page < last else "",
        )

    def after(self, appeal_id: str, blind: bool = False) -> str | None:
        """Give the appeal to open after another: the next in order, after the last the first.

        Returns
        -------
        str or None
            None where no other one waits.
        """
        question = Question().blind() if blind else Question()
        ids = self.room.waiting().asked_for(question, datetime.now(UTC))["appeal_id"].tolist()
        at = ids.index(appeal_id) + 1 if appeal_id in ids else 0
        for start in range(0, len(ids), PAGE_ROWS):
            some = [*ids[at:], *ids[:at]][start : start + PAGE_ROWS]
            with reading(self.stock.engine) as connection:
                decided = decided_among(connection, some)
            open_ones = [one for one in some if one not in decided and one != appeal_id]
            if open_ones:
                return str(open_ones[0])
        return None

    def _cases(
        self, shown: pd.DataFrame, names: Mapping[str, str], now: datetime, blind: bool
    ) -> tuple[Case, ...]:
        """Put the rows together; what was decided since it was read is left out."""
        ids = shown["appeal_id"].tolist()
        alarms = self.alarms_among(ids)
        with reading(self.stock.engine) as connection:
            decided = decided_among(connection, ids)
        return cases_of(shown[~shown["appeal_id"].isin(decided)], names, alarms, now, blind)

    def alarms_among(self, ids: Sequence[str]) -> Mapping[str, CaseAlarm]:
        """Tell the open alarm of each appeal that makes one up, or falls into one."""
        titles = {
            one.alarm_id: CaseAlarm(one.alarm_id, one.account.title)
            for one in self.stock.alarms.alarms(is_open=True).alarms
        }
        if not titles or not ids:
            return {}
        with reading(self.stock.engine) as connection:
            members = alarmed_among(connection, ids, [*titles])
            near = near_among(connection, self.stock.themes, [*ids])
        fallen = {one: alarm_of(lies.emerging) for one, lies in near if lies.emerging is not None}
        return fallen | {one: titles[alarm] for one, alarm in members.items()}

    def _agreement(self) -> Agreement:
        with reading(self.stock.engine) as connection:
            return read_agreement(connection)


def _heaps(waiting: Waiting, question: Question, now: datetime) -> tuple[Heap, ...]:
    return tuple(
        Heap(tier, count, overdue, question.tiers == (tier,), Question(tiers=(tier,)).url())
        for tier, count, overdue in waiting.tiers(now)
    )


def _filters(
    waiting: Waiting, question: Question, names: Mapping[str, str], blind: bool
) -> tuple[Filter, ...]:
    filters = []
    wanted = dict(question.wanted)
    if not blind:
        filters.append(Filter("tier", "Tier", _tier_offers(waiting, question)))
    for name, label in FIELDS.items():
        if name == "team" and blind:
            continue
        counts = waiting.values(name)
        if name == "theme":
            counts = [one for one in counts if one[0] in names]
        filters.append(Filter(name, label, _offers(counts, wanted.get(name), names)))
    return tuple(filters)


def _tier_offers(waiting: Waiting, question: Question) -> tuple[Offer, ...]:
    counts = dict(waiting.values("tier"))
    return tuple(Offer(one, one, counts.get(one, 0), one in question.tiers) for one in TIER_NAMES)


def _offers(
    counts: Sequence[tuple[str, int]], chosen: str | None, names: Mapping[str, str]
) -> tuple[Offer, ...]:
    """Give the values that are offered, and one that is asked for in any case."""
    told = dict(counts[:MOST_VALUES])
    if chosen is not None:
        told.setdefault(chosen, dict(counts).get(chosen, 0))
    return tuple(
        Offer(value, names.get(value, value), count, value == chosen)
        for value, count in told.items()
    )


def _columns(question: Question) -> Mapping[str, QueueColumn]:
    order = "descending" if question.falling else "ascending"
    return {
        name: QueueColumn(
            name, label, question.sorted_by(name).url(), order if name == question.sort else ""
        )
        for name, label in SORTS.items()
    }
