"""What people do to a theme: change, note, dismiss, merge. Each is one POST.

To merge is asked twice: the first form leads to a page that says how many appeals move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import ClassVar, Final

from starlette.responses import Response

from features.errors import EditConflict, InvalidMerge, MergedTheme, NoSuchTheme
from features.faults import Fault, read_record
from models.curation import Edit
from models.themes import Change, Discovery, Status, Theme
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
CHANGED: Final = ("title", "status", "owner", "reason")
"""What one form changes together."""
WHY: Final = "Say why it is dismissed: whoever meets this theme again will ask."


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


@dataclass(frozen=True)
class MergePage(Page):
    """What a merge would do, before it is done.

    Attributes
    ----------
    into
        The theme that all would count to.
    earlier
        Appeals of days before the newest window that move as well.
    """

    template: ClassVar[str] = "theme_merge.html"
    under: ClassVar[str] = "/themes"

    theme: Theme
    into: Theme
    window: Discovery
    earlier: int


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

        door.page("/themes/{theme_id}/merge", Role.MANAGER)(self._tries("merge", self._asks))
        for form, role, does in (
            ("change", Role.MANAGER, self._changes),
            ("note", Role.REVIEWER, self._notes),
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
                refused = Refused(form, str(error), visit.fields or dict(visit.query))
                page = self.pages.page(visit.part("theme_id"), visit.person.role, refused=refused)
                return visit.show(page, HTTPStatus.UNPROCESSABLE_ENTITY)

        return view

    def _changes(self, visit: Visit) -> Response:
        """Change all that the form holds, as one revision."""
        sent = {name: visit.fields[name] for name in CHANGED if name in visit.fields}
        theme = self._shown(visit)
        dismisses = sent.get("status") == Status.DISMISSED != theme.status
        if dismisses and not sent.get("reason", "").strip():
            raise _Unusable(WHY)
        after = self._edit(visit, theme, sent, _revision(visit))
        new = dict.fromkeys(LABELS[one.field] for one in after.changes[len(theme.changes) :])
        told = f"Saved: {', '.join(new).lower()}." if new else "Nothing was changed."
        return self._back(visit, told)

    def _notes(self, visit: Visit) -> Response:
        """Add a note; those before it stay, so nobody is in anybody's way."""
        note = visit.fields.get("note", "")
        if not note.strip():
            raise _Unusable("Write something.")
        self._edit(visit, self._shown(visit), {"note": note}, None)
        return self._back(visit, "Note added.")

    def _dismisses(self, visit: Visit) -> Response:
        reason = visit.fields.get("reason", "")
        if not reason.strip():
            raise _Unusable(WHY)
        wanted = {"status": str(Status.DISMISSED), "reason": reason}
        self._edit(visit, self._shown(visit), wanted, _revision(visit))
        return self._back(
            visit, "Dismissed: left out of Themes. Give it another status to undo it."
        )

    def _edit(
        self, visit: Visit, theme: Theme, wanted: Mapping[str, str], revision: int | None
    ) -> Theme:
        edit = read_record(Edit, wanted)
        if isinstance(edit, list):
            raise _Unusable(_told(edit))
        now = datetime.now(UTC)
        return self.stock.catalog.edit(theme.theme_id, edit, visit.person.name, now, revision)

    def _asks(self, visit: Visit) -> Response:
        """Say what a merge would do."""
        theme, window = self._shown(visit), self.stock.catalog.latest()
        assert window is not None  # a theme has been found
        into = self._target(theme, visit.query.get("into", ""))
        first = window.as_of - timedelta(days=window.window_days - 1)
        earlier = sum(one.appeals for one in theme.portrait.days if one.day < first)
        title = f"Merge {theme.theme_id} into {into.theme_id}?"
        return visit.show(MergePage(title, theme, into, window, earlier))

    def _merges(self, visit: Visit) -> Response:
        theme, sent = self._shown(visit), visit.fields
        self._target(theme, sent.get("into", ""))
        asked = read_record(ThemeMerge, {name: sent.get(name, "") for name in ("into", "reason")})
        if isinstance(asked, list):
            raise _Unusable(_told(asked))
        now, by = datetime.now(UTC), visit.person.name
        end = self.stock.catalog.merge(
            theme.theme_id, asked.into, by, now, asked.reason, _revision(visit)
        )
        visit.note(theme=theme.theme_id, into=end.theme_id)
        return visit.go(
            f"/themes/{end.theme_id}", f"{theme.theme_id} counts to this theme from now on."
        )

    def _target(self, theme: Theme, into: str) -> Theme:
        """Give the theme that a merge would count to, where it may be seen and can be."""
        asked = read_record(ThemeMerge, {"into": into})
        if isinstance(asked, list):
            raise _Unusable("Choose a theme to merge into.")
        least = self.stock.least_subjects
        try:
            shown_theme(self.stock.catalog, asked.into, least)
            return self.stock.catalog.merge_target(theme.theme_id, asked.into, least)
        except NoSuchTheme:
            raise _Unusable("That theme is not there any more. Choose another.") from None

    def _shown(self, visit: Visit) -> Theme:
        theme = shown_theme(self.stock.catalog, visit.part("theme_id"), self.stock.least_subjects)
        visit.note(theme=theme.theme_id)
        return theme

    def _back(self, visit: Visit, said: str) -> Response:
        return visit.go(f"/themes/{visit.part('theme_id')}", said)

    def _conflict(self, visit: Visit) -> ConflictPage:
        theme = self._shown(visit)
        there = {
            "title": theme.title if theme.named else None,
            "status": str(theme.status),
            "owner": theme.owner,
        }
        clashes = tuple(
            Clash(field, label, there.get(field) or "–", visit.fields[field])
            for field, label in LABELS.items()
            if field in visit.fields and _differs(visit.fields[field], there.get(field))
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


def _differs(mine: str, theirs: str | None) -> bool:
    return mine.strip() != (theirs or "")


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
