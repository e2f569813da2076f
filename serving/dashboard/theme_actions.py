"""What people do to a theme: rename, status, owner, note, dismiss, merge. Each is one POST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import ClassVar, Final

from starlette.responses import Response

from features.errors import EditConflict, InvalidMerge, MergedTheme, NoSuchTheme
from features.faults import Fault, read_record
from models.curation import Edit
from models.themes import Change, Status, Theme
from serving.dashboard.door import Door, View
from serving.dashboard.pages import Page
from serving.dashboard.roles import Role
from serving.dashboard.theme_page import Made, Refused, ThemePages, made_of
from serving.dashboard.theme_reading import shown_theme
from serving.dashboard.visits import Visit
from serving.problems import Problem
from serving.theme_shapes import ThemeMerge

LABELS: Final[Mapping[str, str]] = {
    "title": "Title",
    "status": "Status",
    "owner": "Owner",
    "note": "Note",
    "reason": "Reason",
    "into": "Merge into",
}
"""What people can send, by field, in words."""


@dataclass(frozen=True)
class Clash:
    """A field that the person wanted to change: what is there now, and what they typed."""

    field: str
    label: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class ConflictPage(Page):
    """Somebody else changed the theme meanwhile: both values, and a way to go on.

    Attributes
    ----------
    action
        Where the form goes again, with the revision that is there now.
    changes
        What was changed since the person read the theme, the latest first.
    """

    template: ClassVar[str] = "theme_conflict.html"
    under: ClassVar[str] = "/themes"

    theme_id: str
    action: str
    revision: int
    clashes: tuple[Clash, ...]
    changes: tuple[Made, ...]


class ThemeActions:
    """Does what people ask for, under their names.

    Parameters
    ----------
    pages
        Puts the page together again where something cannot be done.
    """

    def __init__(self, pages: ThemePages) -> None:
        self.pages = pages
        self.stock = pages.stock

    def add_to(self, door: Door) -> None:
        """Add the page of a theme, and its actions."""

        @door.page("/themes/{theme_id}")
        def theme(visit: Visit) -> Response:
            filed = visit.query.get("filed", "1")
            page = int(filed) if filed.isascii() and filed.isdecimal() and len(filed) < 9 else 1
            visit.note(theme=visit.part("theme_id")[:20])
            return visit.show(self.pages.page(visit.part("theme_id"), visit.person.role, page))

        for form, role, does in (
            ("title", Role.MANAGER, self._edits("title")),
            ("status", Role.MANAGER, self._edits("status")),
            ("owner", Role.MANAGER, self._edits("owner")),
            ("note", Role.REVIEWER, self._edits("note")),
            ("dismiss", Role.MANAGER, self._dismisses),
            ("merge", Role.MANAGER, self._merges),
        ):
            door.act(f"/themes/{{theme_id}}/{form}", role)(self._tries(form, does))

    def _tries(self, form: str, does: View) -> View:
        """Do something, or show what stands against it with all that was typed."""

        def view(visit: Visit) -> Response:
            try:
                return does(visit)
            except EditConflict:
                return visit.show(self._conflict(visit), HTTPStatus.CONFLICT)
            except (_Unusable, InvalidMerge, MergedTheme) as error:
                refused = Refused(form, str(error), visit.fields)
                page = self.pages.page(visit.part("theme_id"), visit.person.role, refused=refused)
                return visit.show(page, HTTPStatus.UNPROCESSABLE_ENTITY)

        return view

    def _edits(self, field: str) -> View:
        def edit(visit: Visit) -> Response:
            wanted = {name: visit.fields.get(name, "") for name in (field, "reason")}
            self._edit(visit, wanted)
            return self._back(visit, f"{LABELS[field]} saved.")

        return edit

    def _dismisses(self, visit: Visit) -> Response:
        reason = visit.fields.get("reason", "")
        if not reason.strip():
            raise _Unusable("Say why: whoever meets this theme again will ask.")
        self._edit(visit, {"status": str(Status.DISMISSED), "reason": reason})
        return self._back(visit, "Dismissed. It is found again when its status is set to another.")

    def _edit(self, visit: Visit, wanted: Mapping[str, str]) -> None:
        theme = self._shown(visit)
        edit = read_record(Edit, wanted)
        if isinstance(edit, list):
            raise _Unusable(_told(edit))
        now = datetime.now(UTC)
        self.stock.catalog.edit(theme.theme_id, edit, visit.person.name, now, _revision(visit))

    def _merges(self, visit: Visit) -> Response:
        theme, sent = self._shown(visit), visit.fields
        wanted = {"into": sent.get("into", ""), "reason": sent.get("reason", "")}
        asked = read_record(ThemeMerge, wanted)
        if isinstance(asked, list):
            raise _Unusable("Choose a theme to merge into.")
        try:
            shown_theme(self.stock.catalog, asked.into, self.stock.least_subjects)
        except NoSuchTheme:
            raise _Unusable("That theme is not there any more. Choose another.") from None
        now, by = datetime.now(UTC), visit.person.name
        end = self.stock.catalog.merge(
            theme.theme_id, asked.into, by, now, asked.reason, _revision(visit)
        )
        visit.note(theme=theme.theme_id, into=end.theme_id)
        return visit.go(
            f"/themes/{end.theme_id}", f"{theme.theme_id} counts to this theme from now on."
        )

    def _shown(self, visit: Visit) -> Theme:
        theme = shown_theme(self.stock.catalog, visit.part("theme_id"), self.stock.least_subjects)
        visit.note(theme=theme.theme_id)
        return theme

    def _back(self, visit: Visit, said: str) -> Response:
        return visit.go(f"/themes/{visit.part('theme_id')}", said)

    def _conflict(self, visit: Visit) -> ConflictPage:
        theme = self._shown(visit)
        there = {
            "title": theme.title,
            "status": str(theme.status),
            "owner": theme.owner,
            "note": theme.note,
        }
        clashes = tuple(
            Clash(field, label, there.get(field) or "–", visit.fields[field])
            for field, label in LABELS.items()
            if field in visit.fields
        )
        since = changes_since(theme, _revision(visit))
        return ConflictPage(
            title=f"Somebody else has changed {theme.theme_id} meanwhile",
            theme_id=theme.theme_id,
            action=visit.call.request.url.path,
            revision=theme.revision,
            clashes=clashes,
            changes=tuple(map(made_of, since)),
        )


class _Unusable(Exception):
    """What was typed cannot be used; the message says why, and is shown beside the form."""


def changes_since(theme: Theme, revision: int) -> tuple[Change, ...]:
    """Give what was changed after a revision, the latest first: each revision is one moment."""
    moments = list(dict.fromkeys((one.made_at, one.made_by) for one in theme.changes))
    since = set(moments[len(moments) - max(0, theme.revision - revision) :])
    return tuple(one for one in reversed(theme.changes) if (one.made_at, one.made_by) in since)


def _revision(visit: Visit) -> int:
    """Read the revision that a form was made for.

    Raises
    ------
    Problem
        422 where there is none.
    """
    sent = visit.fields.get("revision", "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) <= 9):
        detail = "the form does not say which revision of the theme it is for. Reload the page."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "missing-revision", detail)
    return int(sent)


def _told(faults: list[Fault]) -> str:
    """Say what is wrong with each field."""
    parts = []
    for fault in faults:
        field = fault.pointer.removeprefix("/")
        parts.append(f"{LABELS.get(field, field)}: {fault.detail}")
    return "; ".join(parts)
