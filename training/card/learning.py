"""What a model has learnt from, and how it was made."""

from __future__ import annotations

import math
from collections.abc import Iterator

from training.card.facts import Facts
from training.card.page import Fact, Section, Table
from training.card.words import NOT_MEASURED, count, day, percent, shown, three

__all__ = ["configured", "data", "making"]

PACKAGED = "all-MiniLM-L6-v2, packaged"


def data(facts: Facts) -> Section:
    """Tell what it has learnt from."""
    notes = (
        "Only what was known when an appeal was filed is a fact. The appeals themselves are not "
        "part of the card, and no word of them is.",
    )
    table = Table(
        "Facts that the appeals told",
        ("Fact", "Kind", "Values kept by name", "Say nothing"),
        tuple(_facts(facts)),
        numbers=False,
        folded=True,
    )
    return Section(
        "data",
        "What it has learnt from",
        said=() if facts.origin else (f"Where the data came from: {NOT_MEASURED}.",),
        facts=tuple(_origin(facts)),
        tables=(table,) if table.rows else (),
        notes=notes,
    )


def _origin(facts: Facts) -> Iterator[Fact]:
    origin = facts.origin
    if origin is None:
        return
    source = "the history of appeals" if origin.data_source == "history" else "a file of appeals"
    tested = next((one.rows for one in facts.record.parts if one.dimension == "overall"), None)
    yield Fact("Source", source)
    yield Fact("Decided appeals", count(origin.data_rows))
    yield Fact("Filed", f"{day(origin.data_first)} to {day(origin.data_last)}")
    yield Fact("Taught it", f"those filed up to {day(origin.seen_until)}")
    yield Fact("Tested it", f"the latest, which it has not seen: {count(tested)}")
    yield Fact("Overturned, of those that taught it", percent(origin.prior))
    yield Fact("Digest of the data, SHA-256", shown(origin.data_digest))


def _facts(facts: Facts) -> Iterator[tuple[str, ...]]:
    cases = facts.learnt.cases if facts.learnt else 0
    for one in facts.facts:
        kind = "word" if one.edges is None else "number"
        named = (
            "" if one.edges is not None else count(len(one.counts) - ("(missing)" in one.counts))
        )
        yield shown(one.name), kind, named, percent(one.missing / cases if cases else None)


def making(facts: Facts) -> Section:
    """Tell how the encoder, the overturn model and the risk model were made."""
    said = (
        "Texts are read by a student encoder, a table of token vectors fitted to a teacher's "
        "vectors of these texts. The overturn model is a logistic regression over blocks of "
        "columns, one penalty a block, so that its reasons add up exactly.",
    )
    return Section("making", "How it was made", said=said, facts=tuple(_made(facts)))


def _made(facts: Facts) -> Iterator[Fact]:
    figures = facts.record.figures
    teacher = NOT_MEASURED if facts.teacher is None else shown(facts.teacher) or PACKAGED
    yield Fact("Teacher", teacher)
    yield Fact("Student's cosine to it, unseen texts", _figure(figures.get("encoder_fidelity")))
    yield Fact("Words with an entry of their own", _share(figures.get("vocabulary_coverage")))
    if facts.made is not None:
        penalties = facts.made.penalties.model_dump(mode="json")
        chosen = ", ".join(f"{name} {_penalty(one)}" for name, one in penalties.items())
        yield Fact("Penalties, chosen on later slices", chosen)
        line = facts.made.calibration
        yield Fact("Calibration of the logit", f"slope {line.slope:.3f}, shift {line.shift:.3f}")
        low, high = facts.made.sets.between
        error = percent(facts.made.sets.error)
        yield Fact("Uncertain between", f"{low:.3f} and {high:.3f}, at {error} error an outcome")
    if facts.risk_is_learnt is not None:
        basis = "learnt from escalations" if facts.risk_is_learnt else "likeness to prototypes"
        yield Fact("Risk", basis)
    if facts.searched is not None:
        found = facts.searched
        said = "taken" if found.taken else "not clearly better, so not taken"
        yield Fact("Search", f"{found.trials:,} trials, {found.pruned:,} given up; {said}")
    if facts.known is not None:
        names = ", ".join(f"{shown(one.name)} ({one.kind})" for one in facts.known.attributes)
        yield Fact("Attributes that it takes", names or "none")


def configured(facts: Facts) -> Section:
    """List the configuration and the packages, with which the run can be repeated."""
    settings = tuple((shown(name), shown(one)) for name, one in sorted(facts.parameters.items()))
    packages = tuple((shown(name), shown(one)) for name, one in facts.installed.items())
    tables = (
        Table("Configuration", ("Setting", "Value"), settings, numbers=False, folded=True),
        Table("Installed then", ("Package", "Version"), packages, numbers=False, folded=True),
    )
    return Section(
        "configuration",
        "Configuration",
        said=(
            f"Run {shown(facts.version.run_id)}; redress train --repeat RUN_ID fits it again from "
            "its record and compares every figure.",
        ),
        tables=tuple(table for table in tables if table.rows),
    )


def _penalty(value: float | None) -> str:
    return "left out" if value is None else f"{value:g}"


def _figure(value: float | None) -> str:
    return NOT_MEASURED if value is None or math.isnan(value) else three(value)


def _share(value: float | None) -> str:
    return NOT_MEASURED if value is None or math.isnan(value) else percent(value)
