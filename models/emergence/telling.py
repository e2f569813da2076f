"""From a finding to what people are told: in whose words, since when, what goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.redact import redact_all
from models.alarms import Account, Against, Finding, Kind, Part, Place, Sighting
from models.drivers import drivers
from models.exemplars import exemplars
from models.keyphrases import keyphrases, title_of
from models.neighbours import unit_rows
from models.portraits import UNTITLED, Sitters
from models.themes import Driver, Exemplar

__all__ = ["Witnesses", "tell"]

EXEMPLARS: Final = 3
DRIVERS: Final = 5
TOLD_DAYS: Final = 28
"""Days of which an account gives the counts."""
ALL: Final = "All appeals"
"""The title of the whole intake."""
BETWEEN: Final = " \N{MIDDLE DOT} "
"""Stands between the facts of a title."""


@dataclass(frozen=True, eq=False)
class Witnesses:
    """The appeals of a window, as accounts are made of them.

    Attributes
    ----------
    sitters
        Frame, facts, vectors, template letters and outcomes of the n appeals.
    days
        (n,) int64 ordinals of the days of filing.
    labels
        (n,) int32, the themes from 0, -1 for none.
    themes
        By label, the theme that it counts to.
    titles
        Of the themes, as they are shown.
    last
        The last day of the window.
    least_subjects
        Distinct subjects below which nobody's words are told.
    """

    sitters: Sitters
    days: NDArray[np.int64]
    labels: NDArray[np.int32]
    themes: Sequence[str]
    titles: Mapping[str, str]
    last: date
    least_subjects: int

    @property
    def theme_of(self) -> NDArray[np.object_]:
        """The theme of each appeal, or None; (n,)."""
        return np.array([*self.themes, None], dtype=object)[self.labels]


def tell(witnesses: Witnesses, finding: Finding, place: Place | None = None) -> Sighting:
    """Tell of a finding.

    Parameters
    ----------
    witnesses
        The window in which it was found.
    place
        Of a cause.

    Returns
    -------
    Sighting
        Phrases and exemplars are those of the appeals that make it up, without what would tell who
        wrote them; none where fewer than `least_subjects` distinct subjects stand behind them.
    """
    subjects = _subjects(witnesses, _behind(witnesses, finding))
    public = subjects >= witnesses.least_subjects
    phrases = _phrases(witnesses, finding) if public and finding.kind is Kind.CAUSE else ()
    drivers = _drivers(witnesses, finding)
    theme, whole = _theme(witnesses, finding)
    account = Account(
        kind=finding.kind,
        part=finding.part,
        title=_title(witnesses, finding, phrases, drivers),
        phrases=phrases,
        since=_since(witnesses, finding),
        window_days=finding.window_days,
        observed=finding.observed,
        expected=finding.expected,
        decided=finding.decided,
        p=finding.p,
        recurrence_days=finding.recurrence_days,
        subjects=subjects,
        theme=theme,
        emerging=whole and finding.kind in (Kind.CAUSE, Kind.RISE),
        drivers=drivers,
        exemplars=_exemplars(witnesses, finding.rows) if public and len(finding.rows) else (),
        days=_days(witnesses, finding, place),
    )
    ids = witnesses.sitters.frame["appeal_id"]
    return Sighting(account, tuple(ids.iloc[finding.rows].tolist()), place)


def _behind(witnesses: Witnesses, finding: Finding) -> NDArray[np.int64]:
    """Find the appeals whose subjects stand behind it: of a fall, which has none, the part's."""
    if finding.kind is Kind.FALL:
        return np.flatnonzero(_in_part(witnesses, finding.part))
    return finding.rows


def _subjects(witnesses: Witnesses, rows: NDArray[np.int64]) -> int:
    """Count distinct subjects; an appeal without one is its own."""
    named = [witnesses.sitters.subjects[row] for row in rows.tolist()]
    known = {one for one in named if one is not None}
    return len(known) + named.count(None)


def _marked(witnesses: Witnesses, rows: NDArray[np.int64]) -> NDArray[np.int32]:
    """Give 0 to the appeals that make a finding up, -1 to all others; (n,)."""
    marked = np.full(len(witnesses.labels), -1, dtype=np.int32)
    marked[rows] = 0
    return marked


def _phrases(witnesses: Witnesses, finding: Finding) -> tuple[str, ...]:
    """Find the phrases that tell it from all that is written beside it."""
    sitters = witnesses.sitters
    cases = sitters.cases
    (phrases,) = keyphrases(
        sitters.frame["text"].iloc[cases].tolist(),
        _marked(witnesses, finding.rows)[cases],
        subjects=[sitters.subjects[case] for case in cases],
        least_subjects=witnesses.least_subjects,
        themes=1,
    )
    return phrases


def _drivers(witnesses: Witnesses, finding: Finding) -> tuple[Driver, ...]:
    """Find what goes with it, beyond the facts by which it was found."""
    if not len(finding.rows):
        return ()
    voices = witnesses.sitters.voices(_marked(witnesses, finding.rows))
    facts = witnesses.sitters.facts.iloc[voices].reset_index(drop=True)
    labels = _marked(witnesses, finding.rows)[voices]
    found = drivers(facts, labels, fewest=witnesses.least_subjects)[0]
    told = finding.part.facts.items()
    return tuple(one for one in found if (one.field, one.value) not in told)[:DRIVERS]


def _theme(witnesses: Witnesses, finding: Finding) -> tuple[str | None, bool]:
    """Name the theme that at least half of it is in, and tell whether it is most of its recent."""
    if not len(finding.rows):
        return finding.part.theme, False
    labels, count = np.unique(witnesses.labels[finding.rows], return_counts=True)
    largest = int(labels[count.argmax()])
    if largest < 0 or 2 * count.max() < len(finding.rows):
        return finding.part.theme, False
    since = finding.last.toordinal() - finding.window_days
    recent = (witnesses.labels == largest) & (witnesses.days > since)
    return witnesses.themes[largest], bool(2 * count.max() >= recent.sum())


def _title(
    witnesses: Witnesses,
    finding: Finding,
    phrases: tuple[str, ...],
    drivers: tuple[Driver, ...],
) -> str:
    if finding.kind is Kind.CAUSE:
        return title_of(phrases) or BETWEEN.join(one.value for one in drivers[:2]) or UNTITLED
    facts = dict(finding.part.facts)
    if theme := facts.pop("theme", None):
        return BETWEEN.join([witnesses.titles.get(theme, theme), *facts.values()])
    return BETWEEN.join(facts.values()) or ALL


def _since(witnesses: Witnesses, finding: Finding) -> date:
    """Give the day of a cause's first appeal; of a part, filed at all times, the first recent."""
    if finding.kind is Kind.CAUSE:
        return date.fromordinal(int(witnesses.days[finding.rows].min()))
    return date.fromordinal(finding.last.toordinal() - finding.window_days + 1)


def _exemplars(witnesses: Witnesses, rows: NDArray[np.int64]) -> tuple[Exemplar, ...]:
    sitters = witnesses.sitters
    labels = _marked(witnesses, rows)
    middle = unit_rows(sitters.vectors[rows].mean(axis=0, keepdims=True, dtype=np.float32))
    texts, ids = sitters.frame["text"].tolist(), sitters.frame["appeal_id"].tolist()
    (chosen,) = exemplars(
        sitters.vectors, texts, sitters.subjects, sitters.campaign, labels, middle, EXEMPLARS
    )
    redacted = redact_all([texts[row] for row in chosen])
    return tuple(Exemplar(ids[row], text) for row, text in zip(chosen, redacted, strict=True))


def _days(witnesses: Witnesses, finding: Finding, place: Place | None) -> tuple[Against, ...]:
    """Count it by day; what is expected of a day is known for the recent ones."""
    last = finding.last.toordinal()
    days = witnesses.days[_all_of(witnesses, finding, place)]
    counts = np.bincount(last - days[(days <= last) & (days > last - TOLD_DAYS)])
    usual = finding.expected / finding.window_days
    return tuple(
        Against(
            date.fromordinal(last - age),
            int(counts[age]) if age < len(counts) else 0,
            usual if age < finding.window_days else None,
        )
        for age in reversed(range(TOLD_DAYS))
    )


def _all_of(
    witnesses: Witnesses, finding: Finding, place: Place | None
) -> NDArray[np.bool_] | NDArray[np.int64]:
    """Find all appeals of the place or the part, whenever they were filed."""
    if finding.kind is Kind.CAUSE:
        if place is None:
            return finding.rows
        return np.asarray(witnesses.sitters.vectors @ place.centre >= place.floor)
    return _in_part(witnesses, finding.part)


def _in_part(witnesses: Witnesses, part: Part) -> NDArray[np.bool_]:
    inside = np.ones(len(witnesses.labels), dtype=bool)
    for field, value in part.facts.items():
        cells = witnesses.theme_of if field == "theme" else witnesses.sitters.frame[field]
        inside &= np.asarray(cells, dtype=object) == value
    return inside
