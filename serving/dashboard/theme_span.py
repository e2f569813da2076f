"""Which days the list of themes counts: all that were discovered, or those that were chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from models.themes import Discovery
from serving.dashboard.theme_question import Question
from serving.dashboard.wording import counted, day

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Days in a row, the first and the last among them.

    Attributes
    ----------
    chosen
        Whether somebody asked for them; otherwise they are the whole window of the discovery.
    remark
        What of the asking could not be done, in a sentence, or empty.
    """

    first: date
    last: date
    chosen: bool = False
    remark: str = ""

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Span:
        """The same number of days before these."""
        return Span(self.first - self.days * _DAY, self.first - _DAY)


def span_of(question: Question, latest: Discovery) -> Span:
    """Choose the days that a question asks for, as far as the newest discovery reaches.

    What lies outside its window has no themes: days are cut to it, and it is said.
    """
    whole = Span(latest.as_of - (latest.window_days - 1) * _DAY, latest.as_of)
    if question.since is None and question.until is None:
        return _last_days(question.days, whole) if question.days else whole
    first, last = question.since or whole.first, question.until or whole.last
    if first > last:
        return _whole(whole, f"{day(first)} is after {day(last)}")
    if first > whole.last or last < whole.first:
        return _whole(whole, f"none of {day(first)} to {day(last)} has been discovered")
    found = Span(max(first, whole.first), min(last, whole.last), chosen=True)
    cut = (found.first, found.last) != (first, last)
    return _cut(found, f"{day(first)} to {day(last)}", whole) if cut else found


def _last_days(days: int, whole: Span) -> Span:
    found = Span(max(whole.last - (days - 1) * _DAY, whole.first), whole.last, chosen=True)
    return found if found.days == days else _cut(found, f"the last {days} days", whole)


def _whole(whole: Span, why: str) -> Span:
    told = f"All {counted(whole.days, 'day')} are counted: {why}."
    return Span(whole.first, whole.last, remark=told)


def _cut(found: Span, asked: str, whole: Span) -> Span:
    told = f"Of {asked}, those from {day(found.first)} to {day(found.last)} are counted:"
    told += f" the newest discovery reaches from {day(whole.first)} to {day(whole.last)}."
    return Span(found.first, found.last, chosen=True, remark=told)
