"""Where a model stands: the gate, who served when, and how it has aged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from models.registry import CHALLENGER, CHAMPION, PREVIOUS
from models.run_record import Verdict
from models.tenure import rollback_of
from training.card.facts import Facts
from training.card.page import Section, Table
from training.card.words import count, day, moment, shown, three

__all__ = ["history", "standing"]

MOST_TENURES: Final = 20


def standing(facts: Facts) -> str:
    """Say what the version is at the moment."""
    aliases = facts.version.aliases
    if CHAMPION in aliases:
        return "champion: it is in service"
    back = rollback_of(facts.version.version, facts.tenures)
    if back is not None:
        why = f": {shown(back.reason)}" if back.reason else ""
        return f"rolled back on {day(back.since)}{why}"
    if CHALLENGER in aliases:
        return "challenger: it is not in service, and waits to be judged"
    if PREVIOUS in aliases:
        return "former champion: it served before the one that does"
    return "it is not in service"


def history(facts: Facts) -> Section:
    """Tell what the gate said, who put it in service, and how it has aged."""
    return Section(
        "history",
        "Champion and challenger",
        said=tuple(_told(facts)),
        listed=tuple(_tenures(facts)),
        tables=tuple(_gate(facts)),
    )


def _told(facts: Facts) -> Iterator[str]:
    verdict = facts.record.verdict
    if verdict is None:
        yield "The gate has not judged it yet."
    else:
        rival = _rival(verdict)
        failed = sum(not one.passed for one in verdict.demands)
        answer = "passed" if verdict.passed else f"refused, {failed} demands not met"
        yield f"The gate, on {verdict.cases:,} later cases against {rival}: {answer}."
    drift = facts.drift
    if drift is None:
        yield "Nobody has looked yet whether it has gone stale."
        return
    past = ", ".join(shown(f"{look.kind} {look.name}") for look in drift.past)
    yield (
        f"Looked at for drift on {moment(drift.looked_at)}, {drift.cases:,} scored appeals filed "
        f"{drift.since} to {drift.until}; past the limit: {past or 'nothing'}."
    )


def _rival(verdict: Verdict) -> str:
    if verdict.not_compared:
        return f"the prior alone ({shown(verdict.not_compared)})"
    return f"version {verdict.previous}" if verdict.previous else "the prior alone"


def _tenures(facts: Facts) -> Iterator[str]:
    yield f"{day(facts.version.registered_at)}: registered as challenger"
    told = facts.tenures[:MOST_TENURES][::-1]
    for one in told:
        instead = f", in place of version {shown(one.former)}" if one.former else ""
        why = f": {shown(one.reason)}" if one.reason else ""
        yield (
            f"{moment(one.since)}: {one.move} version {shown(one.version)}{instead}, "
            f"by {shown(one.by)}{why}"
        )


def _gate(facts: Facts) -> Iterator[Table]:
    verdict = facts.record.verdict
    if verdict is None or not verdict.demands:
        return
    rows = tuple(
        (
            shown(one.name),
            "passed" if one.passed else "not met",
            three(one.value),
            three(one.bound),
            count(one.cases),
        )
        for one in verdict.demands
    )
    columns = ("Demand", "Answer", "Found", "Bound", "Cases")
    yield Table("What the gate asked", columns, rows, folded=True)
