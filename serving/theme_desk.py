"""The desk of themes: lists them, shows one, changes and merges them. It runs in worker threads."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from features.errors import NoSuchTheme
from models.catalog import Catalog
from models.theme_queries import no_such_theme
from models.themes import Status, Theme
from serving.answers import Reply
from serving.bodies import read_object
from serving.problems import Problem
from serving.theme_answers import theme_detail, theme_list
from serving.theme_shapes import ThemeEdit, ThemeMerge

_ID: Final = re.compile(r"T[0-9]{1,18}", re.ASCII)
_ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[0-9]{4}-[0-9]{2}-[0-9]{2})?"', re.ASCII)


@dataclass(frozen=True)
class Editor:
    """Who changes a theme, and which revision of it they have read; None: whatever it is."""

    name: str
    revision: int | None = None


class ThemeDesk:
    """Answers what is asked of the catalogue.

    Parameters
    ----------
    catalog
        Where the themes are kept.
    least_subjects
        Themes of fewer distinct subjects can be neither seen nor changed.
    """

    def __init__(self, catalog: Catalog, least_subjects: int) -> None:
        self.catalog = catalog
        self.least_subjects = least_subjects

    def listed(
        self, statuses: Collection[Status], retired: bool, emerging: bool | None = None
    ) -> Reply:
        """List the themes of some statuses; of all where none is named."""
        shown = self.catalog.themes(
            self.least_subjects,
            statuses=statuses or tuple(Status),
            retired=retired,
            emerging=emerging,
        )
        return Reply(_json(theme_list(shown)), facts={"themes": len(shown.themes)})

    def whole(self, theme_id: str) -> Reply:
        """Show a theme.

        Raises
        ------
        NoSuchTheme
            There is none to be shown.
        """
        return self._reply(self._theme(theme_id))

    def edit(self, theme_id: str, body: bytes, editor: Editor) -> Reply:
        """Change a theme, and show it as it is then.

        Raises
        ------
        Problem
            Where the body cannot be used, or gives a reason for no change.
        NoSuchTheme
            As of `whole`.
        MergedTheme
            It counts to another theme.
        EditConflict
            Somebody has changed it since the editor read it.
        """
        edit = read_object(body, ThemeEdit)
        _require_change(edit)
        self._theme(theme_id)
        now = datetime.now(UTC)
        return self._reply(self.catalog.edit(theme_id, edit, editor.name, now, editor.revision))

    def merge(self, theme_id: str, body: bytes, editor: Editor) -> Reply:
        """Merge a theme into another, and show that other one as it is then.

        Raises
        ------
        Problem
            Where the body cannot be used, or names a theme that is not there.
        NoSuchTheme, EditConflict
            As of `edit`.
        InvalidMerge
            One of them counts to the other already, or the theme to a third; or the other is
            dismissed or no longer found.
        """
        asked = read_object(body, ThemeMerge)
        self._theme(theme_id)
        if asked.into == theme_id:
            raise _no_target("a theme cannot be merged into itself; expected another theme")
        self._require_target(asked.into)
        now, by = datetime.now(UTC), editor.name
        return self._reply(
            self.catalog.merge(theme_id, asked.into, by, now, asked.reason, editor.revision)
        )

    def _theme(self, theme_id: str) -> Theme:
        if _ID.fullmatch(theme_id) is None:
            raise no_such_theme(theme_id)
        return self.catalog.theme(theme_id, self.least_subjects)

    def _require_target(self, theme_id: str) -> None:
        try:
            self._theme(theme_id)
        except NoSuchTheme as error:
            raise _no_target(str(error)) from None

    def _reply(self, theme: Theme) -> Reply:
        named = tuple(one for one in theme.took_in if one.subjects >= self.least_subjects)
        answer = _json(theme_detail(replace(theme, took_in=named)))
        latest = self.catalog.latest()
        # Weak: a discovery of the same day can be made again, and other themes' names are told too.
        day = f"-{latest.as_of}" if latest else ""
        facts = {"theme": theme.theme_id, "revision": theme.revision}
        return Reply(answer, {"ETag": f'W/"{theme.revision}{day}"'}, facts)


def read_revision(header: str | None) -> int | None:
    """Read the header If-Match: the revision that an ETag of ours names, None for any.

    The revision alone is what people change: it may come without W/ and without the day of the
    discovery, which is not compared.

    Raises
    ------
    Problem
        400 where it is another.
    """
    if header is None or header.strip() == "*":
        return None
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        detail = (
            "the header If-Match cannot be used; expected the ETag of the theme, such as"
            ' W/"3-2025-03-31"'
        )
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid-if-match", detail)
    return int(match[1])


def _require_change(edit: ThemeEdit) -> None:
    """Refuse a reason that would be kept with no change."""
    if edit.reason is not None and edit.model_fields_set == {"reason"}:
        detail = "a reason alone; expected a change that it is for: title, status, owner or note"
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-body", detail, errors=[("/reason", detail)]
        )


def _no_target(detail: str) -> Problem:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(status, "invalid-merge", detail, errors=[("/into", detail)])


def _json(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, allow_nan=False).encode()
