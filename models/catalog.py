"""The catalogue: the themes that were found, and what people have made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

import sqlalchemy as sa

from features.database import reading, writing
from features.tables import DISCOVERIES, THEME_CHANGES, THEMES
from models.alarm_entry import enter_alarms
from models.alarms import Sighting
from models.curation import Act, Edit, edit_theme, merge_target, merge_theme
from models.emerging import alarmed_themes
from models.entry import enter, require_not_ahead
from models.lineage import Known
from models.map_places import enter_map, read_map
from models.merging import merged_themes
from models.places import Places, read_places
from models.succession import WATCHED, with_succession
from models.theme_queries import (
    days_of,
    drivers_of,
    found_as,
    newest,
    ordered,
    whole_theme,
)
from models.theme_rows import SHOWN, centre_of, theme_of
from models.themes import Descent, Discovery, Found, Status, Theme

__all__ = ["Catalog", "Shown"]


@dataclass(frozen=True)
class Shown:
    """Themes to be shown.

    Attributes
    ----------
    discovery
        The newest one, None before the first.
    themes
        By falling cases, then by falling size; ties by number.
    suppressed
        Themes that are not shown, because too few subjects stand behind each.
    """

    discovery: Discovery | None
    themes: tuple[Theme, ...]
    suppressed: int


class Catalog:
    """The catalogue in the database.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    webhook
        Whether somebody is to be told of alarms that open or escalate: they are then put in line
        to be sent, with what they tell.
    """

    def __init__(self, engine: sa.Engine, webhook: bool = False) -> None:
        self.engine = engine
        self.webhook = webhook

    def latest(self, before: date | None = None) -> Discovery | None:
        """Give the newest discovery, of those as of a day before `before` where that is given.

        None where there is none.
        """
        with reading(self.engine) as connection:
            return newest(connection, before)

    def require_not_ahead(self, as_of: date) -> None:
        """Refuse a day before that of the newest discovery.

        Raises
        ------
        CatalogAhead
            There is a discovery of a later day.
        """
        require_not_ahead(self.latest(), as_of)

    def known(self, encoder: str, before: date | None = None) -> Known:
        """Tell what a discovery must know of those before it.

        Parameters
        ----------
        encoder
            Digest: centres of another encoder's space are left out.
        before
            Tell it as of the newest discovery of a day before this one; None: as of the newest of
            all. Members are kept for that one and for the last one of an earlier day.
        """
        with reading(self.engine) as connection:
            rows = connection.execute(ordered(sa.select(THEMES))).all()
            last = newest(connection, before)
            members = {} if last is None else found_as(connection, last)
        themes = [row for row in rows if before is None or row.born_on < before]
        return Known(
            members=members,
            centres={
                row.theme_id: centre_of(row.centre) for row in themes if row.encoder == encoder
            },
            retired=frozenset(row.theme_id for row in themes) - frozenset(members.values()),
            next_number=max((int(row.theme_id[1:]) for row in rows), default=0) + 1,
        )

    def write(
        self,
        found: Found,
        sightings: Iterable[Sighting] = (),
        places: Mapping[str, tuple[float, float]] = MappingProxyType({}),
    ) -> tuple[Descent, ...]:
        """Enter a discovery, in one transaction: all of it or nothing.

        One of the same day replaces the one that is there. Portraits of the themes found are
        replaced; themes not found keep their last one and are retired. What people gave stays, and
        themes that they have merged meanwhile are counted where they want them.

        Parameters
        ----------
        sightings
            What was seen out of line: each goes on with an open alarm, or opens one, as of
            `models.episodes.assign`. Themes that they name are in the catalogue, or found.
        places
            Where appeals lie on the map, x and y.

        Returns
        -------
        tuple of Descent
            What the catalogue says became of the themes on that day, by theme number. Where the
            day had a discovery already, it is told from the last one of an earlier day.

        Raises
        ------
        CatalogAhead
            There is a discovery of a later day, or another one was written meanwhile.
        """
        with writing(self.engine) as connection:
            descents = enter(connection, found)
            enter_alarms(connection, found.discovery, sightings, self.webhook)
            enter_map(connection, found.discovery.as_of, places)
            return descents

    def map(self, before: date) -> dict[str, tuple[float, float]]:
        """Say where appeals lay on the map of the newest discovery of a day before one."""
        with reading(self.engine) as connection:
            return read_map(connection, before)

    def merged(self) -> dict[str, str]:
        """Say to which theme each merged one counts in the end."""
        with reading(self.engine) as connection:
            return merged_themes(connection)

    def themes(
        self,
        least_subjects: int,
        *,
        statuses: Collection[Status] = tuple(Status),
        retired: bool = False,
        emerging: bool | None = None,
        days: int | None = None,
    ) -> Shown:
        """List the themes, without their descents and changes; merged ones are in their targets.

        Their days are those of the newest window. A theme that people are watching or have
        escalated is listed until they resolve or dismiss it, also when it is no longer found.

        Parameters
        ----------
        least_subjects
            Themes of fewer distinct subjects are counted, not shown.
        statuses
            Only themes of these.
        retired
            Whether all those no longer found are wanted.
        emerging
            Only themes that emerge, or only those that do not; None: both.
        days
            Of how many days up to the newest theirs are told; None: of the whole window.
        """
        query = sa.select(*SHOWN).where(
            THEMES.c.merged_into.is_(None), THEMES.c.status.in_([*map(str, statuses)])
        )
        if not retired:
            watched = THEMES.c.status.in_([*map(str, WATCHED)])
            query = query.where(sa.or_(THEMES.c.retired_on.is_(None), watched))
        with reading(self.engine) as connection:
            latest = newest(connection)
            alarmed = alarmed_themes(connection, least_subjects)
            rows = [
                row
                for row in connection.execute(ordered(query))
                if emerging is None or emerging is (row.theme_id in alarmed.emerging)
            ]
            told = days_of(connection, _since(latest, days))
            drivers = drivers_of(connection)
            themes = with_succession(
                connection,
                (
                    theme_of(row, told.get(row.theme_id, ()), drivers.get(row.theme_id, ()))
                    for row in rows
                    if row.subjects >= least_subjects
                ),
                least_subjects,
            )
        shown = tuple(map(alarmed.mark, themes))
        return Shown(latest, shown, len(rows) - len(shown))

    def gone(self, least_subjects: int) -> tuple[Theme, ...]:
        """List the themes that are no longer found or that people merged, by falling cases.

        They come without days, drivers, descents and changes. Those of fewer distinct subjects
        than these are left out.
        """
        away = sa.or_(THEMES.c.retired_on.is_not(None), THEMES.c.merged_into.is_not(None))
        query = sa.select(*SHOWN).where(away, THEMES.c.subjects >= least_subjects)
        with reading(self.engine) as connection:
            rows = connection.execute(ordered(query)).all()
            return with_succession(connection, map(theme_of, rows), least_subjects)

    def theme(self, theme_id: str, least_subjects: int) -> Theme:
        """Give a theme whole: all its days, descents and changes.

        Raises
        ------
        NoSuchTheme
            There is none, or fewer distinct subjects than these stand behind it.
        """
        with reading(self.engine) as connection:
            return _whole(connection, theme_id, least_subjects)

    def titles(self) -> dict[str, str]:
        """Give the title of each theme as it was found last, retired ones too."""
        with reading(self.engine) as connection:
            return dict(connection.execute(sa.select(THEMES.c.theme_id, THEMES.c.title)).all())

    def names(self) -> dict[str, str]:
        """Give the names that people gave to themes; a theme without one is left out."""
        query = sa.select(THEMES.c.theme_id, THEMES.c.given_title)
        with reading(self.engine) as connection:
            return dict(connection.execute(query.where(THEMES.c.given_title.is_not(None))).all())

    def places(self) -> Places:
        """Tell where the current themes lie, for scores."""
        with reading(self.engine) as connection:
            return read_places(connection)

    def stamp(self) -> str:
        """Give a mark that is another one after every discovery and every change by people."""
        last = sa.select(sa.func.max(THEME_CHANGES.c.change_id)).scalar_subquery()
        query = sa.select(DISCOVERIES.c.as_of, DISCOVERIES.c.made_at, DISCOVERIES.c.seconds, last)
        with reading(self.engine) as connection:
            row = connection.execute(query.order_by(DISCOVERIES.c.as_of.desc()).limit(1)).first()
        return "" if row is None else "/".join(map(str, row))

    def edit(
        self, theme_id: str, edit: Edit, by: str, at: datetime, revision: int | None = None
    ) -> Theme:
        """Change what people say of a theme, and record each change; give the theme as it is then.

        It is given however few subjects stand behind it, or behind those it took in: ask `theme`
        first who may see it.

        Parameters
        ----------
        by, at
            Who, and when (aware).
        revision
            That of the theme which the change was made up for; None: whatever it is.

        Raises
        ------
        NoSuchTheme
            There is none.
        MergedTheme
            People have merged it: it counts to another theme, which is the one to change.
        EditConflict
            It is at another revision: somebody else was quicker. Nothing is changed.
        """
        with writing(self.engine) as connection:
            act = Act(by, at, edit.reason)
            edit_theme(connection, theme_id, edit, act, revision, self.webhook)
            return _whole(connection, theme_id)

    def merge_target(self, theme_id: str, into: str, least_subjects: int) -> Theme:
        """Give the theme that a merge would count a theme to, without merging.

        Raises
        ------
        NoSuchTheme, InvalidMerge
            As of `theme` and `merge`.
        """
        with reading(self.engine) as connection:
            end = merge_target(connection, theme_id, into)["theme_id"]
            return _whole(connection, end, least_subjects)

    def merge(
        self,
        theme_id: str,
        into: str,
        by: str,
        at: datetime,
        reason: str | None = None,
        revision: int | None = None,
    ) -> Theme:
        """Count a theme to another from now on; give that other theme as it is then.

        Its members and days are counted there at once, and no longer to it. Its clusters are still
        found, and counted there too, by every later discovery, which also draws the rest of the
        portrait anew. Nothing takes a merge back: days that are summed cannot be told apart again.

        Parameters
        ----------
        into
            The other theme; where that has been merged itself, the one that it counts to.
        by, at, reason
            Who, when (aware), and why.
        revision
            As of `edit`, of the theme that is merged.

        Raises
        ------
        NoSuchTheme
            One of them is none.
        InvalidMerge
            They are one theme, or it counts to another already, or the one that it would count to
            is dismissed or no longer found.
        EditConflict
            As of `edit`.
        """
        with writing(self.engine) as connection:
            end = merge_theme(connection, theme_id, into, Act(by, at, reason), revision)
            return _whole(connection, end)


def _since(latest: Discovery | None, days: int | None) -> date:
    """Give the first day to be told: of the newest window, or of fewer days."""
    if latest is None:
        return date.min
    window = latest.window_days if days is None else min(days, latest.window_days)
    return latest.as_of - timedelta(days=window - 1)


def _whole(connection: sa.Connection, theme_id: str, least_subjects: int = 0) -> Theme:
    theme = whole_theme(connection, theme_id, least_subjects)
    (told,) = with_succession(connection, [theme], least_subjects)
    return alarmed_themes(connection, least_subjects).mark(told)
