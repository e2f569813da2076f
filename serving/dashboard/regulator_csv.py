"""The report to the regulator by month and basis, as CSV; its columns stay from version to version.

The names are those of table 7 of the EU's template where that has them: see `regulator_template`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from models.transparency import Figures, Report, Tally
from serving.dashboard.csv_files import csv_of
from serving.dashboard.regulator_reading import Months

COLUMNS: Final = (
    "period_from",
    "period_until",
    "month",
    "dimension",
    "value",
    "complaints_submitted",
    "decisions_omitted",
    "decisions",
    "decisions_upheld",
    "decisions_partially_reversed",
    "decisions_reversed",
    "reversal_share",
    "median_time_hours",
    "automated_detection",
    "automated_detection_decisions",
    "automated_detection_reversed",
    "automated_detection_reversal_share",
    "note",
)
CARRIED: Final = "pending_before_period"


def method(least: int) -> tuple[str, ...]:
    """Say how the figures are made."""
    return (
        "Complaints are appeals filed in the period, by calendar month of filing, UTC; outcomes are"
        " as of the end of the period: what was not decided by then is in decisions_omitted.",
        "Of several decisions on one complaint the latest before the end of the period counts;"
        " median_time_hours is from filing to that decision.",
        "decisions_reversed are reversed in whole or in part; the two are not recorded apart, so"
        " decisions_partially_reversed is empty.",
        "The basis of a complaint is the ground and category declared for its policy in dsa.yaml;"
        " undeclared policies are 'other'. What is contested is the kind of decision declared there"
        " for its action. Automated detection is that of the enforcement appealed against;"
        " decisions on complaints are made by people.",
        f"{CARRIED} are complaints filed before the period and undecided when it began; they are in"
        " no other row.",
        f"Fewer than {least} complaints are never told alone: values are told together as"
        " '(several)', with the next smallest where the rest would give them away, months with the"
        f" next month; medians of fewer than {least} decisions, and automated parts of a table in"
        " which one of them or its remainder is that small, are left empty.",
    )


def report_csv(found: Report, carried: Figures | None, months: Months, least: int) -> str:
    """Write the report: all of it first, then by month, by value, by month and value."""
    return csv_of(COLUMNS, _rows(found, carried, months, least))


def _rows(
    found: Report, carried: Figures | None, months: Months, least: int
) -> Iterator[tuple[object, ...]]:
    note = " ".join(method(least))
    if found.total is None:
        empty = (None,) * (len(COLUMNS) - 6)
        told = f"Fewer than {least} complaints: nothing is told. {note}"
        yield (*_period(months), "", "total", "all", *empty, told)
    else:
        yield (*_row(found.total, months), note)
    if carried is not None:
        yield (*_row(Tally("", CARRIED, "all", carried), months), None)
    for one in (*found.months, *found.parts, *found.monthly):
        yield (*_row(one, months), None)


def _period(months: Months) -> tuple[str, str]:
    return months.names[0], months.names[-1]


def _row(tally: Tally, months: Months) -> tuple[object, ...]:
    told = tally.figures
    return (
        *_period(months),
        tally.month,
        tally.dimension,
        tally.value,
        told.received,
        told.pending,
        told.decided,
        told.upheld,
        None,
        told.reversed,
        _rounded(told.reversal_share, 4),
        _rounded(told.median_hours, 1),
        told.automated,
        told.automated_decided,
        told.automated_reversed,
        _rounded(told.automated_reversal_share, 4),
    )


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)
