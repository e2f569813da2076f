"""A version's model card, as its run keeps it: written by the jobs, read by the service."""

from __future__ import annotations

from typing import Final

from features.errors import NoCard
from models.registry import Registry

__all__ = ["CARD_HTML", "CARD_MARKDOWN", "keep_card", "read_card"]

CARD_HTML: Final = "card.html"
CARD_MARKDOWN: Final = "card.md"
_MOST_BYTES: Final = 5_000_000


def keep_card(registry: Registry, run_id: str, html: str, markdown: str) -> None:
    """Keep a card with the run of its model, in place of the one that was there."""
    registry.client.log_text(run_id, html, CARD_HTML)
    registry.client.log_text(run_id, markdown, CARD_MARKDOWN)


def read_card(registry: Registry, version: str) -> str:
    """Give a version's card as HTML.

    Raises
    ------
    NoSuchVersion
        When the registry does not hold the version.
    NoCard
        When no card was made of it, or none that can be read.
    """
    path = registry.artifact(registry.describe(version).run_id, CARD_HTML)
    try:
        if path.stat().st_size <= _MOST_BYTES:
            return path.read_text(encoding="utf-8")
        found = f"the card of version {version} has more than {_MOST_BYTES:,} bytes"
    except (OSError, UnicodeDecodeError) as error:
        found = f"the card of version {version} cannot be read ({type(error).__name__})"
    raise NoCard(found, remedy=f"Make one: redress card --version {version}")
