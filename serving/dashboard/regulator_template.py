"""Table 7 of the EU's template for transparency reports: complaints, and what became of them.

Columns and rows are those of `7_appeals_and_recidivism` in Annex I of Implementing Regulation (EU)
2024/2835, word for word (spaces at the end included), as in the Commission's CSV template, and as
Vinted, LinkedIn and Pinterest filled it in for 2025. The text of Annex II, which says how to do
that, could not be consulted; what is taken from those reports instead is said in `NOT_KNOWN`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from models.grounds import Contested
from models.transparency import Figures, Report
from serving.dashboard.csv_files import csv_of
from serving.dashboard.regulator_reading import Months

__all__ = ["COLUMNS", "FILE_NAME", "NOT_KNOWN", "Filed", "template_csv"]

FILE_NAME: Final = "7_appeals_and_recidivism.csv"
COLUMNS: Final = (
    "Applicability",
    "Service",
    "Reporting period",
    "Section",
    "Indicator",
    "Scope",
    "Value",
    "Contextual Information",
)
NOT_KNOWN: Final = (
    "Partial reversals: a decision is recorded as overturned or as upheld, so 'Decisions partially"
    " reversed' is empty, not 0. Those that your mapping calls overturned are among 'Decisions"
    " reversed'.",
    "Restrictions newly imposed because of a complaint, disputes before out-of-court bodies, and"
    " suspensions for misuse are not kept here: their rows of table 7 are empty.",
    "Tables 1 to 6 and 8 to 11 (the provider, orders, notices, own-initiative measures, automated"
    " means with their accuracy, moderators by official language, recipients, the qualitative part)"
    " are about all moderation, of which Redress sees what was appealed. They are not made here;"
    " what is told of automated detection is of complaints alone.",
    "Rows and columns were compared with the Commission's CSV template of table 7, and with reports"
    " published for 2025. That median times are in hours, and that 'Decision omitted' holds what"
    " was not decided by the end of the period, follows what such reports say of themselves; the"
    " instructions of Annex II could not be checked. Nor could it be checked whether complaints"
    " about notices of trusted flaggers belong in the row about all notices too: here each"
    " complaint is in the row of its action. Have both confirmed before you file.",
)
"""What the template asks for and Redress does not know, and what could not be checked."""

_ALL: Final = "All"
_PLATFORMS: Final = "Only for providers of online platforms"
_COMPLAINTS: Final = "Internal complaints mechanism"
_DISPUTES: Final = "Out-of-court dispute settlement bodies"
_SUSPENSIONS: Final = "Suspensions imposed on repeated offenders"
_SUBMITTED: Final = "Number of complaints submitted to the internal-complaints mechanism"
_TOTAL: Final = "Total number"
_OUTCOMES: Final = (
    _TOTAL,
    "Decisions upheld",
    "Decisions partially reversed",
    "Decisions reversed",
    "Median time",
)
_OMITTED: Final = "Decision omitted"
_ABOUT: Final = "Complaint regarding a decision"
_NO_ACTION: Final = f"{_ABOUT} not to take action on a notice submitted"
_INDICATORS: Final[Mapping[Contested, str]] = {
    Contested.VISIBILITY: f"{_ABOUT} to remove or disable access to or restrict visibility of"
    " information",
    Contested.SERVICE: f"{_ABOUT} to suspend or terminate the provision of the service",
    Contested.ACCOUNT: f"{_ABOUT} to suspend or terminate an account ",
    Contested.MONETISATION: f"{_ABOUT} to restrict the ability to monetise information",
    Contested.NOTICE: f"{_NO_ACTION} in accordance with Article 16",
    Contested.FLAGGER_NOTICE: f"{_NO_ACTION} by a Trusted Flagger in accordance with Article 16",
}
_SUBMITTED_DISPUTES: Final = (
    "Number of disputes submitted to out-of-court dispute settlement bodies"
)
_SUSPENDED: Final = "Number of suspensions enacted for the provision of manifestly"
_NOT_KEPT: Final = (
    *(
        (_DISPUTES, _SUBMITTED_DISPUTES, scope)
        for scope in (*_OUTCOMES, _OMITTED, "Percentage of outcomes implemented")
    ),
    (_SUSPENSIONS, f"{_SUSPENDED} illegal content ", _TOTAL),
    (_SUSPENSIONS, f"{_SUSPENDED} unfounded notices", _TOTAL),
    (_SUSPENSIONS, f"{_SUSPENDED} unfounded complaints", _TOTAL),
)
_RESTRICTIONS: Final = "Number of restrictions newly imposed as a result of an internal complaint"
_NO_RECORD: Final = "Not recorded in Redress."
_NOTES: Final[Mapping[str, str]] = {
    "Decisions partially reversed": "Not recorded apart: decisions are overturned or upheld.",
    "Decisions reversed": "In whole or in part: the two are not recorded apart.",
    "Median time": "In hours, from the complaint to the decision on it.",
    _OMITTED: "Not decided by the end of the period.",
}
Cells = tuple[object, str]


@dataclass(frozen=True)
class Filed:
    """What the table is filled in from.

    Attributes
    ----------
    kinds
        Kinds of decision that there are complaints about.
    declared
        Those that at least one action is declared to be.
    placed
        Whether the kind is declared of every action that there are complaints about.
    service
        Its name, or empty.
    """

    report: Report
    months: Months
    kinds: frozenset[str]
    declared: frozenset[str]
    placed: bool
    service: str
    least: int


def template_csv(filed: Filed) -> str:
    """Write the table; what is not known is empty, and its row says why."""
    last = filed.months.last
    day = calendar.monthrange(last.year, last.month)[1]
    period = f"{filed.months.first:%Y-%m}-01/{last:%Y-%m}-{day}"
    return csv_of(
        COLUMNS,
        (
            (_ALL if place == 0 else _PLATFORMS, filed.service, period, *row)
            for place, row in enumerate(_rows(filed))
        ),
    )


def _rows(filed: Filed) -> Iterator[tuple[object, ...]]:
    """Give section, indicator, scope, value and context of each row, in the template's order."""
    total = None if filed.report.total is None else filed.report.total.figures
    few = f"Fewer than {filed.least} complaints: not told."
    for scope in (*_OUTCOMES, _OMITTED):
        yield (_COMPLAINTS, _SUBMITTED, scope, *_cells(total, scope, few))
    yield (_COMPLAINTS, _RESTRICTIONS, _TOTAL, None, _NO_RECORD)
    parts = {one.value: one.figures for one in filed.report.parts if one.dimension == "contested"}
    for kind, indicator in _INDICATORS.items():
        for scope in _OUTCOMES:
            cells = _cells(parts.get(kind), scope, _why_empty(filed, kind))
            yield (_COMPLAINTS, indicator, scope, *cells)
    for row in _NOT_KEPT:
        yield (*row, None, _NO_RECORD)


def _cells(figures: Figures | None, scope: str, otherwise: str) -> Cells:
    """Give the value of a scope and what is said of it."""
    if figures is None:
        # Where nothing was complained about, nothing needs to be explained.
        none = scope not in ("Median time", "Decisions partially reversed") and not otherwise
        return (0, "") if none else (None, otherwise or _NOTES[scope])
    values: Mapping[str, object] = {
        _TOTAL: figures.received,
        "Decisions upheld": figures.upheld,
        "Decisions reversed": figures.reversed,
        "Median time": None if figures.median_hours is None else round(figures.median_hours),
        _OMITTED: figures.pending,
    }
    return values.get(scope), _NOTES.get(scope, "")


def _why_empty(filed: Filed, kind: Contested) -> str:
    """Say why nothing is told of a kind; empty where there are no complaints about it."""
    if filed.report.total is None or kind in filed.kinds:
        return f"Fewer than {filed.least} complaints, or told together with such: not told."
    if kind not in filed.declared:
        return "No action is declared to be a decision of this kind."
    return "" if filed.placed else "Of some actions the kind is not declared."
