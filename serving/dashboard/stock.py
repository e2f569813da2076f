"""What pages are made of: where they read, and what is settled for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import Engine

from features.settings import Settings
from models.alarm_book import AlarmBook
from models.catalog import Catalog
from models.theme_map import no_themes
from serving.champion import Champion
from serving.dashboard.filings import FilingDays
from serving.dashboard.policy_reading import DecisionDays
from serving.dashboard.queue_waiting import WaitingRoom
from serving.dashboard.theme_appeals import AppealReader
from serving.scoring import Themes


@dataclass(frozen=True)
class Stock:
    """What the pages read from.

    Attributes
    ----------
    champion
        The model in service.
    settings
        As the process read them when it started.
    themes
        Tell where an appeal lies that no discovery has seen yet.
    """

    catalog: Catalog
    alarms: AlarmBook
    champion: Champion
    settings: Settings
    themes: Themes = field(default_factory=no_themes)

    @cached_property
    def filings(self) -> FilingDays:
        """The appeals of the history, which several pages count."""
        return FilingDays()

    @cached_property
    def decisions(self) -> DecisionDays:
        """The decisions of the history, which several pages count."""
        return DecisionDays(self.engine)

    @cached_property
    def room(self) -> WaitingRoom:
        """The appeals that wait, which several pages tell."""
        return WaitingRoom(self.engine, self.themes)

    @cached_property
    def theme_appeals(self) -> AppealReader:
        """The appeals of the newest discovery, which the list of themes counts."""
        return AppealReader(self.engine)

    @property
    def engine(self) -> Engine:
        """The one database."""
        return self.catalog.engine

    @property
    def least_subjects(self) -> int:
        """Distinct subjects below which a theme is neither shown nor named."""
        return self.settings.least_subjects
