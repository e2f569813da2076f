"""A form that could not be done as it came: what was typed is shown, to be sent again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from serving.dashboard.pages import Page

SIGNED_OUT: Final = "You were signed out before it was saved. Look it over, and send it again."
OPEN_TOO_LONG: Final = (
    "It was not saved: the form had been open since before you last signed in. Look it over, and"
    " send it again."
)
_UNSEEN: Final = frozenset({"revision", "look", "known"})
"""Fields that say what the form was made of, which nobody has typed."""


@dataclass(frozen=True)
class ResumePage(Page):
    """What was typed into a form.

    Attributes
    ----------
    why
        It was not done.
    path
        Where it goes.
    fields, unseen
        By name: those that people type, and those that go with them.
    """

    template: ClassVar[str] = "resume.html"

    why: str
    path: str
    fields: Mapping[str, str]
    unseen: Mapping[str, str]


def resumed(why: str, path: str, sent: Mapping[str, str]) -> ResumePage:
    """Put the page together from what was sent, its token left out."""
    return ResumePage(
        "What you typed is still here",
        why,
        path,
        {name: value for name, value in sent.items() if name not in _UNSEEN},
        {name: value for name, value in sent.items() if name in _UNSEEN},
    )
