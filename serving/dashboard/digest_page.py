"""The page Digest: what opened, grew and closed over some days, to look at and to send.

The digest is a document of its own, with styles of its own inside it: it is shown in a frame that
may load and run nothing, under a policy that is laxer than the page's in nothing but styles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import ClassVar, Final
from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.responses import Response

from features.database import reading
from features.errors import InvalidDate, NoDiscovery
from models.theme_queries import newest
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.visits import HEADERS, Visit, html
from serving.digest.digest import Digest, Section
from serving.digest.html import digest_html
from serving.digest.markdown import digest_markdown
from serving.digest.period import read_day
from serving.digest.reading import read_digest

PATH: Final = "/digest"
PREVIEW: Final = "/digest/preview"
PREVIEW_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        # What is told in it leads to its page, when a person clicks, and to nothing by itself.
        "sandbox allow-top-navigation-by-user-activation",
    )
)
FRAME_POLICY: Final = HEADERS["Content-Security-Policy"] + "; frame-src 'self'"
_MOST_TYPED: Final = 40
WORDS: Final = {
    Section.OPENED: "opened",
    Section.GROWN: "escalated or grown",
    Section.OPEN: "open from before, unchanged",
    Section.CLOSED: "closed",
}


@dataclass(frozen=True)
class Days:
    """The days asked for, as they were typed."""

    since: str
    until: str

    @property
    def kinds(self) -> tuple[str, str]:
        """Of the fields: a browser would throw away what is no date, so that is shown as text."""
        first, last = (_kind(text) for text in (self.since, self.until))
        return first, last

    @property
    def query(self) -> str:
        """As it follows a question mark."""
        return urlencode({"since": self.since, "until": self.until})


@dataclass(frozen=True)
class Told:
    """How many alarms the digest tells in a section."""

    name: str
    alarms: int


@dataclass(frozen=True)
class DigestPage(Page):
    """The page Digest.

    Attributes
    ----------
    days
        As typed, or by default.
    why
        Why there is no digest of these days; empty where there is one.
    is_new
        Whether nothing has been discovered yet.
    told
        By section; empty where there is no digest.
    still_open, until
        How many of them are open at the end, and the day of it; None where there is no digest.
    preview, html_url, markdown_url
        Addresses of the digest.
    may_export
        Whether the person may make the report to the regulator.
    """

    template: ClassVar[str] = "digest.html"
    under: ClassVar[str] = PATH

    days: Days
    today: date
    why: str
    is_new: bool
    told: tuple[Told, ...]
    still_open: int
    until: date | None
    preview: str
    html_url: str
    markdown_url: str
    may_export: bool


def _today() -> date:
    return datetime.now(UTC).date()


class DigestPages:
    """Shows a digest, and gives it away.

    Parameters
    ----------
    stock
        What pages read from.
    today
        Gives the day, UTC.
    """

    def __init__(self, stock: Stock, today: Callable[[], date] = _today) -> None:
        self.stock = stock
        self.today = today

    def add_to(self, door: Door) -> None:
        """Add the page, what its frame shows, and the files."""

        @door.page(PATH, Role.VIEWER)
        def page(visit: Visit) -> Response:
            return self._page(visit)

        @door.page(PREVIEW, Role.VIEWER)
        def preview(visit: Visit) -> Response:
            headers = {"Content-Security-Policy": PREVIEW_POLICY}
            digest = self._digest(self._days(visit.query))
            return html(digest_html(digest, base=""), headers=headers)

        for path, media, write in (
            ("/digest.html", "text/html", digest_html),
            ("/digest.md", "text/markdown", digest_markdown),
        ):
            door.page(path, Role.VIEWER)(self._sends(path, media, write))

    def _sends(
        self, path: str, media: str, write: Callable[[Digest], str]
    ) -> Callable[[Visit], Response]:
        def send(visit: Visit) -> Response:
            digest = self._digest(self._days(visit.query))
            ending = path.rpartition(".")[2]
            name = f"digest-{digest.period.since}-{digest.period.until}.{ending}"
            visit.note(since=digest.period.since, until=digest.period.until)
            headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(
                write(digest).encode(), media_type=f"{media}; charset=utf-8", headers=headers
            )

        return send

    def _page(self, visit: Visit) -> Response:
        days = self._days(visit.query)
        may = visit.may(Role.MANAGER)
        try:
            digest = self._digest(days)
        except (InvalidDate, NoDiscovery) as error:
            is_new = isinstance(error, NoDiscovery)
            shown = self._shown(days, None, may, "" if is_new else str(error), is_new)
            status = HTTPStatus.OK if is_new else HTTPStatus.UNPROCESSABLE_ENTITY
            return visit.show(shown, status)
        found = Days(str(digest.period.since), str(digest.period.until))
        visit.note(since=found.since, until=found.until)
        response = visit.show(self._shown(found, digest, may))
        response.headers["Content-Security-Policy"] = FRAME_POLICY
        return response

    def _shown(
        self,
        days: Days,
        digest: Digest | None,
        may_export: bool,
        why: str = "",
        is_new: bool = False,
    ) -> DigestPage:
        told = [] if digest is None else [(one, len(digest.of(one))) for one in Section]
        return DigestPage(
            title="Digest",
            days=days,
            today=self.today(),
            why=why,
            is_new=is_new,
            told=tuple(Told(WORDS[one], number) for one, number in told),
            still_open=sum(number for one, number in told if one is not Section.CLOSED),
            until=None if digest is None else digest.period.until,
            preview=f"{PREVIEW}?{days.query}",
            html_url=f"/digest.html?{days.query}",
            markdown_url=f"/digest.md?{days.query}",
            may_export=may_export,
        )

    def _digest(self, days: Days) -> Digest:
        since = read_day(days.since)
        until = read_day(days.until) if days.until else None
        return read_digest(self.stock.engine, self.stock.settings, since, until, self.today())

    def _days(self, query: Mapping[str, str]) -> Days:
        typed = {name: query.get(name, "").strip()[:_MOST_TYPED] for name in ("since", "until")}
        if not typed["since"]:
            newest_day = _newest_day(self.stock.engine)
            typed["since"] = str(last_monday(min(self.today(), newest_day or self.today())))
        return Days(**typed)


def _kind(text: str) -> str:
    try:
        read_day(text or "2000-01-01")
    except InvalidDate:
        return "text"
    return "date"


def last_monday(day: date) -> date:
    """Give the Monday before a day: on a Monday, that of the week that is over."""
    return day - timedelta(days=day.weekday() or 7)


def _newest_day(engine: sa.Engine) -> date | None:
    with reading(engine) as connection:
        latest = newest(connection)
    return None if latest is None else latest.as_of
