"""What people make of themes: names, status, owners, notes, merges, each with who and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import sqlalchemy as sa
from pydantic import BeforeValidator, Field

from features.errors import EditConflict, InvalidMerge, MergedTheme
from features.schema import Contract, Label, Phrase, Text
from features.tables import THEME_CHANGES, THEMES
from models.alarm_entry import escalate_alarms
from models.merging import merged_themes, take_in
from models.theme_queries import no_such_theme
from models.themes import Status

_TURNING: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Characters that turn the direction of what follows: text that is written from right to left needs
none of them, and with them a name can be made to read as another one."""


def _one_line(value: object) -> object:
    """Take a name as people type it: spaces do not count, and nothing is no name."""
    if not isinstance(value, str):
        return value
    return " ".join(value.translate(_TURNING).split()) or None


def _paragraphs(value: object) -> object:
    return value.translate(_TURNING).strip() or None if isinstance(value, str) else value


Name = Annotated[Label | None, BeforeValidator(_one_line)]
Note = Annotated[Annotated[Text, Field(max_length=5_000)] | None, BeforeValidator(_paragraphs)]
Reason = Annotated[Phrase | None, BeforeValidator(_paragraphs)]


class Edit(Contract):
    """What a person changes about a theme: the fields that are given, and no other.

    `title` null gives the theme back the title that was found; `owner` and `note` null clear them.
    `reason` says why and is kept with each change; alone it changes nothing. Characters that turn
    the direction of text (U+202A to U+202E, U+2066 to U+2069) are left out.
    """

    title: Name = None
    status: Status = Status.NEW
    owner: Name = None
    note: Note = None
    reason: Reason = None


@dataclass(frozen=True)
class Act:
    """Who changes something, when (aware), and why."""

    by: str
    at: datetime
    reason: str | None = None


_COLUMNS: Final = {"title": "given_title", "status": "status", "owner": "owner", "note": "note"}
Row = Mapping[str, Any]


def edit_theme(
    connection: sa.Connection,
    theme_id: str,
    edit: Edit,
    act: Act,
    revision: int | None,
    webhook: bool = False,
) -> None:
    """Change a theme as `Catalog.edit` says, in a transaction of the caller's."""
    theme = _theme(connection, theme_id)
    _require_unmerged(theme_id, merged_themes(connection))
    _expect(theme, revision)
    new = {
        _COLUMNS[name]: getattr(edit, name) for name in _COLUMNS if name in edit.model_fields_set
    }
    changed = {name: value for name, value in new.items() if value != theme[name]}
    if changed:
        _change(connection, theme, changed)
        _record(connection, theme, changed, act)
    if changed.get("status") == Status.ESCALATED:
        escalate_alarms(connection, theme_id, act.at, webhook)


def merge_theme(
    connection: sa.Connection, theme_id: str, into: str, act: Act, revision: int | None
) -> str:
    """Merge a theme as `Catalog.merge` says, in a transaction of the caller's.

    Returns
    -------
    str
        The theme that it counts to from now on: `into`, or what that has been merged into.
    """
    theme, target = _theme(connection, theme_id), merge_target(connection, theme_id, into)
    _expect(theme, revision)
    end: str = target["theme_id"]
    _change(connection, theme, {"merged_into": end})
    _record(connection, theme, {"merged_into": end}, act)
    _change(connection, target, {})
    _record(connection, target, {"took_in": theme_id}, act)
    take_in(connection, theme_id, end)
    return end


def merge_target(connection: sa.Connection, theme_id: str, into: str) -> Row:
    """Give the row of the theme that a merge would count a theme to.

    Raises
    ------
    NoSuchTheme, InvalidMerge
        As of `Catalog.merge`.
    """
    merged = merged_themes(connection)
    for one in (theme_id, into):
        _theme(connection, one)
    _check_merge(theme_id, into, merged)
    target = _theme(connection, merged.get(into, into))
    _require_open(theme_id, target)
    return target


def _theme(connection: sa.Connection, theme_id: str) -> Row:
    query = sa.select(THEMES).where(THEMES.c.theme_id == theme_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise no_such_theme(theme_id)
    return dict(row)


def _expect(theme: Row, revision: int | None) -> None:
    if revision is not None and revision != theme["revision"]:
        raise EditConflict(
            f"theme {theme['theme_id']} is at revision {theme['revision']}, not {revision}:"
            " somebody has changed it",
            "the revision that it is at",
            "Read it again, and change what is there now.",
        )


def _require_unmerged(theme_id: str, merged: Mapping[str, str]) -> None:
    if theme_id in merged:
        raise MergedTheme(
            f"theme {theme_id} counts to {merged[theme_id]}",
            "a theme that counts to itself",
            f"Change {merged[theme_id]}.",
        )


def _check_merge(theme_id: str, into: str, merged: Mapping[str, str]) -> None:
    if theme_id == into:
        raise InvalidMerge(
            "a theme cannot be merged into itself", "another theme", f"Name one that is not {into}."
        )
    if theme_id in merged:
        raise InvalidMerge(
            f"theme {theme_id} has been merged into {merged[theme_id]} already",
            "a theme that counts to itself",
            f"Merge {merged[theme_id]} instead.",
        )
    if merged.get(into, into) == theme_id:
        raise InvalidMerge(
            f"theme {into} has been merged into {theme_id}",
            "another theme to merge into",
            "Name one that does not count to it.",
        )


def _require_open(theme_id: str, target: Row) -> None:
    """Refuse to count a theme to one where nobody would look for it."""
    into = target["theme_id"]
    if target["retired_on"] is not None:
        raise InvalidMerge(
            f"theme {into} is no longer found since {target['retired_on']}",
            "a theme that is found now",
            f"Name one that is; {into} itself can be merged into it.",
        )
    if target["status"] == Status.DISMISSED:
        raise InvalidMerge(
            f"theme {into} is dismissed",
            "a theme that is not",
            f"Give {into} another status first, or dismiss {theme_id} as well.",
        )


def _change(connection: sa.Connection, theme: Row, values: Mapping[str, object]) -> None:
    update = sa.update(THEMES).where(THEMES.c.theme_id == theme["theme_id"])
    connection.execute(update.values({**values, "revision": theme["revision"] + 1}))


def _record(connection: sa.Connection, theme: Row, new: Mapping[str, object], act: Act) -> None:
    rows = [
        {
            "theme_id": theme["theme_id"],
            "made_at": act.at,
            "made_by": act.by,
            "field": "title" if name == "given_title" else name,
            "old": theme.get(name),
            "new": value,
            "reason": act.reason,
        }
        for name, value in new.items()
    ]
    connection.execute(sa.insert(THEME_CHANGES), rows)
