"""A home of a hundred thousand appeals and three hundred themes, to measure pages on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from features.database import open_database, writing
from features.history import History, add_appeals
from features.settings import Settings
from features.tables import DECISIONS
from models import ledger, theme_encoder
from models.catalog import Catalog
from models.ledger import Occasion
from serving.benchmarks.big_appeals import Plan, appeals_of, decisions_of, scores_of
from serving.benchmarks.big_model import encoder_of, register_both
from serving.benchmarks.big_themes import found_of, places_of, sightings_of

AT_ONCE: Final = 5_000
LEARNT_FROM: Final = 1_500
"""Decided appeals that the models learn from, the first ones."""
T = TypeVar("T")


def fill_home(settings: Settings, plan: Plan, models: bool = True) -> None:
    """Fill an empty home.

    Parameters
    ----------
    models
        Whether with a champion and a challenger, which take some seconds.
    """
    engine = open_database(settings)
    encoder = encoder_of(plan.seed)
    now = max(plan.end, datetime.now(UTC))
    _enter(engine, plan, now)
    digest = theme_encoder.keep(encoder, settings.home)
    found = found_of(plan, encoder, digest)
    Catalog(engine).write(found, sightings_of(plan), places_of(plan))
    if models:
        seen_until = plan.filed(plan.appeals // 3)
        decided = History(engine).decided(seen_until)
        register_both(settings, encoder, decided.iloc[:LEARNT_FROM], seen_until)
    engine.dispose()


def _enter(engine: sa.Engine, plan: Plan, now: datetime) -> None:
    """Enter appeals, decisions and scores; each score is given when the appeal is filed."""
    texts: list[str] = []
    with writing(engine) as connection:
        for appeals in _lots(appeals_of(plan)):
            add_appeals(connection, appeals)
            texts += [one.text for one in appeals]
        for decisions in _lots(decisions_of(plan, now)):
            connection.execute(sa.insert(DECISIONS), decisions)
        said = iter(texts)
        for place, scores in enumerate(_lots(scores_of(plan))):
            filed = plan.filed(min(place * AT_ONCE, plan.appeals - 1))
            occasion = Occasion("1", filed + timedelta(minutes=1))
            ledger.write(connection, scores, [*islice(said, len(scores))], occasion)


def _lots(items: Iterable[T]) -> Iterator[list[T]]:
    waiting: Iterator[Any] = iter(items)
    while lot := [*islice(waiting, AT_ONCE)]:
        yield lot
