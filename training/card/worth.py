"""How good a model is: overall, whether it means what it says, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from models.run_record import Part
from training.card.facts import Facts
from training.card.page import Section, Table, diagram_of
from training.card.words import (
    NOT_MEASURED,
    between,
    count,
    percent,
    percents,
    plain,
    shown,
    signed,
    three,
    with_bounds,
)
from training.gap_bounds import LEAST_CASES, LEAST_EACH

__all__ = ["calibration", "measures", "overall_of", "slices"]

MOST_ROWS: Final = 40
"""Slices of one fact that a card lists; the others are counted."""
_MEASURES: Final = (
    ("auc", "AUC", "chance that an overturned case ranks above an upheld one"),
    ("within_policy_auc", "AUC within policies", "the same over pairs of one policy"),
    ("average_precision", "Average precision", "mean precision going down the ranking"),
    ("brier", "Brier score", "mean squared error; lower is better"),
    ("brier_skill", "Brier skill", "share saved of the best constant's; above 0 beats it"),
    ("log_loss", "Log loss", "in nats; lower is better"),
    ("ece", "Calibration error", "mean distance of what is said from what comes, ten bins"),
)


def overall_of(facts: Facts) -> Part | None:
    """Give the measures of all test cases; None where the run does not hold them."""
    return next((part for part in facts.record.parts if part.dimension == "overall"), None)


def measures(facts: Facts) -> Section:
    """Tell how good it is on the cases that it has not seen."""
    figures, overall = facts.record.figures, overall_of(facts)
    rows = tuple(
        (name, three(figures.get(key)), _bounds(facts, key), meaning)
        for key, name, meaning in _MEASURES
    )
    cases = count(overall.rows) if overall else "the"
    said = (
        f"Measured on {cases} later cases, which it has not seen; intervals are 95 %, of subjects "
        "drawn anew.",
        *_decided_later(facts),
    )
    table = Table("Measures on later cases", ("Measure", "Value", "95 %", "Meaning"), rows)
    if overall is None:
        return Section("measures", "How good it is", tables=(table,))
    came = percents(overall.came_low, overall.came_high)
    shares = (
        ("Share overturned", percent(overall.positive_share), came, "what came"),
        ("Mean probability", percent(overall.mean_probability), "–", "what it said"),
        (
            "Said minus came",
            signed(overall.gap),
            between(overall.gap_low, overall.gap_high),
            "above 0: it says too much",
        ),
    )
    whole = Table(table.caption, table.columns, (*rows, *shares))
    return Section("measures", "How good it is", said=said, tables=(whole,))


def _decided_later(facts: Facts) -> Iterator[str]:
    """Say how much of what taught it was not known yet when the test began."""
    number = facts.record.figures.get("decided_later", 0.0)
    if number > 0:
        yield (
            f"Of those that taught it {count(int(number))} were decided when the first of these "
            "had been filed already: a model of that day could not have learnt from them. "
            "redress backtest is free of this."
        )


def _bounds(facts: Facts, key: str) -> str:
    figures, overall = facts.record.figures, overall_of(facts)
    if key == "ece" and overall is not None and overall.ece_by_chance is not None:
        return f"by chance up to {three(overall.ece_by_chance)}"
    return between(figures.get(f"{key}_low"), figures.get(f"{key}_high"))


def calibration(facts: Facts) -> Section:
    """Tell whether it means what it says."""
    bins = facts.record.bins
    if not bins:
        said = f"Bins of the reliability diagram: {NOT_MEASURED}."
        return Section("calibration", "Does it mean what it says?", said=(said,))
    rows = tuple(
        (three(one.said), three(one.came), between(one.low, one.high), count(one.cases))
        for one in bins
    )
    columns = ("Said", "Came", "95 %", "Cases")
    return Section(
        "calibration",
        "Does it mean what it says?",
        diagram=diagram_of(bins),
        tables=(Table("What was said, and what came", columns, rows, folded=True),),
        notes=("On the diagonal it means what it says. Bars are Wilson's 95 % intervals.",),
    )


def slices(facts: Facts) -> Section:
    """Tell for whom it is good."""
    parts = [part for part in facts.record.parts if part.dimension != "overall"]
    if not parts:
        return Section("slices", "For whom it is good", said=(f"Slices: {NOT_MEASURED}.",))
    off = [part for part in parts if part.off]
    named = ", ".join(f"{plain(part.dimension)} {shown(part.value)}" for part in off)
    said = (
        f"{len(parts)} slices were looked at. It says too little or too much of: {named or 'none'}."
    )
    return Section(
        "slices",
        "For whom it is good",
        said=(said,),
        tables=tuple(_tables(parts)),
        notes=(
            "The bounds hold for all slices together: with 95 % confidence not one figure lies "
            "outside its own (largest deviation over all of them in each draw, max-T: Westfall and "
            "Young 1993; of the shares overturned by Bonferroni). Where a slice has fewer than "
            f"{LEAST_EACH} cases of either outcome the AUC has none, and those of said minus came "
            f"are exact (Clopper and Pearson 1934); below {LEAST_CASES} cases there are none.",
        ),
    )


def _tables(parts: list[Part]) -> Iterator[Table]:
    columns = ("Value", "Cases", "Came", "Said", "Said minus came", "AUC", "Calibration error")
    for name in dict.fromkeys(part.dimension for part in parts):
        mine = [part for part in parts if part.dimension == name]
        rows = [_row(part) for part in mine[:MOST_ROWS]]
        if len(mine) > MOST_ROWS:
            rows.append((f"and {len(mine) - MOST_ROWS} smaller values", *[""] * 6))
        yield Table(f"By {plain(name)}", columns, tuple(rows))


def _row(part: Part) -> tuple[str, ...]:
    return (
        shown(part.value) + (f" (says {part.off})" if part.off else ""),
        count(part.rows),
        percent(part.positive_share),
        percent(part.mean_probability),
        with_bounds(signed(part.gap), between(part.gap_low, part.gap_high)),
        with_bounds(three(part.auc), between(part.auc_low, part.auc_high)),
        three(part.ece),
    )
