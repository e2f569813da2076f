"""What the figures of a model do not tell by themselves: fairness, the ceiling, missing labels."""

from __future__ import annotations

from collections.abc import Iterator

from models.ceiling import LEAST_PAIRS, Bounded, Ceiling
from models.leniency import Leniency
from models.run_record import Part
from models.weighting import Figures, Weighted
from training.card.facts import Facts
from training.card.page import Fact, Section, Table
from training.card.words import (
    NOT_MEASURED,
    NOTHING,
    between,
    count,
    percent,
    plain,
    shown,
    signed,
    spanned,
    three,
    with_bounds,
)
from training.card.worth import overall_of
from training.fairness import Fairness, Grouping
from training.selection import Selection

__all__ = ["ceiling", "fairness", "selection"]

DAY = 24.0
NO_BOUNDS = (None, None)
MOST_NAMED = 12


def fairness(facts: Facts) -> Section:
    """Tell the gaps between markets and between languages, and what closing them would cost."""
    found = facts.fairness
    title = "Between markets and languages"
    if found is None or not found.groupings:
        return Section("fairness", title, said=(f"Gaps between groups: {NOT_MEASURED}.",))
    return Section(
        "fairness",
        title,
        said=(
            *(_gaps(one) for one in found.groupings),
            *(_left_out(one) for one in found.groupings if one.left_out),
        ),
        tables=tuple(_groups(found)),
        notes=(
            f"Found first: of the wrongly enforced, the share among the {percent(found.capacity)} "
            f"of all cases that come first by {found.order} (equal opportunity: Hardt, Price and "
            "Srebro 2016). Where base rates differ, not both gaps can be closed with one score "
            "(Kleinberg, Mullainathan and Raghavan 2017). Bounds hold for all groups together.",
        ),
    )


def _gaps(one: Grouping) -> str:
    small = f"; {one.passed_over} too small to tell" if one.passed_over else ""
    groups = "1 group" if len(one.groups) == 1 else f"{len(one.groups)} groups"
    said = (
        f"By {plain(one.dimension)}: {groups}{small}. Largest difference in found "
        f"first: {spanned(one.opportunity)}; in said minus came: {spanned(one.calibration)}."
    )
    if one.closing is None:
        return said
    closed = one.closing
    return (
        f"{said} With a threshold for each group the first would be "
        f"{three(closed.opportunity_after)}, the share found first would change by "
        f"{signed(closed.found_change.value)}; with a shift for each group the second would be "
        f"{three(closed.calibration_after)}, the Brier score would change by "
        f"{signed(closed.brier_change.value)}. Nothing of this is done."
    )


def _left_out(one: Grouping) -> str:
    """Name the groups of which something is not told, with the reason."""
    named = [f"{shown(left.value)}: {left.what} ({left.why})" for left in one.left_out]
    more = f"; and of {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return f"Not told by {plain(one.dimension)}: {'; '.join(named[:MOST_NAMED])}{more}."


def _groups(found: Fairness) -> Iterator[Table]:
    columns = ("Group", "Cases", "Overturned", "Found first", "Said minus came")
    for one in found.groupings:
        rows = tuple(
            (
                shown(group.value),
                count(group.cases),
                count(group.overturned),
                spanned(group.found_first),
                spanned(group.gap),
            )
            for group in one.groups
        )
        if rows:
            yield Table(f"By {plain(one.dimension)}", columns, rows)


def ceiling(facts: Facts) -> Section:
    """Tell how good any model could be."""
    found, title = facts.ceiling, "How good could any model be?"
    if found is None or not found.enough:
        there = "" if found is None else f" There are {found.cases:,}."
        said = (
            f"The ceiling: {NOT_MEASURED}. It follows from how far two people who decide the same "
            f"appeal agree, and takes {LEAST_PAIRS} such appeals.{there}"
        )
        return Section("ceiling", title, said=(said,))
    said = (
        f"By {found.cases:,} appeals that more than one person decided. Of appeals like these no "
        "model can exceed these figures, however good, unless it is told who will review. "
        f"{_alike(found, overall_of(facts))}"
    )
    return Section("ceiling", title, said=(said,), facts=tuple(_limits(found)))


def _alike(found: Ceiling, overall: Part | None) -> str:
    """Set the appeals reviewed twice beside those that the model was measured on."""
    shares = f"Of these the first decision overturned {percent(found.first_share)}"
    if overall is not None and overall.positive_share is not None:
        shares += f", of all test cases {percent(overall.positive_share)} were overturned"
    return (
        f"{shares}. Where those decided twice are the disputed ones, the ceiling of all appeals is "
        "higher, and an AUC of all test cases may exceed these figures."
    )


def _limits(found: Ceiling) -> Iterator[Fact]:
    yield Fact("Two reviewers of one appeal agree", spanned(found.agreement))
    yield Fact("Kappa, the highest Brier skill", _told(spanned(found.kappa)))
    yield Fact("AUC at most", _most(found.auc_at_most))
    likely = with_bounds(three(found.auc_likely), between(*(found.auc_likely_bounds or NO_BOUNDS)))
    yield Fact("AUC likely at most", _told(likely))
    yield Fact("Accuracy at most", spanned(found.accuracy_at_most))
    yield Fact("Brier score at least", spanned(found.brier_at_least))


def _most(auc: Bounded | None) -> str:
    if auc is not None and auc.low >= 1:
        return "1.000: they agree so often that nothing is ruled out"
    return _told(spanned(auc))


def _told(figure: str) -> str:
    return f"{NOT_MEASURED}: all ended alike" if figure == NOTHING else figure


def selection(facts: Facts) -> Section:
    """Tell what outcomes that are not there, and the choice of reviewers, may hide."""
    found, title = facts.selection, "What the labels leave out"
    if found is None:
        said = f"Outcomes still to come, and leniency of reviewers: {NOT_MEASURED}."
        return Section("selection", title, said=(said,))
    return Section(
        "selection",
        title,
        said=(f"{_missing(found.missing)}{_misdated(found)}", _leniency(found.leniency)),
        tables=() if found.missing.undated else (_weighted(found.missing),),
        notes=(
            "Weighted: a decided appeal counts by the inverse chance that one is old enough for "
            "its decision to be seen by now (Robins and Rotnitzky 1992). Decisions that take "
            "longer than the oldest appeal of the test period is old are not covered. The bounds "
            "hold whatever becomes of those without an outcome (Manski 1989).",
        ),
    )


def _missing(found: Weighted) -> str:
    if found.undated:
        return (
            f"{found.undecided:,} appeals of the test period are not decided. Decisions carry no "
            "moment of their own, so nothing is known of delays."
        )
    half = "not reached" if found.median_hours is None else f"{found.median_hours / DAY:.1f} days"
    told = ", as far as decided ones tell" if found.truncated else ""
    return (
        f"Of {found.decided + found.missing:,.0f} appeals of the test period {found.missing:,.0f} "
        f"have no outcome yet{told}; half are decided within: {half}. The share overturned lies "
        f"between {percent(found.rate_low)} and {percent(found.rate_high)}, whatever becomes of "
        "them."
    )


def _misdated(found: Selection) -> str:
    if not found.misdated:
        return ""
    return (
        f" Dated before their filing, in the future or long after all others: {found.misdated:,} "
        "decisions. The first count as made at filing, the others as not made yet."
    )


def _weighted(found: Weighted) -> Table:
    def row(name: str, figures: Figures) -> tuple[str, ...]:
        return (
            name,
            percent(figures.overturned),
            three(figures.auc),
            three(figures.brier),
            three(figures.ece),
        )

    columns = ("Cases", "Overturned", "AUC", "Brier score", "Calibration error")
    rows = (row("as decided", found.plain), row("weighted", found.weighted))
    return Table("As decided, and weighted for what is not", columns, rows)


def _leniency(found: Leniency) -> str:
    if found.strict is None or found.lenient is None:
        return f"Strict and lenient reviewers: {NOT_MEASURED}: {shown(found.reason)}."
    return (
        f"Of {found.reviewers} reviewers the strict third overturns "
        f"{percent(found.strict.adjusted)} and the lenient {percent(found.lenient.adjusted)} of "
        f"like cases; {_hangs_on(found)}.{_dealt(found)}"
    )


def _hangs_on(found: Leniency) -> str:
    if not found.differs:
        return "chance alone may give as much: no difference is shown"
    return (
        f"the outcome of at least {spanned(found.hangs_on)} of the appeals hangs on who opens them"
    )


def _dealt(found: Leniency) -> str:
    """Say where it leans on cases being dealt by lot, and they are not, or who knows."""
    if found.by_lot:
        return ""
    if found.by_lot is None:
        return (
            " Whether cases fall to reviewers as if by lot is not known; this takes it for given."
        )
    return (
        " But cases do not fall to reviewers as if by lot: who gets those that are seldom "
        "overturned looks strict, as far as the model did not foresee it."
    )
