"""The option `--search N`, which several commands take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

__all__ = ["MOST_TRIALS", "search_option"]

MOST_TRIALS: Final = 2_000
F = TypeVar("F", bound=Callable[..., Any])


def search_option(command: F) -> F:
    """Add `--search N`, which reaches the command as `trials`."""
    option = click.option(
        "--search",
        "trials",
        type=click.IntRange(1, MOST_TRIALS),
        metavar="N",
        help=f"Try penalties and blocks first: N trials in all, 1 to {MOST_TRIALS:,}.",
    )
    return option(command)
