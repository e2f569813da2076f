r"""Text that stands for itself in Markdown.

What a person wrote is text, and becomes no markup, no link and no heading. CommonMark lets a
backslash stand before any ASCII punctuation; where a reader would make a link of bare text (an
address, a name after @), an invisible word joiner parts it.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["JOINER", "escape"]

JOINER: Final = "\u2060"
_MARKUP: Final = re.compile(r"[\\`*_\[\]<>&|~$#]")
_LIST: Final = re.compile(r"^([-+=:]|\d+(?=[.)](?:\s|$)))")
_LINK: Final = re.compile(r"(?<=:)(?=//)|(?<=@)|(?<=\bwww)(?=\.)|(?<=\bmailto)(?=:)", re.IGNORECASE)


def escape(value: object) -> str:
    """Make a text on one line stand for itself in Markdown."""
    marked = _MARKUP.sub(r"\\\g<0>", str(value))
    return _LINK.sub(JOINER, _LIST.sub(_escaped_start, marked))


def _escaped_start(match: re.Match[str]) -> str:
    """Keep a text from beginning a list or a rule: of a number its point is escaped."""
    begun = match[0]
    return begun + "\\" if begun.isdigit() else "\\" + begun
