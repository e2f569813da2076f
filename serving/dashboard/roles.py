"""What people may do on the pages: four roles, each of which includes those before it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from serving.keys import Scope


class Role(StrEnum):
    """What a person may do."""

    VIEWER = "viewer"
    """Read counts, themes, charts and redacted words."""
    REVIEWER = "reviewer"
    """Also read an appeal as it was written, record decisions, and note what a theme is about."""
    MANAGER = "manager"
    """Also rename, assign, escalate, dismiss and merge themes, and export."""
    ADMIN = "admin"
    """Everything there is."""

    def includes(self, other: Role) -> bool:
        """Tell whether this role may do whatever another may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER: Final = tuple(Role)


def role_of(scopes: Collection[Scope]) -> Role | None:
    """Give the role of whoever signs in with a key: what it may do over HTTP, it may do here.

    None for a key that only scores: it reads no theme over HTTP either.
    """
    if Scope.ADMIN in scopes:
        return Role.ADMIN
    return Role.MANAGER if Scope.REVIEW in scopes else None
