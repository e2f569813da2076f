"""The discovery job: a window is read, its themes and alarms found, entered, and logged.

The catalogue is written in one transaction: a run that is killed leaves it as it was.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import UTC, date, datetime

from features.database import open_database
from features.history import History
from features.settings import Settings
from models import theme_encoder
from models.alarm_book import AlarmBook
from models.catalog import Catalog
from models.registry import Registry
from models.themes import Discovery, Found
from training.discovered import Discovered
from training.emergence import Past, Vigilance, find_emergence
from training.finding import Before, Themes, find_themes
from training.mapping import draw_map
from training.reading import choose_encoder
from training.stages import Stages
from training.theme_run import record_discovery
from training.window import Window, read_window

__all__ = ["discover"]


def discover(settings: Settings, stages: Stages, as_of: date | None = None) -> Discovered:
    """Find the themes of a window, and what emerges in it, and enter both in the catalogue.

    Parameters
    ----------
    settings
        Where history and catalogue are; how long the window is; which themes are shown; how many
        false alarms are accepted.
    stages
        Show the progress.
    as_of
        The last day of the window; None: the day of the latest appeal.

    Raises
    ------
    NoAppeals
        When the window is empty.
    CatalogAhead
        When the catalogue is as of a later day already. Nothing is changed in either case.
    UnrecordedRun
        When the run cannot be logged; the catalogue has the discovery.
    """
    began = time.perf_counter()
    engine = open_database(settings)
    catalog, registry = Catalog(engine, webhook=bool(settings.webhook_url)), Registry(settings)
    with stages.stage("read", "reading the window"):
        window = read_window(History(engine), as_of, settings.window_days)
        catalog.require_not_ahead(window.as_of)
    texts = window.frame["text"].tolist()
    encoder = choose_encoder(settings, registry, catalog.latest(), texts, stages)
    with stages.stage("encode", f"encoding {len(texts):,} appeals"):
        digest = theme_encoder.keep(encoder, settings.home)
        vectors = encoder.encode(texts)
    with stages.stage("themes", "finding themes"):
        before = _before(catalog, digest, window.as_of)
        themes = find_themes(window, vectors, before, settings.least_subjects)
    with stages.stage("emergence", "looking for what is new, and what rises or falls"):
        vigilance = Vigilance(settings.accepted_false_alarms, settings.least_subjects)
        past = Past.read(engine, window)
        emergence = find_emergence(window, themes, past, catalog.names(), vigilance)
    with stages.stage("map", "drawing the map"):
        places = draw_map(window, themes, catalog.map(before=window.as_of))
    with stages.stage("write", "writing the catalogue"):
        found = _found(window, themes, digest, time.perf_counter() - began)
        found = replace(found, descents=catalog.write(found, emergence.sightings, places))
    shown = catalog.themes(settings.least_subjects)
    raised = AlarmBook(engine, settings.least_subjects).alarms(is_open=True)
    discovered = Discovered(found, emergence, shown, raised, stages.seconds)
    with stages.stage("record", "recording the run"):
        run_id = record_discovery(registry, discovered)
    return replace(discovered, run_id=run_id)


def _before(catalog: Catalog, encoder: str, as_of: date) -> Before:
    """Ask the catalogue what was there before.

    A discovery of the same day is made anew, as if it had not been: from where the one before it
    stood. Its themes keep their ids.
    """
    last = catalog.latest(before=as_of)
    return Before(
        known=catalog.known(encoder),
        earlier=catalog.known(encoder, before=as_of),
        resolution=None if last is None else last.resolution,
        merged=catalog.merged(),
        titles=catalog.titles(),
    )


def _found(window: Window, themes: Themes, encoder: str, seconds: float) -> Found:
    clustering = themes.clustering
    campaign = themes.sitters.campaign
    campaigns = int(campaign.max(initial=-1)) + 1
    discovery = Discovery(
        as_of=window.as_of,
        window_days=window.days,
        made_at=datetime.now(UTC),
        seconds=seconds,
        encoder=encoder,
        appeals=len(window.frame),
        unassigned=int((themes.labels < 0).sum()),
        campaigns=campaigns,
        copies=int((campaign >= 0).sum()) - campaigns,
        resolution=clustering.resolution,
        agreement=None if math.isnan(clustering.agreement) else clustering.agreement,
        recall=themes.graph.recall,
        persistence=themes.persistence,
    )
    return Found(
        discovery,
        themes.portraits,
        themes.members,
        themes.lineage.descents,
        themes.centres,
        themes.hubs_by_theme,
    )
