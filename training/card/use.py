"""What a model is for, what it must not be used for, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from models.ceiling import LEAST_PAIRS
from models.run_record import GATE
from training.card.facts import Facts
from training.card.page import Section
from training.card.words import day, shown

__all__ = ["intended", "limits", "not_for"]

FEW_TESTED: Final = 1_000
"""Test cases below which the figures are a first impression."""
_FOR: Final = (
    "Ordering the queue of appeals that wait for a person, by the harm that a review averts.",
    "Routing a case that may have to be escalated to the team that should see it.",
    "Showing reviewers, beside the case, how likely an overturn is and which facts and words say "
    "so; and telling where enforcement itself may be at fault, policy by policy.",
)
_NOT_FOR: Final = (
    "Closing an appeal, upholding it or overturning it without a person: complaints must not be "
    "decided solely by automated means (Digital Services Act, Art. 20(6)), nor may people be "
    "subject to decisions based solely on automated processing that affect them significantly "
    "(GDPR, Art. 22).",
    "Scoring sellers, creators or other people: it reads one appeal. A mean of its scores over a "
    "person's appeals says who was enforced, not who is to be trusted.",
    "Measuring reviewers: it has learnt from their decisions, and repeats what they did.",
    "Deciding on new enforcement, or how severe it is: it has seen nothing that was not appealed.",
    "Other intakes than the one whose decisions taught it, without being trained anew.",
)


def intended() -> Section:
    """Say what it is for."""
    said = (
        "It reads an appeal against an enforcement decision, as filed, and tells how likely the "
        "decision is to be overturned and how likely the case must be escalated, with reasons that "
        "add up to the score. It advises; people decide.",
    )
    return Section("use", "What it is for", said=said, listed=_FOR)


def not_for() -> Section:
    """Say what it must not be used for."""
    return Section("misuse", "What it must not be used for", listed=_NOT_FOR)


def limits(facts: Facts) -> Section:
    """Say where it ends: what every such model cannot do, and what this one has not shown."""
    return Section("limits", "Limits", listed=tuple(_limits(facts)))


def _limits(facts: Facts) -> Iterator[str]:
    yield (
        "An outcome is what a reviewer decided, not what was right. What reviewers get wrong alike "
        "is learnt as the truth."
    )
    yield (
        "Only appeals that were decided have outcomes. Who does not appeal, and what is not decided"
        " yet, is not seen."
    )
    yield (
        "Its probabilities start from where the base rate stood in its latest cases. Where that "
        "moves, they are off until it is trained again: look at drift daily."
    )
    if facts.origin is not None:
        until = day(facts.origin.seen_until)
        yield f"It knows nothing that was decided of appeals filed after {until}."
    yield from _unshown(facts)


def _unshown(facts: Facts) -> Iterator[str]:
    overall = next((part for part in facts.record.parts if part.dimension == "overall"), None)
    if overall is not None and overall.rows < FEW_TESTED:
        yield f"It was measured on {overall.rows:,} cases only: intervals are wide."
    if facts.teacher == "":
        yield (
            "The packaged teacher knows English: appeals in other languages are scored by their "
            "facts, and by the words that decisions taught."
        )
    if facts.risk_is_learnt is False:
        yield (
            "There were too few escalations to learn risk from: it orders cases by likeness to "
            "described ones, and promises no frequency."
        )
    if facts.ceiling is None or not facts.ceiling.enough:
        yield (
            "How good any model could be is not known: that takes at least "
            f"{LEAST_PAIRS} appeals that two people decided."
        )
    unread = [name for name in facts.record.unread if name != GATE]
    if unread:
        yield f"Its run has no readable {', '.join(map(shown, unread))}."
