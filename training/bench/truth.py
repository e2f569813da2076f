"""What was planted in a sample, and how a rehearsal would have found it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import pandas as pd

from training.bench.home import Home
from training.bench.rehearsal import Alarm, Rehearsal
from training.sample.writer import INCIDENTS_FILE, TRUTH

__all__ = ["Planted", "delays_table", "planted"]

TENTH: Final = 10
HALF: Final = 0.5


@dataclass(frozen=True)
class Planted:
    """An incident that was planted in a sample.

    Attributes
    ----------
    appeals
        Days of filing, by appeal, in order.
    """

    name: str
    title: str
    start: date
    end: date
    appeals: Mapping[str, date]

    @property
    def tenth(self) -> date | None:
        """The day of its tenth appeal; None where there are fewer."""
        days = list(self.appeals.values())
        return days[TENTH - 1] if len(days) >= TENTH else None

    def is_behind(self, appeals: Iterable[str]) -> bool:
        """Tell whether at least half of some appeals are of it."""
        made = list(appeals)
        return bool(made) and sum(one in self.appeals for one in made) >= HALF * len(made)


def planted(home: Home) -> tuple[Planted, ...]:
    """Read what was planted, in order of time; empty where the home was made of no sample."""
    folder = home.truth
    if not ((folder / TRUTH).exists() and (folder / INCIDENTS_FILE).exists()):
        return ()
    truth = pd.read_csv(folder / TRUTH, usecols=["appeal_id", "incident"]).dropna()
    filed = home.appeals.set_index("appeal_id")["submitted_at"].dt.date
    told = json.loads((folder / INCIDENTS_FILE).read_text(encoding="utf-8"))
    found = (_planted(one, truth, filed) for one in told)
    return tuple(sorted(found, key=lambda one: one.start))


def delays_table(
    rehearsal: Rehearsal, incidents: Sequence[Planted], accepted: Sequence[float]
) -> pd.DataFrame:
    """Tell when each incident would have been found, at each number of accepted false alarms.

    Returns
    -------
    pandas.DataFrame
        A row an incident, numbered from 1: its `begin`, its `tenth appeal`, and for each number the
        day on which the first of its alarms opens, with the appeals filed until then; a last row
        counts the alarms that are no incident's.
    """
    rows: dict[str, dict[str, object]] = {
        _numbered(place, one): {"begin": one.start, "tenth appeal": one.tenth}
        for place, one in enumerate(incidents)
    }
    others: dict[str, object] = {"begin": "", "tenth appeal": ""}
    for number in accepted:
        alarms, column = rehearsal.alarms(number), f"{number:g} a month"
        for place, one in enumerate(incidents):
            rows[_numbered(place, one)][column] = _found(one, alarms)
        nobody = [a for a in alarms if not any(one.is_behind(a.first) for one in incidents)]
        others[column] = len(nobody)
    return pd.DataFrame.from_dict(rows | {"alarms of no incident": others}, orient="index")


def _numbered(place: int, one: Planted) -> str:
    return f"{place + 1}  {one.name}"


def _planted(told: Mapping[str, str], truth: pd.DataFrame, filed: pd.Series[date]) -> Planted:
    ids = truth.loc[truth["incident"] == told["incident"], "appeal_id"]
    days = filed[filed.index.isin(ids)].sort_values(kind="stable")
    start, end = (datetime.fromisoformat(told[name]).date() for name in ("start", "end"))
    return Planted(
        told["incident"], told["title"], start, end, dict(zip(days.index, days, strict=True))
    )


def _found(incident: Planted, alarms: Sequence[Alarm]) -> str:
    mine = [one for one in alarms if incident.is_behind(one.first)]
    if not mine:
        return "not found"
    day = min(one.opened_on for one in mine)
    filed = sum(one <= day for one in incident.appeals.values())
    return f"{day} ({filed} filed)"
