"""The notes on a theme: each one that somebody wrote stays as it was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from models.themes import Change

FIELD: Final = "note"
SHORT_LINES: Final = 6
SHORT_LETTERS: Final = 400
HEAD_LETTERS: Final = 90


@dataclass(frozen=True)
class Entry:
    """A note.

    Attributes
    ----------
    head
        The beginning of a long one, which is folded; of a short one empty.
    """

    made_at: datetime
    made_by: str
    text: str
    head: str = ""


def entries_of(changes: Iterable[Change]) -> tuple[Entry, ...]:
    """List all notes that were written, the latest first; one that is taken back stays, too."""
    notes = [one for one in changes if one.field == FIELD and one.new]
    return tuple(
        Entry(one.made_at, one.made_by, one.new or "", _head(one.new or ""))
        for one in reversed(notes)
    )


def _head(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= SHORT_LINES and len(text) <= SHORT_LETTERS:
        return ""
    first = lines[0][:HEAD_LETTERS].rstrip()
    return f"{first}…"
