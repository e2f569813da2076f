"""Makes a version's card, and keeps it beside the version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from features.errors import NoSuchVersion, UnrecordedRun
from models.card_files import keep_card
from models.registry import CHALLENGER, CHAMPION, PREVIOUS, Registry
from training.card import doubt, learning, service, use, worth
from training.card.facts import Facts, read_facts
from training.card.page import Card, Fact
from training.card.rendering import card_html, card_markdown
from training.card.words import NOT_MEASURED, between, count, day, moment, three, with_bounds

__all__ = ["MadeCard", "card_of", "chosen_version", "make_card", "renew_cards", "renewed_cards"]


@dataclass(frozen=True)
class MadeCard:
    """A card in every form."""

    version: str
    html: str
    markdown: str
    data: dict[str, Any]


def card_of(facts: Facts) -> Card:
    """Lay out what is known of a version."""
    return Card(
        title=f"Model card: Redress, version {facts.version.version}",
        standing=service.standing(facts),
        made=moment(facts.read_at),
        facts=_summary(facts),
        sections=(
            use.intended(),
            use.not_for(),
            learning.data(facts),
            worth.measures(facts),
            worth.calibration(facts),
            worth.slices(facts),
            doubt.fairness(facts),
            doubt.ceiling(facts),
            doubt.selection(facts),
            use.limits(facts),
            service.history(facts),
            learning.making(facts),
            learning.configured(facts),
        ),
    )


def chosen_version(registry: Registry, version: str | None) -> str:
    """Give the version named; else the champion, or the newest where none serves.

    Raises
    ------
    NoSuchVersion
        When nothing is registered.
    """
    if version is not None:
        return version
    found = registry.alias_version(CHAMPION) or registry.alias_version(CHALLENGER)
    if found is None:
        raise NoSuchVersion("no model is registered", remedy="Run `redress train` first")
    return found


def make_card(registry: Registry, version: str) -> MadeCard:
    """Make a version's card anew, and keep it with the version.

    Raises
    ------
    NoSuchVersion
        When the registry does not hold it.
    UnrecordedRun
        When the card cannot be kept.
    """
    facts = read_facts(registry, version, datetime.now(UTC))
    card = card_of(facts)
    made = MadeCard(version, card_html(card), card_markdown(card), facts.as_dict())
    try:
        keep_card(registry, facts.version.run_id, made.html, made.markdown)
    except OSError as error:
        raise UnrecordedRun(
            f"the card of version {version} cannot be kept ({type(error).__name__})",
            "a folder of artifacts that can be written to",
            f"All else is done. Make room, then run redress card --version {version}",
        ) from error
    return made


def renew_cards(registry: Registry, *versions: str | None) -> None:
    """Bring the cards of versions up to date: the champion's, say, after a look at drift.

    Raises
    ------
    UnrecordedRun
        As of `make_card`.
    """
    for version in dict.fromkeys(versions):
        if version is not None:
            make_card(registry, version)


@contextmanager
def renewed_cards(registry: Registry) -> Iterator[None]:
    """Bring the cards up to date of all versions whose aliases the work inside moves.

    Raises
    ------
    UnrecordedRun
        As of `make_card`.
    """
    before = _aliases(registry)
    yield
    moved = {version for _, version in before ^ _aliases(registry)}
    renew_cards(registry, *sorted(moved, key=int))


def _aliases(registry: Registry) -> set[tuple[str, str]]:
    found = ((alias, registry.alias_version(alias)) for alias in (CHAMPION, CHALLENGER, PREVIOUS))
    return {(alias, version) for alias, version in found if version is not None}


def _summary(facts: Facts) -> tuple[Fact, ...]:
    figures, overall = facts.record.figures, worth.overall_of(facts)
    auc, low, high = (figures.get(name) for name in ("auc", "auc_low", "auc_high"))
    return (
        Fact("AUC on later cases", with_bounds(three(auc), between(low, high))),
        Fact("Calibration error", three(figures.get("ece"))),
        Fact("Tested on", f"{count(overall.rows)} cases" if overall else NOT_MEASURED),
        Fact("Registered", day(facts.version.registered_at)),
    )
