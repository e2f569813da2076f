"""The desk of themes: lists them, shows one, changes and merges them. It runs in worker threads."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
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
_ETAG: Final = re.compile(r'"([0-9]{1,9})"', re.ASCII)


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

    def listed(self, statuses: Collection[Status], retired: bool) -> Reply:
        """List the themes of some statuses; of all where none is named."""
        shown = self.catalog.themes(
            self.least_subjects, statuses=statuses or tuple(Status), retired=retired
        )
        return Reply(_json(theme_list(shown)), facts={"themes": len(shown.themes)})

    def whole(self, theme_id: str) -> Reply:
        """Show a theme.

        Raises
        ------
        NoSuchTheme
            There is none to be shown.
        """
        return _reply(self._theme(theme_id))

    def edit(self, theme_id: str, body: bytes, editor: Editor) -> Reply:
        """Change a theme, and show it as it is then.

        Raises
        ------
        Problem
            Where the body cannot be used.
        NoSuchTheme
            As of `whole`.
        EditConflict
            Somebody has changed it since the editor read it.
        """
        edit = read_object(body, ThemeEdit)
        self._theme(theme_id)
        now = datetime.now(UTC)
        return _reply(self.catalog.edit(theme_id, edit, editor.name, now, editor.revision))

    def merge(self, theme_id: str, body: bytes, editor: Editor) -> Reply:
        """Merge a theme into another, and show that other one as it is then.

        Raises
        ------
        Problem
            Where the body cannot be used, or names a theme that is not there.
        NoSuchTheme, EditConflict
            As of `edit`.
        InvalidMerge
            They are one theme, or it counts to another already.
        """
        asked = read_object(body, ThemeMerge)
        self._theme(theme_id)
        self._require_target(asked.into)
        now, by = datetime.now(UTC), editor.name
        return _reply(
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
            errors = [("/into", str(error))]
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            raise Problem(status, "invalid-merge", str(error), errors=errors) from None


def read_revision(header: str | None) -> int | None:
    """Read the header If-Match: the revision that an ETag of ours names, None for any.

    Raises
    ------
    Problem
        400 where it is another.
    """
    if header is None or header.strip() == "*":
        return None
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        detail = 'the header If-Match cannot be used; expected the ETag of the theme, such as "3"'
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid-if-match", detail)
    return int(match[1])


def _reply(theme: Theme) -> Reply:
    facts = {"theme": theme.theme_id, "revision": theme.revision}
    return Reply(_json(theme_detail(theme)), {"ETag": f'"{theme.revision}"'}, facts)


def _json(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, allow_nan=False).encode()
